"""Appointments: who holds which role where, from when until when."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from corps.admin.base import ProjectAdmin, UnitText
from corps.admin.fields import pick_one
from corps.admin.filters import UnitFilter, by_choice
from corps.admin.pages import MayReasonForm, OperationPage
from corps.doors import actor_of
from corps.models import Appointment
from corps.operations.appointments import appoint, end_appointment, transfer_appointment
from corps.permissions import Permission
from corps.queries.scope import local_today
from corps.roles import Role


class RunningFilter(DropdownFilter):
    """Running and coming ones unless asked."""

    title = _("state")
    parameter_name = "state"
    all_option = ("", _("Running and coming"))

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("over", _("Over")), ("all", _("All appointments"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "all":
            return queryset
        today = local_today()
        return queryset.filter(ends_on__lte=today) if self.value() == "over" else queryset.exclude(ends_on__lte=today)


class EndAppointmentForm(MayReasonForm):
    """From which day on."""

    ends_on = forms.DateField(label=_("Until"), help_text=_("The first day without the role."))

    def build(self) -> None:
        self.initial.setdefault("ends_on", local_today())


class TransferForm(MayReasonForm):
    """Where to, and from when."""

    on = forms.DateField(label=_("Begins on"))

    def build(self) -> None:
        unit = Appointment._meta.get_field("unit")
        self.fields["unit"] = pick_one(self.admin, self.request, unit, label=_("New unit"))
        self.order_fields(["unit", "on"])
        self.initial.setdefault("on", local_today())


class AppointmentPage(OperationPage):
    """An act on a running appointment; appointing is the right that decides."""

    right = Permission.ACCOUNT_APPOINT

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return obj.ends_on is None or obj.ends_on > local_today()


class EndPage(AppointmentPage):
    """The role ends."""

    name = "end"
    title = _("End the appointment")
    icon = "event_busy"
    form_class = EndAppointmentForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [
            _("%(account)s is no longer %(role)s of %(unit)s from that day on.")
            % {"account": obj.account, "role": obj.get_role_display(), "unit": obj.unit}
        ]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        end_appointment(
            actor=actor_of(request), appointment_id=obj.pk, ends_on=values["ends_on"], reason=values["reason"]
        )
        return _("The appointment of %(account)s is ended.") % {"account": obj.account}

    def after(self, obj: Any) -> str:
        # One that would never have begun is removed.
        return self.list_url()


class TransferPage(AppointmentPage):
    """The same role in another unit."""

    name = "transfer"
    title = _("Transfer")
    icon = "swap_horiz"
    form_class = TransferForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [
            _("The appointment in %(unit)s ends on that day; the same role begins in the new unit.")
            % {"unit": obj.unit}
        ]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        transfer_appointment(
            actor=actor_of(request),
            appointment_id=obj.pk,
            unit_id=values["unit"].pk,
            on=values["on"],
            reason=values["reason"],
        )
        return _("%(account)s is transferred to %(unit)s.") % {"account": obj.account, "unit": values["unit"]}

    def after(self, obj: Any) -> str:
        return self.list_url()


@admin.register(Appointment)
class AppointmentAdmin(UnitText, ProjectAdmin):
    """An appointment is made, ended or transferred; it is never edited."""

    view_permission = Permission.ACCOUNT_VIEW
    add_permission = Permission.ACCOUNT_APPOINT
    pages = (EndPage, TransferPage)
    fields = ("account", "role", "unit", "starts_on", "ends_on", "reason")
    autocomplete_fields = ("account", "unit")
    list_display = ("account", "role", "unit_column", "starts_on", "ends_on")
    list_filter = (UnitFilter, by_choice("role", _("role"), Role.choices), RunningFilter)
    list_select_related = ("account", "unit")
    search_fields = ("account__display_name", "account__username", "unit__name")
    search_help_text = _("Name, user name or unit")
    ordering = ("unit__tree_id", "unit__lft", "role", "account__username")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("account", "unit")

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = form.cleaned_data
        return appoint(
            actor=actor_of(request),
            account_id=values["account"].pk,
            role=Role(values["role"]),
            unit_id=values["unit"].pk,
            starts_on=values["starts_on"],
            ends_on=values["ends_on"],
            reason=values["reason"],
        )
