"""Who came: checking in and out, lists, and corrections as new rows."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.utils import timezone
from pghistory.models import Context

from corps.actors import SYSTEM
from corps.errors import Refusal
from duties.enums import AttendanceStatus as S
from duties.enums import DutyCategory
from duties.models import Assignment, Attendance
from duties.operations.attendance import (
    Entry,
    check_in,
    check_out,
    correct,
    mark_absent,
    mark_replaced,
    record_list,
    withdraw,
)
from duties.operations.results import close_shift
from members.enums import MemberStatus
from members.operations.people import transfer
from tests.cast import Cast
from tests.duties.scenes import HOUR, closed, days_ago, kind_of, moment, planned
from tests.members.roster import person

pytestmark = pytest.mark.django_db

TEN_MINUTES = dt.timedelta(minutes=10)


def values(row: Attendance) -> tuple[Any, ...]:
    return row.status, row.checked_in_at, row.checked_out_at, row.minutes


def test_in_and_out(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast, members=[one])
    captain = cast.actor("captain_sg11")
    row = check_in(actor=captain, shift_id=shift.pk, member_id=one.pk, at=shift.starts_at + TEN_MINUTES, late=True)
    row.refresh_from_db()
    assert values(row) == (S.LATE, shift.starts_at + TEN_MINUTES, None, 0)
    assert (row.period.lower, row.period.upper) == (shift.starts_at + TEN_MINUTES, shift.ends_at)
    assert (row.unit_id, row.day, row.category, row.mechanism) == (one.unit_id, shift.day, "patrol", "standby")
    assert row.recorded_by_id == captain.pk
    row = check_out(actor=captain, shift_id=shift.pk, member_id=one.pk, at=shift.ends_at + TEN_MINUTES)
    row.refresh_from_db()
    assert values(row) == (S.LATE, shift.starts_at + TEN_MINUTES, shift.ends_at + TEN_MINUTES, 120)
    assert row.period.upper == shift.ends_at + TEN_MINUTES
    assert Attendance.objects.count() == 1


def test_twice_is_refused_and_nothing_changes(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast, members=[one])
    who: dict[str, Any] = {"actor": SYSTEM, "shift_id": shift.pk, "member_id": one.pk}
    with pytest.raises(Refusal) as caught:
        check_out(**who, at=shift.ends_at)
    assert caught.value.code == "attendance.not_in"
    check_in(**who, at=shift.starts_at)
    attempts: list[Callable[[], object]] = [lambda: check_in(**who, at=shift.starts_at), lambda: mark_absent(**who)]
    for again in attempts:
        with pytest.raises(Refusal) as caught:
            again()
        assert caught.value.code == "attendance.recorded"
    check_out(**who, at=shift.ends_at)
    with pytest.raises(Refusal) as caught:
        check_out(**who, at=shift.ends_at + HOUR)
    assert caught.value.code == "attendance.recorded"
    assert Attendance.objects.get().minutes == 120


@pytest.mark.parametrize("minutes", [-121, 120, 600])
def test_checking_in_belongs_to_the_shift(cast: Cast, minutes: int) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast, members=[one])
    at = shift.starts_at + dt.timedelta(minutes=minutes)
    with pytest.raises(Refusal) as caught:
        check_in(actor=SYSTEM, shift_id=shift.pk, member_id=one.pk, at=at)
    assert (caught.value.code, caught.value.place) == ("attendance.period", "checked_in_at")


def test_times_of_the_future_and_ends_before_beginnings(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    coming = planned(cast, members=[one], starts_at=moment(days_ago(-1), 19))
    with pytest.raises(Refusal) as caught:
        check_in(actor=SYSTEM, shift_id=coming.pk, member_id=one.pk, at=coming.starts_at)
    assert caught.value.code == "attendance.period"
    with pytest.raises(Refusal) as caught:
        mark_absent(actor=SYSTEM, shift_id=coming.pk, member_id=one.pk)
    assert caught.value.code == "attendance.too_early"
    shift = planned(cast, members=[one])
    check_in(actor=SYSTEM, shift_id=shift.pk, member_id=one.pk, at=shift.starts_at)
    for at in (shift.starts_at, shift.starts_at - HOUR, shift.ends_at + 13 * HOUR):
        with pytest.raises(Refusal) as caught:
            check_out(actor=SYSTEM, shift_id=shift.pk, member_id=one.pk, at=at)
        assert (caught.value.code, caught.value.place) == ("attendance.period", "checked_out_at")


def test_somebody_who_was_not_planned_may_come(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    gone = person(cast.units["sg11"].pk, "李娜", status=MemberStatus.LEFT, status_on=dt.date(2022, 11, 3))
    stranger = person(cast.units["zx11"].pk, "王芳")
    shift = planned(cast)
    captain = cast.actor("captain_sg11")
    assert check_in(actor=captain, shift_id=shift.pk, member_id=one.pk, at=shift.starts_at).pk
    for who, code in ((gone, "duty.member_status"), (stranger, "duty.member.unknown")):
        with pytest.raises(Refusal) as caught:
            check_in(actor=captain, shift_id=shift.pk, member_id=who.pk, at=shift.starts_at)
        assert caught.value.code == code


def test_nobody_is_in_two_places(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    first = planned(cast, members=[one])
    record_list(actor=SYSTEM, shift_id=first.pk, entries=[Entry(one.pk, S.PRESENT)])
    second = planned(cast, "sg1", starts_at=first.starts_at + HOUR)
    with pytest.raises(Refusal) as caught:
        check_in(actor=SYSTEM, shift_id=second.pk, member_id=one.pk, at=second.starts_at)
    assert caught.value.code == "duty.not_free"
    assert "一中队夜巡" in str(caught.value)
    assert check_in(actor=SYSTEM, shift_id=second.pk, member_id=one.pk, at=first.ends_at).pk


def test_staying_on_into_the_next_shift_is_refused(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    first = planned(cast, members=[one])
    check_in(actor=SYSTEM, shift_id=first.pk, member_id=one.pk, at=first.starts_at)
    second = planned(cast, "sg1", starts_at=first.ends_at)
    check_in(actor=SYSTEM, shift_id=second.pk, member_id=one.pk, at=second.starts_at)
    with pytest.raises(Refusal) as caught:
        check_out(actor=SYSTEM, shift_id=first.pk, member_id=one.pk, at=first.ends_at + TEN_MINUTES)
    assert caught.value.code == "duty.not_free"
    assert "青山大队夜巡" in str(caught.value)


def test_the_unit_is_the_home_unit_of_that_day(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast, "sg1", members=[one])
    row = check_in(actor=SYSTEM, shift_id=shift.pk, member_id=one.pk, at=shift.starts_at)
    transfer(actor=SYSTEM, member_id=one.pk, unit_id=cast.units["sg12"].pk, reason="搬家")
    row.refresh_from_db()
    assert row.unit_id == cast.units["sg11"].pk
    check_out(actor=SYSTEM, shift_id=shift.pk, member_id=one.pk, at=shift.ends_at)
    new = correct(actor=SYSTEM, attendance_id=row.pk, status=S.ABSENT, reason="看错人")
    assert new.unit_id == cast.units["sg11"].pk


# --- the list ---------------------------------------------------------------------------------------------------------


def test_a_list_is_recorded_at_once(cast: Cast) -> None:
    people = [person(cast.units["sg11"].pk, name) for name in ("张伟", "李娜", "王芳", "刘洋")]
    other = person(cast.units["sg11"].pk, "陈静")
    shift = planned(cast, members=people)
    entries = [
        Entry(people[0].pk, S.PRESENT),
        Entry(people[1].pk, S.LATE, shift.starts_at + TEN_MINUTES, shift.ends_at),
        Entry(people[2].pk, S.ABSENT),
        Entry(people[3].pk, S.REPLACED, replaced_by_id=other.pk),
        Entry(other.pk, S.PRESENT),
    ]
    rows = record_list(actor=cast.actor("captain_sg11"), shift_id=shift.pk, entries=entries)
    assert [(row.status, row.minutes) for row in rows] == [
        (S.PRESENT, 120),
        (S.LATE, 110),
        (S.ABSENT, 0),
        (S.REPLACED, 0),
        (S.PRESENT, 120),
    ]
    assert rows[3].replaced_by_id == other.pk
    planned_for = Assignment.objects.filter(shift=shift, active=True).values_list("member__name", flat=True)
    assert set(planned_for) == {"张伟", "李娜", "王芳", "陈静"}
    again = record_list(actor=SYSTEM, shift_id=shift.pk, entries=entries)
    assert [row.pk for row in again] == [row.pk for row in rows]
    assert Attendance.objects.count() == 5
    assert close_shift(actor=SYSTEM, shift_id=shift.pk).state == "closed"


def test_a_list_completes_open_rows_and_overwrites_nothing(cast: Cast) -> None:
    one, two = (person(cast.units["sg11"].pk, name) for name in ("张伟", "李娜"))
    shift = planned(cast, members=[one, two])
    check_in(actor=SYSTEM, shift_id=shift.pk, member_id=one.pk, at=shift.starts_at)
    left = [Entry(one.pk, S.PRESENT, checked_out_at=shift.ends_at, checked_in_at=shift.starts_at)]
    (row,) = record_list(actor=SYSTEM, shift_id=shift.pk, entries=left)
    assert row.minutes == 120
    with pytest.raises(Refusal) as caught:
        record_list(actor=SYSTEM, shift_id=shift.pk, entries=[Entry(two.pk, S.PRESENT), Entry(one.pk, S.ABSENT)])
    assert caught.value.code == "attendance.recorded"
    assert not Attendance.objects.filter(member=two).exists()


def test_lists_that_cannot_be(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast, members=[one])
    for entries in (
        [Entry(one.pk, S.PRESENT), Entry(one.pk, S.ABSENT)],
        [Entry(one.pk, S.ABSENT, checked_in_at=shift.starts_at)],
        [Entry(one.pk, S.REPLACED, replaced_by_id=one.pk)],
        [Entry(one.pk, S.PRESENT, replaced_by_id=one.pk)],
    ):
        with pytest.raises(Refusal) as caught:
            record_list(actor=SYSTEM, shift_id=shift.pk, entries=entries)
        assert caught.value.code == "attendance.invalid"
    assert not Attendance.objects.exists()


def test_while_the_shift_runs_a_list_leaves_people_there(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast, members=[one], starts_at=timezone.now() - HOUR)
    (row,) = record_list(actor=SYSTEM, shift_id=shift.pk, entries=[Entry(one.pk, S.PRESENT)])
    assert values(row) == (S.PRESENT, shift.starts_at, None, 0)


# --- replacing --------------------------------------------------------------------------------------------------------


def test_who_comes_instead_is_planned_and_the_other_is_free(cast: Cast) -> None:
    one, two = (person(cast.units["sg11"].pk, name) for name in ("张伟", "李娜"))
    shift = planned(cast, members=[one])
    row = mark_replaced(actor=SYSTEM, shift_id=shift.pk, member_id=one.pk, by_member_id=two.pk)
    assert (row.status, row.replaced_by_id) == (S.REPLACED, two.pk)
    assert list(Assignment.objects.filter(active=True).values_list("member_id", flat=True)) == [two.pk]
    assert planned(cast, "sg1", members=[one], starts_at=shift.starts_at).pk


def test_who_is_held_elsewhere_cannot_stand_in(cast: Cast) -> None:
    one, two = (person(cast.units["sg11"].pk, name) for name in ("张伟", "李娜"))
    shift = planned(cast, members=[one])
    planned(cast, "sg1", members=[two], starts_at=shift.starts_at + HOUR)
    with pytest.raises(Refusal) as caught:
        mark_replaced(actor=SYSTEM, shift_id=shift.pk, member_id=one.pk, by_member_id=two.pk)
    assert caught.value.code == "duty.not_free"
    assert not Attendance.objects.exists()


# --- corrections ------------------------------------------------------------------------------------------------------


def test_a_correction_is_a_new_row_also_at_a_closed_shift(cast: Cast) -> None:
    one, two = (person(cast.units["sg11"].pk, name) for name in ("张伟", "李娜"))
    shift = closed(cast, members=[one, two])
    old = Attendance.objects.get(member=one)
    new = correct(
        actor=cast.actor("captain_sg11"),
        attendance_id=old.pk,
        status=S.LATE,
        checked_in_at=shift.starts_at + HOUR,
        checked_out_at=shift.ends_at,
        reason="登记有误",
    )
    old.refresh_from_db()
    assert (old.current, old.status, old.minutes, old.corrected_by) == (False, S.PRESENT, 120, new)
    assert (new.current, new.minutes, new.corrects_id, new.reason) == (True, 60, old.pk, "登记有误")
    assert Context.objects.get(metadata__action="attendance.correct").metadata["reason"] == "登记有误"
    with pytest.raises(Refusal) as caught:
        correct(actor=SYSTEM, attendance_id=old.pk, status=S.ABSENT, reason="再改")
    assert caught.value.code == "attendance.corrected"
    correct(actor=SYSTEM, attendance_id=new.pk, status=S.ABSENT, reason="再改")
    assert [row.status for row in Attendance.objects.filter(member=one).order_by("id")] == [S.PRESENT, S.LATE, S.ABSENT]


def test_corrections_that_cannot_be(cast: Cast) -> None:
    shift = closed(cast)
    row = Attendance.objects.get()
    for asked, code in (
        ({"status": S.ABSENT, "reason": " "}, "reason.missing"),
        ({"status": S.PRESENT, "reason": "x"}, "attendance.same"),
        ({"status": S.ABSENT, "reason": "x"}, "shift.nobody"),
        ({"status": S.PRESENT, "checked_in_at": shift.starts_at + HOUR, "reason": "x"}, "attendance.invalid"),
        ({"status": S.PRESENT, "checked_in_at": shift.ends_at, "reason": "x"}, "attendance.period"),
    ):
        with pytest.raises(Refusal) as caught:
            correct(actor=SYSTEM, attendance_id=row.pk, **asked)
        assert caught.value.code == code
    row.refresh_from_db()
    assert row.current
    assert Attendance.objects.count() == 1


def test_a_correction_into_another_place_is_refused(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    first = closed(cast, members=[one])
    closed(cast, "sg1", members=[one, person(cast.units["sg1"].pk, "李")], starts_at=first.ends_at)
    row = Attendance.objects.get(shift=first)
    with pytest.raises(Refusal) as caught:
        correct(
            actor=SYSTEM,
            attendance_id=row.pk,
            status=S.PRESENT,
            checked_in_at=first.starts_at,
            checked_out_at=first.ends_at + HOUR,
            reason="加班",
        )
    assert caught.value.code == "duty.not_free"
    row.refresh_from_db()
    assert row.current


def test_a_record_of_the_wrong_person_is_withdrawn(cast: Cast) -> None:
    one, two = (person(cast.units["sg11"].pk, name) for name in ("张伟", "李娜"))
    shift = closed(cast, members=[one, two])
    row = Attendance.objects.get(member=one)
    withdraw(actor=cast.actor("captain_sg11"), attendance_id=row.pk, reason="同名之误")
    assert not Attendance.objects.filter(member=one, current=True).exists()
    assert not Assignment.objects.filter(shift=shift, member=one, active=True).exists()
    with pytest.raises(Refusal) as caught:
        withdraw(actor=SYSTEM, attendance_id=Attendance.objects.get(member=two).pk, reason="误")
    assert caught.value.code == "shift.nobody"


def test_rights_to_record_and_to_correct(cast: Cast) -> None:
    """A captain sees the records of the own people elsewhere, but only who holds the shift corrects them."""
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast, "sg1", members=[one])
    at = shift.starts_at
    with pytest.raises(Http404):
        check_in(actor=cast.actor("captain_sg11"), shift_id=shift.pk, member_id=one.pk, at=at)
    with pytest.raises(PermissionDenied):
        check_in(actor=cast.actor("inspector_sg"), shift_id=shift.pk, member_id=one.pk, at=at)
    row = check_in(actor=cast.actor("captain_sg1"), shift_id=shift.pk, member_id=one.pk, at=at)
    with pytest.raises(PermissionDenied):
        correct(actor=cast.actor("captain_sg11"), attendance_id=row.pk, status=S.ABSENT, reason="x")
    with pytest.raises(Http404):
        correct(actor=cast.actor("captain_zx"), attendance_id=row.pk, status=S.ABSENT, reason="x")


def test_a_joint_unit_records_its_own_people(cast: Cast) -> None:
    one, own = person(cast.units["zx11"].pk, "张伟"), person(cast.units["sg11"].pk, "李娜")
    shift = planned(cast, joint_unit_ids=[cast.units["zx1"].pk], members=[own])
    captain = cast.actor("captain_zx")
    row = check_in(actor=captain, shift_id=shift.pk, member_id=one.pk, at=shift.starts_at)
    assert row.unit_id == cast.units["zx11"].pk
    with pytest.raises(Refusal):
        check_in(actor=captain, shift_id=shift.pk, member_id=own.pk, at=shift.starts_at)
    assert check_out(actor=captain, shift_id=shift.pk, member_id=one.pk, at=shift.ends_at).minutes == 120


def test_somebody_planned_who_was_transferred_is_still_recorded(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast, members=[one], kind_id=kind_of(cast, DutyCategory.SCHOOL).pk)
    transfer(actor=SYSTEM, member_id=one.pk, unit_id=cast.units["zx11"].pk, reason="搬家")
    row = check_in(actor=cast.actor("captain_sg11"), shift_id=shift.pk, member_id=one.pk, at=shift.starts_at)
    # The shift was yesterday, before the transfer.
    assert row.unit_id == cast.units["sg11"].pk


def test_what_is_written_down_late_counts_where_the_member_was_at_home_then(cast: Cast) -> None:
    one = person(cast.units["zx11"].pk, "张伟")
    event = apps.get_model("members", "MemberEvent")
    columns = [field.column for field in event._meta.concrete_fields if field.column != "pgh_id"]
    others = [name for name in columns if name not in {"pgh_created_at", "unit_id"}]
    with connection.cursor() as cursor:
        # The history as it would be: entered twenty days ago, transferred ten and five days ago.
        for code, back in (("sg11", 20), ("sg12", 10), ("zx11", 5)):
            cursor.execute(
                f"INSERT INTO members_memberevent (pgh_created_at, unit_id, {', '.join(others)})"  # noqa: S608
                f" SELECT %s, %s, {', '.join(others)} FROM members_memberevent WHERE pgh_obj_id = %s LIMIT 1",
                [moment(days_ago(back), 12), cast.units[code].pk, one.pk],
            )
    homes = {}
    for days in (30, 9, 4):
        shift = planned(cast, "sg", starts_at=moment(days_ago(days), 19))
        row = check_in(actor=SYSTEM, shift_id=shift.pk, member_id=one.pk, at=shift.starts_at)
        homes[days] = row.unit_id
    assert homes == {days: cast.units[code].pk for days, code in ((30, "sg11"), (9, "sg12"), (4, "zx11"))}


def test_a_joint_unit_neither_corrects_nor_withdraws_records_of_others(cast: Cast) -> None:
    own, other = person(cast.units["zx11"].pk, "张伟"), person(cast.units["sg11"].pk, "李娜")
    shift = planned(cast, joint_unit_ids=[cast.units["zx1"].pk], members=[own, other])
    entries = [Entry(one.pk, S.PRESENT) for one in (own, other)]
    rows = {row.member_id: row for row in record_list(actor=SYSTEM, shift_id=shift.pk, entries=entries)}
    captain = cast.actor("captain_zx")
    with pytest.raises(PermissionDenied):
        withdraw(actor=captain, attendance_id=rows[other.pk].pk, reason="x")
    with pytest.raises(PermissionDenied):
        correct(actor=captain, attendance_id=rows[other.pk].pk, status=S.ABSENT, reason="x")
    assert Attendance.objects.get(member=other).current
    withdraw(actor=captain, attendance_id=rows[own.pk].pk, reason="同名之误")
    assert not Attendance.objects.get(member=own).current
