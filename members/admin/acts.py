"""Acts on one member that ask for a reason: transfer, status, the identity number put right or revealed."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from corps.admin.fields import pick_one
from corps.admin.pages import MayReasonForm, OperationPage, ReasonForm, Shown
from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import local_today
from members.enums import MemberStatus
from members.forms.particulars import carry_field
from members.models import Member
from members.operations import people
from members.policies.life import next_statuses, step_choices


class MemberPage(OperationPage):
    """An act on one member."""

    right = Permission.MEMBER_EDIT


class TransferForm(ReasonForm):
    """Where to, and since when."""

    on = forms.DateField(label=_("Since"), required=False)
    carry = carry_field()

    def build(self) -> None:
        self.initial.setdefault("on", local_today())
        unit = Member._meta.get_field("unit")
        self.fields["unit"] = pick_one(self.admin, self.request, unit, label=_("New home unit"))


class TransferPage(MemberPage):
    """Another home."""

    name = "transfer"
    title = _("Transfer")
    icon = "swap_horiz"
    form_class = TransferForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [_("%(name)s leaves %(unit)s and belongs to the new unit.") % {"name": obj.name, "unit": obj.unit}]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        people.transfer(
            actor=actor_of(request),
            member_id=obj.pk,
            unit_id=values["unit"].pk,
            reason=values["reason"],
            on=values["on"],
            carry=values["carry"],
        )
        return _("%(name)s belongs to %(unit)s from now on.") % {"name": obj.name, "unit": values["unit"]}


class StatusForm(MayReasonForm):
    """Which status, since when, why."""

    status = forms.ChoiceField(label=_("New status"))
    on = forms.DateField(label=_("Since"), required=False)

    def build(self) -> None:
        field: Any = self.fields["status"]
        field.choices = step_choices(self.obj.status)
        self.initial.setdefault("on", local_today())


class StatusPage(MemberPage):
    """Suspend, let go, take back."""

    name = "status"
    title = _("Change status")
    icon = "published_with_changes"
    form_class = StatusForm

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return bool(next_statuses(obj.status))

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [
            _("%(name)s is “%(status)s” now. Whoever leaves stays in the records.")
            % {"name": obj.name, "status": obj.get_status_display()}
        ]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        people.change_status(
            actor=actor_of(request),
            member_id=obj.pk,
            status=MemberStatus(values["status"]),
            reason=values["reason"],
            on=values["on"],
        )
        return _("The status of %(name)s is changed.") % {"name": obj.name}


class IdentityForm(ReasonForm):
    """The right number."""

    identity = forms.CharField(
        label=_("Correct identity number"), max_length=24, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class IdentityPage(MemberPage):
    """Put a wrong number right."""

    name = "identity"
    title = _("Put the identity number right")
    icon = "badge"
    form_class = IdentityForm
    notes = (_("Sex and birth date follow from the new number."),)

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        people.change_identity(
            actor=actor_of(request), member_id=obj.pk, identity=values["identity"], reason=values["reason"]
        )
        return _("The identity number of %(name)s is corrected.") % {"name": obj.name}


class RevealPage(OperationPage):
    """The full number, for a reason."""

    name = "reveal"
    title = _("Reveal identity number")
    icon = "visibility"
    form_class = ReasonForm
    right = Permission.MEMBER_REVEAL
    notes = (_("Your name, the time and the reason are recorded; your superior can read them."),)

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        number = people.reveal_identity(actor=actor_of(request), member_id=obj.pk, reason=values["reason"])
        return Shown(
            heading=str(_("Identity number of %(name)s") % {"name": obj.name}),
            secret=number,
            explanation=str(_("Shown this once. Do not copy it to where others can read it.")),
        )
