"""The week of a unit: its shifts as cards, the units below as rows, and a row in which a week is planned by typing."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from corps.doors import actor_of
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, current_tree, local_today, require
from corps.views.pages import frame, is_fragment, rights, unit_door
from duties.enums import ShiftState
from duties.forms.quick import KindChoice, Named, PlaceChoice, QuickForm
from duties.logic.times import monday_of
from duties.models import Shift
from duties.operations.planning import plan_days, repeat_shift, take_back
from duties.operations.weeks import copy_week
from duties.queries.board import BoardRow, Tally, board_of
from duties.queries.candidates import candidates
from duties.queries.offers import keys_of, kinds_in_use, named_members, places_for
from duties.queries.shifts import shift_of, week_of
from duties.views.words import gap_word, look_of, place_of, span

UNDO = "duties_undo"
SUGGESTED = 8
KEYS = (
    ("n", gettext_lazy("new shift")),
    ("← → ↑ ↓", gettext_lazy("move")),
    ("a", gettext_lazy("same on the next day")),
    ("c", gettext_lazy("copy last week")),
    ("u", gettext_lazy("take back")),
    ("[ ]", gettext_lazy("other week")),
)


@require_GET
@unit_door(Permission.DUTY_VIEW)
def duties(request: HttpRequest, unit: Node) -> HttpResponse:
    """The page of one week; `?week=` is any date in it."""
    return _page(request, unit, _monday(request))


@require_POST
@unit_door(Permission.DUTY_PLAN)
def add(request: HttpRequest, unit: Node) -> HttpResponse:
    """Plan what stands in the quick row."""
    monday = _monday(request)
    form = _quick(request, unit)
    if not form.is_valid():
        return _page(request, unit, monday, form)
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
        return _page(request, unit, monday, form)
    name = form.cleaned_data["kind"].name
    _remember(request, unit, made, _("Take back: %(kind)s, %(n)s shifts") % {"kind": name, "n": len(made)})
    _say(
        request,
        ngettext("%(kind)s: %(n)s shift planned.", "%(kind)s: %(n)s shifts planned.", len(made))
        % {"kind": name, "n": len(made)},
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
        _remember(request, unit, made, _("Take back: the copied week, %(n)s shifts") % {"n": len(made)})
        _say(request, ngettext("%(n)s shift copied.", "%(n)s shifts copied.", len(made)) % {"n": len(made)})
    else:
        _say(request, _("Everything of last week stands in this week already."))
    for one in copied.left_out[:10]:
        who = one.member or one.shift
        messages.warning(request, _("Not copied: %(who)s. %(why)s") % {"who": who, "why": one.reason})
    if len(copied.left_out) > 10:
        messages.warning(request, _("%(n)s more could not be copied.") % {"n": len(copied.left_out) - 10})
    return _done(request, unit, monday)


@require_POST
@unit_door(Permission.DUTY_PLAN)
def undo(request: HttpRequest, unit: Node) -> HttpResponse:
    """Take back what was planned last from this page."""
    kept = request.session.pop(UNDO, None)
    monday = _monday(request)
    if not kept or kept["unit"] != unit.id:
        messages.info(request, _("There is nothing to take back."))
        return _done(request, unit, monday)
    try:
        number = take_back(actor=actor_of(request), unit_id=unit.id, shift_ids=kept["shifts"])
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _done(request, unit, monday)
    _say(request, ngettext("%(n)s shift taken back.", "%(n)s shifts taken back.", number) % {"n": number})
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
    name = shift.kind.name
    _remember(request, unit, [done.shift], _("Take back: %(kind)s on %(day)s") % {"kind": name, "day": f"{day:%m-%d}"})
    _say(request, _("%(kind)s is planned on %(day)s too.") % {"kind": name, "day": f"{day:%m-%d}"})
    for sentence in done.left_out:
        messages.warning(request, sentence)
    return _done(request, unit, monday_of(day), focus=f"shift-{done.shift.pk}")


@require_GET
@unit_door(Permission.DUTY_PLAN)
def people(request: HttpRequest, unit: Node) -> HttpResponse:
    """Members that a typed word may mean, for suggestions; who is not free says why."""
    word = request.GET.get("q", "").strip()
    options = suggestions(candidates(actor_of(request), unit, word)) if word else []
    return JsonResponse({"options": options}, headers={"Cache-Control": "no-store"})


def suggestions(found: Sequence[Any]) -> list[dict[str, Any]]:
    """Candidates as the field under the cursor shows them: the free ones first."""
    return [
        {"text": one.label, "hint": one.why_not or one.unit, "keys": [one.initials, one.pinyin]}
        for one in sorted(found, key=lambda one: bool(one.why_not))[:SUGGESTED]
    ]


def find_people_in(request: HttpRequest, unit_ids: Sequence[int]) -> Callable[[Sequence[str]], Named]:
    """How forms learn whom typed names mean."""
    actor = actor_of(request)
    return lambda words: named_members(actor, unit_ids, words)


def kind_choices(corps_id: int) -> list[KindChoice]:
    """Kinds of the corps as the quick row offers them."""
    return [
        KindChoice(kind.pk, kind.name, keys_of(kind.name, kind.code), kind.needed, kind.starts, kind.minutes)
        for kind in kinds_in_use(corps_id)
    ]


def remember_planned(request: HttpRequest, unit: Node, made: Sequence[Shift], words: str) -> None:
    """The next page of the week offers to take these back."""
    _remember(request, unit, made, words)


def week_url(unit_code: str, day: dt.date) -> str:
    """The week in which the day lies."""
    return f"{reverse('duties', args=[unit_code])}?week={monday_of(day).isoformat()}"


# --- the page ---------------------------------------------------------------------------------------------------------


def _monday(request: HttpRequest) -> dt.date:
    """The Monday of the asked week; nonsense and far-away years are this week."""
    text = request.GET.get("week", "")
    try:
        day = dt.date.fromisoformat(text) if text else local_today()
    except ValueError:
        day = local_today()
    if not 2000 <= day.year <= 2200:
        day = local_today()
    return monday_of(day)


def _quick(request: HttpRequest, unit: Node) -> QuickForm:
    actor = actor_of(request)
    return QuickForm(
        request.POST if request.method == "POST" and "kind" in request.POST else None,
        kinds=kind_choices(unit.corps_id),
        places=[PlaceChoice(site.pk, site.name, keys_of(site.name)) for site in places_for(actor, unit.id)],
        find_people=find_people_in(request, current_tree().within(unit.id)),
        people_url=reverse("duties_people", args=[unit.code]),
    )


def _remember(request: HttpRequest, unit: Node, made: Sequence[Shift], words: str) -> None:
    request.session[UNDO] = {"unit": unit.id, "shifts": [shift.pk for shift in made], "words": words}


def _say(request: HttpRequest, sentence: str) -> None:
    messages.success(request, sentence)


def _done(request: HttpRequest, unit: Node, monday: dt.date, focus: str = "") -> HttpResponse:
    """After an act: the piece for htmx, the page again for everybody else."""
    if is_fragment(request):
        return _page(request, unit, monday, focus=focus)
    return redirect(week_url(unit.code, monday))


def _page(
    request: HttpRequest, unit: Node, monday: dt.date, form: QuickForm | None = None, focus: str = ""
) -> HttpResponse:
    actor = actor_of(request)
    may = rights(actor, unit.id, Permission.DUTY_PLAN)
    shifts = list(week_of(actor, unit, monday))
    own = [shift for shift in shifts if shift.unit_id == unit.id or _takes_part(shift, unit)]
    with_cancelled = "cancelled" in request.GET
    shown = [shift for shift in own if with_cancelled or shift.state != ShiftState.CANCELLED]
    days = _days(unit, monday, shown, may_plan=may["duty_plan"])
    board = board_of(actor, unit, monday)
    values: dict[str, Any] = {
        "week": _week(unit, monday, shown, board, len(own) - len(shown)),
        "days": days,
        "rows": [_row(row, monday) for row in board],
        "below_note": _("planned / needed"),
        "own_title": unit.short_name if board else "",
        "own_shown": bool(shown) or (not board and may["duty_plan"]),
        "nothing": not shown and not board,
        "gaps": _gaps(shown, board),
        "focus": focus,
        **may,
    }
    if may["duty_plan"]:
        quick = form or _quick(request, unit)
        values |= _quick_values(request, unit, quick)
        if form is not None and form.errors:
            values["focus"] = f"quick-{next(iter(form.errors))}" if "__all__" not in form.errors else "quick-kind"
    if is_fragment(request):
        return render(request, "duties/planner.html", {"unit": unit, "fragment": True, **values})
    return render(request, "duties/week.html", frame(request, unit, "duties", **values))


def _quick_values(request: HttpRequest, unit: Node, quick: QuickForm) -> dict[str, Any]:
    kept = request.session.get(UNDO)
    return {
        "quick": quick,
        "keys": KEYS,
        "undo": kept["words"] if kept and kept["unit"] == unit.id else "",
        "kinds": [
            {
                "text": kind.name,
                "hint": f"{kind.starts:%H:%M} · {kind.minutes // 60}:{kind.minutes % 60:02d}",
                "keys": kind.keys,
                "defaults": {"times": _times(kind), "needed": str(kind.needed)},
            }
            for kind in quick.kinds
        ],
        "places": [{"text": place.name, "keys": place.keys} for place in quick.places],
    }


def _times(kind: KindChoice) -> str:
    ends = (kind.starts.hour * 60 + kind.starts.minute + kind.minutes) % (24 * 60)
    return f"{kind.starts:%H%M}-{ends // 60:02d}{ends % 60:02d}"


def _takes_part(shift: Shift, unit: Node) -> bool:
    return any(part.unit_id == unit.id for part in shift.joint_units.all())


def _week(
    unit: Node, monday: dt.date, shown: Sequence[Shift], board: Sequence[BoardRow], hidden: int
) -> dict[str, Any]:
    base = reverse("duties", args=[unit.code])
    last = monday + dt.timedelta(days=6)
    this = monday_of(local_today())

    def address(day: dt.date, door: str = "duties") -> str:
        return f"{reverse(door, args=[unit.code])}?week={day.isoformat()}"

    below = sum(tally.shifts for row in board for tally in row.days)
    number = len(shown) + below
    first_new = max(monday, local_today()) if monday <= local_today() <= last else monday
    return {
        "label": _label(monday, last),
        "this": monday == this,
        "previous": address(monday - dt.timedelta(days=7)),
        "next": address(monday + dt.timedelta(days=7)),
        "now": base,
        "new": f"{reverse('shift_new', args=[unit.code])}?day={first_new.isoformat()}",
        "series": f"{reverse('series_new', args=[unit.code])}?day={monday.isoformat()}",
        "add": address(monday, "duties_add"),
        "copy": address(monday, "duties_copy"),
        "undo": address(monday, "duties_undo"),
        "shifts": number,
        "count_text": ngettext("%(n)s shift", "%(n)s shifts", number) % {"n": f"{number:,}"} if number else "",
        "cancelled_text": ngettext("show %(n)s cancelled", "show %(n)s cancelled", hidden) % {"n": hidden}
        if hidden
        else "",
        "cancelled_url": f"{address(monday)}&cancelled=1",
    }


def _label(monday: dt.date, last: dt.date) -> str:
    return _("%(first)s – %(last)s, week %(number)s of %(year)s") % {
        "first": f"{monday:%m-%d}",
        "last": f"{last:%m-%d}",
        "number": monday.isocalendar().week,
        "year": monday.isocalendar().year,
    }


def _gaps(shown: Sequence[Shift], board: Sequence[BoardRow]) -> dict[str, Any]:
    now = timezone.now()
    open_shifts = [shift for shift in shown if shift.state == ShiftState.PLANNED and shift.ends_at > now]
    lacking = [shift.needed - planned_of(shift) for shift in open_shifts]
    people = sum(gap for gap in lacking if gap > 0) + sum(tally.gap for row in board for tally in row.days)
    return {"people": people, "shifts": people, "text": gap_word(people) if people else ""}


def planned_of(shift: Shift) -> int:
    """How many members are planned."""
    return sum(1 for one in shift.assignments.all() if one.active)


def _days(unit: Node, monday: dt.date, shown: Sequence[Shift], *, may_plan: bool) -> list[dict[str, Any]]:
    today, now = local_today(), timezone.now()
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    found = []
    for number in range(7):
        day = monday + dt.timedelta(days=number)
        name = f"{names[number]} {day:%m-%d}"
        found.append(
            {
                "number": number + 1,
                "name": name,
                "today": day == today,
                "past": day < today,
                "new": f"{reverse('shift_new', args=[unit.code])}?day={day.isoformat()}",
                "new_title": _("New shift on %(day)s") % {"day": name},
                "cards": [_card(unit, shift, now) for shift in shown if shift.day == day],
            }
        )
    return found


def _card(unit: Node, shift: Shift, now: dt.datetime) -> dict[str, Any]:
    people = [one.member.name for one in shift.assignments.all() if one.active]
    look = look_of(shift, len(people), now)
    own = shift.unit_id == unit.id
    return {
        "id": shift.pk,
        "url": reverse("shift", args=[shift.pk]),
        "repeat": reverse("shift_repeat", args=[shift.pk]),
        "own": own,
        "times": span(shift.starts_at, shift.ends_at),
        "strength": f"{len(people)}/{shift.needed}",
        "kind": shift.kind.name,
        "place": place_of(shift),
        "names": "、".join(people[:6]) + ("…" if len(people) > 6 else ""),
        "note": _note(shift, own=own),
        "state": look.style,
        "shape": look.shape,
        "word": look.word,
    }


def _note(shift: Shift, *, own: bool) -> str:
    """Who else is there: the organiser of a joint shift, other units, police and auxiliaries."""
    parts = []
    if not own:
        parts.append(_("organised by %(unit)s") % {"unit": shift.unit.short_name})
    others = shift.joint_units.all()
    if own and others:
        parts.append(_("with %(units)s") % {"units": "、".join(part.unit.short_name for part in others)})
    if shift.police:
        parts.append(_("%(n)s police") % {"n": shift.police})
    if shift.auxiliaries:
        parts.append(_("%(n)s auxiliaries") % {"n": shift.auxiliaries})
    return " · ".join(parts)


def _row(row: BoardRow, monday: dt.date) -> dict[str, Any]:
    whole = Tally()
    for tally in row.days:
        whole.add(tally)
    return {
        "name": row.node.short_name,
        "url": f"{reverse('duties', args=[row.node.code])}?week={monday.isoformat()}",
        "cells": [_cell(tally) for tally in (*row.days, whole)],
    }


def _cell(tally: Tally) -> dict[str, Any]:
    number = ngettext("%(n)s shift", "%(n)s shifts", tally.shifts) % {"n": f"{tally.shifts:,}"}
    return {
        "shifts": tally.shifts,
        "planned": f"{tally.planned:,}",
        "needed": f"{tally.needed:,}",
        "gap": tally.gap,
        "title": number if tally.shifts else "",
        "word": gap_word(tally.gap) if tally.gap else number,
        # A past shift that lacked somebody is nothing to do any more, but no success either.
        "shape": "warn" if tally.gap else "good" if tally.planned >= tally.needed else "idle",
    }
