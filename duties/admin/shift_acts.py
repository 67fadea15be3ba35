"""Acts on one shift: its members, attendance, results, closing and cancelling."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from corps.admin.pages import ActForm, OperationPage, ReasonForm
from corps.doors import actor_of
from corps.permissions import Permission
from duties.admin.fields import members_named, names_field
from duties.enums import SERVED, AttendanceStatus, ShiftState
from duties.operations import assignments, attendance, results, shifts
from duties.policies.closing import missing
from duties.policies.shifts import can_become, can_change


class ShiftPage(OperationPage):
    """An act on one shift."""

    right = Permission.DUTY_PLAN

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return can_change(obj)


class AssignForm(ActForm):
    """Who."""

    names = names_field(
        label=_("Names"), help_text=_("Name, pinyin or initials; several with 、 between them."), widget=forms.TextInput
    )


class AssignPage(ShiftPage):
    """Members onto the shift."""

    name = "assign"
    title = _("Put members on the shift")
    icon = "person_add"
    form_class = AssignForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        planned = obj.assignments.filter(active=True).count()
        return [str(_("%(planned)d of %(needed)d are planned.") % {"planned": planned, "needed": obj.needed})]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        ids = members_named(obj, values["names"])
        assignments.assign(actor=actor_of(request), shift_id=obj.pk, member_ids=ids)
        return ngettext("%(n)d member is on the shift.", "%(n)d members are on the shift.", len(ids)) % {"n": len(ids)}


class TakeOffForm(ActForm):
    """Whom."""

    def build(self) -> None:
        rows = self.obj.assignments.filter(active=True).select_related("member").order_by("member__pinyin", "id")
        self.fields["member"] = forms.TypedChoiceField(
            label=_("Member"), coerce=int, choices=[(row.member_id, row.member.name) for row in rows]
        )


class TakeOffPage(ShiftPage):
    """A member off the shift."""

    name = "take-off"
    title = _("Take a member off")
    icon = "person_remove"
    form_class = TakeOffForm

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        assignments.take_off(actor=actor_of(request), shift_id=obj.pk, member_id=values["member"])
        return _("The member is free again.")


class RecordForm(ActForm):
    """One choice for each member who is planned and not recorded."""

    def build(self) -> None:
        recorded = self.obj.attendances.filter(current=True).values("member_id")
        rows = self.obj.assignments.filter(active=True).exclude(member_id__in=recorded).select_related("member")
        choices = [("", "—")] + [(one.value, one.label) for one in AttendanceStatus if one != AttendanceStatus.REPLACED]
        for row in rows.order_by("member__pinyin", "id"):
            self.fields[f"member-{row.member_id}"] = forms.ChoiceField(
                label=row.member.name, choices=choices, required=False, initial=AttendanceStatus.PRESENT
            )


class RecordPage(ShiftPage):
    """The list of a shift, as planned; times that differ are put right afterwards."""

    name = "record"
    title = _("Record attendance")
    icon = "fact_check"
    form_class = RecordForm
    right = Permission.DUTY_RECORD
    notes = (_("Whoever came is recorded from start to end; other times are entered as a correction."),)

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        entries = [
            attendance.Entry(int(name.removeprefix("member-")), AttendanceStatus(status))
            for name, status in values.items()
            if name.startswith("member-") and status
        ]
        made = attendance.record_list(actor=actor_of(request), shift_id=obj.pk, entries=entries)
        return ngettext("%(n)d member is recorded.", "%(n)d members are recorded.", len(made)) % {"n": len(made)}


class ResultsForm(ActForm):
    """What it came to."""

    materials = forms.IntegerField(label=_("Material handed out"), min_value=0)
    people_reached = forms.IntegerField(label=_("People reached"), min_value=0)
    summary = forms.CharField(label=_("What was done"), max_length=2000, required=False)


class ResultsPage(ShiftPage):
    """Results of the shift."""

    name = "results"
    title = _("Enter results")
    icon = "edit_note"
    form_class = ResultsForm
    right = Permission.DUTY_RECORD

    def initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"materials": obj.materials, "people_reached": obj.people_reached, "summary": obj.summary}

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        results.record_results(actor=actor_of(request), shift_id=obj.pk, **values)
        return _("The results are entered.")


class ClosePage(ShiftPage):
    """It counts from now on."""

    name = "close"
    title = _("Close the shift")
    icon = "task_alt"
    form_class = ActForm
    right = Permission.DUTY_RECORD

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        planned = list(obj.assignments.filter(active=True).select_related("member"))
        recorded = list(obj.attendances.filter(current=True).select_related("member"))
        lacking = missing(obj, planned, recorded)
        served = sum(1 for row in recorded if row.status in SERVED)
        return lacking or [str(_("It counts as one session with %(n)d person-times.") % {"n": served})]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        results.close_shift(actor=actor_of(request), shift_id=obj.pk)
        return _("The shift is closed and counts.")


class ReopenPage(ShiftPage):
    """It does not count until it is closed again."""

    name = "reopen"
    title = _("Reopen the shift")
    icon = "lock_open"
    right = Permission.DUTY_RECORD
    notes = (_("Until it is closed again it does not count as a session."),)

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return can_become(obj.state, ShiftState.PLANNED)

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        results.reopen_shift(actor=actor_of(request), shift_id=obj.pk, reason=values["reason"])
        return _("The shift is open again.")


class CancelPage(ShiftPage):
    """It does not take place."""

    name = "cancel"
    title = _("Cancel the shift")
    icon = "event_busy"
    danger = True
    form_class = ReasonForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        number = obj.assignments.filter(active=True).count()
        return [ngettext("%(n)d member is free again.", "%(n)d members are free again.", number) % {"n": number}]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        shifts.cancel_shift(actor=actor_of(request), shift_id=obj.pk, reason=values["reason"])
        return _("The shift is cancelled.")
