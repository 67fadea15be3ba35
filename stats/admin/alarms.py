"""Alarm figures and their imports in the admin: to look at; an import can be taken back with a reason."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.paginator import InfinitePaginator

from corps.admin.base import ProjectAdmin, UnitText, verbatim
from corps.admin.filters import UnitFilter, by_choice
from corps.admin.pages import OperationPage
from corps.doors import actor_of
from corps.permissions import Permission
from stats.enums import AlarmImportState, AlarmKind
from stats.models import AlarmFigure, AlarmImport
from stats.operations.alarms import undo_alarms
from stats.policies import can_undo_alarms


@admin.register(AlarmFigure)
class AlarmFigureAdmin(UnitText, ProjectAdmin):
    """Figures as they were imported; they change only by importing again or taking an import back."""

    view_permission = Permission.RESULT_VIEW
    paginator = InfinitePaginator
    list_display = ("month_column", "unit_column", "kind", "count", "source")
    list_filter = (UnitFilter, by_choice("kind", gettext_lazy("kind"), AlarmKind.choices))
    ordering = ("-month", "id")
    sortable_by = ()
    list_select_related = ("source",)
    fields = ("unit", "kind", "month", "count", "source")
    readonly_fields = fields

    @admin.display(description=gettext_lazy("month"))
    def month_column(self, one: AlarmFigure) -> str:
        """2022-11."""
        return f"{one.month:%Y-%m}"


class UndoAlarmsPage(OperationPage):
    """Take what an import wrote back."""

    name = "undo"
    title = gettext_lazy("Take the import back")
    icon = "undo"
    danger = True

    def permitted(self, request: HttpRequest, obj: Any) -> bool:
        return bool(self.admin.may(request, Permission.ALARM_IMPORT, obj))

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return can_undo_alarms(obj)

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        count = len(obj.replaced)
        said = ngettext(
            "%(n)d figure goes back to what stood there before, unless a later import replaced it.",
            "%(n)d figures go back to what stood there before, unless a later import replaced them.",
            count,
        )
        return [said % {"n": count}]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        undo_alarms(actor=actor_of(request), import_id=obj.pk, reason=values["reason"])
        return _("The import was taken back.")


@admin.register(AlarmImport)
class AlarmImportAdmin(UnitText, ProjectAdmin):
    """Imported sheets and what came of them."""

    view_permission = Permission.ALARM_IMPORT
    paginator = InfinitePaginator
    pages = (UndoAlarmsPage,)
    list_display = ("file_column", "state", "unit_column", "uploaded_by", "uploaded_at")
    list_filter = (UnitFilter, by_choice("state", gettext_lazy("state"), AlarmImportState.choices))
    search_fields = ("file_name",)
    search_help_text = gettext_lazy("File")
    ordering = ("-id",)
    sortable_by = ()
    list_select_related = ("uploaded_by",)
    fields = ("unit", "file_name", "state", "uploaded_by", "uploaded_at", "applied_at")
    readonly_fields = fields

    @admin.display(description=gettext_lazy("file"))
    def file_column(self, one: AlarmImport) -> str:
        """Its name, as uploaded."""
        return verbatim(one.file_name)
