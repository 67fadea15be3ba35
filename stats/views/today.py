"""Today on the first page: the unit's own shifts, and the units below it counted."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from corps.doors import actor_of
from corps.queries.scope import Node
from duties.enums import ShiftState
from duties.queries.shifts import today_of
from duties.queries.today import tally_of_today, who_came
from duties.views.words import look_of, place_of, span

SHIFTS_SHOWN = 12
BELOW_SHOWN = 15
NAMES_SHOWN = 6


def today(request: HttpRequest, unit: Node) -> dict[str, Any]:
    """`today_total` with everything below, `today_shifts` of the unit itself, `today_below` by unit."""
    actor = actor_of(request)
    tally = tally_of_today(actor, unit)
    shifts = [shift for shift in today_of(actor, unit) if shift.state != ShiftState.CANCELLED]
    came = who_came([shift.pk for shift in shifts])
    below = sorted(tally.below, key=lambda row: (-row[1].gap, row[0].position))
    return {
        "today_total": tally.total,
        "today_shifts": [_row(shift, *came.get(shift.pk, (0, 0))) for shift in shifts[:SHIFTS_SHOWN]],
        "today_shifts_rest": max(0, len(shifts) - SHIFTS_SHOWN),
        "today_below": [
            {"name": node.short_name, "url": reverse("duties", args=[node.code]), "tally": one}
            for node, one in below[:BELOW_SHOWN]
        ],
        "today_below_rest": max(0, len(below) - BELOW_SHOWN),
    }


def _row(shift: Any, came: int, here: int) -> dict[str, Any]:
    planned = [one.member.name for one in shift.assignments.all()]
    look = look_of(shift, len(planned), timezone.now())
    return {
        "name": shift.kind.name,
        "when": span(shift.starts_at, shift.ends_at),
        "place": place_of(shift),
        "url": reverse("shift", args=[shift.pk]),
        "look": look,
        "names": planned[:NAMES_SHOWN],
        "more": max(0, len(planned) - NAMES_SHOWN),
        "came": came,
        "here": here,
        "expected": max(shift.needed, len(planned)),
    }
