"""The public form, the form of a code, and what captains enter about recruitment."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from corps.queries.scope import Node
from members.enums import Occupation, RecruiterCategory
from members.queries.people import grids_for, partners_of

GRIDS_SHOWN = 80
_UNSAID = ("", _("please choose"))
_NONE = ("", _("none"))


class JoinForm(forms.Form):
    """What somebody who wants to join enters. `particulars` goes to `members.operations.recruitment.applying`.

    `website` is a trap: people do not see it, programs fill it in.
    """

    unit = forms.TypedChoiceField(label=_("Unit you want to join"), coerce=int)
    name = forms.CharField(label=_("Name"), max_length=50, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    identity = forms.CharField(
        label=_("Identity number"),
        max_length=24,
        help_text=_("18 characters from the card. It is stored encrypted."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=20,
        help_text=_("A mobile number; with it you can see later how your application stands."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel-national", "inputmode": "tel"}),
    )
    occupation = forms.ChoiceField(label=_("Occupation"), required=False, choices=[_UNSAID, *Occupation.choices])
    address = forms.CharField(
        label=_("Address"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    grid_id = forms.TypedChoiceField(label=_("Grid"), required=False, coerce=int, empty_value=None)
    skills = forms.CharField(
        label=_("Skills"), max_length=200, required=False, help_text=_("Several with 、 between them.")
    )
    partner_id = forms.TypedChoiceField(label=_("Partner organisation"), required=False, coerce=int, empty_value=None)
    recruiter = forms.CharField(label=_("Recruited by"), max_length=50, required=False)
    consent = forms.BooleanField(
        label=_("I have read the privacy notice above and agree to it."),
        error_messages={
            "required": _("Without your consent your data may not be stored. Please read the notice and tick.")
        },
    )
    notice = forms.IntegerField(widget=forms.HiddenInput)
    by = forms.CharField(max_length=12, required=False, widget=forms.HiddenInput)
    source = forms.CharField(max_length=10, required=False, widget=forms.HiddenInput)
    website = forms.CharField(max_length=500, required=False)

    def __init__(self, *arguments: Any, units: Sequence[Node], recruiter: str = "", **options: Any) -> None:
        super().__init__(*arguments, **options)
        first = units[0]
        self._choose("unit", [(node.id, node.name) for node in units])
        if len(units) == 1:
            self.fields["unit"].required = False
            self.fields["unit"].widget = forms.HiddenInput()
            self.initial["unit"] = first.id
        grids = grids_for(first.corps_id, first.id)
        if len(units) == 1 and 0 < len(grids) <= GRIDS_SHOWN:
            self._choose("grid_id", [_UNSAID, *grids])
        else:
            del self.fields["grid_id"]
        partners = partners_of(first.corps_id)
        if partners:
            self._choose("partner_id", [_NONE, *partners])
        else:
            del self.fields["partner_id"]
        if recruiter:
            del self.fields["recruiter"]
        self.only = first.id if len(units) == 1 else None

    def _choose(self, name: str, pairs: list[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = pairs

    @property
    def trapped(self) -> bool:
        """Whether a program filled in what people do not see."""
        return bool(self.data.get(self.add_prefix("website"), "").strip())

    @property
    def unit_id(self) -> int:
        """The unit chosen, or the only one."""
        return self.only or self.cleaned_data["unit"]

    @property
    def particulars(self) -> dict[str, Any]:
        """The entered values under the names that operations take."""
        names = ("name", "phone", "occupation", "address", "grid_id", "skills", "recruiter", "partner_id")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}

    @property
    def shown(self) -> list[Any]:
        """The fields that stand on the page before the notice."""
        return [one for one in self.visible_fields() if one.name not in {"website", "consent"}]


class PhoneForm(forms.Form):
    """The phone an application was made with."""

    phone = forms.CharField(
        label=_("Phone"),
        max_length=20,
        help_text=_("The mobile number that you gave with your application."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel-national", "inputmode": "tel"}),
    )


class CodeForm(forms.Form):
    """The six digits that were sent."""

    code = forms.CharField(
        label=_("One-time code"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class PageForm(forms.Form):
    """What stands on a unit's page."""

    is_open = forms.BooleanField(label=_("Open: people may apply"), required=False)
    greeting = forms.CharField(
        label=_("Greeting"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the unit does, whom it looks for."),
    )
    contact = forms.CharField(
        label=_("Contact"), max_length=120, required=False, help_text=_("Whom applicants may ask: a name and a number.")
    )
    offered = forms.TypedMultipleChoiceField(
        label=_("Units that may be chosen"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: applicants come to this unit itself."),
    )

    def __init__(self, *arguments: Any, units: Sequence[Node], **options: Any) -> None:
        super().__init__(*arguments, **options)
        field: Any = self.fields["offered"]
        field.choices = [(node.id, node.name) for node in units]
        if len(units) < 2:
            del self.fields["offered"]


class RecruiterForm(forms.Form):
    """A recruiter of the unit."""

    name = forms.CharField(label=_("Name"), max_length=50)
    category = forms.ChoiceField(label=_("Category"), choices=RecruiterCategory.choices)
    target = forms.IntegerField(
        label=_("Target"),
        min_value=0,
        max_value=10_000,
        required=False,
        help_text=_("Empty: 3 for auxiliary officers, 30 for household-registration officers."),
    )
