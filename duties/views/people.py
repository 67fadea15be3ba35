"""Members by what is typed of their names: suggested under the cursor, put on a shift and taken off it."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from corps.doors import actor_of
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node
from corps.views.pages import settle, unit_door
from duties.forms.quick import KindChoice, Named, ids_of_teams, typed_kind, typed_periods
from duties.forms.shift import moments
from duties.logic.times import monday_of
from duties.operations.assignments import assign, take_off
from duties.queries.candidates import Candidate, candidates
from duties.queries.free import Period
from duties.queries.offers import kind_in_use, named_members
from duties.queries.shifts import shift_of
from duties.views.shared import day_in, kind_choices, open_units, planning_unit, require_there, shift_url

SUGGESTED = 8


def find_people_in(unit_ids: Sequence[int]) -> Callable[[Sequence[str]], Named]:
    """How forms learn whom typed names mean; units in which the reader may choose people."""
    return partial(named_members, unit_ids)


@require_GET
@unit_door(Permission.DUTY_PLAN)
def of_unit(request: HttpRequest, unit: Node) -> HttpResponse:
    """Members that a typed word may mean, for suggestions; who is not free says why."""
    word = request.GET.get("q", "").strip()
    if not word:
        return _suggested([])
    kinds = kind_choices(unit.corps_id)
    chosen = typed_kind(request.GET.get("kind", ""), kinds)
    kind = kind_in_use(unit.corps_id, chosen.id) if chosen else None
    return _suggested(candidates(actor_of(request), unit, word, periods=_wanted(request, kinds), kind=kind))


def _wanted(request: HttpRequest, kinds: Sequence[KindChoice]) -> list[Period]:
    """When people are wanted, as far as the form around the field says already; it is still being filled in."""
    typed = request.GET
    if "days" in typed:
        return typed_periods(typed, monday_of(day_in(request, "week")), kinds)
    try:
        day = dt.date.fromisoformat(typed.get("day", ""))
        starts, ends = (dt.time.fromisoformat(typed.get(name, "")) for name in ("starts", "ends"))
        return [moments(day, starts, ends)]
    except (ValueError, OverflowError):
        return []


@login_required
@require_GET
def of_shift(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Members that a typed word may mean for this shift; who is not free says why."""
    actor = actor_of(request)
    found = shift_of(actor, shift_id)
    require_there(request, found, Permission.DUTY_PLAN)
    word = request.GET.get("q", "").strip()
    return _suggested(candidates(actor, planning_unit(request, found), word, shift=found) if word else [])


def _suggested(found: Iterable[Candidate]) -> JsonResponse:
    """Candidates as the field under the cursor shows them: the free ones first."""
    options = [
        {"text": one.label, "hint": one.why_not or one.unit, "keys": [one.initials, one.pinyin]}
        for one in sorted(found, key=lambda one: bool(one.why_not))[:SUGGESTED]
    ]
    return JsonResponse({"options": options}, headers={"Cache-Control": "no-store"})


@login_required
@require_POST
def put_on(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Put members on the shift by their names."""
    actor = actor_of(request)
    found = shift_of(actor, shift_id)
    require_there(request, found, Permission.DUTY_PLAN)
    try:
        units = open_units(request, found, Permission.DUTY_PLAN)
        teams = ids_of_teams(request.POST.get("people", "")[:400], find_people_in(units))
        ids = [member for team in teams for member in team]
        if ids:
            assign(actor=actor, shift_id=found.pk, member_ids=ids)
        else:
            messages.error(request, _("Please enter a name or its initials."))
    except forms.ValidationError as wrong:
        for sentence in wrong.messages:
            messages.error(request, sentence)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(shift_url(found.pk, "crew"))


@login_required
@require_POST
def off(request: HttpRequest, shift_id: int, member_id: int) -> HttpResponse:
    """Take a member off the shift."""
    actor = actor_of(request)
    found = shift_of(actor, shift_id)
    require_there(request, found, Permission.DUTY_PLAN)
    back = shift_url(found.pk, "crew")
    return settle(request, lambda: take_off(actor=actor, shift_id=found.pk, member_id=member_id), back)
