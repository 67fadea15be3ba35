"""Attendance for officers: records to look at, and corrections, which are new records with a reason."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.paginator import InfinitePaginator

from corps.admin.base import ProjectAdmin, UnitText
from corps.admin.fields import moment_widget
from corps.admin.filters import DaysFilter, UnitFilter, by_choice
from corps.admin.pages import OperationPage, ReasonForm
from corps.admin.scopes import scope_for
from corps.doors import actor_of
from corps.permissions import Permission
from duties.admin.fields import members_named, names_field
from duties.enums import AttendanceStatus, DutyCategory
from duties.logic.times import untouched
from duties.models import Attendance
from duties.operations import attendance


class RecordPage(OperationPage):
    """An act on a record that counts, for who records at its shift."""

    def permitted(self, request: HttpRequest, obj: Any) -> bool:
        return obj.shift.unit_id in scope_for(request, Permission.DUTY_RECORD)

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return bool(obj.current)

    def after(self, obj: Any) -> str:
        return self.list_url()


class CorrectForm(ReasonForm):
    """What really was."""

    status = forms.ChoiceField(label=_("Status"), choices=AttendanceStatus.choices)
    checked_in_at = forms.DateTimeField(label=_("Checked in"), required=False, widget=moment_widget())
    checked_out_at = forms.DateTimeField(label=_("Checked out"), required=False, widget=moment_widget())
    names = names_field(label=_("Who came instead"), required=False, widget=forms.TextInput)


class CorrectPage(RecordPage):
    """A new record in the place of a wrong one."""

    name = "correct"
    title = _("Correct")
    icon = "edit"
    form_class = CorrectForm
    notes = (_("The record stays and counts no longer; a new one with your reason counts in its place."),)

    def initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {
            "status": obj.status,
            "checked_in_at": obj.checked_in_at,
            "checked_out_at": obj.checked_out_at,
            "names": obj.replaced_by.name if obj.replaced_by is not None else "",
        }

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        # Only a replacement asks who came; the field may still hold the one who no longer did.
        replaced = values["status"] == AttendanceStatus.REPLACED
        instead = members_named(obj.shift, values["names"]) if replaced else []
        attendance.correct(
            actor=actor_of(request),
            attendance_id=obj.pk,
            status=AttendanceStatus(values["status"]),
            checked_in_at=untouched(obj.checked_in_at, values["checked_in_at"]),
            checked_out_at=untouched(obj.checked_out_at, values["checked_out_at"]),
            replaced_by_id=instead[0] if instead else None,
            reason=values["reason"],
        )
        return _("The attendance of %(name)s is corrected.") % {"name": obj.member.name}


class WithdrawPage(RecordPage):
    """Of somebody who has nothing to do with the shift."""

    name = "withdraw"
    title = _("Withdraw")
    icon = "undo"
    danger = True
    form_class = ReasonForm
    notes = (_("The record stays and counts no longer, as if it had never been made."),)

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        attendance.withdraw(actor=actor_of(request), attendance_id=obj.pk, reason=values["reason"])
        return _("The attendance of %(name)s is withdrawn.") % {"name": obj.member.name}


@admin.register(Attendance)
class AttendanceAdmin(UnitText, ProjectAdmin):
    """Records of the members of the reader's units, wherever they served; what was corrected stays to be seen."""

    view_permission = Permission.DUTY_VIEW
    pages = (CorrectPage, WithdrawPage)
    paginator = InfinitePaginator
    list_display = (
        "day",
        "member",
        "unit_column",
        "kind_column",
        "status",
        "checked_in_at",
        "checked_out_at",
        "minutes",
        "current",
    )
    list_filter = (
        UnitFilter,
        by_choice("status", _("status"), AttendanceStatus.choices),
        by_choice("category", _("counts as"), DutyCategory.choices),
        type("DayFilter", (DaysFilter,), {"field": "shift__starts_at"}),
    )
    ordering = ("-day", "-id")
    sortable_by = ()
    fields = (
        "member",
        "unit",
        "shift",
        ("day", "category", "mechanism"),
        ("status", "replaced_by"),
        ("checked_in_at", "checked_out_at", "minutes"),
        ("current", "corrects", "reason"),
        ("recorded_by", "recorded_at"),
    )
    readonly_fields = (
        "member",
        "unit",
        "shift",
        "day",
        "category",
        "mechanism",
        "status",
        "replaced_by",
        "checked_in_at",
        "checked_out_at",
        "minutes",
        "current",
        "corrects",
        "reason",
        "recorded_by",
        "recorded_at",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.select_related(
            "member",
            "unit",
            "shift__kind",
            "replaced_by",
            "corrects__member",
            "corrects__shift__kind",
            "recorded_by",
        )

    @admin.display(description=_("kind"))
    def kind_column(self, row: Attendance) -> str:
        """Of duty."""
        return str(row.shift.kind)
