"""The trail of a unit: who did what, where and why, for the unit's superiors."""

import datetime as dt
import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from corps.actors import shown_name
from corps.doors import actor_of
from corps.enums import ActionResult
from corps.permissions import Permission
from corps.queries.history import RowChange
from corps.queries.scope import Node
from corps.queries.trail import Filters, Place, TrailEntry, act_page, trail_page
from corps.views.pages import frame, unit_door
from corps.views.trail_words import ACTION_KINDS, DETAIL_NAMES

ROWS_SHOWN = 50
REFUSED = "refused"


@require_GET
@unit_door(Permission.TRAIL_VIEW)
def trail(request: HttpRequest, unit: Node) -> HttpResponse:
    """Acts in the unit and below, newest first."""
    asked = {name: request.GET.get(name, "").strip()[:60] for name in ("kind", "who", "since", "until")}
    page = trail_page(
        actor_of(request),
        unit_id=unit.id,
        filters=_filters(asked),
        after=Place.read(request.GET.get("after", "")),
    )
    query = urlencode({name: value for name, value in asked.items() if value})
    values = {
        "entries": [_told(entry) for entry in page.entries],
        "chips": _chips(asked),
        **asked,
        "filtered": bool(query),
        "older": f"?{query}&" + urlencode({"after": str(page.following)}) if page.following else "",
        "newest": f"?{query}" if "after" in request.GET else "",
    }
    return render(request, "corps/trail.html", frame(request, unit, "trail", **values))


@require_GET
@login_required
def act(request: HttpRequest, act_id: uuid.UUID) -> HttpResponse:
    """One act and the rows it changed, a page at a time."""
    entry = act_page(actor_of(request), act_id, after=_row(request.GET.get("after", "")), size=ROWS_SHOWN)
    if entry is None:
        raise Http404("no such act")
    rows = entry.rows
    last = rows.first[-1] if len(rows.first) == ROWS_SHOWN else None
    values = {
        "entry": _told(entry),
        "rows": rows,
        "rows_note": _count_of(entry),
        "back": reverse("trail", args=[entry.unit.code]) if entry.unit else "",
        "older": "?" + urlencode({"after": f"{last.model}~{last.event_id}"}) if last else "",
        "newest": "?" if "after" in request.GET else "",
    }
    return render(request, "corps/act.html", frame(request, entry.unit, "trail", **values))


def _told(entry: TrailEntry) -> dict[str, Any]:
    first = entry.rows.first[0] if entry.rows.first else None
    return {
        "at": entry.at,
        "who": shown_name(entry.actor) if entry.account_id is None else entry.actor,
        "what": entry.name or _("Recorded"),
        "unit": entry.unit.name if entry.unit else "",
        "reason": entry.reason,
        "refused": entry.result == ActionResult.REFUSED,
        "failed": entry.result == ActionResult.FAILED,
        "result": ActionResult(entry.result).label,
        "ip": entry.ip or "",
        "facts": [(DETAIL_NAMES[key], value) for key, value in entry.detail.items() if key in DETAIL_NAMES],
        "about": f"{first.kind} {first.name}" if first else "",
        "changes": _in_short(first) if first else [],
        "further": _count_of(entry) if entry.rows.count > 1 else "",
        "href": reverse("act", args=[entry.act]) if entry.act and entry.rows.count else "",
    }


def _in_short(row: RowChange) -> list[Any]:
    """The first changes of an edited row, for the list; the page of the act has all of them."""
    return [change for change in row.changes if not change.withheld][:2] if row.verb == "update" else []


def _count_of(entry: TrailEntry) -> str:
    if entry.rows.more_than_counted:
        return _("more than %(number)s rows") % {"number": "1,000"}
    return _("%(number)d rows") % {"number": entry.rows.count}


def _chips(asked: dict[str, str]) -> list[dict[str, Any]]:
    def chip(code: str, label: Any) -> dict[str, Any]:
        query = urlencode({name: value for name, value in {**asked, "kind": code}.items() if value})
        return {"label": label, "url": f"?{query}", "active": asked["kind"] == code}

    return [
        chip("", _("All")),
        *(chip(code, name) for code, (name, _prefixes) in ACTION_KINDS.items()),
        chip(REFUSED, _("Refused")),
    ]


def _filters(asked: dict[str, str]) -> Filters:
    """Days are whole days at the corps' place; what is no day and no kind filters nothing."""
    since, until, kind = _day(asked["since"]), _day(asked["until"]), asked["kind"]
    return Filters(
        since=_midnight(since) if since else None,
        until=_midnight(until + dt.timedelta(days=1)) if until else None,
        kinds=ACTION_KINDS[kind][1] if kind in ACTION_KINDS else (),
        result=ActionResult.REFUSED if kind == REFUSED else "",
        who=asked["who"],
    )


def _day(text: str) -> dt.date | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and 2000 <= found.year < 2200 else None


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def _row(text: str) -> tuple[str, int] | None:
    label, _tilde, identifier = text.partition("~")
    return (label, int(identifier)) if identifier.isdecimal() and len(identifier) < 10 else None
