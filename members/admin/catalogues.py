"""Partner organisations and functional groups of the corps."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from corps.admin.base import ProjectAdmin
from corps.admin.pages import RemovePage
from corps.admin.places import in_a_root
from corps.doors import actor_of
from corps.permissions import Permission
from members.models import FunctionalGroup, PartnerOrganisation
from members.operations import catalogues


class _Catalogue(ProjectAdmin):
    """Rows of the corps as a whole, decided in its top unit by whoever edits members there."""

    unit_path = None
    corps_path = "corps_id"
    add_permission = Permission.MEMBER_EDIT
    change_permission = Permission.MEMBER_EDIT
    view_permission = Permission.MEMBER_VIEW
    list_select_related = ("corps",)
    search_fields = ("name",)
    search_help_text = _("Name")
    ordering = ("corps", "name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return in_a_root(request, self.add_permission)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("corps",) if obj is not None else ()


class RemovePartnerPage(RemovePage):
    """One with which nobody came."""

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        catalogues.remove_partner(actor=actor_of(request), partner_id=obj.pk, reason=values["reason"])
        return _("%(name)s has been removed.") % {"name": obj.name}


@admin.register(PartnerOrganisation)
class PartnerAdmin(_Catalogue):
    """Societies that joined as a body."""

    pages = (RemovePartnerPage,)
    fields = ("corps", "name", "total_strength", "joined_on", "reason")
    list_display = ("name", "total_strength", "joined_on", "corps")

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = form.cleaned_data
        facts = {
            "actor": actor_of(request),
            "name": values["name"],
            "total_strength": values["total_strength"],
            "joined_on": values["joined_on"],
            "reason": values["reason"],
        }
        if adding:
            return catalogues.add_partner(corps_id=values["corps"].pk, **facts)
        return catalogues.edit_partner(partner_id=obj.pk, **facts)


class RemoveGroupPage(RemovePage):
    """One nobody works in."""

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        catalogues.remove_group(actor=actor_of(request), group_id=obj.pk, reason=values["reason"])
        return _("%(name)s has been removed.") % {"name": obj.name}


@admin.register(FunctionalGroup)
class FunctionalGroupAdmin(_Catalogue):
    """Patrol group, mobile observers, publicity vanguard …"""

    pages = (RemoveGroupPage,)
    fields = ("corps", "name", "description", "reason")
    list_display = ("name", "description", "corps")

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = form.cleaned_data
        facts = {
            "actor": actor_of(request),
            "name": values["name"],
            "description": values["description"],
            "reason": values["reason"],
        }
        if adding:
            return catalogues.add_group(corps_id=values["corps"].pk, **facts)
        return catalogues.edit_group(group_id=obj.pk, **facts)
