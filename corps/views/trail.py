"""The trail of a unit and everything below it: who did what, when and why, and what it changed."""

import uuid
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from corps.enums import ActionResult
from corps.forms.trail import TrailFilterForm
from corps.permissions import Permission
from corps.queries.scope import Node
from corps.queries.trail import Filters, Place, TrailEntry, act_page, trail_page
from corps.views.pages import actor_of, frame, is_fragment, unit_door

VERBS = {"insert": gettext_lazy("added"), "update": gettext_lazy("changed"), "delete": gettext_lazy("removed")}
SHAPES = {ActionResult.DONE: "good", ActionResult.REFUSED: "stop", ActionResult.FAILED: "warn"}
DETAILS = {
    "code": gettext_lazy("code"),
    "columns": gettext_lazy("columns"),
    "failures": gettext_lazy("failures"),
    "file": gettext_lazy("file"),
    "format": gettext_lazy("format"),
    "kind": gettext_lazy("kind"),
    "place": gettext_lazy("place"),
    "rows": gettext_lazy("rows"),
    "sessions": gettext_lazy("sessions"),
}


@require_GET
@unit_door(Permission.TRAIL_VIEW)
def trail(request: HttpRequest, unit: Node) -> HttpResponse:
    """The time line with its filters; htmx asks for the lines alone."""
    actor = actor_of(request)
    form = TrailFilterForm(request.GET, actor=actor, unit_id=unit.id)
    page = trail_page(
        actor,
        unit_id=unit.id,
        filters=_filters(form),
        after=Place.read(request.GET.get("after", "")),
    )
    query = request.GET.copy()
    query.pop("after", None)
    following = ""
    if page.following:
        query["after"] = str(page.following)
        following = f"{reverse('trail', args=[unit.code])}?{query.urlencode()}"
    values = {
        "form": form,
        "narrowed": bool(form.narrowed()),
        "lines": [_line(entry) for entry in page.entries],
        "following": following,
        "began": reverse("trail", args=[unit.code]) if request.GET.get("after") else "",
    }
    template = "corps/trail_lines.html" if is_fragment(request) else "corps/trail.html"
    return render(request, template, frame(request, unit, "trail", **values))


@require_GET
@login_required
def act(request: HttpRequest, act: uuid.UUID) -> HttpResponse:
    """One act with every row it changed, a page at a time."""
    after = _row_place(request.GET.get("after", ""))
    entry = act_page(actor_of(request), act, after=after, size=50)
    if entry is None:
        raise Http404("no such act")
    rows = entry.rows.first
    line = _line(entry)
    last = rows[-1] if len(rows) == 50 else None
    values = {
        "line": line,
        "following": f"?after={last.model}~{last.event_id}" if last else "",
        "began": "?" if after else "",
    }
    return render(request, "corps/trail_act.html", frame(request, entry.unit, "trail", **values))


def _filters(form: TrailFilterForm) -> Filters:
    """Days of the form are whole days at the corps' place; anything that is not valid filters nothing."""
    form.is_valid()
    given = form.cleaned_data
    since, until = given.get("since"), given.get("until")
    return Filters(
        since=_midnight(since) if since else None,
        until=_midnight(until + timedelta(days=1)) if until else None,
        account_id=int(given["account"]) if given.get("account") else None,
        action=given.get("action") or "",
        result=given.get("result") or "",
    )


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _row_place(text: str) -> tuple[str, int] | None:
    label, _tilde, identifier = text.partition("~")
    return (label, int(identifier)) if identifier.isdecimal() and len(identifier) < 10 else None


def _line(entry: TrailEntry) -> dict[str, Any]:
    """An entry as the page shows it."""
    result = ActionResult(entry.result)
    more = entry.rows.count - len(entry.rows.first)
    return {
        "entry": entry,
        "name": entry.name or _("Recorded"),
        "who": _("the system") if entry.actor == "system" else entry.actor,
        "refused": result is not ActionResult.DONE,
        "shape": SHAPES[result],
        "result": result.label,
        "facts": [
            (DETAILS.get(key, key), _plain(value)) for key, value in entry.detail.items() if value not in ("", None)
        ],
        "rows": [(row, VERBS[row.verb]) for row in entry.rows.first],
        "more": more if more > 0 else 0,
        "counted_out": entry.rows.more_than_counted,
        "url": reverse("trail_act", args=[entry.act]) if entry.act else "",
    }


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "、".join(f"{key} {_plain(one)}" for key, one in value.items())
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
