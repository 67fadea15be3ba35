"""`manage.py import_roster`: what it prints, what it writes, how it ends."""

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from bench.rosters import HEADERS
from members.models import Member, RosterImport
from tests.cast import Cast
from tests.members.imports import sheets


def run(*arguments: Any) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("import_roster", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def roster(folder: Path, table: sheets.Table, **kwargs: Any) -> Path:
    path = folder / "名册.xlsx"
    path.write_bytes(sheets.xlsx(table, **kwargs))
    return path


def test_a_dry_run_writes_nothing_and_leaves_nothing_open(cast: Cast, tmp_path: Path) -> None:
    path = roster(tmp_path, sheets.people(3))
    out, _ = run(path, "--unit", "zx", "--as", "captain_zx", "--dry-run")
    assert ": 3" in out
    assert Member.objects.count() == 0
    assert RosterImport.objects.get().state == "discarded"


def test_apply_writes_and_a_second_time_finds_nothing_new(cast: Cast, tmp_path: Path) -> None:
    path = roster(tmp_path, sheets.people(3))
    run(path, "--unit", "zx", "--as", "captain_zx", "--apply")
    assert Member.objects.count() == 3
    run(path, "--unit", "zx", "--as", "captain_zx", "--apply")
    assert Member.objects.count() == 3


def test_rejected_rows_end_with_2_and_come_out_as_a_workbook(cast: Cast, tmp_path: Path) -> None:
    table = sheets.people(4)
    table[1][sheets.UNIT] = "火星中队"
    path, rejects = roster(tmp_path, table), tmp_path / "rejects.xlsx"
    with pytest.raises(SystemExit) as ended:
        run(path, "--unit", "zx", "--as", "captain_zx", "--apply", "--rejects", rejects)
    assert ended.value.code == 2
    assert Member.objects.count() == 3
    assert openpyxl.load_workbook(rejects).active.max_row == 3


def test_questions_are_printed_with_the_way_to_answer_them(cast: Cast, tmp_path: Path) -> None:
    head = ["星座" if header == "备注" else header for header in HEADERS]
    table = sheets.people(3, units=("一中队",))
    for row in table:
        row[-1] = "处女座"
    path, answers = roster(tmp_path, table, head=head), tmp_path / "answers.json"
    with pytest.raises(CommandError):
        run(path, "--unit", "sg", "--as", "captain_sg", "--apply")
    assert Member.objects.count() == 0
    answers.write_text(json.dumps({"columns": {"星座": ""}, "units": {"一中队": "sg21"}}), encoding="utf-8")
    run(path, "--unit", "sg", "--as", "captain_sg", "--apply", "--answers", answers)
    assert Member.objects.filter(unit__code="sg21").count() == 3


@pytest.mark.parametrize(
    ("unit", "username"),
    [("sg", "captain_zx"), ("nowhere", "captain_zx"), ("zx", "nobody_at_all"), ("sg", "inspector_sg")],
)
def test_no_right_no_import(cast: Cast, tmp_path: Path, unit: str, username: str) -> None:
    with pytest.raises(CommandError):
        run(roster(tmp_path, sheets.people(1)), "--unit", unit, "--as", username, "--apply")
    assert not RosterImport.objects.exists()


def test_a_file_that_is_no_roster_is_refused(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "名册.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(CommandError):
        run(path, "--unit", "zx", "--as", "captain_zx", "--apply")
    path.write_bytes(sheets.xlsx([["a", "b"]], head=["甲", "乙"]))
    with pytest.raises(CommandError):
        run(path, "--unit", "zx", "--as", "captain_zx", "--apply")
