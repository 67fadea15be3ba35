"""What the database keeps by itself, whoever writes: bulk, COPY or plain SQL."""

import copy
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from pghistory.models import Events
from psycopg.errors import CheckViolation

from duties.enums import AttendanceStatus, DutyCategory, ShiftState
from duties.models import Assignment, Attendance, Shift
from tests.cast import Cast
from tests.duties.scenes import HOUR, closed, kind_of, planned
from tests.members.roster import person

pytestmark = pytest.mark.django_db


def attendance(shift: Shift, member: Any, **values: Any) -> Attendance:
    return Attendance(
        **{
            "shift": shift,
            "member": member,
            "unit_id": member.unit_id,
            "day": shift.day,
            "category": shift.category,
            "mechanism": shift.mechanism,
            "status": AttendanceStatus.PRESENT,
            "checked_in_at": shift.starts_at,
            "checked_out_at": shift.ends_at,
            "period": DateTimeTZRange(shift.starts_at, shift.ends_at),
            "minutes": 120,
            **values,
        }
    )


def recorded_events() -> int:
    events: Any = Events.objects
    return int(events.tracks(Attendance.objects.get()).count())


def refused(write: Callable[[], object]) -> str:
    with pytest.raises((IntegrityError, CheckViolation)) as caught, transaction.atomic():
        write()
    return str(caught.value)


def test_a_shift_written_by_plain_sql_takes_its_rows_along(cast: Cast) -> None:
    one, two = (person(cast.units["sg11"].pk, name) for name in ("张伟", "李娜"))
    shift = planned(cast, members=[one, two])
    Attendance.objects.bulk_create([attendance(shift, one), attendance(shift, two, checked_out_at=None, minutes=0)])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE duties_shift SET starts_at = starts_at - interval '1 day', ends_at = ends_at + interval '1 hour',"
            " category = 'night', mechanism = 'joint' WHERE id = %s",
            [shift.pk],
        )
    before = shift.starts_at, shift.ends_at
    shift.refresh_from_db()
    assert {(row.period.lower, row.period.upper) for row in Assignment.objects.all()} == {
        (shift.starts_at, shift.ends_at)
    }
    rows = {row.member_id: row for row in Attendance.objects.all()}
    assert {(row.day, row.category, row.mechanism) for row in rows.values()} == {(shift.day, "night", "joint")}
    assert rows[one.pk].period == DateTimeTZRange(*before)
    assert rows[two.pk].period == DateTimeTZRange(before[0], shift.ends_at)


def test_a_bulk_update_of_shifts_that_touches_no_time_writes_no_other_row(cast: Cast) -> None:
    shift = closed(cast)
    before = recorded_events()
    Shift.objects.filter(pk=shift.pk).update(remarks="备注")
    assert recorded_events() == before


@pytest.mark.parametrize(
    "values",
    [
        {"day": dt.date(2022, 1, 1)},
        {"category": DutyCategory.NIGHT},
        {"mechanism": "joint"},
        {"checked_out_at": None},
    ],
)
def test_attendance_that_does_not_agree_is_refused(cast: Cast, values: dict[str, Any]) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast, starts_at=None)
    if "checked_out_at" in values:
        values = {**values, "period": DateTimeTZRange(shift.starts_at, shift.ends_at + HOUR)}
    assert "does not agree" in refused(lambda: Attendance.objects.bulk_create([attendance(shift, one, **values)]))
    Attendance.objects.bulk_create([attendance(shift, one)])
    change = {name: value for name, value in values.items() if name != "checked_out_at"}
    if "period" in change:
        change["checked_out_at"] = None
    assert "does not agree" in refused(lambda: Attendance.objects.update(**change))


def test_a_planned_place_that_does_not_agree_is_refused(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast)
    wrong = Assignment(shift=shift, member=one, period=DateTimeTZRange(shift.starts_at, shift.ends_at + HOUR))
    assert "does not agree" in refused(lambda: Assignment.objects.bulk_create([wrong]))


def test_cancelled_shifts_have_no_people(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast, members=[one])
    Attendance.objects.bulk_create([attendance(shift, one)])
    cancel = Shift.objects.filter(pk=shift.pk)
    assert "cannot be cancelled" in refused(lambda: cancel.update(state=ShiftState.CANCELLED))
    Attendance.objects.update(current=False)
    cancel.update(state=ShiftState.CANCELLED)
    assert not Assignment.objects.get().active
    assert "does not agree" in refused(lambda: Assignment.objects.update(active=True))
    assert "does not agree" in refused(lambda: Attendance.objects.bulk_create([attendance(shift, one)]))


def test_copy_is_checked_like_everything_else(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast)
    columns = "shift_id, member_id, unit_id, day, category, mechanism, status, minutes, current, reason, recorded_at"

    def copy(category: str) -> None:
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY duties_attendance ({columns}) FROM STDIN") as rows,
        ):
            rows.write_row(
                (shift.pk, one.pk, one.unit_id, shift.day, category, "standby", "absent", 0, True, "", shift.ends_at)
            )

    assert "does not agree" in refused(lambda: copy("night"))
    copy("patrol")
    assert Attendance.objects.get().status == "absent"


def test_nobody_is_in_two_places_whoever_writes(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift, other = planned(cast, members=[one]), planned(cast, "sg1")
    place = Assignment(shift=other, member=one, period=DateTimeTZRange(other.starts_at, other.ends_at))
    assert "one_planned_place_at_a_time" in refused(lambda: Assignment.objects.bulk_create([place]))
    Attendance.objects.bulk_create([attendance(shift, one)])
    assert "one_place_at_a_time" in refused(lambda: Attendance.objects.bulk_create([attendance(other, one)]))
    assert "one_current_attendance" in refused(lambda: Attendance.objects.bulk_create([attendance(shift, one)]))


@pytest.fixture
def some_hundreds(cast: Cast) -> list[int]:
    """Three people of a squad on 200 days, known to the planner; their ids. Of an empty table any index seems right."""
    people = [person(cast.units["sg11"].pk, name) for name in ("张伟", "李娜", "王芳")]
    first = planned(cast)
    later = []
    for days in range(1, 201):
        one = copy.copy(first)
        one.pk = None
        one.starts_at += dt.timedelta(days=days)
        one.ends_at += dt.timedelta(days=days)
        later.append(one)
    Shift.objects.bulk_create(later)
    Attendance.objects.bulk_create(
        attendance(shift, member) for shift in Shift.objects.exclude(pk=first.pk) for member in people
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE duties_attendance")
    return [member.pk for member in people]


def plan_of(sql: str, *params: int | dt.date) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        # A few hundred rows fit on a few pages, where collecting them first is as good.
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {sql}", list(params))
        return "\n".join(line for (line,) in cursor.fetchall())


def test_a_days_roll_up_reads_the_index_alone(cast: Cast, some_hundreds: list[int]) -> None:
    assert some_hundreds
    plan = plan_of(
        "SELECT unit_id, day, category, mechanism, status, count(*), sum(minutes), count(DISTINCT member_id)"
        " FROM duties_attendance WHERE unit_id = %s AND day = %s AND current GROUP BY 1, 2, 3, 4, 5",
        cast.units["sg11"].pk,
        Shift.objects.latest("day").day,
    )
    assert "Index Only Scan using attendance_by_unit_day" in plan


def test_a_members_list_walks_its_index(some_hundreds: list[int]) -> None:
    plan = plan_of("SELECT id FROM duties_attendance WHERE member_id = %s ORDER BY day DESC LIMIT 20", some_hundreds[0])
    assert "Index Scan using attendance_by_member" in plan
    assert "Sort" not in plan


def test_kinds_have_unique_names_for_each_corps(cast: Cast) -> None:
    kind = kind_of(cast)
    kind.pk, kind.code = None, "other"
    assert "one_duty_kind_per_name" in refused(kind.save)
