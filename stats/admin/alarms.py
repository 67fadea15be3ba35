"""Alarm figures and their imports in the admin: to look at, to import, and to take an import back with a reason.

What an import would change is shown by its own page of the dashboard, where it is applied or discarded.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.paginator import InfinitePaginator

from corps.admin.base import ProjectAdmin, UnitText, verbatim
from corps.admin.fields import pick_one
from corps.admin.filters import UnitFilter, by_choice
from corps.admin.pages import ActForm, OperationPage
from corps.doors import actor_of
from corps.permissions import Permission
from stats.enums import AlarmImportState, AlarmKind
from stats.forms import ACCEPT
from stats.models import AlarmFigure, AlarmImport
from stats.operations.alarms import LIMITS, undo_alarms, upload_alarms
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


class UploadForm(ActForm):
    """For the areas of which unit, and the sheet."""

    file = forms.FileField(
        label=gettext_lazy("Workbook"), allow_empty_file=True, widget=forms.FileInput(attrs={"accept": ACCEPT})
    )

    def build(self) -> None:
        unit = AlarmImport._meta.get_field("unit")
        self.fields["unit"] = pick_one(self.admin, self.request, unit, label=_("Unit"))
        self.order_fields(["unit", "file"])


class UploadAlarmsPage(OperationPage):
    """Choose a sheet; what it would change is shown next."""

    name = "upload"
    title = gettext_lazy("Import alarm figures")
    icon = "upload"
    on_list = True
    form_class = UploadForm
    right = Permission.ALARM_IMPORT
    notes = (
        gettext_lazy("Areas by name of the unit or of its place, or by the unit's code."),
        gettext_lazy(
            "Figures of months that are there already are replaced; the preview shows old and new. An import can be"
            " taken back."
        ),
        gettext_lazy("Nothing is written before you have seen what would change."),
    )

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        file = values["file"]
        # One byte more than is allowed is enough to be refused, whatever the size of the file.
        content = file.read(LIMITS.file_size + 1)
        made = upload_alarms(
            actor=actor_of(request), unit_id=values["unit"].pk, file_name=file.name or "", content=content
        )
        return redirect("alarm_import", made.pk)


class UndoAlarmsPage(OperationPage):
    """Take what an import wrote back."""

    name = "undo"
    title = gettext_lazy("Take the import back")
    icon = "undo"
    danger = True
    right = Permission.ALARM_IMPORT

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
    pages = (UploadAlarmsPage, UndoAlarmsPage)
    list_display = ("file_column", "state", "unit_column", "uploaded_by", "uploaded_at")
    list_filter = (UnitFilter, by_choice("state", gettext_lazy("state"), AlarmImportState.choices))
    search_fields = ("file_name",)
    search_help_text = gettext_lazy("File")
    ordering = ("-id",)
    sortable_by = ()
    list_select_related = ("uploaded_by",)
    fields = ("unit", "file_name", "state", "content_column", "uploaded_by", "uploaded_at", "applied_at")
    readonly_fields = fields

    @admin.display(description=gettext_lazy("file"))
    def file_column(self, one: AlarmImport) -> str:
        """Its name, as uploaded."""
        return verbatim(one.file_name)

    @admin.display(description=gettext_lazy("content"))
    def content_column(self, one: AlarmImport) -> str:
        """The way to its page, where it is applied or discarded."""
        return format_html('<a href="{}">{}</a>', reverse("alarm_import", args=[one.pk]), _("What it changes"))
