"""One member as a form. What is typed is cleaned by the columns of the roster, so that it fares like a sheet."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.enums import Education, MemberRole, Occupation, PoliticalStatus
from members.models import Member
from members.operations.people import EDITABLE
from members.policies.life import step_choices
from members.queries.people import grids_for, groups_of, partners_of

_UNKNOWN = ("", _("not recorded"))
_NONE = ("", _("none"))


class ReasonForm(forms.Form):
    """Why somebody does what will be recorded."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


def carry_field() -> forms.BooleanField:
    """Whether equipment of stores that do not supply the new unit goes along."""
    return forms.BooleanField(
        label=_("Hand equipment over as well"),
        required=False,
        help_text=_(
            "What comes from a store that does not supply the new unit goes into the books of the nearest store that"
            " does; the things stay in people's hands."
        ),
    )


class CarryForm(ReasonForm):
    """Why, and whether equipment of stores out of reach goes along."""

    carry = carry_field()


class ParticularsForm(forms.Form):
    """What may be edited about a member. `particulars` goes to `members.operations.people`."""

    name = forms.CharField(label=_("Name"), max_length=50)
    identity = forms.CharField(
        label=_("Identity number"),
        max_length=24,
        help_text=_("18 characters from the card; sex and birth date follow from it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    occupation = forms.ChoiceField(label=_("Occupation"), required=False, choices=[_UNKNOWN, *Occupation.choices])
    employer = forms.CharField(label=_("Employer"), max_length=100, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    grid_id = forms.TypedChoiceField(label=_("Grid"), required=False, coerce=int, empty_value=None)
    political_status = forms.ChoiceField(
        label=_("Political status"), required=False, choices=[_UNKNOWN, *PoliticalStatus.choices]
    )
    education = forms.ChoiceField(label=_("Education"), required=False, choices=[_UNKNOWN, *Education.choices])
    roles = forms.MultipleChoiceField(
        label=_("Roles"), required=False, choices=MemberRole.choices, widget=forms.CheckboxSelectMultiple
    )
    groups = forms.TypedMultipleChoiceField(
        label=_("Functional groups"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    skills = forms.CharField(
        label=_("Skills"), max_length=200, required=False, help_text=_("Several with 、 between them.")
    )
    joined_on = forms.CharField(label=_("Joined on"), required=False, widget=forms.TextInput(attrs={"type": "date"}))
    emergency_name = forms.CharField(label=_("Emergency contact"), max_length=50, required=False)
    emergency_phone = forms.CharField(
        label=_("Emergency contact's phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    insurer = forms.CharField(label=_("Insurer"), max_length=60, required=False)
    policy_number = forms.CharField(label=_("Insurance policy number"), max_length=40, required=False)
    insured_until = forms.CharField(
        label=_("Insured until"), required=False, widget=forms.TextInput(attrs={"type": "date"})
    )
    recruiter = forms.CharField(label=_("Recruited by"), max_length=50, required=False)
    partner_id = forms.TypedChoiceField(label=_("Partner organisation"), required=False, coerce=int, empty_value=None)
    remarks = forms.CharField(label=_("Remarks"), max_length=200, required=False)

    def __init__(
        self, *arguments: Any, corps_id: int, unit_id: int, member: Member | None = None, **options: Any
    ) -> None:
        if member is not None:
            options.setdefault("initial", initial_of(member))
        super().__init__(*arguments, **options)
        if member is not None:
            # Correcting the number is an act of its own, with a reason.
            del self.fields["identity"]
        self._choose("grid_id", [_NONE, *grids_for(corps_id, unit_id, member)])
        self._choose("partner_id", [_NONE, *partners_of(corps_id)])
        self._choose("groups", groups_of(corps_id))
        if not self.fields["groups"].choices:  # type: ignore[attr-defined]
            del self.fields["groups"]

    def _choose(self, name: str, pairs: list[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = pairs

    @property
    def particulars(self) -> dict[str, Any]:
        """The entered values under the names that operations take."""
        return {name: value for name, value in self.cleaned_data.items() if name in EDITABLE}

    @property
    def changed_particulars(self) -> dict[str, Any]:
        """Only what was changed, so that two people editing different fields do not undo each other."""
        return {name: value for name, value in self.particulars.items() if name in self.changed_data}


def initial_of(member: Member) -> dict[str, Any]:
    """The member's present values as the form shows them."""
    values: dict[str, Any] = {name: getattr(member, name) for name in EDITABLE}
    values["skills"] = "、".join(member.skills)
    for name in ("joined_on", "insured_until"):
        values[name] = values[name].isoformat() if values[name] else ""
    values["groups"] = [group.pk for group in member.groups.all()]
    return values


class StatusForm(ReasonForm):
    """A new status, its day and why."""

    status = forms.ChoiceField(label=_("New status"))
    on = forms.DateField(label=_("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
    field_order = ("status", "on", "reason")

    def __init__(self, *arguments: Any, current: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        field: Any = self.fields["status"]
        field.choices = step_choices(current)


class TransferForm(CarryForm):
    """The unit to move to, by code, name or path."""

    unit = forms.CharField(
        label=_("New home unit"), max_length=120, help_text=_("Name, path or code, for example 青山大队 › 一中队.")
    )
    on = forms.DateField(
        label=_("Since"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("A day of the last year. Where the other unit has to agree, the day of its answer counts."),
    )
    field_order = ("unit", "on", "carry", "reason")


class IdentityForm(ReasonForm):
    """A corrected identity number."""

    identity = forms.CharField(
        label=_("Correct identity number"), max_length=24, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    field_order = ("identity", "reason")
