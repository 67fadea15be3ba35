"""The whole path: upload, preview, apply, undo."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from django.apps import apps
from django.db import connection
from django.utils import translation

from bench.rosters import HEADERS
from corps.actors import SYSTEM
from corps.models import ActionLog
from members.enums import ImportState
from members.models import Member, RosterImport, RowProblem, StagedRow
from members.operations import imports
from members.queries import imports as queries
from tests.cast import Cast
from tests.members.imports import sheets

Event = apps.get_model("members", "MemberEvent")


def bring(cast: Cast, content: bytes, *, unit: str = "zx", who: str = "captain_zx", apply: bool = True) -> RosterImport:
    """The file, imported in this process."""
    return imports.import_now(
        actor=cast.actor(who), unit_id=cast.units[unit].pk, file_name="名册.xlsx", content=content, apply=apply
    )


def undo(cast: Cast, roster_import: RosterImport, who: str = "captain_zx") -> RosterImport:
    imports.undo_import(actor=cast.actor(who), import_id=roster_import.pk, queued=False)
    imports.carry_out_undo(actor=SYSTEM, import_id=roster_import.pk)
    roster_import.refresh_from_db()
    return roster_import


def test_preview_writes_nothing_and_apply_writes_everything(cast: Cast) -> None:
    done = bring(cast, sheets.xlsx(sheets.people(20)), apply=False)
    assert (done.state, done.refusal, done.questions) == (ImportState.READY, None, [])
    assert done.counts["verdicts"] == {"new": 20, "changed": 0, "same": 0, "rejected": 0}
    assert Member.objects.count() == 0
    imports.apply_import(actor=cast.actor("captain_zx"), import_id=done.pk, queued=False)
    imports.carry_out_apply(actor=SYSTEM, import_id=done.pk)
    done.refresh_from_db()
    assert done.state == ImportState.APPLIED
    assert Member.objects.filter(unit=cast.units["zx11"]).count() == 20
    assert Event.objects.filter(pgh_label="insert").count() == 20


def test_the_same_file_twice_writes_nothing(cast: Cast) -> None:
    content = sheets.xlsx(sheets.people(20))
    bring(cast, content)
    before = list(Member.objects.order_by("id").values_list("id", "revision", "updated_at"))
    again = bring(cast, content)
    assert again.state == ImportState.READY
    assert again.counts["verdicts"] == {"new": 0, "changed": 0, "same": 20, "rejected": 0}
    assert list(Member.objects.order_by("id").values_list("id", "revision", "updated_at")) == before
    assert Event.objects.count() == 20


def test_the_planner_knows_how_many_rows_are_staged(cast: Cast) -> None:
    """With statistics of an empty table every staged row was compared with every other."""

    def known() -> float:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'members_stagedrow'::regclass")
            rows: float = cursor.fetchone()[0]
        return rows

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE members_stagedrow")
    assert known() <= 0
    bring(cast, sheets.xlsx(sheets.people(150)), apply=False)
    assert known() >= 150


def test_a_changed_sheet_changes_only_what_differs(cast: Cast) -> None:
    table = sheets.people(10)
    bring(cast, sheets.xlsx(table))
    table[3][sheets.EMPLOYER] = "新华物业公司"
    table[4][sheets.PHONE] = ""
    table[5][sheets.EMPLOYER] = "清空"
    done = bring(cast, sheets.xlsx(table))
    assert done.state == ImportState.APPLIED
    assert done.counts["verdicts"] == {"new": 0, "changed": 2, "same": 8, "rejected": 0}
    assert Member.objects.get(employer="新华物业公司").identity_tail == table[3][sheets.IDENTITY][-4:]
    assert Member.objects.filter(employer="").count() == 1
    assert not Member.objects.filter(phone="").exists()
    assert Event.objects.filter(pgh_label="update").count() == 2


def test_undo_removes_the_new_and_restores_the_changed(cast: Cast) -> None:
    table = sheets.people(10)
    bring(cast, sheets.xlsx(table[:5]))
    before = list(Member.objects.order_by("id").values("id", "name", "employer", "phone", "joined_on", "skills"))
    for row in table[:5]:
        row[sheets.EMPLOYER] = "新华物业公司"
    done = bring(cast, sheets.xlsx(table))
    assert done.counts["verdicts"] == {"new": 5, "changed": 5, "same": 0, "rejected": 0}
    undone = undo(cast, done)
    assert undone.state == ImportState.UNDONE
    assert undone.outcome["undone"] == {"removed": 5, "restored": 5, "kept": 0}
    assert (
        list(Member.objects.order_by("id").values("id", "name", "employer", "phone", "joined_on", "skills")) == before
    )


def test_undo_keeps_and_lists_people_edited_since(cast: Cast) -> None:
    table = sheets.people(4)
    bring(cast, sheets.xlsx(table[:2]))
    for row in table[:2]:
        row[sheets.EMPLOYER] = "新华物业公司"
    done = bring(cast, sheets.xlsx(table))
    old, new = Member.objects.order_by("id")[0], Member.objects.order_by("id")[2]
    for member in (old, new):
        member.remarks = "手工修改"
        member.save()
    undone = undo(cast, done)
    assert undone.outcome["undone"] == {"removed": 1, "restored": 1, "kept": 2}
    assert set(done.changes.filter(kept_on_undo=True).values_list("member_id", "verdict")) == {
        (old.pk, "changed"),
        (new.pk, "new"),
    }
    assert Member.objects.count() == 3


def test_every_act_is_in_the_action_log(cast: Cast) -> None:
    done = bring(cast, sheets.xlsx(sheets.people(2)))
    undo(cast, done)
    assert list(ActionLog.objects.filter(object_id=str(done.pk)).order_by("id").values_list("action", flat=True)) == [
        "import.upload",
        "import.apply",
        "import.undo",
    ]


@pytest.mark.parametrize("write", [sheets.xlsx, sheets.openpyxl_xlsx, sheets.xls, sheets.csv_file])
def test_every_kind_of_file(cast: Cast, write: Callable[[sheets.Table], bytes]) -> None:
    assert bring(cast, write(sheets.people(12))).counts["verdicts"]["new"] == 12


def test_rejected_rows_stay_out_and_say_why(cast: Cast) -> None:
    table = sheets.people(6, units=("长湖中队", "长湖中队", "火星中队"), seed=3)
    table[0][sheets.IDENTITY] = table[1][sheets.IDENTITY]
    table[0][sheets.UNIT] = table[1][sheets.UNIT] = "长湖中队"
    table[2][sheets.UNIT] = "火星中队"
    table[3][sheets.UNIT] = "青山大队"
    table[4][sheets.UNIT], table[5][sheets.UNIT] = "蒸湘支队/长湖大队/长湖中队", "zx11"
    done = bring(cast, sheets.xlsx(table))
    assert done.counts["verdicts"] == {"new": 3, "changed": 0, "same": 0, "rejected": 3}
    assert set(RowProblem.objects.filter(import_id=done.pk, fatal=True).values_list("row", "code")) == {
        (4, "identity_again"),
        (5, "unit_unknown"),
        (6, "unit_outside"),
    }
    assert StagedRow.objects.filter(import_id=done.pk, verdict="rejected").count() == 3


def test_rejects_come_back_in_the_same_workbook_and_go_in_corrected(cast: Cast) -> None:
    table = sheets.people(5)
    good = table[2][sheets.IDENTITY]
    table[2][sheets.IDENTITY] = good[:-1] + ("1" if good[-1] != "1" else "2")
    table[4][sheets.UNIT] = "火星中队"
    done = bring(cast, sheets.xlsx(table))
    assert done.counts["verdicts"] == {"new": 3, "changed": 0, "same": 0, "rejected": 2}
    with translation.override("zh-hans"):
        name, workbook = imports.download_rejects(actor=cast.actor("captain_zx"), import_id=done.pk)
    assert name.endswith(".xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(workbook)).active
    lines = [list(line) for line in sheet.iter_rows(values_only=True)]
    assert len(lines) == 4
    assert lines[2][-1]
    lines[2][sheets.IDENTITY] = good
    lines[3][sheets.UNIT] = "长湖中队"
    again = bring(cast, sheets.openpyxl_xlsx(lines[2:], head=lines[1]))
    assert again.counts["verdicts"] == {"new": 2, "changed": 0, "same": 0, "rejected": 0}


def test_the_preview_shows_old_and_new_in_words(cast: Cast) -> None:
    table = sheets.people(3)
    bring(cast, sheets.xlsx(table))
    table[0][sheets.UNIT], table[0][HEADERS.index("政治面貌")] = "直属中队", "中共预备党员"
    done = bring(cast, sheets.xlsx(table), apply=False)
    actor = cast.actor("captain_zx")
    with translation.override("en"):
        (row,) = queries.import_rows(actor, done, "changed").rows
        changes = {change.key: (change.old, change.new) for change in row.changes}
        assert changes["unit"] == ("蒸湘支队 › 长湖大队 › 长湖中队", "蒸湘支队 › 直属中队")
        assert changes["political_status"][1] == "Probationary Party member"
        imports.apply_import(actor=actor, import_id=done.pk, queued=False)
        imports.carry_out_apply(actor=SYSTEM, import_id=done.pk)
        done.refresh_from_db()
        (row,) = queries.import_rows(actor, done, "changed").rows
        assert {change.key: (change.old, change.new) for change in row.changes} == changes
        assert [(line.name, line.changed, line.same) for line in queries.counts_by_unit(done)] == [
            ("长湖中队", 0, 2),
            ("直属中队", 1, 0),
        ]


def test_the_word_for_clearing_empties_dates_choices_and_phones(cast: Cast) -> None:
    table = sheets.people(2)
    bring(cast, sheets.xlsx(table))
    for header in ("手机号码", "入队日期", "职业类别", "特长", "备注"):
        table[0][HEADERS.index(header)] = "清空"
    done = bring(cast, sheets.xlsx(table))
    assert done.counts["verdicts"] == {"new": 0, "changed": 1, "same": 1, "rejected": 0}
    member = Member.objects.get(identity_tail=table[0][sheets.IDENTITY][-4:])
    assert (member.phone, member.joined_on, member.occupation, member.skills, member.remarks) == ("", None, "", [], "")
    (row,) = queries.import_rows(cast.actor("captain_zx"), done, "changed").rows
    assert {change.new for change in row.changes} == {"—"}
