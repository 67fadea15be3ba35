"""The filter of the list of incidents: every field may stay empty, and what makes no sense narrows nothing."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from corps.queries.scope import local_today
from incidents.enums import IncidentState
from incidents.models import IncidentKind
from incidents.queries.incidents import OPEN_STATES, IncidentFilter

OPEN = "open"
_ALL = ("", _("All"))
_DAY = dt.timedelta(days=1)


class IncidentFilterForm(forms.Form):
    """Bound to the address of the list; `chosen` gives the filter."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[_ALL, (OPEN, _("Not settled")), *IncidentState.choices]
    )
    kind = forms.TypedChoiceField(label=_("Kind"), required=False, coerce=int, empty_value=None)
    period = forms.ChoiceField(
        label=_("Period"),
        required=False,
        choices=[
            _ALL,
            ("day", _("Today")),
            ("week", _("This week")),
            ("month", _("This month")),
            ("year", _("This year")),
        ],
    )
    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    mine = forms.BooleanField(label=_("Recorded by me"), required=False)

    def __init__(self, data: QueryDict, *, kinds: Sequence[IncidentKind], **options: Any) -> None:
        super().__init__(data, **options)
        field: Any = self.fields["kind"]
        field.choices = [_ALL, *((kind.pk, kind.name) for kind in kinds)]

    @property
    def values(self) -> dict[str, Any]:
        """What was understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None, False)}

    def chosen(self, words: str, account_id: int) -> IncidentFilter:
        """The filter with the words of the search. A date given by hand goes before the named period."""
        values = self.values
        state = values.get("state", "")
        states = tuple(one.value for one in OPEN_STATES) if state == OPEN else (state,) if state else ()
        first, end = period_of(values.get("period", ""), local_today())
        if "first" in values or "last" in values:
            first = values.get("first")
            last = values.get("last")
            # The last day of the calendar has no day after it.
            end = last + _DAY if last is not None and last < dt.date.max else None
        return IncidentFilter(
            states=states,
            kind_id=values.get("kind"),
            first=first,
            end=end,
            words=words,
            recorded_by=account_id if "mine" in values else None,
        )

    def words(self) -> list[tuple[str, str]]:
        """What narrows, as pairs of field name and a word for a chip."""
        found = []
        for name, value in self.values.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                word = str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
            elif isinstance(field, forms.BooleanField):
                word = str(field.label)
            else:
                word = f"{field.label} {value}"
            found.append((name, word))
        return found


def period_of(name: str, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """First day and the day after the last of a named period that holds `today`; nothing for no name."""
    match name:
        case "day":
            return today, today + _DAY
        case "week":
            monday = today - dt.timedelta(days=today.weekday())
            return monday, monday + dt.timedelta(days=7)
        case "month":
            first = today.replace(day=1)
            return first, (first + dt.timedelta(days=32)).replace(day=1)
        case "year":
            return today.replace(month=1, day=1), dt.date(today.year + 1, 1, 1)
        case _:
            return None, None
