"""A falsified figure is found and told, never mended; what waits to be counted is no fault."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from corps.actors import SYSTEM
from corps.models import ActionLog
from corps.queries.scope import current_tree
from stats.models import Discrepancy, MonthSet, OwnDay, OwnMonth, TotalDay
from stats.operations import rollups
from stats.queries.open_alarms import open_alarms
from tests.cast import Cast
from tests.members.roster import person
from tests.stats.rollups.facts import attend, incident, shift

DAY = dt.date(2026, 3, 14)


@pytest.fixture
def city(cast: Cast) -> Cast:
    """Some counted facts."""
    member = person(cast.units["sg11"].pk, "王芳")
    attend(shift(cast.units["sg11"].pk, DAY, closed=True), member.pk, member.unit_id)
    incident(cast.units["zx9"].pk, DAY)
    rollups.drain_all(actor=SYSTEM)
    return cast


def check(*arguments: str) -> str:
    out = StringIO()
    call_command("check_rollups", *arguments, stdout=out)
    return out.getvalue()


def found(*arguments: str) -> str:
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_rollups", *arguments, stdout=out)
    return out.getvalue()


def test_right_figures(city: Cast) -> None:
    assert "比对" in check("--all")
    assert "比对" in check("--sample", "30")


@pytest.mark.parametrize("arguments", [["--all"], ["--sample", "60"]])
def test_a_falsified_cell_is_found_and_stays(city: Cast, arguments: list[str]) -> None:
    cell = TotalDay.objects.filter(unit_id=city.units["sg"].pk, day=DAY)
    cell.update(attended=7, incidents_clue=2)
    said = found(*arguments)
    assert f"total unit={city.units['sg'].pk} day=2026-03-14 column=attended stored=7 counted=1" in said
    assert "column=incidents_clue stored=2 counted=0" in said
    assert cell.values_list("attended", flat=True).get() == 7


def test_a_missing_cell_an_own_cell_and_a_set(city: Cast) -> None:
    TotalDay.objects.filter(unit_id=city.units["zx9"].pk).delete()
    OwnDay.objects.filter(unit_id=city.units["zx9"].pk).update(incidents=3)
    MonthSet.objects.filter(unit_id=city.units["hy"].pk).update(number=5)
    said = found("--all")
    assert f"total unit={city.units['zx9'].pk} day=2026-03-14 column=incidents stored=None counted=1" in said
    assert f"own unit={city.units['zx9'].pk} day=2026-03-14 column=incidents stored=3 counted=1" in said
    assert f"set unit={city.units['hy'].pk} day=2026-03-01 column=members stored=5 counted=1" in said


def test_days_of_people(city: Cast) -> None:
    own = OwnMonth.objects.filter(unit_id=city.units["sg11"].pk)
    own.update(days=[1 << 13 | 1 << 30])
    said = found("--all")
    assert f"days unit={city.units['sg11'].pk} day=2026-03-01 column=days stored=2 counted=1" in said
    # A day that is to be counted again is no fault; the others of its month are looked at all the same.
    shift_id = shift(city.units["sg11"].pk, dt.date(2026, 3, 31), closed=True)
    attend(shift_id, person(city.units["sg11"].pk, "李娜").pk, city.units["sg11"].pk)
    assert "等待" in check("--all")
    own.update(days=[1 << 12])
    assert f"days unit={city.units['sg11'].pk} day=2026-03-01 column=days stored=1 counted=1" in found("--all")
    own.delete()
    assert "column=days stored=None counted=1" in found("--all")


def test_a_fact_that_no_trigger_saw(city: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        incident(city.units["sg12"].pk, DAY)
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert "column=incidents_dispute stored=None counted=1" in found("--all")


def test_what_waits_is_left_out(city: Cast) -> None:
    incident(city.units["sg11"].pk, DAY)
    said = check("--all")
    assert "等待" in said


def test_what_waits_excuses_nothing_else(city: Cast) -> None:
    shift(city.units["sg11"].pk, DAY, hour=20, closed=True)
    MonthSet.objects.filter(unit_id=city.units["sg11"].pk).update(number=5)
    OwnDay.objects.filter(unit_id=city.units["sg11"].pk, day=DAY).update(late=5)
    said = found("--all")
    assert f"set unit={city.units['sg11'].pk}" in said
    assert "own unit" not in said


def test_the_night_also_looks_at_the_top(city: Cast) -> None:
    """However many cells squads have, the corps' own are among those that a small sample compares."""
    days = [DAY + dt.timedelta(days=number) for number in range(15)]
    for code in ("sg11", "sg12", "zx9"):
        for day in days:
            incident(city.units[code].pk, day)
    rollups.drain_all(actor=SYSTEM)
    TotalDay.objects.filter(unit_id=city.units["hy"].pk).update(incidents=99)
    assert f"total unit={city.units['hy'].pk}" in found("--sample", "1")


def test_the_nightly_watch_raises_an_alarm_once_and_settles_it(city: Cast) -> None:
    TotalDay.objects.filter(unit_id=city.units["sg"].pk, day=DAY).update(late=4)
    for _night in range(2):
        rollups.watch(actor=SYSTEM, sample=None)
    alarm = Discrepancy.objects.get()
    assert (alarm.table, alarm.column, alarm.stored, alarm.counted, alarm.settled_at) == ("total", "late", 4, 0, None)
    assert ActionLog.objects.filter(action="stats.alarm").count() == 2
    tree = current_tree()
    root, other = tree.nodes[city.units["hy"].pk], tree.nodes[city.units["zx"].pk]
    assert list(open_alarms(city.actor("liaison_hy"), root)) == [alarm]
    assert list(open_alarms(city.actor("liaison_hy"), other)) == []
    assert list(open_alarms(city.actor("captain_zx"), root)) == []
    rollups.rebuild(actor=SYSTEM)
    rollups.watch(actor=SYSTEM, sample=None)
    assert Discrepancy.objects.get().settled_at is not None
    assert list(open_alarms(city.actor("liaison_hy"), root)) == []


def test_the_rebuild_command_mends(city: Cast) -> None:
    TotalDay.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    call_command("rebuild_rollups", stdout=StringIO())
    assert "比对" in check("--all")
