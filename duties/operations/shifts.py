"""Planning: single shifts, series by weekdays, a week copied to another; changing and cancelling."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Min
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corps.errors import Refusal
from corps.models import Site, Unit
from corps.operations.tree import hold_open
from corps.permissions import Permission
from corps.queries.scope import allowed, require
from duties.enums import SERVED, AttendanceStatus, ShiftState
from duties.logic.standing import may_serve
from duties.logic.times import LONGEST_SERIES, series_days, weekday_bits
from duties.models import Assignment, Attendance, DutyKind, Series, Shift, ShiftUnit
from duties.operations.assignments import put_on, remedy
from duties.operations.holding import (
    Right,
    hold_members,
    hold_week,
    one_place_each,
    writing,
    writing_shift,
)
from duties.policies import shifts as policy
from duties.policies.attendance import EARLY
from duties.queries.free import planned_clashes, shift_title
from members.enums import MemberStatus
from members.models import Member

if TYPE_CHECKING:
    from corps.actors import Actor

_WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a copied week lacks, and why; `member` is empty when the whole shift was left out."""

    shift: str
    starts_at: dt.datetime
    member: str
    reason: str


@dataclass(slots=True)
class CopiedWeek:
    """The shifts that were made; who or what was left out; how many were there already."""

    shifts: list[Shift] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    already: int = 0


def plan_shift(
    *,
    actor: "Actor",
    unit_id: int,
    kind_id: int,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    needed: int,
    site_id: int | None = None,
    route: str = "",
    joint_unit_ids: Iterable[int] = (),
    police: int = 0,
    auxiliaries: int = 0,
    vehicles: int = 0,
    remarks: str = "",
    member_ids: Iterable[int] = (),
) -> Shift:
    """Plan a shift of an open unit, with its people: both or neither. Raises `Refusal`."""
    with writing(actor=actor, action="shift.plan", permission=Permission.DUTY_PLAN, unit_id=unit_id):
        plan = _Plan(
            actor=actor,
            unit_id=unit_id,
            kind_id=kind_id,
            needed=needed,
            site_id=site_id,
            route=route,
            joint_unit_ids=joint_unit_ids,
            police=police,
            auxiliaries=auxiliaries,
            vehicles=vehicles,
        )
        shift = plan.shift(starts_at, ends_at, remarks)
        shift.save()
        plan.join([shift])
        put_on(actor=actor, shifts=[shift], right=Right(unit_id, whole=True), member_ids=member_ids)
        return shift


def edit_shift(
    *,
    actor: "Actor",
    shift_id: int,
    kind_id: int,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    needed: int,
    site_id: int | None = None,
    route: str = "",
    joint_unit_ids: Iterable[int] = (),
    police: int = 0,
    auxiliaries: int = 0,
    vehicles: int = 0,
    remarks: str = "",
    member_ids: Iterable[int] | None = None,
    reason: str = "",
) -> Shift:
    """Write the plan of a shift as a whole; without `member_ids` its people stay. Raises `Refusal`, also when somebody
    who is planned for it is held by another shift at the new time.
    """
    with writing_shift(
        actor=actor, action="shift.edit", permission=Permission.DUTY_PLAN, shift_id=shift_id, reason=reason
    ) as (shift, right):
        policy.check_can_change(shift)
        plan = _Plan(
            actor=actor,
            unit_id=shift.unit_id,
            kind_id=kind_id,
            needed=needed,
            site_id=site_id,
            route=route,
            joint_unit_ids=joint_unit_ids,
            police=police,
            auxiliaries=auxiliaries,
            vehicles=vehicles,
            before=shift,
        )
        planned = set(shift.assignments.filter(active=True).values_list("member_id", flat=True))
        recorded = shift.attendances.filter(current=True).values_list("member_id", flat=True)
        kept = planned if member_ids is None else set(member_ids)
        hold_members({*planned, *kept, *recorded})
        plan.write(shift, starts_at, ends_at, remarks)
        _check_attendance_fits(shift)
        if member_ids is not None:
            gone = shift.assignments.filter(active=True).exclude(member_id__in=kept)
            _check_not_recorded(shift, gone)
            gone.update(active=False)
            planned &= kept
        with one_place_each(
            lambda: planned_clashes(
                actor=actor, member_ids=planned, starts_at=starts_at, ends_at=ends_at, but_shift_id=shift_id
            ),
            remedy(),
        ):
            shift.save()
        shift.refresh_from_db(fields=["day"])
        plan.join([shift])
        if member_ids is not None:
            put_on(actor=actor, shifts=[shift], right=right, member_ids=kept - planned)
        return shift


def cancel_shift(*, actor: "Actor", shift_id: int, reason: str) -> Shift:
    """Call a shift off; its people are free again. Refused once somebody has served; who was absent is no longer.

    The place of the refusal is the state; the reason stands at the shift.
    """
    policy.check_reason(reason)
    with writing_shift(
        actor=actor, action="shift.cancel", permission=Permission.DUTY_PLAN, shift_id=shift_id, reason=reason
    ) as (shift, _right):
        policy.check_can_become(shift, ShiftState.CANCELLED)
        recorded = shift.attendances.filter(current=True)
        served = recorded.filter(status__in=SERVED).count()
        if served:
            raise Refusal(
                ngettext(
                    "%(number)d member was recorded at this shift.",
                    "%(number)d members were recorded at this shift.",
                    served,
                )
                % {"number": served},
                code="shift.has_attendance",
                place="state",
                remedy=_("Close it instead; or correct the attendance first, with a reason."),
            )
        recorded.update(current=False)
        shift.state, shift.cancel_reason = ShiftState.CANCELLED, reason.strip()[:200]
        # The database takes its people off.
        shift.save(update_fields=["state", "cancel_reason"])
        return shift


def plan_series(
    *,
    actor: "Actor",
    unit_id: int,
    kind_id: int,
    weekdays: Iterable[int],
    first_day: dt.date,
    last_day: dt.date,
    starts: dt.time,
    minutes: int,
    needed: int,
    site_id: int | None = None,
    route: str = "",
    joint_unit_ids: Iterable[int] = (),
    police: int = 0,
    auxiliaries: int = 0,
    vehicles: int = 0,
    remarks: str = "",
    member_ids: Iterable[int] = (),
) -> list[Shift]:
    """Plan a shift on every one of the weekdays (0 = Monday) from one date to another, both included.

    `starts` is the corps' own time, `minutes` the length. All of them or none. Raises `Refusal`.
    """
    with writing(actor=actor, action="shift.series", permission=Permission.DUTY_PLAN, unit_id=unit_id):
        plan = _Plan(
            actor=actor,
            unit_id=unit_id,
            kind_id=kind_id,
            needed=needed,
            site_id=site_id,
            route=route,
            joint_unit_ids=joint_unit_ids,
            police=police,
            auxiliaries=auxiliaries,
            vehicles=vehicles,
        )
        bits = _weekday_bits(weekdays)
        days = _days(bits, first_day, last_day)
        series = Series.objects.create(
            unit_id=unit_id, kind=plan.kind, weekdays=bits, first_day=first_day, last_day=last_day
        )
        shifts = []
        for day in days:
            begins = _moment(day, starts)
            shift = plan.shift(begins, begins + dt.timedelta(minutes=minutes), remarks)
            shift.series = series
            shifts.append(shift)
        Shift.objects.bulk_create(shifts)
        plan.join(shifts)
        put_on(actor=actor, shifts=shifts, right=Right(unit_id, whole=True), member_ids=member_ids)
        return shifts


def copy_week(
    *, actor: "Actor", unit_id: int, from_monday: dt.date, to_monday: dt.date, with_members: bool
) -> CopiedWeek:
    """Plan in one week what the unit has in another: shifts that are not cancelled, at the same weekday and time.

    With `with_members` the people come along; those who are not free or no longer on duty are left out and listed, and
    so are shifts whose kind or site is no longer in use. What is there already is not made twice. Raises `Refusal`.
    """
    _check_mondays(from_monday, to_monday)
    with writing(actor=actor, action="shift.copy_week", permission=Permission.DUTY_PLAN, unit_id=unit_id):
        hold_open([unit_id])
        hold_week(unit_id)
        sources = list(_week(unit_id, from_monday).select_related("kind", "site", "unit", "unit__corps"))
        if not sources:
            raise Refusal(
                _("There are no shifts in the week of %(day)s.") % {"day": f"{from_monday:%Y-%m-%d}"},
                code="week.empty",
                place="from_monday",
                remedy=_("Choose a week in which shifts are planned."),
            )
        copied = CopiedWeek()
        pairs = _copies(sources, (to_monday - from_monday).days, unit_id, to_monday, copied)
        Shift.objects.bulk_create([shift for _source, shift in pairs])
        _copy_parts(pairs)
        if with_members:
            _copy_members(actor, pairs, copied)
        copied.shifts = [shift for _source, shift in pairs]
        return copied


class _Plan:
    """What several shifts have in common, read and checked once."""

    def __init__(
        self,
        *,
        actor: "Actor",
        unit_id: int,
        kind_id: int,
        needed: int,
        site_id: int | None,
        route: str,
        joint_unit_ids: Iterable[int],
        police: int,
        auxiliaries: int,
        vehicles: int,
        before: Shift | None = None,
    ) -> None:
        present = set() if before is None else set(before.joint_units.values_list("unit_id", flat=True))
        # A unit that a superior chose and the actor does not see stays: no form could have offered it.
        hidden = {part for part in present if not allowed(actor, Permission.UNIT_VIEW, part)}
        self.joint = sorted((set(joint_unit_ids) | hidden) - {unit_id})
        hold_open([unit_id, *(set(self.joint) - present)])
        self.unit: Unit = Unit.objects.get(pk=unit_id)
        self._check_joint(actor, present)
        policy.check_numbers(needed=needed, police=police, auxiliaries=auxiliaries, vehicles=vehicles)
        policy.check_texts(route=route.strip())
        self.kind = _kind(kind_id)
        policy.check_kind(self.kind, self.unit.corps_id, unchanged=before is not None and before.kind_id == kind_id)
        self.kind_changed = before is None or before.kind_id != kind_id
        self.site = _site(actor, site_id, before)
        if self.site is not None:
            policy.check_site(
                self.site, self.unit.corps_id, unchanged=before is not None and before.site_id == self.site.pk
            )
        self.numbers = {"needed": needed, "police": police, "auxiliaries": auxiliaries, "vehicles": vehicles}
        self.route = route.strip()

    def shift(self, starts_at: dt.datetime, ends_at: dt.datetime, remarks: str) -> Shift:
        """A shift of this plan, not saved."""
        shift = Shift(unit=self.unit)
        self.write(shift, starts_at, ends_at, remarks)
        return shift

    def write(self, shift: Shift, starts_at: dt.datetime, ends_at: dt.datetime, remarks: str) -> None:
        """Set everything that is planned; what the kind counts as is copied when the kind is chosen."""
        policy.check_period(starts_at, ends_at)
        policy.check_texts(remarks=remarks.strip())
        if self.kind_changed:
            shift.kind, shift.category, shift.mechanism = self.kind, self.kind.category, self.kind.mechanism
        shift.site, shift.route, shift.remarks = self.site, self.route, remarks.strip()
        shift.starts_at, shift.ends_at = starts_at, ends_at
        for name, number in self.numbers.items():
            setattr(shift, name, number)

    def join(self, shifts: Sequence[Shift]) -> None:
        """Let these units, and only these, take part."""
        ShiftUnit.objects.filter(shift__in=shifts).exclude(unit_id__in=self.joint).delete()
        present = set(ShiftUnit.objects.filter(shift__in=shifts).values_list("shift_id", "unit_id"))
        ShiftUnit.objects.bulk_create(
            ShiftUnit(shift=shift, unit_id=unit_id)
            for shift in shifts
            for unit_id in self.joint
            if (shift.pk, unit_id) not in present
        )

    def _check_joint(self, actor: "Actor", present: set[int]) -> None:
        for unit_id in set(self.joint) - present:
            require(actor, Permission.UNIT_VIEW, unit_id)
        if Unit.objects.filter(pk__in=self.joint).exclude(corps_id=self.unit.corps_id).exists():
            raise Refusal(
                _("A joint unit belongs to another corps."),
                code="shift.joint.unknown",
                place="joint_units",
                remedy=_("Choose from the list."),
            )


def _kind(kind_id: int) -> DutyKind:
    found: DutyKind | None = DutyKind.objects.filter(pk=kind_id).first()
    if found is None:
        raise Http404("no such kind of duty")
    return found


def _site(actor: "Actor", site_id: int | None, before: Shift | None) -> Site | None:
    if site_id is None:
        return None
    sites = Site.objects.all() if before is not None and before.site_id == site_id else Site.objects.visible_to(actor)
    found: Site | None = sites.filter(pk=site_id).select_related("unit").first()
    if found is None:
        raise Http404("no such site")
    return found


def _weekday_bits(weekdays: Iterable[int]) -> int:
    try:
        return weekday_bits(weekdays)
    except ValueError as error:
        raise Refusal(
            _("No weekday is chosen."),
            code="series.weekdays.invalid",
            place="weekdays",
            remedy=_("Tick at least one day of the week."),
        ) from error


def _days(bits: int, first: dt.date, last: dt.date) -> list[dt.date]:
    if last < first or (last - first).days >= LONGEST_SERIES:
        raise Refusal(
            _("The series does not end within a year of its start."),
            code="series.period",
            place="last_day",
            remedy=_("Enter a last day from the first day on, at most %(days)d days in all.")
            % {"days": LONGEST_SERIES},
        )
    days = series_days(bits, first, last)
    if not days:
        raise Refusal(
            _("None of the chosen weekdays lies between the two dates."),
            code="series.period",
            place="last_day",
            remedy=_("Choose other weekdays or a longer period."),
        )
    return days


def _moment(day: dt.date, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, time, tzinfo=timezone.get_current_timezone())


def _check_mondays(from_monday: dt.date, to_monday: dt.date) -> None:
    for place, day in (("from_monday", from_monday), ("to_monday", to_monday)):
        if not policy.EARLIEST.year <= day.year <= timezone.localdate().year + 3:
            raise Refusal(
                _("The date of the shift is too far away."),
                code="week.invalid",
                place=place,
                remedy=_("Please check the year; shifts can be planned two years ahead."),
            )
        if day.weekday():
            raise Refusal(
                _("A week begins on a Monday."),
                code="week.invalid",
                place=place,
                remedy=_("Choose the Monday of the week."),
            )
    if from_monday == to_monday:
        raise Refusal(
            _("The week cannot be copied onto itself."),
            code="week.invalid",
            place="to_monday",
            remedy=_("Choose another week."),
        )


def _week(unit_id: int, monday: dt.date) -> Any:
    shifts = Shift.objects.filter(unit_id=unit_id, day__gte=monday, day__lt=monday + _WEEK)
    return shifts.exclude(state=ShiftState.CANCELLED).order_by("starts_at", "id")


def _copies(
    sources: Sequence[Shift], days: int, unit_id: int, to_monday: dt.date, copied: CopiedWeek
) -> list[tuple[Shift, Shift]]:
    present = {_likeness(shift) for shift in _week(unit_id, to_monday)}
    pairs = []
    for source in sources:
        twin = _copy_of(source, days)
        if _likeness(twin) in present:
            copied.already += 1
            continue
        unused = [one for one in (source.kind, source.site) if one is not None and not one.active]
        if unused:
            reason = _("“%(name)s” is no longer in use.") % {"name": unused[0]}
            copied.left_out.append(LeftOut(shift_title(source), twin.starts_at, "", reason))
            continue
        policy.check_period(twin.starts_at, twin.ends_at)
        pairs.append((source, twin))
    return pairs


def _likeness(shift: Shift) -> tuple[Any, ...]:
    return shift.kind_id, shift.starts_at, shift.ends_at, shift.site_id, shift.route


def _copy_of(source: Shift, days: int) -> Shift:
    """The same shift so many days later: at the same time of the clock, whatever the clock does in between."""
    here = timezone.localtime(source.starts_at)
    begins = _moment(here.date() + dt.timedelta(days=days), here.timetz().replace(tzinfo=None))
    return Shift(
        unit=source.unit,
        kind=source.kind,
        category=source.kind.category,
        mechanism=source.kind.mechanism,
        site=source.site,
        route=source.route,
        starts_at=begins,
        ends_at=begins + (source.ends_at - source.starts_at),
        needed=source.needed,
        police=source.police,
        auxiliaries=source.auxiliaries,
        vehicles=source.vehicles,
        remarks=source.remarks,
    )


def _copy_parts(pairs: Sequence[tuple[Shift, Shift]]) -> None:
    twins = {source.pk: twin for source, twin in pairs}
    parts = ShiftUnit.objects.filter(shift_id__in=twins, unit__active_until=None).values_list("shift_id", "unit_id")
    ShiftUnit.objects.bulk_create(
        ShiftUnit(shift=twins[shift_id], unit_id=unit_id) for shift_id, unit_id in parts.order_by("shift_id", "unit_id")
    )


def _copy_members(actor: "Actor", pairs: Sequence[tuple[Shift, Shift]], copied: CopiedWeek) -> None:
    twins = {source.pk: twin for source, twin in pairs}
    planned = list(
        Assignment.objects.filter(shift_id__in=twins, active=True)
        .select_related("member")
        .order_by("period", "shift_id", "member_id")
    )
    # Held before anybody looks who is free, so that what is free now stays so until the end.
    hold_members(assignment.member_id for assignment in planned)
    fresh: list[Assignment] = []
    for twin in twins.values():
        people = [one.member for one in planned if twins[one.shift_id] is twin]
        fresh += _free_people(actor, twin, people, copied)
    with one_place_each(list, remedy()):
        Assignment.objects.bulk_create(sorted(fresh, key=lambda one: (one.shift_id, one.member_id)))


def _free_people(actor: "Actor", twin: Shift, people: Sequence[Member], copied: CopiedWeek) -> list[Assignment]:
    """The people of one shift who can come along; the others are listed."""
    period = (twin.starts_at, twin.ends_at)
    ids = [member.pk for member in people]
    clashes = planned_clashes(actor=actor, member_ids=ids, starts_at=twin.starts_at, ends_at=twin.ends_at)
    held = {clash.member_id: clash.sentence for clash in reversed(clashes)}
    taken = []
    for member in people:
        serving = may_serve(member.status, member.status_on, twin.day)
        reason = held.get(member.pk, "") if serving else str(MemberStatus(member.status).label)
        if reason:
            copied.left_out.append(LeftOut(shift_title(twin), twin.starts_at, member.name, reason))
        else:
            taken.append(Assignment(shift=twin, member=member, period=period))
    return taken


def _check_attendance_fits(shift: Shift) -> None:
    """What is recorded stays within a shift that is moved."""
    recorded = Attendance.objects.filter(shift=shift, current=True, status__in=SERVED)
    span = recorded.aggregate(first=Min("checked_in_at"), last=Max("checked_in_at"))
    if span["last"] is not None and (span["last"] >= shift.ends_at or span["first"] < shift.starts_at - EARLY):
        raise Refusal(
            _("Members have been checked in outside the new time."),
            code="shift.has_attendance",
            place="starts_at",
            remedy=_("Keep the time, or correct the attendance first."),
        )


def _check_not_recorded(shift: Shift, assignments: Any) -> None:
    leaving = Attendance.objects.filter(
        shift=shift, current=True, member_id__in=assignments.values_list("member_id", flat=True)
    ).exclude(status=AttendanceStatus.REPLACED)
    found = leaving.select_related("member").first()
    if found is not None:
        raise Refusal(
            _("%(name)s has been recorded at this shift already.") % {"name": found.member.name},
            code="duty.recorded",
            place=found.member.name,
            remedy=_("Correct the attendance with a reason instead."),
        )
