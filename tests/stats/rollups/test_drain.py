"""Every kind of write leads to figures that equal a recount from the facts."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from corps.actors import SYSTEM
from corps.operations import tree
from duties.models import Attendance, Shift
from incidents.models import Incident
from members.models import Member
from members.operations.units import merge_units
from stats.models import Dirty, OwnDay, TotalDay
from stats.operations import rollups
from tests.cast import Cast
from tests.members.roster import person
from tests.stats.rollups import recount
from tests.stats.rollups.facts import attend, incident, shift

DAY = dt.date(2026, 3, 14)


@pytest.fixture
def city(cast: Cast) -> Cast:
    """Two people, a closed shift with both, an incident, all counted."""
    first = person(cast.units["sg11"].pk, "王芳")
    second = person(cast.units["zx9"].pk, "李娜", occupation="shop", joined_on=None)
    patrol = shift(cast.units["sg1"].pk, DAY, closed=True, materials=30, people_reached=12)
    attend(patrol, first.pk, first.unit_id)
    attend(patrol, second.pk, second.unit_id, "late", 45)
    incident(cast.units["sg11"].pk, DAY, "missing", quantity=2)
    rollups.drain_all(actor=SYSTEM)
    return cast


def total(cast: Cast, code: str, column: str, day: dt.date = DAY) -> int | None:
    row = TotalDay.objects.filter(unit_id=cast.units[code].pk, day=day).first()
    return None if row is None else getattr(row, column)


def drained_right() -> rollups.Drained:
    done = rollups.drain_all(actor=SYSTEM)
    recount.assert_equal()
    return done


def test_a_fact_counts_once_in_every_unit_above(city: Cast) -> None:
    recount.assert_equal()
    assert total(city, "hy", "attended") == 2
    assert total(city, "sg", "attended") == 1
    assert total(city, "zx", "late") == 1
    assert total(city, "hy", "shifts_patrol") == total(city, "sg1", "shifts") == 1
    assert total(city, "sg11", "shifts") is None
    assert total(city, "hy", "persons_found") == 2
    assert total(city, "zx9", "shop_heads", dt.date(1900, 1, 1)) == 1


def test_nothing_is_written_the_second_time(city: Cast) -> None:
    Dirty.objects.bulk_create(Dirty(unit_id=unit.pk, day=DAY, source="attendance") for unit in city.units.values())
    assert drained_right().cells == 0


def test_a_corrected_attendance(city: Cast) -> None:
    one = Attendance.objects.get(status="late")
    one.current = False
    one.save()
    one.corrects_id, one.pk, one.current, one.reason = one.pk, None, True, "early"
    one.status = "present"
    one.save()
    drained_right()
    assert total(city, "hy", "late") is None
    assert total(city, "hy", "attended") == 2


def test_a_change_of_times_alone_leaves_people_uncounted(city: Cast) -> None:
    Attendance.objects.update(minutes=77)
    assert set(Dirty.objects.values_list("source", flat=True)) == {"hours"}
    drained_right()
    assert total(city, "hy", "minutes") == 154


def test_another_member_of_the_same_unit(city: Cast) -> None:
    other = person(city.units["sg11"].pk, "张伟")
    Attendance.objects.filter(unit_id=city.units["sg11"].pk).update(member_id=other.pk)
    drained_right()


def test_a_verification_withdrawn(city: Cast) -> None:
    Incident.objects.update(state="submitted", verified_at=None)
    drained_right()
    assert not OwnDay.objects.filter(unit_id=city.units["sg11"].pk, day=DAY, incidents__isnull=False).exists()


def test_a_shift_moved_to_another_day(city: Cast) -> None:
    week = dt.timedelta(days=40)
    one = Shift.objects.get()
    one.starts_at, one.ends_at = one.starts_at + week, one.ends_at + week
    one.save()
    drained_right()
    assert total(city, "hy", "attended") is None
    assert total(city, "hy", "attended", DAY + week) == 2


def test_deleted_facts_leave_nothing(city: Cast) -> None:
    Attendance.objects.all().delete()
    Incident.objects.all().delete()
    Shift.objects.all().delete()
    Member.objects.all().delete()
    drained_right()
    assert not TotalDay.objects.exists()


def test_truncated_facts_leave_nothing(city: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE duties_attendance, incidents_incident, duties_shift CASCADE")
    drained_right()
    assert total(city, "hy", "attended") is None


def test_people_who_leave_move_and_change_their_work(city: Cast) -> None:
    Member.objects.filter(name="王芳").update(status="left", status_on=DAY)
    Member.objects.filter(name="李娜").update(unit=city.units["sg21"].pk, occupation="guard")
    drained_right()
    assert total(city, "hy", "departed") == 1
    Member.objects.update(status="left", status_on=dt.date(2000, 1, 1))
    drained_right()


def test_an_edit_that_counts_nowhere_is_not_noted(city: Cast) -> None:
    Member.objects.update(phone="13911112222", remarks="…")
    assert not Dirty.objects.exists()


def test_a_moved_unit_takes_its_totals_along(city: Cast) -> None:
    incident(city.units["sg12"].pk, DAY)
    tree.move_unit(actor=SYSTEM, unit_id=city.units["sg1"].pk, parent_id=city.units["zx"].pk)
    incident(city.units["sg11"].pk, DAY + dt.timedelta(days=1))
    drained_right()
    assert total(city, "sg", "attended") is None
    assert total(city, "zx", "attended") == 2


def test_a_merged_unit(city: Cast) -> None:
    merge_units(actor=SYSTEM, source_id=city.units["sg1"].pk, target_id=city.units["sg2"].pk, reason="merger")
    drained_right()
    merge_units(actor=SYSTEM, source_id=city.units["sg"].pk, target_id=city.units["zx"].pk, reason="merger")
    drained_right()


def test_a_deleted_unit_leaves_nothing(city: Cast) -> None:
    leaving = person(city.units["sg21"].pk, "陈刚")
    rollups.drain_all(actor=SYSTEM)
    leaving.delete()
    tree.remove_unit(actor=SYSTEM, unit_id=city.units["sg21"].pk, reason="never used")
    drained_right()


def test_a_small_batch_leaves_the_rest(city: Cast) -> None:
    for number in range(5):
        incident(city.units["sg11"].pk, DAY + dt.timedelta(days=number))
    done = rollups.drain(actor=SYSTEM, limit=2)
    assert done.taken == 2
    assert Dirty.objects.count() == 3
    drained_right()


def test_only_the_system_counts(city: Cast) -> None:
    for work in (rollups.drain, rollups.drain_all, rollups.rebuild, rollups.check):
        with pytest.raises(PermissionDenied):
            work(actor=city.actor("liaison_hy"))


def test_a_rebuild_finds_the_same(city: Cast) -> None:
    incident(city.units["hy"].pk, DAY)
    tree.move_unit(actor=SYSTEM, unit_id=city.units["sg1"].pk, parent_id=city.units["zx"].pk)
    TotalDay.objects.all().delete()
    rollups.rebuild(actor=SYSTEM)
    recount.assert_equal()
    # The new tables keep their keys and settings: cells are found and written as before.
    incident(city.units["sg11"].pk, DAY)
    drained_right()


def test_a_rebuild_keeps_keys_indexes_and_settings(city: Cast) -> None:
    sql = (
        "SELECT c.relname, c.reloptions, i.relname, pg_get_indexdef(i.oid), x.indisprimary, n.conname, n.contype"
        " FROM pg_class c LEFT JOIN pg_index x ON x.indrelid = c.oid LEFT JOIN pg_class i ON i.oid = x.indexrelid"
        " LEFT JOIN pg_constraint n ON n.conindid = i.oid WHERE c.relname LIKE 'stats\\_%day%' ORDER BY 1, 3"
    )
    columns = (
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
        " WHERE table_name LIKE 'stats\\_%day%' ORDER BY 1, 2"
    )
    with connection.cursor() as cursor:
        before = []
        for statement in (sql, columns):
            cursor.execute(statement)
            before.append(cursor.fetchall())
        rollups.rebuild(actor=SYSTEM)
        for statement, shape in zip((sql, columns), before, strict=True):
            cursor.execute(statement)
            assert cursor.fetchall() == shape
