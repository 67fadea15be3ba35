"""Weeks, days, gaps, candidates, and a member's own page."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from corps.actors import SYSTEM
from corps.queries.scope import current_tree
from duties.enums import AttendanceStatus as S
from duties.models import Shift
from duties.operations.attendance import Entry, check_in, correct, record_list
from duties.operations.results import add_photo
from duties.operations.shifts import cancel_shift
from duties.queries.candidates import candidates
from duties.queries.mine import my_hours, my_shifts
from duties.queries.shifts import attendance_of, gaps_within, shift_of, today_of, week_of
from members.enums import MemberStatus
from members.models import TeamMembership
from members.queries.people import member_of
from tests.cast import Cast
from tests.duties.pictures import jpeg
from tests.duties.scenes import HOUR, closed, days_ago, moment, planned
from tests.members.roster import person

pytestmark = pytest.mark.django_db

MONDAY = dt.date(2022, 11, 7)


def node(cast: Cast, code: str) -> Any:
    return current_tree().nodes[cast.units[code].pk]


def test_a_week_holds_own_and_joint_shifts_in_order(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    late = planned(cast, starts_at=moment(MONDAY + dt.timedelta(days=6), 23), members=[one])
    early = planned(cast, starts_at=moment(MONDAY, 0))
    joint = planned(cast, "sg12", starts_at=moment(MONDAY, 12), joint_unit_ids=[cast.units["sg11"].pk])
    planned(cast, "sg12", starts_at=moment(MONDAY, 14))
    planned(cast, starts_at=moment(MONDAY - dt.timedelta(days=1), 23))
    planned(cast, starts_at=moment(MONDAY + dt.timedelta(days=7), 0))
    found = week_of(cast.actor("captain_sg11"), node(cast, "sg11"), MONDAY)
    assert [shift.pk for shift in found] == [early.pk, joint.pk, late.pk]
    assert [row.member.name for row in found[2].assignments.all()] == ["张伟"]
    with pytest.raises(Http404):
        week_of(cast.actor("captain_sg11"), node(cast, "sg12"), MONDAY)
    with pytest.raises(Http404):
        week_of(cast.actor("member_sg11"), node(cast, "sg11"), MONDAY)


@pytest.mark.parametrize("number", [1, 50])
def test_a_week_costs_the_same_whatever_its_length(cast: Cast, number: int) -> None:
    people = [person(cast.units["sg11"].pk, f"队员{index}") for index in range(number)]
    for index, one in enumerate(people):
        planned(cast, starts_at=moment(MONDAY + dt.timedelta(days=index % 7), index % 22), members=[one])
    actor, unit = cast.actor("captain_sg11"), node(cast, "sg11")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = week_of(actor, unit, MONDAY)
        assert all(row.member.name and shift.kind.name for shift in found for row in shift.assignments.all())
    # Version of the tree, appointments, joint shifts, shifts, assignments, joint units.
    assert len(queries) == 6


def test_today_with_what_still_runs_since_yesterday(cast: Cast) -> None:
    now = timezone.now()
    over = planned(cast, starts_at=now - 23 * HOUR, hours=1)
    night = planned(cast, starts_at=moment(days_ago(1), 23, 59), hours=24)
    own = planned(cast, starts_at=moment(days_ago(0), 12))
    found = {shift.pk for shift in today_of(cast.actor("captain_sg11"), node(cast, "sg11"))}
    assert {night.pk, own.pk} <= found
    assert over.pk not in found or over.day == timezone.localdate()


def test_gaps_are_what_lacks_people_soon(cast: Cast) -> None:
    one, gone = (person(cast.units["sg11"].pk, name) for name in ("张伟", "李娜"))
    soon = timezone.now() + HOUR
    full = planned(cast, starts_at=soon, members=[one], needed=1)
    lacking = planned(cast, "sg12", starts_at=soon + HOUR, needed=3)
    left = planned(cast, starts_at=soon + 5 * HOUR, members=[gone], needed=1)
    planned(cast, starts_at=soon + 30 * HOUR)
    cancelled = planned(cast, starts_at=soon)
    cancel_shift(actor=SYSTEM, shift_id=cancelled.pk, reason="误建")
    gone.status = MemberStatus.SUSPENDED
    gone.save()
    found = gaps_within(cast.actor("captain_sg1"), node(cast, "sg1"))
    assert [(gap.shift.pk, gap.planned, gap.missing) for gap in found] == [(lacking.pk, 0, 3), (left.pk, 0, 1)]
    assert full.pk not in {gap.shift.pk for gap in found}
    assert gaps_within(cast.actor("captain_sg1"), node(cast, "sg1"), hours=1) == []


def test_a_shift_is_shown_with_all_its_parts_to_who_may_see_it(cast: Cast) -> None:
    one, two = (person(cast.units["sg11"].pk, name) for name in ("张伟", "李娜"))
    shift = closed(cast, members=[one, two], joint_unit_ids=[cast.units["zx1"].pk])
    row = shift.attendances.get(member=one)
    correct(actor=SYSTEM, attendance_id=row.pk, status=S.ABSENT, reason="误登")
    for name in ("captain_sg11", "liaison_hy", "inspector_sg", "captain_zx"):
        found = shift_of(cast.actor(name), shift.pk)
        assert {(one.member.name, one.status) for one in found.attendances.all()} == {
            ("张伟", S.ABSENT),
            ("李娜", S.PRESENT),
        }
        assert [part.unit.code for part in found.joint_units.all()] == ["zx1"]
    for name in ("member_sg11", "nobody", "auditor_hy", "admin"):
        with pytest.raises(Http404):
            shift_of(cast.actor(name), shift.pk)


def test_pictures_are_not_read_with_the_shift(cast: Cast) -> None:
    shift = planned(cast)
    add_photo(actor=SYSTEM, shift_id=shift.pk, content=jpeg())
    with CaptureQueriesContext(connection) as queries:
        assert len(shift_of(cast.actor("captain_sg11"), shift.pk).photos.all()) == 1
    assert not any('"duties_shiftphoto"."sealed"' in query["sql"] for query in queries)


def test_records_are_seen_where_the_member_or_the_shift_is(cast: Cast) -> None:
    one = person(cast.units["zx11"].pk, "张伟")
    shift = planned(cast, "sg11", joint_unit_ids=[cast.units["zx1"].pk])
    row = check_in(actor=SYSTEM, shift_id=shift.pk, member_id=one.pk, at=shift.starts_at)
    for name in ("captain_zx", "captain_sg11"):
        assert attendance_of(cast.actor(name), row.pk) == row
    Shift.objects.get().joint_units.all().delete()
    assert attendance_of(cast.actor("captain_zx"), row.pk) == row
    for name in ("member_sg11", "nobody"):
        with pytest.raises(Http404):
            attendance_of(cast.actor(name), row.pk)


# --- candidates -------------------------------------------------------------------------------------------------------


def test_candidates_say_who_is_free_and_why_the_others_are_not(cast: Cast) -> None:
    free, busy, on_it, away = (person(cast.units["sg11"].pk, name) for name in ("张一", "张二", "张三", "张四"))
    away.status, away.status_on = MemberStatus.SUSPENDED, dt.date(2022, 1, 1)
    away.save()
    person(cast.units["sg12"].pk, "张五")
    tomorrow = moment(days_ago(-1), 19)
    planned(cast, members=[busy], starts_at=tomorrow)
    shift = planned(cast, members=[on_it], starts_at=tomorrow + HOUR)
    found = candidates(cast.actor("captain_sg11"), node(cast, "sg11"), "zhang", shift)
    assert found[0].name == "张一"
    assert {one.name: bool(one.why_not) for one in found} == {"张一": False, "张二": True, "张三": True, "张四": True}
    why = {one.name: one.why_not for one in found}
    assert "19:00–21:00" in why["张二"]
    assert "一中队夜巡" in why["张二"]
    assert [one.id for one in candidates(cast.actor("captain_sg11"), node(cast, "sg11"), "张一")] == [free.pk]
    assert candidates(cast.actor("captain_sg11"), node(cast, "sg11"), "没有这人") == []


def test_candidates_include_further_teams_and_joint_units(cast: Cast) -> None:
    team, joint = person(cast.units["sg12"].pk, "张一"), person(cast.units["zx11"].pk, "张二")
    TeamMembership.objects.create(member=team, unit=cast.units["sg11"])
    shift = planned(cast, joint_unit_ids=[cast.units["zx1"].pk])
    found = candidates(cast.actor("captain_sg11"), node(cast, "sg11"), "zhang", shift)
    assert {one.id for one in found} == {team.pk, joint.pk}


def test_namesakes_are_told_apart(cast: Cast) -> None:
    for _ in range(2):
        person(cast.units["sg11"].pk, "张伟")
    labels = {one.label for one in candidates(cast.actor("captain_sg11"), node(cast, "sg11"), "张伟")}
    assert len(labels) == 2


def test_who_plans_nowhere_gets_no_candidates(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        candidates(cast.actor("inspector_sg"), node(cast, "sg11"), "zhang")
    with pytest.raises(Http404):
        candidates(cast.actor("captain_zx"), node(cast, "sg11"), "zhang")


# --- a member's own ---------------------------------------------------------------------------------------------------


def test_my_shifts_and_my_hours(cast: Cast) -> None:
    account = cast.actor("member_sg11")
    one = person(cast.units["sg11"].pk, "张伟", account=account)
    other = person(cast.units["sg11"].pk, "李娜")
    coming = planned(cast, members=[one, other], starts_at=moment(days_ago(-3), 19))
    dropped = planned(cast, members=[one], starts_at=moment(days_ago(-4), 19))
    cancel_shift(actor=SYSTEM, shift_id=dropped.pk, reason="误建")
    done = closed(cast, members=[one])
    planned(cast, members=[other], starts_at=moment(days_ago(-5), 19))
    closed(cast, members=[one], starts_at=moment(dt.date(2022, 11, 7), 19))
    closed(cast, members=[one], starts_at=moment(dt.date(2022, 11, 30), 23))
    mine = my_shifts(one)
    assert [(row.shift.pk, row.over, row.attendance is not None) for row in mine] == [
        (done.pk, True, True),
        (coming.pk, False, False),
    ]
    hours = my_hours(one, 2022)
    assert [(month.times, month.minutes) for month in hours] == [(0, 0)] * 10 + [(2, 240), (0, 0)]


def test_who_is_no_member_has_no_shifts(cast: Cast) -> None:
    assert member_of(cast.actor("captain_sg11")) is None
    assert member_of(SYSTEM) is None


def test_hours_of_what_was_corrected_count_once(cast: Cast) -> None:
    account = cast.actor("member_sg11")
    one = person(cast.units["sg11"].pk, "张伟", account=account)
    shift = planned(cast, members=[one], starts_at=moment(MONDAY, 19))
    (row,) = record_list(actor=SYSTEM, shift_id=shift.pk, entries=[Entry(one.pk, S.PRESENT)])
    correct(
        actor=SYSTEM,
        attendance_id=row.pk,
        status=S.LATE,
        checked_in_at=shift.starts_at + HOUR,
        checked_out_at=shift.ends_at,
        reason="迟到",
    )
    assert my_hours(one, 2022)[10].minutes == 60
