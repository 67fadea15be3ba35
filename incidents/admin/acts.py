"""Acts on one incident by whoever keeps the log: submitting, voiding, notes, and parties from outside."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from corps.admin.pages import ActForm, OperationPage, ReasonForm, Shown
from corps.doors import actor_of
from corps.permissions import Permission
from incidents.enums import PartyRole
from incidents.logic.parties import FIELDS, LIMITS
from incidents.operations import incidents, parties
from incidents.policies.life import Step, can
from incidents.queries.log import field_name


class IncidentPage(OperationPage):
    """An act on one incident, offered where its state allows it."""

    right = Permission.INCIDENT_VERIFY
    step = Step.VERIFY

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


class VoidPage(IncidentPage):
    """It did not happen, or stands here twice."""

    name = "void"
    title = _("Declare void")
    icon = "block"
    danger = True
    form_class = ReasonForm
    right = Permission.INCIDENT_RECORD
    step = Step.VOID
    notes = (_("It stays in the log and counts nowhere. This cannot be undone."),)

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
    notes = (_("A note cannot be changed afterwards."),)

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
    notes = (_("The particulars are sealed and shown masked; every look at them is recorded."),)

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        particulars = {name: values[name] for name in FIELDS}
        parties.add_party(actor=actor_of(request), incident_id=obj.pk, role=values["role"], particulars=particulars)
        return _("The party is added.")


class RevealForm(ReasonForm):
    """Whose particulars, and why."""

    def build(self) -> None:
        choices = [(party.pk, f"{party.get_role_display()} {party.shown}") for party in self.obj.parties.all()]
        self.fields["party"] = forms.TypedChoiceField(label=_("Party"), coerce=int, choices=choices)


class RevealPage(IncidentPage):
    """What is sealed of a party, for a reason."""

    name = "reveal"
    title = _("Reveal a party")
    icon = "visibility"
    form_class = RevealForm
    right = Permission.INCIDENT_PARTY
    notes = (_("Your name, the time and the reason are recorded; your superior can read them."),)

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return bool(obj.parties.exists())

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        found = parties.reveal_party(actor=actor_of(request), party_id=values["party"], reason=values["reason"])
        known = [f"{field_name(name)}：{getattr(found, name)}" for name in FIELDS if getattr(found, name)]
        return Shown(
            heading=str(_("Particulars of a party")),
            secret="；".join(known),
            explanation=str(_("Shown this once. Do not copy it to where others can read it.")),
        )
