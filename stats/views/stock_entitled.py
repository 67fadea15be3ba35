"""What stands in the stock report of today only: kinds against entitlement, and what is in hands and at risk.

Entitlements are what they are now: nobody is told to have lacked what was granted later.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from corps.permissions import Permission
from corps.queries.scope import Node, current_tree, local_today
from corps.views.pages import frame, is_fragment, unit_door
from members.queries.equipment.holdings import AtRisk, value_at_risk
from stats.queries.stock_entitled import against


@require_GET
@unit_door(Permission.EQUIPMENT_VIEW)
def entitled(request: HttpRequest, unit: Node) -> HttpResponse:
    """The part that counts by member; for large units it comes a moment after the report."""
    template = "stats/stock_entitled.html" if is_fragment(request) else "stats/stock_entitled_page.html"
    return render(request, template, frame(request, unit, "equipment", **todays(unit)))


def todays(unit: Node) -> dict[str, Any]:
    """Values of the part's template."""
    risks = value_at_risk(current_tree().within(unit.id), local_today())
    return {
        "entitled_rows": _entitled_rows(unit),
        "risk_rows": [_risk_row(unit, one) for one in risks],
        "risk_value": sum(one.value for one in risks),
        "risk_late": sum(one.overdue_value for one in risks),
    }


def _risk_row(unit: Node, one: AtRisk) -> dict[str, Any]:
    base = f"{reverse('equipment_holdings', args=[unit.code])}?kind={one.kind_id}"
    return {
        "name": one.kind,
        "measure": one.measure,
        "quantity": one.quantity,
        "value": one.value,
        "overdue": one.overdue,
        "overdue_value": one.overdue_value,
        "url": base,
        "late_url": f"{base}&due=over" if one.overdue else "",
    }


def _entitled_rows(unit: Node) -> list[dict[str, Any]]:
    """Kinds that anybody of the unit is entitled to, in the corps' order."""
    return [
        {
            "name": kind.name,
            "measure": kind.measure,
            "people": one.people,
            "entitled": one.entitled,
            "held": one.held,
            "missing": one.missing,
            "lacking": one.lacking,
            "url": reverse("equipment_lacking", args=[unit.code, kind.pk]) if one.missing else "",
        }
        for kind, one in against(unit)
    ]
