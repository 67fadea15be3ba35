"""Kinds of duty: the corps' own list, decided in its top unit."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
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
from duties.admin.fields import time_widget
from duties.enums import DutyCategory, Mechanism
from duties.models import DutyKind
from duties.operations import kinds
from duties.operations.default_kinds import DEFAULTS


class UsePage(OperationPage):
    """Out of use, or back into use."""

    name = "use"
    title = _("Take out of use, or back into use")
    icon = "power_settings_new"
    form_class = MayReasonForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        if obj.active:
            return [str(_("Nothing new is planned of this kind; shifts that are planned stay."))]
        return [str(_("Shifts of this kind may be planned again."))]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        act = kinds.retire_kind if obj.active else kinds.restore_kind
        kind = act(actor=actor_of(request), kind_id=obj.pk, reason=values["reason"])
        return (_("“%(kind)s” is in use.") if kind.active else _("“%(kind)s” is out of use.")) % {"kind": kind.name}


class CorpsForm(ActForm):
    """For which corps."""

    def build(self) -> None:
        scope = scope_for(self.request, Permission.DUTY_KIND)
        mine = [root.corps_id for root in scope.tree.roots() if root.id in scope]
        self.fields["corps"] = LabelledChoiceField(
            label=_("Corps"), queryset=Corps.objects.filter(pk__in=mine), widget=forms.Select
        )
        if len(mine) == 1:
            self.initial.setdefault("corps", mine[0])


class PlantPage(OperationPage):
    """Take over the customary kinds."""

    name = "plant"
    title = _("Set up the common kinds")
    icon = "library_add"
    on_list = True
    form_class = CorpsForm

    def permitted(self, request: HttpRequest, obj: Any) -> bool:
        return in_a_root(request, Permission.DUTY_KIND)

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        names = "、".join(default.name for default in DEFAULTS)
        return [
            str(_("These are added as far as the corps does not have them: %(names)s.") % {"names": names}),
            str(_("Each may be renamed or taken out of use afterwards.")),
        ]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        number = len(kinds.plant_default_kinds(actor=actor_of(request), corps_id=values["corps"].pk))
        return ngettext("%(n)d kind was added.", "%(n)d kinds were added.", number) % {"n": number}


@admin.register(DutyKind)
class DutyKindAdmin(CodeColumn, ProjectAdmin):
    """What the corps plans; what a kind counts as stays once there are shifts of it."""

    unit_path = None
    corps_path = "corps_id"
    view_permission = Permission.DUTY_VIEW
    add_permission = Permission.DUTY_KIND
    change_permission = Permission.DUTY_KIND
    pages = (UsePage, PlantPage)
    fields = ("corps", "code", "name", "category", "mechanism", "needed", "starts", "minutes", "reason")
    list_display = (
        "name",
        "code_column",
        "category",
        "mechanism",
        "needed",
        "starts_column",
        "minutes",
        "active",
        "corps",
    )
    list_filter = (
        by_choice("category", _("counts as"), DutyCategory.choices),
        by_choice("mechanism", _("mechanism"), Mechanism.choices),
    )
    list_select_related = ("corps",)
    search_fields = ("name", "code")
    search_help_text = _("Name or code")
    ordering = ("corps", "category", "code")
    formfield_overrides = {  # noqa: RUF012 - as Django has it
        **ProjectAdmin.formfield_overrides,
        models.TimeField: {"form_class": forms.TimeField, "widget": time_widget()},
    }

    @admin.display(description=_("usually starts"), ordering="starts")
    def starts_column(self, kind: DutyKind) -> str:
        """On the clock."""
        return f"{kind.starts:%H:%M}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return in_a_root(request, self.add_permission)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("corps", "code") if obj is not None else ()

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = form.cleaned_data
        facts = {
            "actor": actor_of(request),
            **{name: values[name] for name in ("name", "category", "mechanism", "needed", "starts", "minutes")},
            "reason": values["reason"],
        }
        if adding:
            return kinds.add_kind(corps_id=values["corps"].pk, code=values["code"], **facts)
        return kinds.edit_kind(kind_id=obj.pk, **facts)
