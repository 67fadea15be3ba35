"""The filter of the roster as a form: every field may stay empty, and what makes no sense is left out."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.enums import (
    EVER_MEMBERS,
    TWO_HEADS_TWO_STAFF,
    Education,
    MemberRole,
    MemberStatus,
    Occupation,
    PoliticalStatus,
    Sex,
)
from members.queries.people import groups_of, partners_of
from members.queries.roster import Insured, Missing, RosterFilter
from members.queries.roster.filters import ON_THE_ROSTER

EVERYBODY = "everybody"
TWO_HEADS = "two"

INSURED_NAMES: dict[str, Promise | str] = {
    Insured.VALID: _("Insured"),
    Insured.SOON: _("Insurance ends within 30 days"),
    Insured.EXPIRED: _("Insurance expired"),
    Insured.NONE: _("No insurance recorded"),
}
MISSING_NAMES: dict[str, Promise | str] = {
    Missing.ANY: _("Anything missing"),
    Missing.PHONE: _("Without a phone number"),
    Missing.OCCUPATION: _("Without an occupation"),
    Missing.JOINED: _("Without a joining date"),
    Missing.EMERGENCY: _("Without an emergency contact"),
}
_ALL = ("", _("All"))
# A merged record is only found by whoever searches for it.
_STATUSES = [(one.value, one.label) for one in MemberStatus if one != MemberStatus.MERGED]


def _choices(pairs: Any) -> list[Any]:
    return [_ALL, *pairs]


class RosterFilterForm(forms.Form):
    """Bound to the address of the list; `chosen` gives the filter."""

    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", _("On the roster")), *_STATUSES, (EVERYBODY, _("Everybody, also those who left"))],
    )
    occupation = forms.ChoiceField(
        label=_("Occupation"),
        required=False,
        choices=_choices([(TWO_HEADS, _("Two heads and two staff")), *Occupation.choices]),
    )
    role = forms.ChoiceField(label=_("Role"), required=False, choices=_choices(MemberRole.choices))
    group = forms.TypedChoiceField(label=_("Functional group"), required=False, coerce=int, empty_value=None)
    partner = forms.TypedChoiceField(label=_("Partner organisation"), required=False, coerce=int, empty_value=None)
    sex = forms.ChoiceField(label=_("Sex"), required=False, choices=_choices(Sex.choices[1:3]))
    age_from = forms.IntegerField(label=_("Age from"), required=False, min_value=0, max_value=120)
    age_to = forms.IntegerField(label=_("Age to"), required=False, min_value=0, max_value=120)
    education = forms.ChoiceField(label=_("Education"), required=False, choices=_choices(Education.choices))
    political_status = forms.ChoiceField(
        label=_("Political status"), required=False, choices=_choices(PoliticalStatus.choices)
    )
    insured = forms.ChoiceField(label=_("Insurance"), required=False, choices=_choices(INSURED_NAMES.items()))
    joined_from = forms.DateField(
        label=_("Joined from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    joined_to = forms.DateField(label=_("Joined until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    missing = forms.ChoiceField(label=_("Data"), required=False, choices=_choices(MISSING_NAMES.items()))

    def __init__(self, data: QueryDict, *, corps_id: int, **options: Any) -> None:
        super().__init__(data, **options)
        self._choose("group", groups_of(corps_id))
        self._choose("partner", partners_of(corps_id))

    def _choose(self, name: str, pairs: list[tuple[int, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = _choices(pairs)

    @property
    def values(self) -> dict[str, Any]:
        """What was understood; a field that makes no sense does not narrow."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}

    def chosen(self, *, searching: bool = False, ids: tuple[int, ...] = ()) -> RosterFilter:
        """The filter. Without a status those who left are left out, except when somebody is searched for by name."""
        values = self.values
        status = values.pop("status", "")
        occupation = values.pop("occupation", "")
        statuses: tuple[str, ...] = (status,) if status else () if searching or ids else ON_THE_ROSTER
        if status == EVERYBODY:
            statuses = tuple(one.value for one in EVER_MEMBERS)
        occupations = tuple(one.value for one in TWO_HEADS_TWO_STAFF) if occupation == TWO_HEADS else (occupation,)
        return RosterFilter(
            statuses=statuses,
            occupations=occupations if occupation else (),
            group_id=values.pop("group", None),
            partner_id=values.pop("partner", None),
            ids=ids,
            **values,
        )

    def words(self) -> list[tuple[str, str]]:
        """What narrows, as pairs of field name and a word for a chip."""
        found = []
        for name, value in self.values.items():
            field = self.fields[name]
            word = str(value)
            if isinstance(field, forms.ChoiceField):
                word = str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
            else:
                word = f"{field.label} {word}"
            found.append((name, word))
        return found
