"""One shift, a series of shifts, results, photos, corrections and reasons as forms."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duties.enums import SERVED, AttendanceStatus
from duties.forms.quick import FindPeople, ids_of_teams
from duties.policies.shifts import EARLIEST

# Where operations speak of a field by another name than the form's.
PLACES = {
    "starts_at": "starts",
    "ends_at": "ends",
    "kind_id": "kind",
    "site_id": "site",
    "joint_unit_ids": "joint",
    "member_ids": "people",
    "member": "people",
    "members": "people",
    "minutes": "ends",
}

_DATE = {"type": "date"}
_TIME = {"type": "time"}


def _number(
    label: Any, *, least: int = 0, most: int = 9999, required: bool = False, help_text: Any = ""
) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most, required=required, help_text=help_text)


class _PlanFields(forms.Form):
    """What a single shift and a series have in common."""

    kind = forms.TypedChoiceField(label=gettext_lazy("Kind of duty"), coerce=int)
    starts = forms.TimeField(label=gettext_lazy("Starts"), widget=forms.TimeInput(attrs=_TIME, format="%H:%M"))
    ends = forms.TimeField(
        label=gettext_lazy("Ends"),
        widget=forms.TimeInput(attrs=_TIME, format="%H:%M"),
        help_text=gettext_lazy("A time before the start is one of the next day."),
    )
    needed = _number(gettext_lazy("Members needed"), least=1, required=True)
    site = forms.TypedChoiceField(label=gettext_lazy("Site"), coerce=int, empty_value=None, required=False)
    route = forms.CharField(label=gettext_lazy("Route or place"), max_length=200, required=False)
    joint = forms.CharField(
        label=gettext_lazy("Joint units"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Names or codes with 、 between them; the shift counts at the unit that organises it."),
    )
    police = _number(gettext_lazy("Police officers"))
    auxiliaries = _number(gettext_lazy("Auxiliary police"))
    vehicles = _number(gettext_lazy("Vehicles"))
    remarks = forms.CharField(label=gettext_lazy("Remarks"), max_length=200, required=False)
    people = forms.CharField(
        label=gettext_lazy("Members"),
        max_length=400,
        required=False,
        help_text=gettext_lazy("Names or their initials with spaces between them."),
    )

    def __init__(
        self,
        *arguments: Any,
        kinds: Sequence[tuple[int, str]],
        sites: Sequence[tuple[int, str]],
        find_people: FindPeople | None = None,
        people_url: str = "",
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        chosen: Any = self.fields["kind"]
        chosen.choices = [("", _("choose")), *kinds]
        chosen = self.fields["site"]
        chosen.choices = [("", _("none")), *sites]
        self.find_people = find_people
        if find_people is None:
            # Who serves is decided on the shift's own page, where it is seen who is free.
            del self.fields["people"]
        else:
            self.fields["people"].widget.attrs |= {
                "data-suggest-url": people_url,
                "data-suggest-many": True,
                "data-suggest-with": "day starts ends kind",
            }

    def clean_people(self) -> list[int]:
        """Ids of the named members, each once."""
        if self.find_people is None:
            return []
        teams = ids_of_teams(self.cleaned_data["people"], self.find_people)
        return list(dict.fromkeys(member for team in teams for member in team))

    def _common(self) -> dict[str, Any]:
        values = self.cleaned_data
        return {
            "kind_id": values["kind"],
            "needed": values["needed"],
            "site_id": values["site"],
            "route": values["route"].strip(),
            "police": values["police"] or 0,
            "auxiliaries": values["auxiliaries"] or 0,
            "vehicles": values["vehicles"] or 0,
            "remarks": values["remarks"].strip(),
        }


class ShiftForm(_PlanFields):
    """Planning or editing one shift; `plan` goes to the operation."""

    day = forms.DateField(
        label=gettext_lazy("Date of the shift"), widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d")
    )
    field_order = (
        *("kind", "day", "starts", "ends", "needed", "people", "site", "route", "joint"),
        *("police", "auxiliaries", "vehicles", "remarks"),
    )

    def clean_day(self) -> dt.date:
        """A day that still has a next one, on which a shift may end."""
        day: dt.date = self.cleaned_data["day"]
        if not EARLIEST.year <= day.year < dt.MAXYEAR:
            raise forms.ValidationError(_("The date of the shift is too far away."))
        return day

    @property
    def plan(self) -> dict[str, Any]:
        """Keyword arguments of planning and editing, without joint units and members."""
        values = self.cleaned_data
        starts_at, ends_at = moments(values["day"], values["starts"], values["ends"])
        return {**self._common(), "starts_at": starts_at, "ends_at": ends_at}


class ShiftEditForm(ShiftForm):
    """Editing a shift: each field carries along what it showed, so that only what the reader changed is written and
    not, unseen, what somebody else has changed since.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for field in self.fields.values():
            field.show_hidden_initial = True

    @property
    def changes(self) -> dict[str, Any]:
        """Keyword arguments of editing, without joint units."""
        changed = set(self.changed_data)
        if changed & {"day", "starts", "ends"}:
            changed |= {"starts", "ends"}
        return {name: value for name, value in self.plan.items() if PLACES.get(name, name) in changed}


class SeriesForm(_PlanFields):
    """The same shift on several weekdays of a period."""

    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Weekdays"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    first_day = forms.DateField(label=gettext_lazy("First day"), widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"))
    last_day = forms.DateField(label=gettext_lazy("Last day"), widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"))
    field_order = (
        *("kind", "weekdays", "first_day", "last_day", "starts", "ends", "needed", "people", "site", "route", "joint"),
        *("police", "auxiliaries", "vehicles", "remarks"),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
        chosen: Any = self.fields["weekdays"]
        chosen.choices = list(enumerate(names))

    @property
    def plan(self) -> dict[str, Any]:
        """Keyword arguments of planning a series, without joint units and members."""
        values = self.cleaned_data
        return {
            **self._common(),
            "weekdays": values["weekdays"],
            "first_day": values["first_day"],
            "last_day": values["last_day"],
            "starts": values["starts"],
            "minutes": minutes_from(values["starts"], values["ends"]),
        }


def minutes_from(starts: dt.time, ends: dt.time) -> int:
    """How long from one time of the day to the other; the same time is a whole day."""
    between = (ends.hour - starts.hour) * 60 + ends.minute - starts.minute
    return (between - 1) % (24 * 60) + 1


def moments(day: dt.date, starts: dt.time, ends: dt.time) -> tuple[dt.datetime, dt.datetime]:
    """Start and end as moments; an end that is not after the start belongs to the next day."""
    begin = timezone.make_aware(dt.datetime.combine(day, starts))
    return begin, begin + dt.timedelta(minutes=minutes_from(starts, ends))


class ReasonForm(forms.Form):
    """Why something is undone."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)


class ReplaceForm(forms.Form):
    """Who came instead."""

    people = forms.CharField(
        label=gettext_lazy("Who came instead"), max_length=60, help_text=gettext_lazy("Name or its initials.")
    )

    def __init__(self, *arguments: Any, find_people: FindPeople, people_url: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.find_people = find_people
        self.fields["people"].widget.attrs |= {
            "data-suggest-url": people_url,
            "data-suggest-many": True,
            "autofocus": True,
        }

    def clean_people(self) -> int:
        """The one member."""
        found = [one for team in ids_of_teams(self.cleaned_data["people"], self.find_people) for one in team]
        if len(found) != 1:
            raise forms.ValidationError(_("One member replaces another: enter one name."))
        return found[0]


class ResultsForm(forms.Form):
    """What a shift came to."""

    materials = _number(
        gettext_lazy("Material handed out"), most=9_999_999, help_text=gettext_lazy("Copies of all kinds together.")
    )
    people_reached = _number(gettext_lazy("People reached"), most=9_999_999)
    summary = forms.CharField(
        label=gettext_lazy("What was done"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PhotoForm(forms.Form):
    """A picture of the shift."""

    photo = forms.FileField(
        label=gettext_lazy("Photo"),
        help_text=gettext_lazy("JPEG, PNG or WebP, up to 5 MB."),
    )
    caption = forms.CharField(label=gettext_lazy("Caption"), max_length=100, required=False)


_MOMENT = {"type": "datetime-local"}
_MOMENT_FORMAT = "%Y-%m-%dT%H:%M"


class CorrectionForm(forms.Form):
    """What is right instead of what was recorded, and why."""

    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=AttendanceStatus.choices)
    checked_in_at = forms.DateTimeField(
        label=gettext_lazy("Checked in"),
        required=False,
        widget=forms.DateTimeInput(attrs=_MOMENT, format=_MOMENT_FORMAT),
    )
    checked_out_at = forms.DateTimeField(
        label=gettext_lazy("Checked out"),
        required=False,
        widget=forms.DateTimeInput(attrs=_MOMENT, format=_MOMENT_FORMAT),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)

    def clean(self) -> dict[str, Any]:
        """Times belong to somebody who came; others have none, whatever the fields still hold."""
        values: dict[str, Any] = super().clean() or {}
        if values.get("status") not in SERVED:
            values["checked_in_at"] = values["checked_out_at"] = None
        elif values.get("checked_in_at") is None and "checked_in_at" not in self.errors:
            self.add_error("checked_in_at", _("Somebody who came has a time of checking in."))
        return values
