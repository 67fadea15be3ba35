"""The corps' own words for its levels, and its list of specialities; both decided in the top unit."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from corps.admin.corps_wide import CorpsWide
from corps.admin.pages import RemovePage
from corps.doors import actor_of
from corps.enums import Level
from corps.models import LevelName, Speciality
from corps.operations.specialities import add_speciality, remove_speciality, rename_speciality
from corps.operations.tree import name_level
from corps.permissions import Permission
from corps.queries.places import root_id


@admin.register(LevelName)
class LevelNameAdmin(CorpsWide):
    """总会 instead of 总队, 工作站 instead of 中队."""

    add_permission = Permission.UNIT_STRUCTURE
    change_permission = Permission.UNIT_STRUCTURE
    settled = ("corps", "level")
    fields = ("corps", "level", "name", "reason")
    list_display = ("name", "level", "corps")
    ordering = ("corps", "level")

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = form.cleaned_data
        level = Level(values["level"] if adding else obj.level)
        corps_id = values["corps"].pk if adding else obj.corps_id
        name_level(
            actor=actor_of(request),
            root_id=root_id(corps_id),
            level=level,
            name=values["name"],
            reason=values["reason"],
        )
        return LevelName.objects.get(corps_id=corps_id, level=level)


class RemoveSpecialityPage(RemovePage):
    """One that no unit has."""

    def remove(self, request: HttpRequest, obj: Any, reason: str) -> None:
        remove_speciality(actor=actor_of(request), speciality_id=obj.pk, reason=reason)


@admin.register(Speciality)
class SpecialityAdmin(CorpsWide):
    """What units may be especially good at."""

    add_permission = Permission.UNIT_STRUCTURE
    change_permission = Permission.UNIT_STRUCTURE
    pages = (RemoveSpecialityPage,)
    fields = ("corps", "name", "reason")
    list_display = ("name", "corps")
    search_fields = ("name",)
    search_help_text = _("Name")
    ordering = ("corps", "name")

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = dict(form.cleaned_data)
        if adding:
            return add_speciality(actor=actor_of(request), corps_id=values.pop("corps").pk, **values)
        return rename_speciality(actor=actor_of(request), speciality_id=obj.pk, **values)
