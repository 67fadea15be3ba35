"""One person cannot be in two places, also when many ask for them at the same moment."""

import datetime as dt
from collections.abc import Callable
from functools import partial

import pytest
from django.db import transaction
from django.test import Client

from corps.actors import SYSTEM
from duties.enums import AttendanceStatus
from duties.models import Assignment, Attendance, Shift
from duties.operations.assignments import assign
from duties.operations.attendance import Entry, check_in, correct, record_list
from duties.operations.kinds import plant_default_kinds
from duties.operations.planning import plan_days
from duties.operations.results import close_shift, record_results
from duties.operations.shifts import cancel_shift, edit_shift
from duties.operations.weeks import copy_week
from tests.cast import Cast, assemble
from tests.duties.scenes import HOUR, days_ago, kind_of, moment, planned
from tests.members.roster import person
from tests.together import at_once, await_waiting, begin, count_ways

pytestmark = pytest.mark.django_db(transaction=True)

CROWD = 8


@pytest.fixture
def company() -> Cast:
    return assemble()


def overlapping(cast: Cast, number: int) -> list[Shift]:
    """So many shifts of different units at nearly the same time."""
    units = ["sg11", "sg12", "sg1", "sg21", "sg2", "sg", "zx", "hy"]
    day = moment(days_ago(1), 19)
    return [planned(cast, units[index % len(units)], starts_at=day + index * HOUR / 10) for index in range(number)]


def test_exactly_one_shift_gets_the_member(company: Cast) -> None:
    one = person(company.units["sg11"].pk, "张伟")
    shifts = overlapping(company, CROWD)
    ended = count_ways(
        at_once(*[partial(assign, actor=SYSTEM, shift_id=shift.pk, member_ids=[one.pk]) for shift in shifts])
    )
    assert ended == {"done": 1, "duty.not_free": CROWD - 1}
    assert Assignment.objects.filter(active=True).count() == 1


def test_crossing_lists_of_members_never_end_in_a_failure(company: Cast) -> None:
    """Half take the people from the front, half from the back: without an order they would wait in a ring."""
    people = [person(company.units["sg11"].pk, f"队员{number}").pk for number in range(12)]
    shifts = overlapping(company, CROWD)
    ended = count_ways(
        at_once(
            *[
                partial(assign, actor=SYSTEM, shift_id=shift.pk, member_ids=people if index % 2 else people[::-1])
                for index, shift in enumerate(shifts)
            ]
        )
    )
    assert ended == {"done": 1, "duty.not_free": CROWD - 1}
    assert Assignment.objects.filter(active=True).count() == len(people)


def test_exactly_one_place_records_the_member(company: Cast) -> None:
    one = person(company.units["sg11"].pk, "张伟")
    shifts = overlapping(company, CROWD)
    ended = count_ways(
        at_once(
            *[
                partial(check_in, actor=SYSTEM, shift_id=shift.pk, member_id=one.pk, at=shift.starts_at)
                for shift in shifts
            ]
        )
    )
    assert ended == {"done": 1, "duty.not_free": CROWD - 1}
    assert Attendance.objects.filter(current=True).count() == 1


def test_two_captains_at_one_list(company: Cast) -> None:
    """The same list twice is one list; contradicting ones are not mixed."""
    people = [person(company.units["sg11"].pk, f"队员{number}") for number in range(6)]
    shift = planned(company, members=people)
    present = [Entry(one.pk, AttendanceStatus.PRESENT) for one in people]
    absent = [Entry(one.pk, AttendanceStatus.ABSENT) for one in reversed(people)]
    works = [
        partial(record_list, actor=SYSTEM, shift_id=shift.pk, entries=entries) for entries in [present, absent] * 3
    ]
    assert count_ways(at_once(*works)) == {"done": 3, "attendance.recorded": 3}
    assert Attendance.objects.values("status").distinct().count() == 1
    assert Attendance.objects.count() == len(people)


def test_a_record_is_corrected_once(company: Cast) -> None:
    one = person(company.units["sg11"].pk, "张伟")
    shift = planned(company, members=[one])
    (row,) = record_list(actor=SYSTEM, shift_id=shift.pk, entries=[Entry(one.pk, AttendanceStatus.PRESENT)])
    works = [
        lambda: correct(actor=SYSTEM, attendance_id=row.pk, status=AttendanceStatus.ABSENT, reason="误登")
        for _ in range(CROWD)
    ]
    assert count_ways(at_once(*works)) == {"done": 1, "attendance.corrected": CROWD - 1}
    assert Attendance.objects.filter(current=True).count() == 1
    assert Attendance.objects.count() == 2


def test_a_shift_is_closed_or_cancelled_but_not_both(company: Cast) -> None:
    one = person(company.units["sg11"].pk, "张伟")
    shift = planned(company, members=[one])
    entry = [Entry(one.pk, AttendanceStatus.PRESENT)]
    works: list[Callable[[], object]] = [
        lambda: record_list(actor=SYSTEM, shift_id=shift.pk, entries=entry),
        lambda: cancel_shift(actor=SYSTEM, shift_id=shift.pk, reason="暴雨"),
        lambda: close_shift(actor=SYSTEM, shift_id=shift.pk),
        lambda: cancel_shift(actor=SYSTEM, shift_id=shift.pk, reason="暴雨"),
    ]
    ended = count_ways(at_once(*works))
    shift.refresh_from_db()
    recorded = Attendance.objects.filter(current=True).count()
    assert (shift.state, recorded) in {("cancelled", 0), ("planned", 1), ("closed", 1)}
    assert set(ended) <= {"done", "shift.cancelled", "shift.has_attendance", "shift.incomplete", "shift.closed"}


def test_shifts_moved_onto_each_other(company: Cast) -> None:
    """Two shifts of one member change places at once: at most one move can stand, and nobody fails."""
    one = person(company.units["sg11"].pk, "张伟")
    day = days_ago(-1)
    shifts = [planned(company, members=[one], starts_at=moment(day, hour)) for hour in (8, 11, 14, 17)]

    def move(shift: Shift) -> object:
        return edit_shift(
            actor=SYSTEM,
            shift_id=shift.pk,
            kind_id=shift.kind_id,
            starts_at=moment(day, 20),
            ends_at=moment(day, 22),
            needed=2,
        )

    ended = count_ways(at_once(*[partial(move, shift) for shift in shifts]))
    assert ended == {"done": 1, "duty.not_free": 3}


def test_a_week_copied_twice_at_once_is_copied_once(company: Cast) -> None:
    one = person(company.units["sg11"].pk, "张伟")
    monday = moment(days_ago(7), 19)
    monday -= monday.weekday() * 24 * HOUR
    planned(company, members=[one], starts_at=monday)
    day = monday.date()
    works = [
        lambda: copy_week(
            actor=SYSTEM,
            unit_id=company.units["sg11"].pk,
            from_monday=day,
            to_monday=(monday + 14 * 24 * HOUR).date(),
            with_members=True,
        )
        for _ in range(4)
    ]
    assert count_ways(at_once(*works)) == {"done": 4}
    assert Shift.objects.count() == 2
    assert Assignment.objects.filter(active=True).count() == 2


def test_kinds_planted_at_once_are_planted_once(company: Cast) -> None:
    corps_id = company.units["hy"].corps_id
    ended = count_ways(at_once(*[lambda: plant_default_kinds(actor=SYSTEM, corps_id=corps_id) for _ in range(4)]))
    assert ended == {"done": 4}


@pytest.mark.parametrize(("path", "body"), [("", {"remarks": "穿绿马甲"}), ("results/", {"people_reached": 40})])
def test_a_call_that_names_one_thing_keeps_what_somebody_else_changes_meanwhile(
    company: Cast, path: str, body: dict[str, object]
) -> None:
    """The call has come in before the other change is committed, and is answered after it."""
    shift = planned(company)
    client = Client()
    client.force_login(company.accounts["captain_sg11"])

    def call() -> int:
        send = client.post if path else client.patch
        return send(f"/api/v1/shifts/{shift.pk}/{path}", body, content_type="application/json").status_code

    with transaction.atomic():
        held = Shift.objects.select_for_update().get(pk=shift.pk)
        act = begin(call)
        await_waiting(act)
        assert act.is_alive(), act.answer
        held.needed, held.materials = 7, 200
        held.save()
    assert act.result() == 200
    shift.refresh_from_db()
    assert (shift.needed, shift.materials) == (7, 200)
    assert {name: getattr(shift, name) for name in body} == body


def test_changes_of_different_things_all_stand(company: Cast) -> None:
    shift = planned(company)
    change = partial(edit_shift, actor=SYSTEM, shift_id=shift.pk)
    result = partial(record_results, actor=SYSTEM, shift_id=shift.pk)
    works: list[Callable[[], object]] = [
        partial(change, needed=5),
        partial(change, remarks="穿绿马甲"),
        partial(change, police=1),
        partial(change, vehicles=2),
        partial(change, ends_at=shift.ends_at + HOUR),
        partial(result, materials=200),
        partial(result, people_reached=80),
        partial(result, summary="平稳"),
    ]
    ends_at = shift.ends_at + HOUR
    assert count_ways(at_once(*works)) == {"done": len(works)}
    shift.refresh_from_db()
    assert (shift.needed, shift.remarks, shift.police, shift.vehicles, shift.ends_at) == (5, "穿绿马甲", 1, 2, ends_at)
    assert (shift.materials, shift.people_reached, shift.summary) == (200, 80, "平稳")


def test_rows_with_crossing_teams_wait_for_each_other_in_order(company: Cast) -> None:
    """Two rows name the same two teams the other way round, at the same time: each is planned once, the rest is
    refused with the name of somebody, and nobody because two waited in a ring.
    """
    front, back = ([person(company.units["sg11"].pk, f"队员{n}").pk for n in part] for part in (range(6), range(6, 12)))
    days = [days_ago(-1), days_ago(-2)]
    kind = kind_of(company)
    works = [
        partial(
            plan_days,
            actor=SYSTEM,
            unit_id=company.units[unit].pk,
            kind_id=kind.pk,
            days=days,
            starts=dt.time(19),
            minutes=120,
            needed=2,
            teams=teams,
        )
        for unit, teams in (("sg11", [front, back]), ("sg12", [back, front])) * 3
    ]
    assert count_ways(at_once(*works)) == {"done": 2, "duty.not_free": 4}
