"""What pages about shifts share: addresses, whose a shift is and who may act on it, its people, its forms."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from corps.doors import actor_of
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, allowed, current_tree, local_today
from corps.views.pages import frame
from duties.forms.quick import KindChoice
from duties.forms.shift import PLACES
from duties.logic.times import monday_of
from duties.models import Assignment, Attendance, Shift
from duties.queries.offers import keys_of, kinds_in_use
from members.models import Member


def day_in(request: HttpRequest, name: str) -> dt.date:
    """A date that the address names; nonsense and far-away years are today."""
    try:
        day = dt.date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return local_today()
    return day if 2000 <= day.year <= 2200 else local_today()


def week_url(unit_code: str, day: dt.date, door: str = "duties") -> str:
    """The week in which the day lies; `door` is its page, or an act on it."""
    return f"{reverse(door, args=[unit_code])}?week={monday_of(day).isoformat()}"


def shift_url(shift_id: int, part: str) -> str:
    """A part of the shift's page: `crew` or `results`."""
    return f"{reverse('shift', args=[shift_id])}#{part}"


def home_of(shift: Shift) -> Node:
    """The unit that organises the shift."""
    return current_tree().nodes[shift.unit_id]


def open_units(request: HttpRequest, shift: Shift, permission: Permission) -> list[int]:
    """Among whose people the reader chooses: for the organiser those of all units of the shift, for a joint unit its
    own; with everything below them.
    """
    actor, tree, roots = actor_of(request), current_tree(), _roots(shift)
    if not allowed(actor, permission, shift.unit_id):
        roots = [root for root in roots if allowed(actor, permission, root)]
    return list(dict.fromkeys(unit for root in roots for unit in tree.within(root)))


def decides_for(request: HttpRequest, shift: Shift, permission: Permission, member: Member) -> bool:
    """Whether the reader decides about the member: the organiser about all of the shift, a joint unit about its own."""
    actor = actor_of(request)
    own = allowed(actor, permission, member.unit_id) and may_there(request, shift, permission)
    return own or allowed(actor, permission, shift.unit_id)


def planning_unit(request: HttpRequest, shift: Shift) -> Node:
    """For whom the reader chooses people: the organiser, or the first joint unit where the reader plans."""
    actor = actor_of(request)
    mine = [root for root in _roots(shift) if allowed(actor, Permission.DUTY_PLAN, root)]
    return current_tree().nodes[mine[0] if mine else shift.unit_id]


def may_there(request: HttpRequest, shift: Shift, permission: Permission) -> bool:
    """Whether the reader holds the permission at the organiser or, for their own people, at a joint unit."""
    actor = actor_of(request)
    return any(allowed(actor, permission, root) for root in _roots(shift))


def require_there(request: HttpRequest, shift: Shift, permission: Permission) -> None:
    """Raises `PermissionDenied` unless `may_there`; the shift was seen already."""
    if not may_there(request, shift, permission):
        raise PermissionDenied(f"{permission} for shift {shift.pk}")


def _roots(shift: Shift) -> list[int]:
    return [shift.unit_id, *(part.unit_id for part in shift.joint_units.all())]


def planned_on(found: Shift) -> list[Assignment]:
    """Assignments in force, by name."""
    return [one for one in found.assignments.all() if one.active]


def counted_on(found: Shift) -> list[Attendance]:
    """Attendance that counts."""
    return [one for one in found.attendances.all() if one.current]


def kind_choices(corps_id: int) -> list[KindChoice]:
    """Kinds of duty that can be planned, with all they may be called by."""
    return [
        KindChoice(kind.pk, kind.name, keys_of(kind.name, kind.code), kind.needed, kind.starts, kind.minutes)
        for kind in kinds_in_use(corps_id)
    ]


def form_page(request: HttpRequest, unit: Node, form: forms.Form, **values: Any) -> HttpResponse:
    """A form on a page of its own."""
    return render(request, "duties/form.html", frame(request, unit, "duties", form=form, **values))


def attempt(form: forms.Form, act: Callable[[], Any]) -> Any:
    """Run the operation; what it refuses stands beside the field it is about."""
    try:
        return act()
    except Refusal as refusal:
        place = PLACES.get(refusal.place, refusal.place)
        if refusal.code.startswith("duty.") and "people" in form.fields:
            place = "people"
        form.add_error(place if place in form.fields else None, str(refusal))
    return None
