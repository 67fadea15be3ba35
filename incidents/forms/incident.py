"""An incident as a form. What it holds goes to `incidents.operations.incidents`, which checks it field by field."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from corps.doors import number_in
from incidents.enums import PartyRole
from incidents.logic.parties import FIELDS, LIMITS, Particulars
from incidents.models import Incident, IncidentKind
from incidents.operations.cleaning import MOST_PARTICIPANTS, NUMBER_LIMITS, TEXT_LIMITS, InvalidIncident
from incidents.operations.parties import checked

MOST_PARTIES = 20
_NONE = ("", _("none"))
_MOMENT = "%Y-%m-%dT%H:%M"

Choices = Sequence[tuple[int, str]]


class IdsField(forms.Field):
    """Keys of rows, each once, in the order they were chosen; what is no key is left out."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[int]:
        found = (number_in(str(one)) for one in value or ())
        return list(dict.fromkeys(one for one in found if one is not None))

    def validate(self, value: Any) -> None:
        """Nobody needs to have taken part; too many are refused, for leaving some out would lose them."""
        if len(value) > MOST_PARTICIPANTS:
            raise forms.ValidationError(
                _("At most %(limit)d members can be named. Take some off."), params={"limit": MOST_PARTICIPANTS}
            )


def _number(label: Any, limit: int, least: int = 0) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=label, required=False, min_value=least, max_value=limit, widget=widget)


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class IncidentForm(forms.Form):
    """`entered` is what was typed, by the names of the operations' arguments."""

    unit = forms.TypedChoiceField(label=_("Unit"), coerce=int)
    kind = forms.TypedChoiceField(
        label=_("Kind"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what kind of incident it was."),
            "invalid_choice": _("The corps has no such kind of incident. Choose from the list."),
        },
    )
    occurred_at = forms.DateTimeField(
        label=_("When it happened"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT),
        error_messages={"required": _("Enter when it happened.")},
    )
    place = forms.CharField(
        label=_("Place"),
        required=False,
        max_length=TEXT_LIMITS["place"],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    latitude = forms.FloatField(
        label=_("Latitude"),
        required=False,
        min_value=-90,
        max_value=90,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    longitude = forms.FloatField(
        label=_("Longitude"),
        required=False,
        min_value=-180,
        max_value=180,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    grid = forms.TypedChoiceField(label=_("Grid"), required=False, coerce=int, empty_value=None)
    shift = forms.TypedChoiceField(label=_("During the shift"), required=False, coerce=int, empty_value=None)
    participants = IdsField(label=_("Who took part"))
    account = forms.CharField(
        label=_("What happened"),
        max_length=TEXT_LIMITS["account"],
        widget=_text(6),
        help_text=_("No names and numbers of outsiders: they belong to the parties below."),
        error_messages={"required": _("Please say in a few words what happened.")},
    )
    outcome = forms.CharField(
        label=_("What came of it"), required=False, max_length=TEXT_LIMITS["outcome"], widget=_text(3)
    )
    quantity = _number(_("Quantity"), NUMBER_LIMITS["quantity"])
    materials = _number(_("Material handed out"), NUMBER_LIMITS["materials"])
    people_reached = _number(_("People reached"), NUMBER_LIMITS["people_reached"])

    def __init__(
        self,
        *arguments: Any,
        kinds: Sequence[IncidentKind],
        units: Choices,
        grids: Choices,
        shifts: Choices,
        incident: Incident | None = None,
        **options: Any,
    ) -> None:
        options.setdefault("initial", {} if incident is None else initial_of(incident))
        super().__init__(*arguments, **options)
        self.kinds = {kind.pk: kind for kind in kinds}
        self._offer("unit", units)
        self._offer("kind", [(kind.pk, kind.name) for kind in kinds])
        self._offer("grid", [_NONE, *grids])
        self._offer("shift", [_NONE, *shifts])
        self.fields["occurred_at"].widget.attrs["max"] = timezone.localtime().strftime(_MOMENT)

    def _offer(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    @property
    def kind_now(self) -> IncidentKind | None:
        """The kind that is chosen, sent or from before."""
        return self.kinds.get(number_in(str(self["kind"].value() or "")) or 0)

    @property
    def chosen_ids(self) -> list[int]:
        """The participants as they stand in the form, also when something else is wrong."""
        field: Any = self.fields["participants"]
        return list(field.to_python(self["participants"].value()))

    @property
    def entered(self) -> dict[str, Any]:
        """Arguments of `record_incident` and `edit_incident`."""
        values = self.cleaned_data
        kind = self.kinds[values["kind"]]
        quantity = values["quantity"] if kind.asks_quantity and values["quantity"] is not None else 1
        return {
            "unit_id": values["unit"],
            "kind_id": values["kind"],
            "grid_id": values["grid"],
            "shift_id": values["shift"],
            "participant_ids": values["participants"],
            "quantity": quantity,
            "materials": values["materials"] or 0,
            "people_reached": values["people_reached"] or 0,
            **{name: values[name] for name in ("occurred_at", "place", "latitude", "longitude", "account", "outcome")},
        }


def initial_of(incident: Incident) -> dict[str, Any]:
    """What the form of a recorded incident begins with."""
    names = ("place", "latitude", "longitude", "account", "outcome", "quantity", "materials", "people_reached")
    return {
        **{name: getattr(incident, name) for name in names},
        "unit": incident.unit_id,
        "kind": incident.kind_id,
        "grid": incident.grid_id,
        "shift": incident.shift_id,
        "occurred_at": timezone.localtime(incident.occurred_at),
        "participants": [one.member_id for one in incident.participants.all()],
    }


def _particular(label: Any, name: str, **attrs: str) -> forms.CharField:
    """A field that the browser does not fill with somebody's own particulars."""
    widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
    return forms.CharField(label=label, required=False, max_length=LIMITS[name], widget=widget)


class PartyForm(forms.Form):
    """Somebody from outside; every field may be empty, but not all of them."""

    role = forms.ChoiceField(label=_("Part in the incident"), choices=PartyRole.choices)
    name = _particular(_("Name"), "name")
    phone = _particular(_("Phone"), "phone", type="tel")
    identity = _particular(_("Identity number"), "identity")
    address = _particular(_("Address"), "address")
    remarks = _particular(_("Remarks"), "remarks")

    def clean(self) -> dict[str, Any]:
        """Say what is wrong beside the field of this very party, before anything is written."""
        if self.filled:
            try:
                checked(Particulars(**self.particulars))
            except InvalidIncident as problems:
                for name, sentence in problems.problems.items():
                    if name not in self.errors:
                        self.add_error(name, sentence)
        return self.cleaned_data

    @property
    def particulars(self) -> dict[str, str]:
        """Field of `Particulars` → text."""
        return {name: self.cleaned_data.get(name, "").strip() for name in FIELDS}

    @property
    def filled(self) -> bool:
        """Whether anything but the role was entered: a row that was only opened is nobody."""
        return bool(Particulars(**self.particulars))


PartyFormSet = formset_factory(PartyForm, extra=0, max_num=MOST_PARTIES, absolute_max=MOST_PARTIES, validate_max=True)


def filled_parties(formset: "BaseFormSet[Any]") -> list[PartyForm]:
    """The rows of a valid formset that hold somebody."""
    return [form for form in formset.forms if isinstance(form, PartyForm) and form.filled]
