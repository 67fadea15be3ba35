"""Partner organisations and functional groups of the corps."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from corps.admin.corps_wide import CorpsWide
from corps.admin.pages import RemovePage
from corps.doors import actor_of
from corps.permissions import Permission
from members.models import FunctionalGroup, PartnerOrganisation
from members.operations import catalogues


class _Catalogue(CorpsWide):
    """Decided by whoever edits members in the top unit."""

    add_permission = Permission.MEMBER_EDIT
    change_permission = Permission.MEMBER_EDIT
    view_permission = Permission.MEMBER_VIEW
    search_fields = ("name",)
    search_help_text = _("Name")
    ordering = ("corps", "name")


class RemovePartnerPage(RemovePage):
    """One with which nobody came."""

    def remove(self, request: HttpRequest, obj: Any, reason: str) -> None:
        catalogues.remove_partner(actor=actor_of(request), partner_id=obj.pk, reason=reason)


@admin.register(PartnerOrganisation)
class PartnerAdmin(_Catalogue):
    """Societies that joined as a body."""

    pages = (RemovePartnerPage,)
    fields = ("corps", "name", "total_strength", "joined_on", "left_on", "reason")
    list_display = ("name", "total_strength", "joined_on", "left_on", "corps")

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = dict(form.cleaned_data)
        if adding:
            return catalogues.add_partner(actor=actor_of(request), corps_id=values.pop("corps").pk, **values)
        return catalogues.edit_partner(actor=actor_of(request), partner_id=obj.pk, **values)


class RemoveGroupPage(RemovePage):
    """One nobody works in."""

    def remove(self, request: HttpRequest, obj: Any, reason: str) -> None:
        catalogues.remove_group(actor=actor_of(request), group_id=obj.pk, reason=reason)


@admin.register(FunctionalGroup)
class FunctionalGroupAdmin(_Catalogue):
    """Patrol group, mobile observers, publicity vanguard …"""

    pages = (RemoveGroupPage,)
    fields = ("corps", "name", "description", "reason")
    list_display = ("name", "description", "corps")

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = dict(form.cleaned_data)
        if adding:
            return catalogues.add_group(actor=actor_of(request), corps_id=values.pop("corps").pk, **values)
        return catalogues.edit_group(actor=actor_of(request), group_id=obj.pk, **values)
