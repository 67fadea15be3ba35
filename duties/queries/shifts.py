"""Reads about shifts: a week, a day, one shift with all its parts, and the gaps of the next hours."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Prefetch, Q
from django.http import Http404
from django.utils import timezone

from corps.crypto import unseal_bytes
from corps.models.scope import InUnits
from corps.permissions import Permission
from corps.queries.scope import local_today, scope_of
from duties.enums import ShiftState
from duties.logic.standing import ON_DUTY
from duties.models import Assignment, Attendance, Shift, ShiftPhoto, ShiftUnit
from duties.models.shifts import PHOTO_PURPOSE

if TYPE_CHECKING:
    from corps.actors import Actor
    from corps.models import Unit
    from corps.queries.scope import Node

WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Gap:
    """A shift that lacks people: `planned` of `shift.needed` stand ready."""

    shift: Shift
    planned: int

    @property
    def missing(self) -> int:
        """How many are still to be found."""
        return int(self.shift.needed) - self.planned


def week_of(actor: "Actor", unit: "Node | Unit", monday: dt.date) -> list[Shift]:
    """The unit's own shifts of the week and those it takes part in, cancelled ones too, in the order of their start.

    Each with its kind, site, organiser, joint units, and assignments in force (`shift.assignments.all()`) with their
    members. Four queries, whatever the number.
    """
    return _drawn(_of_unit(actor, unit, monday, monday + WEEK))


def today_of(actor: "Actor", unit: "Node | Unit") -> list[Shift]:
    """The unit's shifts of today and those that still run since yesterday, as `week_of` gives them."""
    today = local_today()
    shifts = _drawn(_of_unit(actor, unit, today - dt.timedelta(days=1), today + dt.timedelta(days=1)))
    now = timezone.now()
    return [shift for shift in shifts if shift.day == today or shift.ends_at > now]


def shift_of(actor: "Actor", shift_id: int) -> Shift:
    """The shift with what its page shows, if the actor may see it; else `Http404`.

    `assignments` in force, `attendances` that count, `joint_units` and `photos` (without the pictures) are at hand.
    """
    shifts = Shift.objects.visible_to(actor).select_related("unit", "kind", "site", "series", "closed_by")
    current = Attendance.objects.filter(current=True).select_related("member", "unit", "replaced_by", "corrects")
    photos = ShiftPhoto.objects.defer("sealed").select_related("taken_by").order_by("added_at", "id")
    found: Shift | None = (
        shifts.prefetch_related(
            _planned(),
            Prefetch("attendances", current.order_by("member__pinyin", "member__name", "id")),
            Prefetch("joint_units", _parts()),
            Prefetch("photos", photos),
        )
        .filter(pk=shift_id)
        .first()
    )
    if found is None:
        raise Http404("no such shift")
    return found


def attendance_of(actor: "Actor", attendance_id: int) -> Attendance:
    """The record with its shift and member, for who sees duties of the member's unit or the shift; else `Http404`."""
    rows = Attendance.objects.select_related("shift__unit", "shift__kind", "member", "unit", "replaced_by")
    found: Attendance | None = rows.filter(pk=attendance_id).first()
    if found is not None and (
        found.unit_id in scope_of(actor, Permission.DUTY_VIEW)
        or Shift.objects.visible_to(actor).filter(pk=found.shift_id).exists()
    ):
        return found
    raise Http404("no such attendance")


def photo_of(actor: "Actor", shift_id: int, photo_id: int) -> tuple[bytes, str]:
    """A picture of the shift and its content type, if the actor may see the shift; else `Http404`."""
    photos = ShiftPhoto.objects.filter(shift__in=Shift.objects.visible_to(actor))
    photo: ShiftPhoto | None = photos.filter(pk=photo_id, shift_id=shift_id).first()
    if photo is None:
        raise Http404("no such photo")
    return unseal_bytes(bytes(photo.sealed), purpose=PHOTO_PURPOSE), photo.content_type


def gaps_within(actor: "Actor", unit: "Node | Unit", hours: int = 24) -> list[Gap]:
    """Shifts of the unit and everything below it that run or begin within the hours and lack people, soonest first.

    Somebody who has left or was suspended since does not fill a place.
    """
    scope = scope_of(actor, Permission.DUTY_VIEW)
    units = [identifier for identifier in scope.tree.within(unit.id) if identifier in scope]
    now = timezone.now()
    ready = Count("assignments", filter=Q(assignments__active=True, assignments__member__status__in=ON_DUTY))
    rows = (
        Shift.objects.organised_by(units)
        .filter(
            state=ShiftState.PLANNED,
            # The day has the index; the moments are exact.
            day__gte=timezone.localdate(now) - dt.timedelta(days=1),
            day__lte=timezone.localdate(now + dt.timedelta(hours=hours)),
            ends_at__gt=now,
            starts_at__lt=now + dt.timedelta(hours=hours),
        )
        .annotate(ready=ready)
        .filter(ready__lt=F("needed"))
        .select_related("unit", "kind", "site")
        .order_by("starts_at", "id")
    )
    return [Gap(shift, shift.ready) for shift in rows]


def _of_unit(actor: "Actor", unit: "Node | Unit", first: dt.date, end: dt.date) -> Any:
    """Shifts of the days that the unit organises or takes part in, if the actor sees duties there."""
    if unit.id not in scope_of(actor, Permission.DUTY_VIEW):
        raise Http404("no such unit")
    days = {"day__gte": first, "day__lt": end}
    # Two look-ups instead of one question about either: each has its index.
    joint = ShiftUnit.objects.filter(unit_id=unit.id, **{f"shift__{name}": day for name, day in days.items()})
    own = Q(InUnits("unit_id", [unit.id])) | Q(pk__in=list(joint.values_list("shift_id", flat=True)))
    return Shift.objects.filter(own, **days)


def _drawn(shifts: Any) -> list[Shift]:
    return list(
        shifts.select_related("unit", "kind", "site")
        .prefetch_related(_planned(), Prefetch("joint_units", _parts()))
        .order_by("starts_at", "id")
    )


def _planned() -> "Prefetch[Any]":
    rows = Assignment.objects.filter(active=True).select_related("member")
    return Prefetch("assignments", rows.order_by("member__pinyin", "member__name", "member_id"))


def _parts() -> Any:
    return ShiftUnit.objects.select_related("unit").order_by("unit__code")
