"""Kinds of incident: the corps' own list, decided in its top unit."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from corps.admin.filters import by_choice
from corps.admin.kinds import KindAdmin, PlantKindsPage, UseKindPage
from corps.doors import actor_of
from corps.permissions import Permission
from incidents.enums import IncidentCategory
from incidents.logic.default_kinds import DEFAULT_KINDS
from incidents.models import IncidentKind
from incidents.operations import kinds

if TYPE_CHECKING:
    from corps.actors import Actor


class UsePage(UseKindPage):
    """Recorded no more, or again."""

    retire = staticmethod(kinds.retire_kind)
    restore = staticmethod(kinds.restore_kind)
    retire_note = _("Nothing new is recorded of this kind; what was recorded stays and counts.")
    restore_note = _("Incidents of this kind may be recorded again.")


class PlantPage(PlantKindsPage):
    """Take over the common kinds."""

    names = tuple(kind.name for kind in DEFAULT_KINDS)

    def plant(self, actor: "Actor", corps_id: int) -> int:
        return kinds.plant_default_kinds(actor=actor, corps_id=corps_id)


@admin.register(IncidentKind)
class IncidentKindAdmin(KindAdmin):
    """What the corps records; what a kind counts as stays once there are incidents of it."""

    view_permission = Permission.INCIDENT_VIEW
    add_permission = Permission.INCIDENT_KIND
    change_permission = Permission.INCIDENT_KIND
    pages = (UsePage, PlantPage)
    fields = ("corps", "code", "name", "category", "asks_quantity", "reason")
    list_display = ("name", "code_column", "category", "asks_quantity", "active", "corps")
    list_filter = (by_choice("category", _("counts as"), IncidentCategory.choices),)

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = dict(form.cleaned_data)
        if adding:
            return kinds.add_kind(actor=actor_of(request), corps_id=values.pop("corps").pk, **values)
        return kinds.edit_kind(actor=actor_of(request), kind_id=obj.pk, **values)
