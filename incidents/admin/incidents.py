"""Incidents for officers: the log of their units, the queue that waits for them, and what they decide."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.paginator import InfinitePaginator
from unfold.widgets import INPUT_CLASSES

from corps.admin.base import OperationForm, ProjectAdmin, ReadInline, UnitText, text_of_unit
from corps.admin.fields import reason_field
from corps.admin.filters import DaysFilter, UnitFilter, by_choice
from corps.admin.pages import ActForm, OperationPage, ReasonForm, Shown
from corps.admin.scopes import scope_for
from corps.doors import actor_of
from corps.permissions import Permission
from incidents.enums import IncidentCategory, IncidentState, PartyRole
from incidents.logic.parties import FIELDS, LIMITS
from incidents.models import Incident, LogEntry, Participant, Party
from incidents.operations import incidents, parties, verification
from incidents.policies.life import Step, can
from incidents.queries.choices import newest_entry_id
from incidents.queries.incidents import submitted_to
from incidents.queries.log import field_name, last_entry_id, line_of

MOST_AT_ONCE = 100
EXCERPT = 30
# The browser's own picker, as for days.
MOMENT_WIDGET = forms.DateTimeInput(
    format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": " ".join(INPUT_CLASSES)}
)
PLAIN = (
    "occurred_at",
    "place",
    "latitude",
    "longitude",
    "account",
    "outcome",
    "quantity",
    "materials",
    "people_reached",
)


class IncidentForm(OperationForm):
    """What is told; the unit is chosen once, the state changes by acts of its own."""

    class Meta:
        model = Incident
        fields = (
            "unit",
            "kind",
            "occurred_at",
            "place",
            "latitude",
            "longitude",
            "grid",
            "account",
            "outcome",
            "quantity",
            "materials",
            "people_reached",
        )


class IncidentPage(OperationPage):
    """An act on one incident, offered where its state allows it."""

    right = Permission.INCIDENT_VERIFY
    step = Step.VERIFY

    def permitted(self, request: HttpRequest, obj: Any) -> bool:
        return bool(self.admin.may(request, self.right, obj))

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return can(self.step, obj)


class SubmitPage(IncidentPage):
    """To an officer, for verification."""

    name = "submit"
    title = _("Submit for verification")
    icon = "send"
    form_class = ActForm
    right = Permission.INCIDENT_RECORD
    step = Step.SUBMIT

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        incidents.submit_incident(actor=actor_of(request), incident_id=obj.pk)
        return _("The incident waits for verification.")


def _seen_field() -> forms.IntegerField:
    """The newest entry of the log when the page was drawn: what changes after it must be read first."""
    return forms.IntegerField(widget=forms.HiddenInput, required=False)


class RemarkForm(ActForm):
    """With or without a remark."""

    remark = forms.CharField(label=_("Remark"), max_length=200, required=False)
    seen = _seen_field()


class VerifyPage(IncidentPage):
    """It counts from now on."""

    name = "verify"
    title = _("Verify")
    icon = "verified"
    form_class = RemarkForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [
            _line(obj, obj.unit.name),
            obj.account,
            str(_("It counts in its unit and all units above, and can no longer be edited.")),
            str(_("You vouch for it with your name.")),
        ]

    def initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"seen": last_entry_id(obj)}

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        verification.verify_incident(
            actor=actor_of(request), incident_id=obj.pk, remark=values["remark"], seen=values["seen"]
        )
        return _("The incident is verified.")


class NeededRemarkForm(ActForm):
    """What is missing."""

    remark = forms.CharField(label=_("What is to be corrected"), max_length=200)


class ReturnPage(IncidentPage):
    """Back, with what is missing."""

    name = "return"
    title = _("Return")
    icon = "undo"
    form_class = NeededRemarkForm
    step = Step.RETURN

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        verification.return_incident(actor=actor_of(request), incident_id=obj.pk, remark=values["remark"])
        return _("The incident is returned.")


class WithdrawPage(IncidentPage):
    """Take the verification back."""

    name = "withdraw"
    title = _("Withdraw the verification")
    icon = "remove_done"
    danger = True
    form_class = ReasonForm
    step = Step.WITHDRAW

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [str(_("It counts no longer, and published figures that held it change."))]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        verification.withdraw_verification(actor=actor_of(request), incident_id=obj.pk, reason=values["reason"])
        return _("The verification is withdrawn.")


class VoidPage(IncidentPage):
    """It did not happen, or stands here twice."""

    name = "void"
    title = _("Declare void")
    icon = "block"
    danger = True
    form_class = ReasonForm
    right = Permission.INCIDENT_RECORD
    step = Step.VOID

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [str(_("It stays in the log and counts nowhere. This cannot be undone."))]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        incidents.void_incident(actor=actor_of(request), incident_id=obj.pk, reason=values["reason"])
        return _("The incident is void.")


class NoteForm(ActForm):
    """A line."""

    text = forms.CharField(label=_("Note"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class NotePage(IncidentPage):
    """A line of the log by hand."""

    name = "note"
    title = _("Add a note")
    icon = "edit_note"
    form_class = NoteForm
    right = Permission.INCIDENT_RECORD
    step = Step.NOTE

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [str(_("A note cannot be changed afterwards."))]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        incidents.add_note(actor=actor_of(request), incident_id=obj.pk, text=values["text"])
        return _("The note is in the log.")


class PartyForm(ActForm):
    """Somebody from outside."""

    role = forms.ChoiceField(label=_("Role"), choices=PartyRole.choices)

    def build(self) -> None:
        for name in FIELDS:
            self.fields[name] = forms.CharField(label=field_name(name), max_length=LIMITS[name], required=False)


class PartyPage(IncidentPage):
    """Add a party; what is entered is sealed."""

    name = "party"
    title = _("Add a party")
    icon = "person_add"
    form_class = PartyForm
    right = Permission.INCIDENT_RECORD
    step = Step.EDIT

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [str(_("The particulars are sealed and shown masked; every look at them is recorded."))]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        particulars = {name: values[name] for name in FIELDS}
        parties.add_party(actor=actor_of(request), incident_id=obj.pk, role=values["role"], particulars=particulars)
        return _("The party is added.")


class RevealForm(ActForm):
    """Whose particulars, and why."""

    def build(self) -> None:
        choices = [(party.pk, f"{party.get_role_display()} {party.shown}") for party in self.obj.parties.all()]
        self.fields["party"] = forms.TypedChoiceField(label=_("Party"), coerce=int, choices=choices)
        self.fields["reason"] = reason_field(required=True)


class RevealPage(IncidentPage):
    """What is sealed of a party, for a reason."""

    name = "reveal"
    title = _("Reveal a party")
    icon = "visibility"
    form_class = RevealForm
    right = Permission.INCIDENT_PARTY

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return bool(obj.parties.exists())

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [str(_("Your name, the time and the reason are recorded; your superior can read them."))]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        found = parties.reveal_party(actor=actor_of(request), party_id=values["party"], reason=values["reason"])
        known = [f"{field_name(name)}：{getattr(found, name)}" for name in FIELDS if getattr(found, name)]
        return Shown(
            heading=str(_("Particulars of a party")),
            secret="；".join(known),
            explanation=str(_("Shown this once. Do not copy it to where others can read it.")),
        )


class QueueForm(ActForm):
    """Which of those that wait; all are ticked at first."""

    def build(self) -> None:
        waiting = submitted_to(actor_of(self.request), limit=MOST_AT_ONCE)
        tree = scope_for(self.request, Permission.INCIDENT_VIEW).tree
        self.fields["incidents"] = forms.TypedMultipleChoiceField(
            label=_("Incidents"),
            coerce=int,
            widget=forms.CheckboxSelectMultiple,
            choices=[(one.pk, _line(one, text_of_unit(tree, one.unit_id))) for one in waiting],
        )
        self.order_fields(["incidents"])


class VerifyQueueForm(QueueForm):
    """With or without a remark for all of them."""

    remark = forms.CharField(label=_("Remark"), max_length=200, required=False)
    seen = _seen_field()


class ReturnQueueForm(QueueForm):
    """With what is missing."""

    remark = forms.CharField(label=_("What is to be corrected"), max_length=200)


class QueuePage(OperationPage):
    """Decide about several that wait, each an act of its own."""

    on_list = True

    def permitted(self, request: HttpRequest, obj: Any) -> bool:
        return bool(scope_for(request, Permission.INCIDENT_VERIFY))

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [
            str(_("The oldest that wait, without what you recorded yourself; %(n)d at most.") % {"n": MOST_AT_ONCE}),
            str(_("Each is entered in its own log with your name.")),
        ]

    def answer(self, settled: verification.Settled, done: str) -> str:
        """How many, and what was refused with its reason."""
        refused = [_("Incident %(id)d: %(why)s") % {"id": pk, "why": why} for pk, why in settled.refused.items()]
        return " ".join([done, *map(str, refused)])


class VerifyQueuePage(QueuePage):
    """Verify what waits."""

    name = "verify-queue"
    title = _("Verify what waits")
    icon = "done_all"
    form_class = VerifyQueueForm

    def initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"seen": newest_entry_id()}

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        settled = verification.verify_incidents(
            actor=actor_of(request), incident_ids=values["incidents"], remark=values["remark"], seen=values["seen"]
        )
        number = len(settled.done)
        return self.answer(
            settled,
            ngettext("%(n)d incident is verified.", "%(n)d incidents are verified.", number) % {"n": number},
        )


class ReturnQueuePage(QueuePage):
    """Return what waits, with one remark."""

    name = "return-queue"
    title = _("Return what waits")
    icon = "assignment_return"
    form_class = ReturnQueueForm

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        settled = verification.return_incidents(
            actor=actor_of(request), incident_ids=values["incidents"], remark=values["remark"]
        )
        number = len(settled.done)
        return self.answer(
            settled,
            ngettext("%(n)d incident is returned.", "%(n)d incidents are returned.", number) % {"n": number},
        )


def _line(incident: Incident, unit: str) -> str:
    """An incident in one line: when, what, where, and how its account begins."""
    at = timezone.localtime(incident.occurred_at).strftime("%Y-%m-%d %H:%M")
    account = incident.account if len(incident.account) <= EXCERPT else f"{incident.account[:EXCERPT]}…"
    return " · ".join(part for part in (at, incident.kind.name, unit, incident.place, account) if part)


class ParticipantInline(ReadInline):
    """Who took part."""

    model = Participant
    verbose_name_plural = _("participants")
    fields = ("member", "unit")
    readonly_fields = ("member", "unit")
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("member", "unit")


class PartyInline(ReadInline):
    """Masked."""

    model = Party
    verbose_name_plural = _("parties")
    fields = ("role", "shown")
    readonly_fields = ("role", "shown")
    show_change_link = False


class LogInline(ReadInline):
    """What happened to the incident, line by line."""

    model = LogEntry
    verbose_name_plural = _("log")
    fields = ("at", "kind", "author", "text", "changes_text")
    readonly_fields = ("at", "kind", "author", "text", "changes_text")
    show_change_link = False
    ordering = ("id",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("author")

    @admin.display(description=_("changes"))
    def changes_text(self, entry: LogEntry) -> str:
        """Old → new, field by field."""
        return format_html_join(
            "\n", "<div>{}：{} → {}</div>", [(one.label, one.old, one.new) for one in line_of(entry).changes]
        )


@admin.register(Incident)
class IncidentAdmin(UnitText, ProjectAdmin):
    """The log of the reader's units; the state changes only by acts, and what is verified is read-only."""

    form = IncidentForm
    view_permission = Permission.INCIDENT_VIEW
    add_permission = Permission.INCIDENT_RECORD
    change_permission = Permission.INCIDENT_RECORD
    pages = (
        VerifyPage,
        ReturnPage,
        SubmitPage,
        WithdrawPage,
        NotePage,
        PartyPage,
        RevealPage,
        VoidPage,
        VerifyQueuePage,
        ReturnQueuePage,
    )
    inlines = (ParticipantInline, PartyInline, LogInline)
    paginator = InfinitePaginator
    list_display = ("occurred_at", "kind", "place", "unit_column", "state", "quantity", "recorded_by", "verified_by")
    list_filter = (
        UnitFilter,
        by_choice("state", _("state"), IncidentState.choices),
        by_choice("category", _("counts as"), IncidentCategory.choices),
        type("OccurredFilter", (DaysFilter,), {"field": "occurred_at"}),
    )
    list_select_related = ("kind", "recorded_by", "verified_by")
    search_fields = ("account", "place", "outcome")
    search_help_text = _("Words of the account, the outcome or the place")
    ordering = ("-occurred_at", "-id")
    sortable_by = ()
    autocomplete_fields = ("unit", "grid")
    formfield_overrides = {  # noqa: RUF012 - as Django has it
        **ProjectAdmin.formfield_overrides,
        models.DateTimeField: {"form_class": forms.DateTimeField, "widget": MOMENT_WIDGET},
    }

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("unit", "kind", "grid")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or can(Step.EDIT, obj))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        told = (
            ("kind", "occurred_at"),
            ("place", "grid"),
            ("latitude", "longitude"),
            "account",
            "outcome",
            ("quantity", "materials", "people_reached"),
        )
        if obj is None:
            return [(None, {"fields": ("unit", *told)})]
        settled = ("unit_text_field", ("state", "recorded_by"), ("verified_by", "verified_at"), "shift")
        reason = ("reason",) if self.has_change_permission(request, obj) else ()
        return [(None, {"fields": settled}), (None, {"fields": (*told, *reason)})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else ("unit_text_field", "state", "recorded_by", "verified_by", "verified_at", "shift")

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return [] if obj is None else list(self.inlines)

    @admin.display(description=_("unit"))
    def unit_text_field(self, incident: Incident) -> str:
        """With its superiors."""
        return str(incident.unit)

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        names = set(form.cleaned_data) if adding else set(form.changed_data)
        told = {name: form.cleaned_data[name] for name in names & set(PLAIN)}
        if "kind" in names:
            told["kind_id"] = form.cleaned_data["kind"].pk
        if "grid" in names:
            told["grid_id"] = form.cleaned_data["grid"].pk if form.cleaned_data["grid"] else None
        actor = actor_of(request)
        if adding:
            return incidents.record_incident(actor=actor, unit_id=form.cleaned_data["unit"].pk, **told)
        return incidents.edit_incident(
            actor=actor, incident_id=obj.pk, reason=form.cleaned_data.get("reason", ""), **told
        )
