"""What is entered about transfers, bulk moves, proposals and mergers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.enums import Education, Occupation, PoliticalStatus
from members.forms.particulars import CarryForm, ReasonForm
from members.models import Member
from members.operations.proposals import PROPOSABLE

_UNKNOWN = ("", _("not recorded"))


class MoveForm(CarryForm):
    """Where the chosen members shall be at home, and why."""

    unit = forms.CharField(
        label=_("New home unit"), max_length=120, help_text=_("Name, path or code, for example 青山大队 › 一中队.")
    )
    field_order = ("unit", "carry", "reason")


class MergeForm(ReasonForm):
    """Why two records are one person's."""


class ProposalForm(forms.Form):
    """The own record, as far as a member may propose to change it."""

    phone = forms.CharField(
        label=_("Phone"), max_length=20, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    occupation = forms.ChoiceField(label=_("Occupation"), required=False, choices=[_UNKNOWN, *Occupation.choices])
    employer = forms.CharField(label=_("Employer"), max_length=100, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    political_status = forms.ChoiceField(
        label=_("Political status"), required=False, choices=[_UNKNOWN, *PoliticalStatus.choices]
    )
    education = forms.ChoiceField(label=_("Education"), required=False, choices=[_UNKNOWN, *Education.choices])
    skills = forms.CharField(
        label=_("Skills"), max_length=200, required=False, help_text=_("Several with 、 between them.")
    )
    emergency_name = forms.CharField(label=_("Emergency contact"), max_length=50, required=False)
    emergency_phone = forms.CharField(
        label=_("Emergency contact's phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
    )

    def __init__(self, *arguments: Any, member: Member, entered: dict[str, Any], **options: Any) -> None:
        values = {name: getattr(member, name) for name in PROPOSABLE} | entered
        values["skills"] = "、".join(values["skills"])
        options["initial"] = values
        super().__init__(*arguments, **options)

    @property
    def changed(self) -> dict[str, Any]:
        """The fields that were changed, as entered."""
        return {name: self.cleaned_data[name] for name in self.changed_data}
