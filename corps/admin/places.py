"""Police stations, sites and grids."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from corps.admin.base import CodeColumn, ProjectAdmin, UnitText
from corps.admin.corps_wide import CorpsWide
from corps.admin.filters import UnitFilter, by_choice
from corps.admin.pages import MayReasonForm, OperationPage, RemovePage
from corps.admin.scopes import scope_for
from corps.doors import actor_of
from corps.enums import GridLevel, SiteKind, StationKind
from corps.models import Grid, Site, Station
from corps.operations import places as operations
from corps.permissions import Permission
from corps.queries.places import grid_unit_id, grids_of, stations_of


class RemoveStationPage(RemovePage):
    """A station that guides nobody."""

    def remove(self, request: HttpRequest, obj: Any, reason: str) -> None:
        operations.remove_station(actor=actor_of(request), station_id=obj.pk, reason=reason)


class RemoveSitePage(RemovePage):
    """A site no record names."""

    def remove(self, request: HttpRequest, obj: Any, reason: str) -> None:
        operations.remove_site(actor=actor_of(request), site_id=obj.pk, reason=reason)


class RemoveGridPage(RemovePage):
    """A grid nothing lies in."""

    def remove(self, request: HttpRequest, obj: Any, reason: str) -> None:
        operations.remove_grid(actor=actor_of(request), grid_id=obj.pk, reason=reason)


@admin.register(Station)
class StationAdmin(CodeColumn, CorpsWide):
    """Stations guide units all over the corps, so its top unit decides."""

    add_permission = Permission.PLACE_EDIT
    change_permission = Permission.PLACE_EDIT
    pages = (RemoveStationPage,)
    fields = (
        "corps",
        "kind",
        "parent",
        ("name", "code"),
        "address",
        "phone",
        "division_code",
        ("latitude", "longitude"),
        "reason",
    )
    autocomplete_fields = ("parent",)
    list_display = ("name", "kind", "code_column", "parent", "phone", "address")
    list_select_related = ("parent",)
    list_filter = (by_choice("kind", _("kind"), StationKind.choices),)
    search_fields = ("name", "code")
    search_help_text = _("Name or code")
    ordering = ("code",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return stations_of(actor_of(request)).order_by("code")

    def option_label(self, obj: Any) -> str:
        return f"{obj.name} · {obj.code}"

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = dict(form.cleaned_data)
        parent = values.pop("parent")
        facts: dict[str, Any] = {
            "actor": actor_of(request),
            "kind": StationKind(values.pop("kind")),
            "parent_id": parent.pk if parent else None,
        }
        if adding:
            return operations.add_station(corps_id=values.pop("corps").pk, **facts, **values)
        return operations.edit_station(station_id=obj.pk, **facts, **values)


class UsePage(OperationPage):
    """Put a site out of use, or back."""

    name = "use"
    title = _("Use or put out of use")
    icon = "power_settings_new"
    form_class = MayReasonForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        word = _("%(name)s is put out of use; its records stay.") if obj.active else _("%(name)s is used again.")
        return [word % {"name": obj.name}]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        operations.use_site(actor=actor_of(request), site_id=obj.pk, active=not obj.active, reason=values["reason"])
        return _("The change is saved.")


@admin.register(Site)
class SiteAdmin(UnitText, ProjectAdmin):
    """Places that units look after."""

    add_permission = Permission.PLACE_EDIT
    change_permission = Permission.PLACE_EDIT
    pages = (UsePage, RemoveSitePage)
    fields = ("unit", "kind", "name", "address", ("latitude", "longitude"), "reason")
    autocomplete_fields = ("unit",)
    list_display = ("name", "kind", "unit_column", "address", "active")
    list_filter = (
        UnitFilter,
        by_choice("kind", _("kind"), SiteKind.choices),
        by_choice("active", _("in use"), [("True", _("In use")), ("False", _("Out of use"))]),
    )
    search_fields = ("name", "address", "unit__name")
    search_help_text = _("Name, address or unit")
    ordering = ("unit__tree_id", "unit__lft", "kind", "name")

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = dict(form.cleaned_data)
        facts = {
            "actor": actor_of(request),
            "unit_id": values.pop("unit").pk,
            "kind": SiteKind(values.pop("kind")),
            **values,
        }
        return operations.add_site(**facts) if adding else operations.edit_site(site_id=obj.pk, **facts)


@admin.register(Grid)
class GridAdmin(CodeColumn, UnitText, ProjectAdmin):
    """Cells of community governance, each inside one of the level above."""

    add_permission = Permission.PLACE_EDIT
    change_permission = Permission.PLACE_EDIT
    pages = (RemoveGridPage,)
    fields = ("corps", "level", "parent", "unit", ("name", "code"), "reason")
    autocomplete_fields = ("parent", "unit")
    list_display = ("name", "level", "code_column", "parent", "unit_column")
    list_filter = (UnitFilter, by_choice("level", _("level"), GridLevel.choices))
    search_fields = ("name", "code", "unit__name")
    search_help_text = _("Name, code or unit")
    ordering = ("code",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return grids_of(actor_of(request)).order_by("code")

    def may(self, request: HttpRequest, permission: Permission | None, obj: Any) -> bool:
        """A grid no unit looks after is seen with its corps and changed where the nearest grid above belongs."""
        if obj is None or permission is None or not request.user.is_authenticated:
            return super().may(request, permission, None)
        if permission == self.view_permission:
            # Rows come from `grids_of`: who has one in hand may see it.
            return True
        return grid_unit_id(obj) in scope_for(request, permission)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("corps", "level") if obj is not None else ()

    def option_label(self, obj: Any) -> str:
        return f"{obj.name} · {obj.code}"

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = dict(form.cleaned_data)
        parent, unit = values.pop("parent"), values.pop("unit")
        facts = {
            "actor": actor_of(request),
            "parent_id": parent.pk if parent else None,
            "unit_id": unit.pk if unit else None,
            "name": values["name"],
            "code": values["code"],
            "reason": values["reason"],
        }
        if adding:
            return operations.add_grid(corps_id=values["corps"].pk, level=GridLevel(values["level"]), **facts)
        return operations.edit_grid(grid_id=obj.pk, **facts)
