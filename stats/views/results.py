"""The results of a unit: the table of the unit and those below it, its trend, its league, and the facts behind it."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from corps.doors import actor_of
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, local_today
from corps.queries.units import level_names
from corps.views.pages import frame, refused, rights, unit_door
from stats.exports.results import ACTION, export_results
from stats.queries.alarms import alarm_rates
from stats.queries.results import results_of
from stats.views.asking import asked_for, group_chips, times
from stats.views.result_table import table, tiles, with_something
from stats.views.result_trend import league, trend
from stats.views.words import period_words

WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@unit_door(Permission.RESULT_VIEW)
def results(request: HttpRequest, unit: Node) -> HttpResponse:
    """The table, the trend and the league of a unit over a period."""
    asked = asked_for(request)
    today = local_today()
    found = results_of(unit, asked.period, asked.measures, today, at_once="now" in request.GET)
    shown = with_something(found, asked)
    chosen = asked.measure or shown[0]
    values = {
        **times(asked, today),
        **table(found, shown, asked, chosen),
        "asked": asked,
        "trouble": asked.trouble,
        "period_label": period_words(asked.period),
        "begun": found.counted.days > 0,
        "until_day": today if found.unfinished else None,
        "groups": group_chips(asked),
        "everything_url": asked.query(all="1"),
        "tiles": tiles(found, asked),
        "chosen": chosen,
        "trend": trend(unit, chosen, asked.period, today),
        "league": league(chosen, found),
        "alarms": alarm_rates(unit, asked.period),
        "later_url": asked.query(now="1") if found.later else "",
        "counting": found.counting,
        "export_url": f"{reverse('results_export', args=[unit.code])}{asked.query()}",
        "level_name": level_names(unit.corps_id).get(unit.level, ""),
        **rights(actor_of(request), unit.id, Permission.RESULT_EXPORT, Permission.EQUIPMENT_VIEW),
    }
    answer = render(request, "stats/results.html", frame(request, unit, "results", **values))
    answer.status_code = 400 if asked.trouble else 200
    return answer


@require_POST
@unit_door(Permission.RESULT_EXPORT, refused_as=ACTION)
def export(request: HttpRequest, unit: Node) -> HttpResponseBase:
    """The table the address asks for as a workbook."""
    try:
        asked = asked_for(request, strict=True)
    except Refusal as refusal:
        return refused(request, refusal, reverse("results", args=[unit.code]))
    found = results_of(unit, asked.period, asked.measures, local_today())
    made = export_results(actor=actor_of(request), found=found, measures=with_something(found, asked))
    disposition = content_disposition_header(as_attachment=True, filename=made.name) or "attachment"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return HttpResponse(made.content, content_type=WORKBOOK, headers=headers)
