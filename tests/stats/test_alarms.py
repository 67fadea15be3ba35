"""Taking alarm figures over: what is refused, what a sheet replaces, what undoing brings back, and the rates."""

import datetime as dt
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404

from corps.actors import SYSTEM
from corps.errors import Refusal
from corps.models import ActionLog
from corps.queries.scope import current_tree
from stats.enums import AlarmImportState, AlarmKind
from stats.logic.alarm_rates import Sum, rate, summed
from stats.logic.periods import read
from stats.models import AlarmFigure, AlarmImport
from stats.operations.alarms import apply_alarms, discard_alarms, undo_alarms, upload_alarms
from stats.queries.alarms import Alarms, alarm_rates, months_of_year, preview_of, whole_months, years_with_alarms
from tests.cast import Cast, assemble
from tests.stats.sheets import LONG, WIDE, workbook
from tests.together import at_once, without_failure


def take(cast: Cast, rows: Any, unit: str = "hy", by: str = "liaison_hy") -> AlarmImport:
    """Upload and apply."""
    one = upload(cast, rows, unit, by)
    return apply_alarms(actor=cast.actor(by), import_id=one.pk)


def upload(cast: Cast, rows: Any, unit: str = "hy", by: str = "liaison_hy") -> AlarmImport:
    content = workbook({"表": rows})
    return upload_alarms(actor=cast.actor(by), unit_id=cast.units[unit].pk, file_name="C:\\警情.xlsx", content=content)


def standing() -> dict[tuple[str, str, str], int]:
    rows = AlarmFigure.objects.values_list("unit__code", "kind", "month", "count")
    return {(code, kind, f"{month:%Y-%m}"): count for code, kind, month, count in rows}


def year(number: int, *counts: int, area: str = "石鼓") -> Any:
    months = [f"{month}月" for month in range(1, len(counts) + 1)]
    return [[f"{number}年刑事警情统计表"], ["地区", *months], [area, *counts]]


def test_a_sheet_is_previewed_then_taken_over(cast: Cast) -> None:
    one = upload(cast, WIDE)
    assert (one.state, one.file_name, len(one.lines), one.problems) == (AlarmImportState.READY, "警情.xlsx", 6, [])
    assert standing() == {}
    found = preview_of(one)
    assert (len(found.new), found.changed, found.same, found.problems) == (6, [], [], [])
    assert found.new[0].place == "表 B3"
    assert any("合计" in note for note in found.notes)
    apply_alarms(actor=cast.actor("liaison_hy"), import_id=one.pk)
    assert standing()["zx", "criminal", "2022-03"] == 1022
    assert len(standing()) == 6
    actions = set(ActionLog.objects.values_list("action", flat=True))
    assert {"alarms.upload", "alarms.apply"} <= actions


def test_the_same_months_again_replace_and_undoing_brings_back(cast: Cast) -> None:
    first = take(cast, WIDE)
    second = upload(cast, year(2022, 10, 99))
    found = preview_of(second)
    assert [(change.unit.code, change.old, change.new) for change in found.changed] == [("sg", 11, 99)]
    assert [change.new for change in found.same] == [10]
    apply_alarms(actor=cast.actor("liaison_hy"), import_id=second.pk)
    assert standing()["sg", "criminal", "2022-02"] == 99
    # What was replaced can still be read on the page of the import.
    second.refresh_from_db()
    assert [(change.old, change.new) for change in preview_of(second).changed] == [(11, 99)]
    assert undo_alarms(actor=cast.actor("liaison_hy"), import_id=second.pk, reason="旧表") == 0
    assert standing()["sg", "criminal", "2022-02"] == 11
    assert undo_alarms(actor=cast.actor("liaison_hy"), import_id=first.pk, reason="旧表") == 0
    assert standing() == {}


def test_undoing_an_import_leaves_what_a_later_one_wrote(cast: Cast) -> None:
    first = take(cast, year(2022, 1, 2))
    second = take(cast, year(2022, 5))
    assert undo_alarms(actor=cast.actor("liaison_hy"), import_id=first.pk, reason="旧表") == 1
    assert standing() == {("sg", "criminal", "2022-01"): 5}
    # The first is gone, so what stood before the second is what stood before the first: nothing.
    undo_alarms(actor=cast.actor("liaison_hy"), import_id=second.pk, reason="旧表")
    assert standing() == {}


def test_problems_hold_the_whole_sheet_back(cast: Cast) -> None:
    one = upload(cast, [*WIDE, ["不知何处", 1, 2, 3], ["石鼓支队", 7, None, None]])
    found = preview_of(one)
    assert [(problem.row, problem.column, problem.found) for problem in found.problems] == [
        (7, "B", "不知何处"),
        (8, "B", "7"),
    ]
    assert all(problem.text and problem.remedy for problem in found.problems)
    with pytest.raises(Refusal) as refused:
        apply_alarms(actor=cast.actor("liaison_hy"), import_id=one.pk)
    assert refused.value.code == "alarms.problems"
    assert standing() == {}


def test_months_ahead_and_unclear_areas_are_problems(cast: Cast) -> None:
    ahead = upload(cast, year(2098, 1))
    assert [problem[4] for problem in ahead.problems] == ["month_ahead"]
    unclear = upload(cast, year(2022, 1, area="一中队"))
    assert [problem[4] for problem in unclear.problems] == ["area_ambiguous"]
    assert "sg11" in preview_of(unclear).problems[0].text
    assert upload(cast, year(2022, 1, area="SG11")).problems == []


def test_areas_outside_the_unit_are_not_known(cast: Cast) -> None:
    one = upload(cast, WIDE, unit="sg", by="liaison_sg")
    assert [problem[3] for problem in one.problems] == ["蒸湘"]


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7", b"\x89PNG\r\n", b"PK\x03\x04nonsense", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600],
)
def test_files_that_are_no_sheets_are_refused_in_words(cast: Cast, content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        upload_alarms(actor=cast.actor("liaison_hy"), unit_id=cast.units["hy"].pk, file_name="a.xlsx", content=content)
    assert refused.value.code == "alarms.file"
    assert refused.value.remedy
    assert not AlarmImport.objects.exists()


def test_a_sheet_that_is_too_long_is_refused(cast: Cast) -> None:
    text = "地区,类别,月份,数量\n" + "石鼓,刑事,2022-01,1\n" * 6000
    with pytest.raises(Refusal) as refused:
        upload_alarms(
            actor=cast.actor("liaison_hy"), unit_id=cast.units["hy"].pk, file_name="a.csv", content=text.encode()
        )
    assert refused.value.code == "alarms.file"


def test_rights(cast: Cast) -> None:
    one = upload(cast, WIDE)
    for by, error in (("captain_hy", PermissionDenied), ("liaison_sg", Http404), ("captain_zx", Http404)):
        with pytest.raises(error):
            upload(cast, WIDE, by=by)
    for act in (apply_alarms, discard_alarms):
        with pytest.raises(Http404):
            act(actor=cast.actor("liaison_sg"), import_id=one.pk)
    with pytest.raises(Http404):
        undo_alarms(actor=cast.actor("captain_hy"), import_id=one.pk, reason="why")


def test_states(cast: Cast) -> None:
    officer = cast.actor("liaison_hy")
    one = upload(cast, WIDE)
    with pytest.raises(Refusal):
        undo_alarms(actor=officer, import_id=one.pk, reason="why")
    discard_alarms(actor=officer, import_id=one.pk)
    for act in (apply_alarms, discard_alarms):
        with pytest.raises(Refusal):
            act(actor=officer, import_id=one.pk)
    applied = take(cast, WIDE)
    with pytest.raises(Refusal) as refused:
        undo_alarms(actor=officer, import_id=applied.pk, reason=" ")
    assert refused.value.place == "reason"


def test_the_table_and_its_rates(cast: Cast) -> None:
    take(cast, LONG)
    take(cast, year(2021, 8, area="石鼓"))
    hy = current_tree().nodes[cast.units["hy"].pk]
    assert years_with_alarms(hy) == [2022, 2021]
    found = Alarms(hy, months_of_year(hy, 2022))
    table = found.table(AlarmKind.CRIMINAL)
    assert [row.node.code for row in table.rows] == ["sg", "zx"]
    assert table.total.counts == (30, None)
    assert table.rows[0].rate.change == Decimal("25.00")
    # 蒸湘 has no figure for the year before: the sum of both cannot be compared.
    assert table.total.rate.change is None
    assert table.rows[1].rate.change is None


def test_the_reported_rates_are_computed_from_figures(cast: Cast) -> None:
    for number, counts in ((2021, (8_312, 21_467, 200)), (2022, (6_229, 16_800, 54))):
        rows = [[f"{number}年3月警情统计表"], ["地区", "刑事警情", "治安警情", "两抢警情"], ["石鼓", *counts]]
        take(cast, rows)
    hy = current_tree().nodes[cast.units["hy"].pk]
    rates = {one.kind: one.rate.change for one in alarm_rates(hy, read("2022-03-01..2022-11-03"))}
    assert rates == {
        AlarmKind.CRIMINAL: Decimal("-25.06"),
        AlarmKind.PUBLIC_ORDER: Decimal("-21.74"),
        AlarmKind.ROBBERY: Decimal("-73.00"),
    }
    assert alarm_rates(hy, read("2022-03-01..2022-03-30")) == []


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        (8_312, 6_229, "-25.06"),
        (200, 54, "-73.00"),
        (3, 1, "-66.67"),
        (800, 801, "0.13"),  # 0.125
        (800, 799, "-0.13"),
        (5, 5, "0.00"),
        (1, 3, "200.00"),
    ],
)
def test_rates_are_exact_and_rounded_half_up(before: int, now: int, change: str) -> None:
    assert str(rate(before, now)) == change


def test_nothing_before_has_no_rate() -> None:
    assert rate(0, 5) is None


def test_an_area_counted_as_a_whole_is_not_added_up_again() -> None:
    children = {1: [2, 3], 2: [4, 5], 3: [], 4: [], 5: []}
    assert summed(1, {2: 10, 4: 3, 3: 1}, children.__getitem__) == Sum(11, frozenset({2, 3}))
    assert summed(1, {4: 3, 5: 4}, children.__getitem__) == Sum(7, frozenset({4, 5}))
    assert summed(1, {}, children.__getitem__) is None


def test_whole_months() -> None:
    assert whole_months(dt.date(2022, 3, 1), dt.date(2022, 5, 1)) == (dt.date(2022, 3, 1), dt.date(2022, 4, 1))
    assert whole_months(dt.date(2022, 3, 2), dt.date(2022, 4, 30)) == ()
    assert whole_months(dt.date(2022, 12, 1), dt.date(2023, 1, 1)) == (dt.date(2022, 12, 1),)


def test_figures_have_history(cast: Cast) -> None:
    take(cast, year(2022, 1))
    take(cast, year(2022, 2))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pgh_label, count FROM stats_alarmfigureevent ORDER BY pgh_id")
        assert cursor.fetchall() == [("insert", 1), ("update", 2)]


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_over_the_same_months_come_one_after_the_other() -> None:
    cast = assemble()
    waiting = [upload(cast, year(2022, count, count)) for count in (1, 2)]
    without_failure(at_once(*(partial(apply_alarms, actor=SYSTEM, import_id=one.pk) for one in waiting)))
    figures = set(standing().values())
    assert figures in ({1}, {2})
    last = max(AlarmImport.objects.all(), key=lambda one: one.applied_at or dt.datetime.min.replace(tzinfo=dt.UTC))
    assert [old[3] for old in last.replaced] == [3 - figures.pop()] * 2
