"""Equipment taken away as workbooks: who holds what, and what lies in stores."""

from typing import Final

from django.http import FileResponse, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import Node, require
from corps.views.pages import unit_door
from members.exports.equipment import Export, export_holdings, export_stores
from members.views.equipment.hands import filter_of

WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_POST
@unit_door(Permission.MEMBER_EXPORT, refused_as="equipment.export")
def holdings(request: HttpRequest, unit: Node) -> HttpResponseBase:
    """Exactly what the list shows. It names people, so it asks for what the roster's export asks for as well."""
    actor = actor_of(request)
    require(actor, Permission.EQUIPMENT_VIEW, unit.id)
    chosen = filter_of(QueryDict(request.POST.get("query", "")[:500]))
    return _file(export_holdings(actor=actor, unit=unit, chosen=chosen))


@require_POST
@unit_door(Permission.EQUIPMENT_VIEW, refused_as="equipment.export")
def stores(request: HttpRequest, unit: Node) -> HttpResponseBase:
    """What lies in the stores of the unit and below; nobody is named."""
    return _file(export_stores(actor=actor_of(request), unit=unit))


def _file(made: Export) -> FileResponse:
    answer = FileResponse(made.file, as_attachment=True, filename=made.name, content_type=WORKBOOK)
    answer["Cache-Control"] = "no-store"
    return answer
