"""The week of a unit: its shifts as cards, the units below as rows, and a row in which a week is planned by typing."""

import datetime as dt
from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from corps.doors import actor_of
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, current_tree, require
from corps.views.pages import is_fragment, unit_door
from duties.logic.times import monday_of
from duties.models import Shift
from duties.operations.copying import LeftOut
from duties.operations.planning import plan_days, repeat_shift, take_back
from duties.operations.weeks import copy_week
from duties.queries.shifts import shift_of
from duties.views.shared import day_in, week_url
from duties.views.week_page import UNDO, UNDO_FOR, last_planned, quick_form, week_page


@require_GET
@unit_door(Permission.DUTY_VIEW)
def duties(request: HttpRequest, unit: Node) -> HttpResponse:
    """The page of one week; `?week=` is any date in it."""
    return week_page(request, unit, _monday(request))


@require_POST
@unit_door(Permission.DUTY_PLAN)
def add(request: HttpRequest, unit: Node) -> HttpResponse:
    """Plan what stands in the quick row."""
    monday = _monday(request)
    form = quick_form(request, unit, monday)
    if not form.is_valid():
        return week_page(request, unit, monday, form)
    row = form.row
    try:
        made = plan_days(
            actor=actor_of(request),
            unit_id=unit.id,
            kind_id=row.kind_id,
            days=[monday + dt.timedelta(days=day) for day in row.days],
            starts=row.starts,
            minutes=row.minutes,
            needed=row.needed,
            site_id=row.site_id,
            route=row.route,
            teams=row.teams,
        )
    except Refusal as refusal:
        form.add_error(_FIELDS.get(refusal.place, "people" if refusal.code.startswith("duty.") else None), str(refusal))
        return week_page(request, unit, monday, form)
    words = {"kind": form.cleaned_data["kind"].name, "n": len(made)}
    remember_planned(request, unit, made, _("Take back: %(kind)s, %(n)s shifts") % words)
    messages.success(
        request, ngettext("%(kind)s: %(n)s shift planned.", "%(kind)s: %(n)s shifts planned.", len(made)) % words
    )
    return _done(request, unit, monday, focus="quick-kind")


# Where operations name a field otherwise than the row does.
_FIELDS = {
    "needed": "needed",
    "route": "place",
    "site": "place",
    "site_id": "place",
    "kind": "kind",
    "kind_id": "kind",
    "starts_at": "times",
    "ends_at": "times",
    "minutes": "times",
}


@require_POST
@unit_door(Permission.DUTY_PLAN)
def copy(request: HttpRequest, unit: Node) -> HttpResponse:
    """Last week once more, with its members."""
    monday = _monday(request)
    try:
        copied = copy_week(
            actor=actor_of(request),
            unit_id=unit.id,
            from_monday=monday - dt.timedelta(days=7),
            to_monday=monday,
            with_members=True,
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _done(request, unit, monday)
    made = copied.shifts
    if made:
        remember_planned(request, unit, made, _("Take back: the copied week, %(n)s shifts") % {"n": len(made)})
        messages.success(request, ngettext("%(n)s shift copied.", "%(n)s shifts copied.", len(made)) % {"n": len(made)})
    else:
        messages.success(request, _("Everything of last week stands in this week already."))
    _tell_left_out(request, copied.left_out)
    return _done(request, unit, monday)


@require_POST
@unit_door(Permission.DUTY_PLAN)
def undo(request: HttpRequest, unit: Node) -> HttpResponse:
    """Take back what was planned last from this page."""
    kept = last_planned(request, unit)
    request.session.pop(UNDO, None)
    monday = _monday(request)
    if kept is None:
        messages.info(request, _("There is nothing to take back."))
        return _done(request, unit, monday)
    try:
        number = take_back(actor=actor_of(request), unit_id=unit.id, shift_ids=kept["shifts"])
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _done(request, unit, monday)
    messages.success(request, ngettext("%(n)s shift taken back.", "%(n)s shifts taken back.", number) % {"n": number})
    if number < len(kept["shifts"]):
        messages.warning(request, _("The others stay: somebody has gone on with them since."))
    return _done(request, unit, monday)


@login_required
@require_POST
def repeat(request: HttpRequest, shift_id: int) -> HttpResponse:
    """The same shift on the next day; the cursor goes to the new one, so that one key fills a week."""
    actor = actor_of(request)
    shift = shift_of(actor, shift_id)
    require(actor, Permission.DUTY_PLAN, shift.unit_id)
    unit = current_tree().nodes[shift.unit_id]
    day = shift.day + dt.timedelta(days=1)
    try:
        done = repeat_shift(actor=actor, shift_id=shift_id, day=day)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _done(request, unit, monday_of(shift.day), focus=f"shift-{shift_id}")
    words = {"kind": shift.kind.name, "day": f"{day:%m-%d}"}
    remember_planned(request, unit, [done.shift], _("Take back: %(kind)s on %(day)s") % words)
    messages.success(request, _("%(kind)s is planned on %(day)s too.") % words)
    _tell_left_out(request, done.left_out)
    return _done(request, unit, monday_of(day), focus=f"shift-{done.shift.pk}")


def remember_planned(request: HttpRequest, unit: Node, made: Sequence[Shift], words: str) -> None:
    """For a while pages of the week offer to take these back."""
    request.session[UNDO] = {
        "unit": unit.id,
        "shifts": [shift.pk for shift in made],
        "words": words,
        "until": (timezone.now() + UNDO_FOR).timestamp(),
    }


def _tell_left_out(request: HttpRequest, left_out: Sequence[LeftOut], most: int = 10) -> None:
    for one in left_out[:most]:
        who = one.member or one.shift
        messages.warning(request, _("Not copied: %(who)s. %(why)s") % {"who": who, "why": one.reason})
    if len(left_out) > most:
        messages.warning(request, _("%(n)s more could not be copied.") % {"n": len(left_out) - most})


def _monday(request: HttpRequest) -> dt.date:
    """The Monday of the asked week."""
    return monday_of(day_in(request, "week"))


def _done(request: HttpRequest, unit: Node, monday: dt.date, focus: str = "") -> HttpResponse:
    """After an act: the piece for htmx, the page again for everybody else."""
    if is_fragment(request):
        return week_page(request, unit, monday, focus=focus)
    return redirect(week_url(unit.code, monday))
