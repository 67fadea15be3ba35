"""What the page of a week shows: days with cards, the units below as rows, and the row that is typed."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import Node, current_tree, local_today
from corps.views.pages import frame, is_fragment, rights
from duties.enums import ShiftState
from duties.forms.quick import KindChoice, PlaceChoice, QuickForm
from duties.logic.times import monday_of
from duties.models import Shift
from duties.queries.board import BoardRow, Tally, board_of
from duties.queries.offers import keys_of, places_for
from duties.queries.shifts import week_of
from duties.views.people import find_people_in
from duties.views.shared import kind_choices, planned_on, week_url
from duties.views.words import gap_word, look_of, place_of, span

# Where the session keeps what was planned last, and how long it may be taken back with one key: it is what has just
# gone wrong. Days later a shift is cancelled by itself, with a reason.
UNDO = "duties_undo"
UNDO_FOR = dt.timedelta(minutes=30)
KEYS = (
    ("n", gettext_lazy("new shift")),
    ("← → ↑ ↓", gettext_lazy("move")),
    ("a", gettext_lazy("same on the next day")),
    ("c", gettext_lazy("copy last week")),
    ("u", gettext_lazy("take back")),
    ("[ ]", gettext_lazy("other week")),
)


def week_page(
    request: HttpRequest, unit: Node, monday: dt.date, form: QuickForm | None = None, focus: str = ""
) -> HttpResponse:
    """The page, or for htmx the piece that changes; `form` is a row that was refused, `focus` where the cursor goes."""
    actor = actor_of(request)
    may = rights(actor, unit.id, Permission.DUTY_PLAN)
    own = week_of(actor, unit, monday)
    with_cancelled = "cancelled" in request.GET
    shown = [shift for shift in own if with_cancelled or shift.state != ShiftState.CANCELLED]
    board = board_of(actor, unit, monday)
    values: dict[str, Any] = {
        "week": _week(unit, monday, shown, board, len(own) - len(shown)),
        "days": _days(unit, monday, shown),
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
        quick = form or quick_form(request, unit, monday)
        values |= _quick_values(request, unit, quick)
        if form is not None and form.errors:
            values["focus"] = f"quick-{next(iter(form.errors))}" if "__all__" not in form.errors else "quick-kind"
    if is_fragment(request):
        return render(request, "duties/planner.html", {"unit": unit, "fragment": True, **values})
    return render(request, "duties/week.html", frame(request, unit, "duties", **values))


def quick_form(request: HttpRequest, unit: Node, monday: dt.date) -> QuickForm:
    """The row in which a week is planned by typing."""
    actor = actor_of(request)
    return QuickForm(
        request.POST if request.method == "POST" and "kind" in request.POST else None,
        kinds=kind_choices(unit.corps_id),
        places=[PlaceChoice(site.pk, site.name, keys_of(site.name)) for site in places_for(actor, unit.id)],
        find_people=find_people_in(current_tree().within(unit.id)),
        people_url=week_url(unit.code, monday, "duties_people"),
    )


def last_planned(request: HttpRequest, unit: Node) -> dict[str, Any] | None:
    """What the reader planned last in the unit, as long as it may be taken back."""
    kept: dict[str, Any] | None = request.session.get(UNDO)
    if kept is None or kept["unit"] != unit.id or kept.get("until", 0) < timezone.now().timestamp():
        return None
    return kept


def _quick_values(request: HttpRequest, unit: Node, quick: QuickForm) -> dict[str, Any]:
    kept = last_planned(request, unit)
    return {
        "quick": quick,
        "keys": KEYS,
        "undo": kept["words"] if kept is not None else "",
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


def _week(
    unit: Node, monday: dt.date, shown: Sequence[Shift], board: Sequence[BoardRow], hidden: int
) -> dict[str, Any]:
    last = monday + dt.timedelta(days=6)
    below = sum(tally.shifts for row in board for tally in row.days)
    number = len(shown) + below
    first_new = max(monday, local_today()) if monday <= local_today() <= last else monday
    return {
        "label": _label(monday, last),
        "this": monday == monday_of(local_today()),
        "previous": week_url(unit.code, monday - dt.timedelta(days=7)),
        "next": week_url(unit.code, monday + dt.timedelta(days=7)),
        "now": reverse("duties", args=[unit.code]),
        "new": f"{reverse('shift_new', args=[unit.code])}?day={first_new.isoformat()}",
        "series": f"{reverse('series_new', args=[unit.code])}?day={monday.isoformat()}",
        "add": week_url(unit.code, monday, "duties_add"),
        "copy": week_url(unit.code, monday, "duties_copy"),
        "undo": week_url(unit.code, monday, "duties_undo"),
        "shifts": number,
        "count_text": ngettext("%(n)s shift", "%(n)s shifts", number) % {"n": f"{number:,}"} if number else "",
        "cancelled_text": ngettext("show %(n)s cancelled", "show %(n)s cancelled", hidden) % {"n": hidden}
        if hidden
        else "",
        "cancelled_url": f"{week_url(unit.code, monday)}&cancelled=1",
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
    lacking = [shift.needed - len(planned_on(shift)) for shift in open_shifts]
    people = sum(gap for gap in lacking if gap > 0) + sum(tally.gap for row in board for tally in row.days)
    return {"people": people, "text": gap_word(people) if people else ""}


def _days(unit: Node, monday: dt.date, shown: Sequence[Shift]) -> list[dict[str, Any]]:
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
    people = [one.member.name for one in planned_on(shift)]
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
        "url": week_url(row.node.code, monday),
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
