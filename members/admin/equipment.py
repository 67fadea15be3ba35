"""Equipment for officers: the corps' kinds and entitlements, its stores and numbered things."""

import re
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from corps.admin.base import OperationForm, ProjectAdmin, UnitText, verbatim
from corps.admin.corps_wide import CorpsWide
from corps.admin.filters import UnitFilter, by_choice
from corps.admin.pages import ActForm, OperationPage
from corps.doors import actor_of
from corps.permissions import Permission
from members.enums import Counting
from members.models import Article, Entitlement, EquipmentKind, Store
from members.operations.equipment import kinds
from members.operations.equipment.kinds import Condition
from members.queries.equipment.desk import conditions_of

_BETWEEN = re.compile(r"[\s,，、;；/]+")


class _Catalogue(CorpsWide):
    """Decided, with `equipment.kind`, in the top unit."""

    view_permission = Permission.EQUIPMENT_VIEW
    add_permission = Permission.EQUIPMENT_KIND
    change_permission = Permission.EQUIPMENT_KIND


# --- kinds --------------------------------------------------------------------------------------------------------


class KindForm(OperationForm):
    """Sizes are typed in their order, with 、 between them."""

    sizes_text = forms.CharField(
        label=_("Sizes"),
        required=False,
        max_length=200,
        help_text=_("Several with 、 between them, the smallest first; empty where there are none."),
    )

    class Meta:
        model = EquipmentKind
        fields = (
            "corps",
            "name",
            "counting",
            "measure",
            "value",
            "returnable",
            "most_per_member",
            "lasts_months",
            "requirement",
            "position",
        )
        labels = {"counting": _("Counted by"), "position": _("Place in lists")}  # noqa: RUF012

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self.instance.pk is not None:
            self.initial["sizes_text"] = "、".join(self.instance.sizes)


class UseKindPage(OperationPage):
    """Out of use, or back into use."""

    name = "use"
    title = _("Take out of use, or back into use")
    icon = "power_settings_new"
    form_class = ActForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        if obj.active:
            return [str(_("It is handed out no more; nothing of it may be left anywhere."))]
        return [str(_("It may be handed out again."))]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        kind = kinds.edit_kind(actor=actor_of(request), kind_id=obj.pk, active=not obj.active)
        return (_("“%(kind)s” is in use.") if kind.active else _("“%(kind)s” is out of use.")) % {"kind": kind.name}


@admin.register(EquipmentKind)
class EquipmentKindAdmin(_Catalogue):
    """What the corps owns, and how it is counted."""

    form = KindForm
    pages = (UseKindPage,)
    settled = ("corps", "counting")
    fields = (
        "corps",
        "name",
        "counting",
        "sizes_text",
        "measure",
        "value",
        "returnable",
        "most_per_member",
        "lasts_months",
        "requirement",
        "position",
    )
    list_display = (
        "name",
        "counting_column",
        "sizes_column",
        "value",
        "returnable",
        "most_per_member",
        "active",
        "corps",
    )
    list_filter = (by_choice("counting", _("Counted by"), Counting.choices),)
    search_fields = ("name",)
    search_help_text = _("Name")
    ordering = ("corps", "position", "name")

    @admin.display(description=_("Counted by"), ordering="counting")
    def counting_column(self, kind: EquipmentKind) -> str:
        """By quantity or by number."""
        return str(Counting(kind.counting).label)

    @admin.display(description=_("sizes"))
    def sizes_column(self, kind: EquipmentKind) -> str:
        """In their order."""
        return "、".join(kind.sizes) or "—"

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = dict(form.cleaned_data)
        values.pop("reason", None)
        values["sizes"] = [size for size in _BETWEEN.split(values.pop("sizes_text")) if size]
        requirement = values.pop("requirement")
        values["requirement_id"] = requirement.pk if requirement else None
        if adding:
            return kinds.create_kind(actor=actor_of(request), corps_id=values.pop("corps").pk, **values)
        return kinds.edit_kind(actor=actor_of(request), kind_id=obj.pk, **values)


# --- entitlements -------------------------------------------------------------------------------------------------


class RemoveEntitlementPage(OperationPage):
    """Nobody is entitled by it any more."""

    name = "remove"
    title = _("Remove")
    icon = "delete"
    danger = True
    form_class = ActForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [str(_("What members hold they keep; they only lack it no more."))]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        rest = [condition for pk, condition in conditions_of(obj.kind_id).items() if pk != obj.pk]
        kinds.set_entitlements(
            actor=actor_of(request), kind_id=obj.kind_id, conditions=[Condition(*one) for one in rest]
        )
        return _("The entitlement has been removed.")

    def after(self, obj: Any) -> str:
        return self.list_url()


@admin.register(Entitlement)
class EntitlementAdmin(_Catalogue):
    """Who is entitled to how many of what; every condition that is given must hold."""

    corps_path = "kind__corps_id"
    settled = ("kind",)
    pages = (RemoveEntitlementPage,)
    fields = ("kind", "quantity", "unit", "speciality", "role", "group")
    autocomplete_fields = ("unit",)
    list_display = ("kind", "quantity", "unit", "speciality", "role", "group")
    list_select_related: ClassVar[tuple[str, ...]] = ("kind", "unit", "speciality", "group")
    search_fields = ("kind__name",)
    search_help_text = _("Name of the kind")
    ordering = ("kind__corps", "kind__position", "kind__name", "id")

    def option_label(self, obj: Any) -> str:
        return str(obj)

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = form.cleaned_data
        kind = values["kind"] if adding else obj.kind
        condition = Condition(
            values["quantity"],
            values["unit"].pk if values["unit"] else None,
            values["speciality"].pk if values["speciality"] else None,
            values["role"],
            values["group"].pk if values["group"] else None,
        )
        rest = [Condition(*one) for pk, one in conditions_of(kind.pk).items() if adding or pk != obj.pk]
        made = kinds.set_entitlements(actor=actor_of(request), kind_id=kind.pk, conditions=[*rest, condition])
        return next(one for one in made if _condition(one) == condition)


def _condition(one: Entitlement) -> Condition:
    return Condition(one.quantity, one.unit_id, one.speciality_id, one.role, one.group_id)


# --- stores and things --------------------------------------------------------------------------------------------


class UseStorePage(OperationPage):
    """Out of use, or back into use."""

    name = "use"
    title = _("Take out of use, or back into use")
    icon = "power_settings_new"
    form_class = ActForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        if obj.active:
            return [str(_("A store goes out of use only when nothing of it is left, in it or in people's hands."))]
        return [str(_("The store supplies its unit and the units below again."))]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        store = kinds.edit_store(actor=actor_of(request), store_id=obj.pk, active=not obj.active)
        return (_("“%(store)s” is in use.") if store.active else _("“%(store)s” is out of use.")) % {
            "store": store.name
        }


@admin.register(Store)
class StoreAdmin(UnitText, ProjectAdmin):
    """Where things lie; from a store its unit and everything below it are supplied."""

    view_permission = Permission.EQUIPMENT_VIEW
    add_permission = Permission.EQUIPMENT_RECORD
    change_permission = Permission.EQUIPMENT_RECORD
    pages = (UseStorePage,)
    fields = ("unit", "name", "place", "keeper")
    autocomplete_fields = ("unit",)
    list_display = ("name", "unit_column", "place", "keeper", "active")
    list_filter = (UnitFilter,)
    search_fields = ("name", "keeper")
    search_help_text = _("Name or storekeeper")
    ordering = ("unit", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("unit",) if obj is not None else ()

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("unit")

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = {name: form.cleaned_data[name] for name in ("name", "place", "keeper")}
        if adding:
            unit_id = form.cleaned_data["unit"].pk
            return kinds.create_store(actor=actor_of(request), unit_id=unit_id, **values)
        return kinds.edit_store(actor=actor_of(request), store_id=obj.pk, **values)


@admin.register(Article)
class ArticleAdmin(CorpsWide):
    """Things with numbers; they become known with the voucher that receives them."""

    view_permission = Permission.EQUIPMENT_VIEW
    fields = ("corps", "kind", "number", "remarks")
    list_display = ("number_column", "kind", "remarks", "corps")
    list_select_related: ClassVar[tuple[str, ...]] = ("corps", "kind")
    search_fields = ("number",)
    search_help_text = _("Number")
    ordering = ("corps", "number")

    @admin.display(description=_("number"), ordering="number")
    def number_column(self, article: Article) -> str:
        """As it stands on the thing."""
        return verbatim(article.number)
