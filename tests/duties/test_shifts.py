"""Planning: single shifts, series, a week copied; what is refused, and how."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import translation
from pghistory.models import Context

from corps.actors import SYSTEM
from corps.enums import SiteKind
from corps.errors import Refusal
from corps.operations.places import add_site, use_site
from corps.operations.tree import close_unit
from duties.enums import DutyCategory, Mechanism, ShiftState
from duties.models import Assignment, Series, Shift
from duties.operations.assignments import assign, take_off
from duties.operations.attendance import check_in, mark_absent
from duties.operations.kinds import retire_kind
from duties.operations.series import plan_series
from duties.operations.shift_plan import Planned, plan_of
from duties.operations.shifts import cancel_shift, edit_shift, plan_shift
from duties.operations.weeks import copy_week
from members.enums import MemberStatus
from tests.cast import Cast
from tests.duties.scenes import HOUR, closed, days_ago, kind_of, moment, planned
from tests.members.roster import person

pytestmark = pytest.mark.django_db

TOMORROW = days_ago(-1)
MONDAY = dt.date(2022, 11, 7)


def edited(shift: Shift, **values: Any) -> Shift:
    same = {
        "kind_id": shift.kind_id,
        "starts_at": shift.starts_at,
        "ends_at": shift.ends_at,
        "needed": shift.needed,
        "route": shift.route,
    }
    return edit_shift(actor=values.pop("actor", SYSTEM), shift_id=shift.pk, **{**same, **values})


# --- one shift --------------------------------------------------------------------------------------------------------


def test_a_captain_plans_a_shift_with_its_people(cast: Cast) -> None:
    kind = kind_of(cast, DutyCategory.SCHOOL, mechanism=Mechanism.FIXED)
    people = [person(cast.units["sg11"].pk, name) for name in ("张伟", "李娜")]
    site = add_site(actor=SYSTEM, unit_id=cast.units["sg1"].pk, kind=SiteKind.SCHOOL, name="青山小学")
    shift = plan_shift(
        actor=cast.actor("captain_sg1"),
        unit_id=cast.units["sg11"].pk,
        kind_id=kind.pk,
        starts_at=moment(TOMORROW, 7),
        ends_at=moment(TOMORROW, 8),
        needed=6,
        site_id=site.pk,
        route="东门至西门",
        joint_unit_ids=[cast.units["sg12"].pk, cast.units["sg11"].pk],
        police=1,
        auxiliaries=2,
        vehicles=1,
        remarks="穿绿马甲",
        member_ids=[one.pk for one in people],
    )
    shift.refresh_from_db()
    assert (shift.category, shift.mechanism, shift.day) == ("school", "fixed", TOMORROW)
    assert (shift.police, shift.auxiliaries, shift.vehicles, shift.state) == (1, 2, 1, ShiftState.PLANNED)
    assert [part.unit.code for part in shift.joint_units.all()] == ["sg12"]
    rows = Assignment.objects.filter(shift=shift, active=True)
    assert {(row.member_id, row.period.lower, row.period.upper) for row in rows} == {
        (one.pk, shift.starts_at, shift.ends_at) for one in people
    }
    metadata = Context.objects.get(metadata__action="shift.plan").metadata
    assert metadata["unit"] == cast.units["sg11"].pk


def test_a_shift_after_midnight_belongs_to_the_day_it_starts(cast: Cast) -> None:
    """Half past midnight in Shanghai is still yesterday in UTC."""
    shift = planned(cast, starts_at=moment(dt.date(2022, 11, 4), 0, 30))
    assert shift.day == dt.date(2022, 11, 4)


@pytest.mark.parametrize(
    ("values", "code", "place"),
    [
        ({"hours": -1}, "shift.period", "ends_at"),
        ({"hours": 0}, "shift.period", "ends_at"),
        ({"hours": 24.5}, "shift.period", "ends_at"),
        ({"starts_at": moment(dt.date(1999, 12, 31), 8)}, "shift.period", "starts_at"),
        ({"starts_at": moment(days_ago(-800), 8)}, "shift.period", "starts_at"),
        ({"needed": 0}, "shift.invalid", "needed"),
        ({"needed": 10_000}, "shift.invalid", "needed"),
        ({"police": -1}, "shift.invalid", "police"),
        ({"route": "长" * 201}, "shift.invalid", "route"),
        ({"remarks": "长" * 201}, "shift.invalid", "remarks"),
    ],
)
def test_what_cannot_be_planned(cast: Cast, values: dict[str, Any], code: str, place: str) -> None:
    with pytest.raises(Refusal) as caught:
        planned(cast, **values)
    assert (caught.value.code, caught.value.place) == (code, place)
    assert caught.value.remedy
    assert not Shift.objects.exists()


def test_a_day_and_night_is_the_longest_shift(cast: Cast) -> None:
    assert planned(cast, hours=24).pk


def test_kinds_and_sites_out_of_use_or_unknown_are_refused(cast: Cast) -> None:
    kind = retire_kind(actor=SYSTEM, kind_id=kind_of(cast).pk)
    with pytest.raises(Refusal) as caught:
        planned(cast, kind_id=kind.pk)
    assert caught.value.code == "shift.kind_retired"
    used = kind_of(cast, DutyCategory.SCHOOL)
    site = add_site(actor=SYSTEM, unit_id=cast.units["sg1"].pk, kind=SiteKind.SCHOOL, name="青山小学")
    use_site(actor=SYSTEM, site_id=site.pk, active=False)
    with pytest.raises(Refusal) as caught:
        planned(cast, kind_id=used.pk, site_id=site.pk)
    assert caught.value.code == "shift.site_unused"
    unknown: list[dict[str, Any]] = [{"kind_id": 10**9}, {"kind_id": used.pk, "site_id": 10**9}]
    for values in unknown:
        with pytest.raises(Http404):
            planned(cast, **values)


def test_a_site_out_of_sight_does_not_exist(cast: Cast) -> None:
    site = add_site(actor=SYSTEM, unit_id=cast.units["zx1"].pk, kind=SiteKind.SCHOOL, name="长湖小学")
    with pytest.raises(Http404):
        planned(cast, actor=cast.actor("captain_sg11"), site_id=site.pk)


def test_a_closed_unit_plans_nothing(cast: Cast) -> None:
    close_unit(actor=SYSTEM, unit_id=cast.units["sg12"].pk, reason="撤销")
    with pytest.raises(Refusal):
        planned(cast, "sg12")
    with pytest.raises(Refusal):
        planned(cast, joint_unit_ids=[cast.units["sg12"].pk])


def test_rights_decide_who_plans_where(cast: Cast) -> None:
    for name in ("inspector_sg", "commissar_sg", "dispatcher_sg"):
        with pytest.raises(PermissionDenied):
            planned(cast, actor=cast.actor(name))
    with pytest.raises(Http404):
        planned(cast, "zx11", actor=cast.actor("captain_sg"))
    with pytest.raises(PermissionDenied):
        planned(cast, actor=cast.actor("member_sg11"))


# --- changing ---------------------------------------------------------------------------------------------------------


def test_people_follow_a_shift_that_is_moved(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast, members=[one], starts_at=moment(TOMORROW, 19))
    edited(shift, starts_at=moment(TOMORROW, 20), ends_at=moment(TOMORROW, 22), needed=5)
    row = Assignment.objects.get()
    assert (row.period.lower, row.period.upper) == (moment(TOMORROW, 20), moment(TOMORROW, 22))
    assert Shift.objects.get().needed == 5


def test_a_shift_is_not_moved_onto_another_of_its_people(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    planned(cast, members=[one], starts_at=moment(TOMORROW, 19))
    later = planned(cast, members=[one], starts_at=moment(TOMORROW, 21))
    with pytest.raises(Refusal) as caught:
        edited(later, starts_at=moment(TOMORROW, 20), ends_at=moment(TOMORROW, 22))
    assert caught.value.code == "duty.not_free"
    assert "19:00–21:00" in str(caught.value)
    later.refresh_from_db()
    assert later.starts_at == moment(TOMORROW, 21)


def test_editing_with_people_makes_them_these_and_only_these(cast: Cast) -> None:
    one, two, three = (person(cast.units["sg11"].pk, name) for name in ("张伟", "李娜", "王芳"))
    shift = planned(cast, members=[one, two])
    edited(shift, member_ids=[two.pk, three.pk])
    active = Assignment.objects.filter(active=True).values_list("member_id", flat=True)
    assert set(active) == {two.pk, three.pk}
    edited(shift, member_ids=[one.pk])
    assert list(Assignment.objects.filter(active=True).values_list("member_id", flat=True)) == [one.pk]
    assert Assignment.objects.count() == 3


def test_a_changed_kind_is_counted_as_the_new_kind(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast, members=[one])
    row = check_in(actor=SYSTEM, shift_id=shift.pk, member_id=one.pk, at=shift.starts_at)
    edited(shift, kind_id=kind_of(cast, DutyCategory.SCHOOL, mechanism=Mechanism.FIXED).pk)
    row.refresh_from_db()
    assert (row.category, row.mechanism) == ("school", "fixed")


def test_a_shift_is_not_moved_away_from_its_attendance(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast, members=[one])
    check_in(actor=SYSTEM, shift_id=shift.pk, member_id=one.pk, at=shift.starts_at)
    with pytest.raises(Refusal) as caught:
        edited(shift, starts_at=shift.starts_at - 5 * HOUR, ends_at=shift.starts_at - HOUR)
    assert caught.value.code == "shift.has_attendance"
    edited(shift, ends_at=shift.ends_at + HOUR)
    assert shift.attendances.get().period.upper == shift.ends_at + HOUR


def test_a_joint_unit_out_of_sight_stays(cast: Cast) -> None:
    """A squad's captain edits what the detachment made joint."""
    shift = planned(cast, joint_unit_ids=[cast.units["zx1"].pk, cast.units["sg11"].pk])
    edited(shift, actor=cast.actor("captain_sg11"), joint_unit_ids=[])
    assert [part.unit.code for part in shift.joint_units.all()] == ["zx1"]
    edited(shift, joint_unit_ids=[])
    assert not shift.joint_units.exists()


def test_what_is_not_named_in_an_edit_stays(cast: Cast) -> None:
    shift = planned(cast, joint_unit_ids=[cast.units["zx1"].pk], route="江边", police=1, vehicles=2, remarks="带肩灯")
    before = plan_of(shift)
    edit_shift(actor=SYSTEM, shift_id=shift.pk, needed=5)
    shift.refresh_from_db()
    assert plan_of(shift) == {**before, "needed": 5}
    assert set(before) == set(Planned.__annotations__), "a new field of the plan must be kept, too"


def test_a_closed_shift_refuses_changes(cast: Cast) -> None:
    shift = closed(cast)
    member = shift.assignments.get().member_id
    for change in (
        lambda: edited(shift, needed=3),
        lambda: assign(actor=SYSTEM, shift_id=shift.pk, member_ids=[member]),
        lambda: take_off(actor=SYSTEM, shift_id=shift.pk, member_id=member),
        lambda: cancel_shift(actor=SYSTEM, shift_id=shift.pk, reason="误建"),
        lambda: check_in(actor=SYSTEM, shift_id=shift.pk, member_id=member, at=shift.starts_at),
    ):
        with pytest.raises(Refusal) as caught:
            change()
        assert caught.value.code == "shift.closed"


# --- cancelling -------------------------------------------------------------------------------------------------------


def test_cancelling_frees_the_people_and_keeps_the_reason(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    shift = planned(cast, members=[one], starts_at=moment(TOMORROW, 19))
    with pytest.raises(Refusal) as caught:
        cancel_shift(actor=SYSTEM, shift_id=shift.pk, reason=" ")
    assert caught.value.code == "reason.missing"
    cancel_shift(actor=cast.actor("captain_sg11"), shift_id=shift.pk, reason="暴雨")
    shift.refresh_from_db()
    assert (shift.state, shift.cancel_reason) == (ShiftState.CANCELLED, "暴雨")
    assert not Assignment.objects.filter(active=True).exists()
    assert planned(cast, "sg1", members=[one], starts_at=moment(TOMORROW, 19)).pk
    with pytest.raises(Refusal) as caught:
        cancel_shift(actor=SYSTEM, shift_id=shift.pk, reason="再次")
    assert caught.value.code == "shift.cancelled"


def test_a_shift_somebody_served_at_is_not_cancelled(cast: Cast) -> None:
    one, two = (person(cast.units["sg11"].pk, name) for name in ("张伟", "李娜"))
    shift = planned(cast, members=[one, two])
    mark_absent(actor=SYSTEM, shift_id=shift.pk, member_id=two.pk)
    row = check_in(actor=SYSTEM, shift_id=shift.pk, member_id=one.pk, at=shift.starts_at)
    with pytest.raises(Refusal) as caught:
        cancel_shift(actor=SYSTEM, shift_id=shift.pk, reason="无人")
    assert caught.value.code == "shift.has_attendance"
    assert "1" in str(caught.value)
    row.current = False
    row.save()
    cancel_shift(actor=SYSTEM, shift_id=shift.pk, reason="无人")
    assert not shift.attendances.filter(current=True).exists()


# --- series -----------------------------------------------------------------------------------------------------------


def series(cast: Cast, **values: Any) -> list[Shift]:
    return plan_series(
        **{
            "actor": cast.actor("captain_sg11"),
            "unit_id": cast.units["sg11"].pk,
            "kind_id": kind_of(cast).pk,
            "weekdays": [0, 2, 4],
            "first_day": MONDAY,
            "last_day": MONDAY + dt.timedelta(days=13),
            "starts": dt.time(22),
            "minutes": 180,
            "needed": 2,
            **values,
        }
    )


def test_a_series_makes_a_shift_on_every_chosen_weekday(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    made = series(cast, member_ids=[one.pk], joint_unit_ids=[])
    assert [(shift.day - MONDAY).days for shift in made] == [0, 2, 4, 7, 9, 11]
    assert {(shift.starts_at.astimezone().hour, shift.ends_at - shift.starts_at) for shift in made} == {
        (made[0].starts_at.astimezone().hour, 3 * HOUR)
    }
    assert made[0].starts_at == moment(MONDAY, 22)
    assert Assignment.objects.filter(active=True, member=one).count() == 6
    kept = Series.objects.get()
    assert (kept.weekdays, kept.shifts.count()) == (0b10101, 6)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"weekdays": []}, "series.weekdays.invalid"),
        ({"weekdays": [7]}, "series.weekdays.invalid"),
        ({"last_day": MONDAY - dt.timedelta(days=1)}, "series.period"),
        ({"last_day": MONDAY + dt.timedelta(days=366)}, "series.period"),
        ({"first_day": MONDAY + dt.timedelta(days=1), "last_day": MONDAY + dt.timedelta(days=1)}, "series.period"),
        ({"minutes": 0}, "shift.period"),
    ],
)
def test_a_series_that_cannot_be(cast: Cast, values: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as caught:
        series(cast, **values)
    assert caught.value.code == code
    assert not Series.objects.exists()


def test_a_year_is_the_longest_series(cast: Cast) -> None:
    made = series(cast, weekdays=range(7), last_day=MONDAY + dt.timedelta(days=365))
    assert len(made) == 366


def test_a_series_is_whole_or_nothing(cast: Cast) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    planned(cast, "sg1", members=[one], starts_at=moment(MONDAY + dt.timedelta(days=9), 23))
    with pytest.raises(Refusal) as caught:
        series(cast, member_ids=[one.pk])
    assert caught.value.code == "duty.not_free"
    assert "11-16 23:00" in str(caught.value)
    assert Shift.objects.count() == 1


# --- copying a week ---------------------------------------------------------------------------------------------------


def copied(cast: Cast, **values: Any) -> Any:
    return copy_week(
        **{
            "actor": cast.actor("captain_sg11"),
            "unit_id": cast.units["sg11"].pk,
            "from_monday": MONDAY,
            "to_monday": MONDAY + dt.timedelta(days=7),
            "with_members": True,
            **values,
        }
    )


def test_a_week_is_copied_with_who_is_free_and_the_others_are_listed(cast: Cast) -> None:
    free, busy, gone = (person(cast.units["sg11"].pk, name) for name in ("张伟", "李娜", "王芳"))
    first = planned(
        cast, members=[free, busy, gone], starts_at=moment(MONDAY, 19), joint_unit_ids=[cast.units["sg12"].pk]
    )
    second = planned(cast, starts_at=moment(MONDAY + dt.timedelta(days=6), 23), members=[free], route="江边")
    dropped = planned(cast, starts_at=moment(MONDAY, 8))
    cancel_shift(actor=SYSTEM, shift_id=dropped.pk, reason="误建")
    planned(cast, "sg1", members=[busy], starts_at=moment(MONDAY + dt.timedelta(days=7), 20))
    gone.status, gone.status_on = MemberStatus.LEFT, MONDAY + dt.timedelta(days=3)
    gone.save()
    done = copied(cast)
    assert [(shift.day - first.day).days for shift in done.shifts] == [7, 13]
    assert [shift.route for shift in done.shifts] == ["", second.route]
    assert list(done.shifts[0].joint_units.values_list("unit__code", flat=True)) == ["sg12"]
    assert list(done.shifts[0].assignments.values_list("member__name", flat=True)) == ["张伟"]
    left_out = {one.member: one.reason for one in done.left_out}
    assert set(left_out) == {"李娜", "王芳"}
    assert "11-14 20:00–22:00" in left_out["李娜"]


def test_copying_twice_makes_nothing_twice(cast: Cast) -> None:
    planned(cast, starts_at=moment(MONDAY, 19))
    assert len(copied(cast).shifts) == 1
    again = copied(cast)
    assert (again.shifts, again.already) == ([], 1)


def test_a_kind_out_of_use_does_not_come_along(cast: Cast) -> None:
    shift = planned(cast, starts_at=moment(MONDAY, 19))
    retire_kind(actor=SYSTEM, kind_id=shift.kind_id)
    done = copied(cast)
    assert done.shifts == []
    assert [(one.member, shift.kind.name in one.reason) for one in done.left_out] == [("", True)]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, "week.empty"),
        ({"to_monday": MONDAY}, "week.invalid"),
        ({"to_monday": MONDAY + dt.timedelta(days=1)}, "week.invalid"),
        ({"from_monday": MONDAY + dt.timedelta(days=1)}, "week.invalid"),
        ({"from_monday": dt.date(1, 1, 1)}, "shift.period"),
        ({"to_monday": dt.date(9999, 12, 27)}, "shift.period"),
    ],
)
def test_a_week_that_cannot_be_copied(cast: Cast, values: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as caught:
        copied(cast, **values)
    assert caught.value.code == code


def test_the_refusal_reads_as_officers_write(cast: Cast) -> None:
    """Who, when, at what; then the remedy."""
    one = person(cast.units["sg11"].pk, "张伟")
    planned(cast, "sg1", members=[one], starts_at=moment(MONDAY, 19))
    with translation.override("zh-hans"), pytest.raises(Refusal) as caught:
        planned(cast, members=[one], starts_at=moment(MONDAY, 20))
    assert str(caught.value) == "张伟 11-07 19:00–21:00 已在「青山大队夜巡」执勤。 请调整时间或改派他人。"
