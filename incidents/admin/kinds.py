"""Kinds of incident: the corps' own list, decided in its top unit."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from corps.admin.base import CodeColumn, ProjectAdmin
from corps.admin.fields import LabelledChoiceField
from corps.admin.filters import by_choice
from corps.admin.pages import ActForm, MayReasonForm, OperationPage
from corps.admin.places import in_a_root
from corps.admin.scopes import scope_for
from corps.doors import actor_of
from corps.models import Corps
from corps.permissions import Permission
from incidents.enums import IncidentCategory
from incidents.logic.default_kinds import DEFAULT_KINDS
from incidents.models import IncidentKind
from incidents.operations import kinds


class UsePage(OperationPage):
    """Out of use, or back into use."""

    name = "use"
    title = _("Take out of use, or back into use")
    icon = "power_settings_new"
    form_class = MayReasonForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        if obj.active:
            return [str(_("Nothing new is recorded of this kind; what was recorded stays and counts."))]
        return [str(_("Incidents of this kind may be recorded again."))]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        act = kinds.retire_kind if obj.active else kinds.restore_kind
        kind = act(actor=actor_of(request), kind_id=obj.pk, reason=values["reason"])
        return (_("“%(kind)s” is in use.") if kind.active else _("“%(kind)s” is out of use.")) % {"kind": kind.name}


class CorpsForm(ActForm):
    """For which corps."""

    def build(self) -> None:
        scope = scope_for(self.request, Permission.INCIDENT_KIND)
        mine = [root.corps_id for root in scope.tree.roots() if root.id in scope]
        self.fields["corps"] = LabelledChoiceField(
            label=_("Corps"), queryset=Corps.objects.filter(pk__in=mine), widget=forms.Select
        )
        if len(mine) == 1:
            self.initial.setdefault("corps", mine[0])


class PlantPage(OperationPage):
    """Take over the common kinds."""

    name = "plant"
    title = _("Set up the common kinds")
    icon = "library_add"
    on_list = True
    form_class = CorpsForm

    def permitted(self, request: HttpRequest, obj: Any) -> bool:
        return in_a_root(request, Permission.INCIDENT_KIND)

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        names = "、".join(kind.name for kind in DEFAULT_KINDS)
        return [
            str(_("These are added as far as the corps does not have them: %(names)s.") % {"names": names}),
            str(_("Each may be renamed or taken out of use afterwards.")),
        ]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        number = kinds.plant_default_kinds(actor=actor_of(request), corps_id=values["corps"].pk)
        return ngettext("%(n)d kind was added.", "%(n)d kinds were added.", number) % {"n": number}


@admin.register(IncidentKind)
class IncidentKindAdmin(CodeColumn, ProjectAdmin):
    """What the corps records; what a kind counts as stays once there are incidents of it."""

    unit_path = None
    corps_path = "corps_id"
    view_permission = Permission.INCIDENT_VIEW
    add_permission = Permission.INCIDENT_KIND
    change_permission = Permission.INCIDENT_KIND
    pages = (UsePage, PlantPage)
    fields = ("corps", "code", "name", "category", "asks_quantity", "reason")
    list_display = ("name", "code_column", "category", "asks_quantity", "active", "corps")
    list_filter = (by_choice("category", _("counts as"), IncidentCategory.choices),)
    list_select_related = ("corps",)
    search_fields = ("name", "code")
    search_help_text = _("Name or code")
    ordering = ("corps", "category", "code")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return in_a_root(request, self.add_permission)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("corps", "code") if obj is not None else ()

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = form.cleaned_data
        facts = {
            "actor": actor_of(request),
            "name": values["name"],
            "category": values["category"],
            "asks_quantity": values["asks_quantity"],
            "reason": values["reason"],
        }
        if adding:
            return kinds.add_kind(corps_id=values["corps"].pk, code=values["code"], **facts)
        return kinds.edit_kind(kind_id=obj.pk, **facts)
