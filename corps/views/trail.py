"""The trail of a unit: who did what, where and why, for the unit's superiors."""

import datetime as dt
import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from corps.actions import ACTION_KINDS, DETAIL_NAMES, action_name
from corps.enums import ActionResult
from corps.permissions import Permission
from corps.queries.acts import PAGE, Cursor, TrailEntry, acts_in, changes_of
from corps.queries.scope import Node, current_tree
from corps.views.pages import actor_of, frame, unit_door


@require_GET
@unit_door(Permission.TRAIL_VIEW)
def trail(request: HttpRequest, unit: Node) -> HttpResponse:
    """Acts in the unit and below, newest first."""
    kind = request.GET.get("kind", "")
    who = request.GET.get("who", "").strip()[:60]
    prefixes = ACTION_KINDS[kind][1] if kind in ACTION_KINDS else ()
    found = acts_in(actor_of(request), unit.id, kinds=prefixes, who=who, before=_cursor(request))
    shown = found[:PAGE]
    older = urlencode({"kind": kind, "who": who, "before": _position(shown[-1])}) if len(found) > PAGE else ""
    values = {
        "entries": [_told(entry) for entry in shown],
        "chips": _chips(kind, who),
        "who": who,
        "kind": kind,
        "filtered": bool(kind or who),
        "older": f"?{older}" if older else "",
        "newest": "?" + urlencode({"kind": kind, "who": who}) if "before" in request.GET else "",
    }
    return render(request, "corps/trail.html", frame(request, unit, "trail", **values))


@require_GET
@login_required
def act(request: HttpRequest, act_id: uuid.UUID) -> HttpResponse:
    """One act and the rows it changed."""
    entry, kinds = changes_of(actor_of(request), act_id)
    tree = current_tree()
    if entry.unit_id is None or entry.unit_id not in tree:
        raise Http404("no such act")
    unit = tree.nodes[entry.unit_id]
    values = {"entry": _told(entry), "kinds": kinds, "back": reverse("trail", args=[unit.code])}
    return render(request, "corps/act.html", frame(request, unit, "trail", **values))


def _told(entry: TrailEntry) -> dict[str, Any]:
    node = current_tree().nodes.get(entry.unit_id or 0)
    return {
        "at": entry.at,
        "who": _("the system") if entry.who == "system" else entry.who,
        "what": action_name(entry.action),
        "unit": node.name if node else "",
        "unit_code": node.code if node else "",
        "reason": entry.reason,
        "refused": entry.result == ActionResult.REFUSED,
        "failed": entry.result == ActionResult.FAILED,
        "result": ActionResult(entry.result).label,
        "ip": entry.ip,
        "facts": [(DETAIL_NAMES[key], value) for key, value in entry.detail.items() if key in DETAIL_NAMES],
        "href": reverse("act", args=[entry.act]) if entry.act else "",
    }


def _chips(kind: str, who: str) -> list[dict[str, Any]]:
    def address(code: str) -> str:
        return "?" + urlencode({name: value for name, value in (("kind", code), ("who", who)) if value})

    every = {"label": _("All"), "url": address(""), "active": not kind}
    return [
        every,
        *({"label": name, "url": address(code), "active": kind == code} for code, (name, _p) in ACTION_KINDS.items()),
    ]


def _position(entry: TrailEntry) -> str:
    return f"{entry.at.isoformat()}~{entry.key}"


def _cursor(request: HttpRequest) -> Cursor | None:
    """Where the page before ended; anything that is no position counts as none."""
    moment, _tilde, key = request.GET.get("before", "").partition("~")
    try:
        at = dt.datetime.fromisoformat(moment)
    except ValueError:
        return None
    return Cursor(at, key) if at.tzinfo and key else None
