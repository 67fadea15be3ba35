"""Who lacks a kind of equipment against what they are entitled to: the list behind a figure."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import Node, allowed, current_tree
from corps.views.filters import address
from corps.views.pages import rights, unit_door
from members.models import EquipmentKind
from members.queries.equipment.missing import Lack, list_lacks
from members.views.equipment.shared import page, store_choices


@require_GET
@unit_door(Permission.EQUIPMENT_VIEW)
def lacking(request: HttpRequest, unit: Node, kind_id: int) -> HttpResponse:
    """Members of the unit and below who lack the kind, unit by unit."""
    kind = EquipmentKind.objects.filter(pk=kind_id, corps=unit.corps_id).first()
    if kind is None:
        raise Http404("no such kind")
    actor = actor_of(request)
    found, following = list_lacks(unit, kind.pk, after=request.GET.get("after", ""))
    opened = allowed(actor, Permission.MEMBER_VIEW, unit.id)
    may = rights(actor, unit.id, Permission.EQUIPMENT_RECORD)
    may_issue = bool(found) and may["equipment_record"] and bool(store_choices(request, unit))
    return page(
        request,
        unit,
        "lacking",
        kind=kind,
        rows=[_row(one, opened=opened) for one in found],
        next=address(request.GET, after=following) if following else "",
        first_page="?" if "after" in request.GET else "",
        issue_url=f"{reverse('equipment_issue', args=[unit.code])}?kind={kind.pk}" if may_issue else "",
        back=reverse("stock", args=[unit.code]),
        **may,
    )


def _row(one: Lack, *, opened: bool) -> dict[str, Any]:
    return {
        "name": one.member,
        "url": reverse("member", args=[one.member_id]) if opened else "",
        "unit": current_tree().nodes[one.unit_id].short_name,
        "entitled": one.entitled,
        "held": one.held,
        "missing": one.quantity,
    }
