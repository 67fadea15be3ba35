"""What officers decide about incidents, one by one or from the queue of those that wait."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from corps.admin.base import text_of_unit
from corps.admin.pages import ActForm, OperationPage, ReasonForm
from corps.admin.scopes import scope_for
from corps.doors import actor_of
from corps.permissions import Permission
from incidents.admin.acts import IncidentPage
from incidents.forms.seen import seen_in, seen_text
from incidents.models import Incident
from incidents.operations import verification
from incidents.policies.life import Step
from incidents.queries.incidents import submitted_to
from incidents.queries.log import last_entry_id

MOST_AT_ONCE = 100
EXCERPT = 30


class RemarkForm(ActForm):
    """With or without a remark."""

    remark = forms.CharField(label=_("Remark"), max_length=200, required=False)


class ReadForm(RemarkForm):
    """The same, of one incident that was read up to an entry of its log: what changes after it must be read first."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


class VerifyPage(IncidentPage):
    """It counts from now on."""

    name = "verify"
    title = _("Verify")
    icon = "verified"
    form_class = ReadForm

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
    notes = (_("It counts no longer, and published figures that held it change."),)

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        verification.withdraw_verification(actor=actor_of(request), incident_id=obj.pk, reason=values["reason"])
        return _("The verification is withdrawn.")


class QueueForm(ActForm):
    """Which of those that wait; all are ticked at first."""

    def build(self) -> None:
        waiting = submitted_to(actor_of(self.request), limit=MOST_AT_ONCE)
        tree = scope_for(self.request, Permission.INCIDENT_VIEW).tree
        self.fields["incidents"] = forms.TypedMultipleChoiceField(
            label=_("Incidents"),
            coerce=int,
            widget=forms.CheckboxSelectMultiple,
            choices=[(one.pk, _line(one, text_of_unit(tree, one.unit_id))) for one in waiting.rows],
        )
        self.order_fields(["incidents"])
        self.initial.setdefault("seen", seen_text(waiting.seen))


class VerifyQueueForm(QueueForm, RemarkForm):
    """With or without a remark for all of them; `seen` as `incidents.forms.seen` writes it."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class ReturnQueueForm(QueueForm, NeededRemarkForm):
    """With what is missing."""


class QueuePage(OperationPage):
    """Decide about several that wait, each an act of its own."""

    on_list = True
    right = Permission.INCIDENT_VERIFY

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

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        settled = verification.verify_incidents(
            actor=actor_of(request),
            incident_ids=values["incidents"],
            remark=values["remark"],
            seen=seen_in(values["seen"]),
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
