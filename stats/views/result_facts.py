"""The facts behind a figure, and the history of one of them."""

import math
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.apps import apps
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from corps.actions import action_name
from corps.actors import shown_name
from corps.doors import actor_of
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.history import history_of
from corps.queries.scope import Node, current_tree, local_today, require, scope_of
from corps.queries.units import path_text
from corps.views.pages import frame, rights, unit_door
from duties.enums import AttendanceStatus
from members.enums import MemberStatus
from stats.catalogue import MEASURES, SOURCES, Adds, Measure, adds_up_over_units
from stats.logic.periods import Kind, Period, around
from stats.queries.drilldown import SEEN_WITH, Fact, Place, facts_page, is_counted, recount
from stats.queries.figures import Value, figures_of
from stats.queries.results import comparable, is_counting, of_children, period_of
from stats.views.asking import OVERVIEW, OVERVIEW_CODES, Asked, asked_for, facts_url
from stats.views.words import period_words

_STATUS_WORDS: Final[dict[str, Promise | str]] = {
    **{one.value: one.label for one in MemberStatus},
    **{one.value: one.label for one in AttendanceStatus},
}
_ROUTES: Final = {"shift": "shift", "incident": "incident", "member": "member"}


@require_GET
@unit_door(Permission.RESULT_VIEW)
def facts(request: HttpRequest, unit: Node, measure: str) -> HttpResponse:
    """What was counted, a page at a time; with `own` of the unit itself, with `recount` the sum of all, read anew."""
    wanted = _measure(measure)
    asked = asked_for(request)
    period = asked.period
    own = "own" in request.GET and adds_up_over_units(wanted)
    page = facts_page(actor_of(request), unit, wanted, period, Place.read(request.GET.get("after", "")), own=own)
    value, ratio = _figure(unit, wanted, period)
    below = {} if wanted.adds_up is Adds.RATIO else of_children(unit, period, wanted)
    if own:
        value = round((value or 0) - sum(number or 0 for number in below.values()), 6)
    base = {"period": period.code, **({"own": "1"} if own else {})}
    counted = MEASURES[wanted.numerator] if wanted.adds_up is Adds.RATIO else wanted
    values = {
        "trouble": asked.trouble,
        "measure": wanted,
        "counted": counted,
        "value": value,
        "ratio": ratio,
        "own": own,
        "period_label": period_words(period),
        "facts": _listed(request, page.facts, counted, unit, base),
        "columns": _columns(page.facts),
        "by_unit": [] if own else _by_unit(below, wanted, period),
        "counting": is_counting(unit, period),
        "recounted": _recounted(recount(unit, wanted, period, own=own), wanted, value)
        if "recount" in request.GET
        else None,
        "recount_url": "?" + urlencode({**base, "recount": "1"}) if wanted.adds_up is not Adds.RATIO else "",
        "next": "?" + urlencode({**base, "after": str(page.following)}) if page.following else "",
        "first_page": "?" + urlencode(base) if "after" in request.GET else "",
        "back": f"{reverse('results', args=[unit.code])}{_table_with(wanted, period).query()}",
        "as_of_today": not comparable(wanted),
    }
    answer = render(request, "stats/result_facts.html", frame(request, unit, "results", **values))
    answer.status_code = 400 if asked.trouble else 200
    return answer


@require_GET
@unit_door(Permission.RESULT_VIEW)
def history(request: HttpRequest, unit: Node, measure: str, source: str, fact_id: int) -> HttpResponse:
    """Who recorded a fact, and everything that was changed about it since."""
    wanted = _measure(measure)
    fact = is_counted(unit, wanted, source, fact_id)
    if fact is None or fact.unit_id is None:
        raise Http404("no such fact")
    require(actor_of(request), SEEN_WITH[source], fact.unit_id)
    row = apps.get_model(SOURCES[source].model)._base_manager.get(pk=fact_id)
    try:
        period = period_of(request.GET.get("period", ""))
    except Refusal:
        period = around(Kind.MONTH, local_today())
    values = {
        "measure": wanted,
        "fact": fact,
        "title": str(row),
        "entries": [
            {
                "at": entry.at,
                "what": action_name(entry.action) if entry.action else _("Recorded"),
                "who": shown_name(entry.actor),
                "reason": entry.reason,
                "changes": [one for one in entry.change.changes if not one.withheld],
                "href": reverse("act", args=[entry.act]) if entry.act else "",
            }
            for entry in history_of(row, actor_of(request), unit_id=fact.unit_id)
        ],
        "back": facts_url(unit.code, wanted, period, own="own" in request.GET),
        "opens": _address(fact),
        **rights(actor_of(request), fact.unit_id, Permission.TRAIL_VIEW),
    }
    return render(request, "stats/result_history.html", frame(request, unit, "results", **values))


def _measure(code: str) -> Measure:
    found = MEASURES.get(code)
    if found is None:
        raise Http404("no such measure")
    return found


def _table_with(measure: Measure, period: Period) -> Asked:
    """The table in which the measure stands."""
    return Asked(period, OVERVIEW if measure.code in OVERVIEW_CODES else measure.group.value, measure, everything=False)


def _figure(unit: Node, measure: Measure, period: Period) -> tuple[Value, list[dict[str, Any]]]:
    """The figure; of a ratio also what was divided by what, each with the way to its own facts."""
    parts = [MEASURES[code] for code in (measure.numerator, measure.denominator) if code]
    found = figures_of(unit.id, [measure, *parts], period.first, period.end)
    return found[measure.code], [
        {"measure": part, "value": found[part.code], "url": facts_url(unit.code, part, period)} for part in parts
    ]


def _recounted(number: int, measure: Measure, value: Value) -> dict[str, Any]:
    found = number if measure.divisor == 1 else number / measure.divisor
    return {"value": found, "same": value is not None and math.isclose(found, value, rel_tol=0, abs_tol=1e-6)}


def _by_unit(below: dict[int, Value], measure: Measure, period: Period) -> list[tuple[str, int, str]]:
    """Where it comes from: the units below, largest first, each with its own facts."""
    nodes = current_tree().nodes
    found = [(nodes[identifier], value) for identifier, value in below.items() if value]
    found.sort(key=lambda one: -one[1])
    return [(node.short_name, round(value), facts_url(node.code, measure, period)) for node, value in found]


def _columns(found: Any) -> dict[str, bool]:
    """Which columns have anything to show."""
    return {name: any(getattr(fact, name) for fact in found) for name in ("kind", "person", "status", "at", "where")}


def _listed(
    request: HttpRequest, found: Sequence[Fact], measure: Measure, unit: Node, base: dict[str, str]
) -> list[dict[str, Any]]:
    actor = actor_of(request)
    scopes = {source: scope_of(actor, SEEN_WITH[source]) for source in {one.source for one in found} & SEEN_WITH.keys()}
    return [_told(one, measure, unit, base, may_read=one.unit_id in scopes.get(one.source, ())) for one in found]


def _told(fact: Fact, measure: Measure, unit: Node, base: dict[str, str], *, may_read: bool) -> dict[str, Any]:
    tree = current_tree()
    known = fact.unit_id is not None and fact.unit_id in tree
    history_url = ""
    # Who served here and belongs to a unit beyond the reader's scope today has no history to open.
    if may_read:
        history_url = reverse("result_history", args=[unit.code, measure.code, fact.source, fact.id])
        history_url += "?" + urlencode(base)
    return {
        "day": fact.day if fact.day.year > 1900 else None,
        "dated": fact.source != "thing",
        "kind": fact.kind,
        "person": fact.person,
        "person_url": reverse("member", args=[fact.person_id]) if fact.person_id else "",
        "status": _STATUS_WORDS.get(fact.status, ""),
        "at": fact.at,
        "where": fact.where,
        "unit": path_text(tree, fact.unit_id) if known and fact.unit_id is not None else "",
        "amount": fact.amount / measure.divisor if measure.divisor != 1 else fact.amount,
        "url": _address(fact),
        "history": history_url,
    }


def _address(fact: Fact) -> str:
    """The page of what was counted, as far as the reader may open it."""
    if fact.target is None or not fact.opens:
        return ""
    if fact.opens == "unit":
        node = current_tree().nodes.get(fact.target)
        return reverse("units", args=[node.code]) if node else ""
    try:
        return reverse(_ROUTES[fact.opens], args=[fact.target])
    except NoReverseMatch:
        return ""
