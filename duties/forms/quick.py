"""The quick row: one line of typed words becomes shifts of several days. It knows the words, not the database."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duties.logic.typed import Unreadable, read_number, read_teams, read_times, read_weekdays


@dataclass(frozen=True, slots=True)
class KindChoice:
    """A kind of duty as the row offers it. `keys` are what it may be called by: name, code, pinyin, initials."""

    id: int
    name: str
    keys: tuple[str, ...]
    needed: int
    starts: dt.time
    minutes: int


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """A site as the row offers it."""

    id: int
    name: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row that was understood. `days` are weekdays, 0 = Monday; `teams` are members' ids, in turn over the days."""

    kind_id: int
    days: list[int]
    starts: dt.time
    minutes: int
    needed: int
    site_id: int | None = None
    route: str = ""
    teams: list[list[int]] = field(default_factory=list)


# Names as typed → for each the ids of members it may mean, and how each of them is called when there are several.
Named = dict[str, list[tuple[int, str]]]
FindPeople = Callable[[Sequence[str]], Named]


class QuickForm(forms.Form):
    """Kind, days, time, number, place, names; all but kind and days may stay empty."""

    kind = forms.CharField(label=gettext_lazy("Kind"), max_length=60)
    days = forms.CharField(label=gettext_lazy("Days"), max_length=30)
    times = forms.CharField(label=gettext_lazy("Time"), max_length=20, required=False)
    needed = forms.CharField(label=gettext_lazy("Needed"), max_length=6, required=False)
    people = forms.CharField(label=gettext_lazy("Names"), max_length=400, required=False)
    place = forms.CharField(label=gettext_lazy("Place"), max_length=200, required=False)

    def __init__(
        self,
        *arguments: Any,
        kinds: Sequence[KindChoice],
        places: Sequence[PlaceChoice],
        find_people: FindPeople,
        people_url: str,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self.kinds, self.places, self.find_people = kinds, places, find_people
        examples = {
            "kind": _("Initials, e.g. xl"),
            "days": _("1-5 or 135"),
            "times": _("1930-2130"),
            "needed": _("2"),
            "place": _("Site or route"),
            "people": _("zw wf; several teams in turn: zw wf / ln lm"),
        }
        for name, example in examples.items():
            self.fields[name].widget.attrs |= {"placeholder": example, "id": f"quick-{name}"}
        self.fields["kind"].widget.attrs["data-suggest"] = "quick-kinds"
        self.fields["place"].widget.attrs["data-suggest"] = "quick-places"
        self.fields["people"].widget.attrs |= {
            "data-suggest-url": people_url,
            "data-suggest-many": True,
            "data-suggest-with": "days times kind",
        }
        self.fields["needed"].widget.attrs["inputmode"] = "numeric"

    def clean_kind(self) -> KindChoice:
        """The kind by name, code, pinyin or initials; the beginning of one is enough when it is clear."""
        typed = self.cleaned_data["kind"].strip()
        found = _meant(typed, self.kinds)
        if len(found) == 1:
            return found[0]
        if not self.kinds:
            raise forms.ValidationError(
                _("The corps has no kinds of duty yet. Please ask the liaison officer to add them.")
            )
        if not found:
            raise forms.ValidationError(
                _("There is no kind of duty “%(typed)s”. Choose one of: %(names)s.")
                % {"typed": typed, "names": "、".join(one.name for one in self.kinds[:12])}
            )
        raise forms.ValidationError(
            _("“%(typed)s” may be: %(names)s. Please type more of it.")
            % {"typed": typed, "names": "、".join(one.name for one in found)}
        )

    def clean_days(self) -> list[int]:
        """Weekdays of the shown week."""
        try:
            return read_weekdays(self.cleaned_data["days"])
        except Unreadable as unread:
            raise forms.ValidationError(
                _("“%(text)s” names no day. Enter 1 for Monday to 7 for Sunday, for example 1-5 or 135.")
                % {"text": unread.text}
            ) from unread

    def clean_times(self) -> tuple[dt.time, int | None] | None:
        """None: as the kind has it."""
        typed = self.cleaned_data["times"].strip()
        if not typed:
            return None
        try:
            return read_times(typed)
        except Unreadable as unread:
            raise forms.ValidationError(
                _("“%(text)s” is no time. Enter for example 1930-2130 or 22-6.") % {"text": unread.text}
            ) from unread

    def clean_needed(self) -> int | None:
        """None: as the kind has it."""
        typed = self.cleaned_data["needed"].strip()
        if not typed:
            return None
        try:
            return read_number(typed)
        except Unreadable as unread:
            raise forms.ValidationError(_("“%(text)s” is no number of people.") % {"text": unread.text}) from unread

    def clean_place(self) -> tuple[int | None, str]:
        """A site that is clearly meant, or else the words as the route."""
        typed = self.cleaned_data["place"].strip()
        for one in self.places:
            if typed.lower() in (one.name.lower(), *one.keys):
                return one.id, ""
        return None, typed

    def clean_people(self) -> list[list[int]]:
        """Teams of members, each name clear."""
        return ids_of_teams(self.cleaned_data["people"], self.find_people)

    @property
    def row(self) -> Row:
        """What to plan; only after `is_valid`."""
        values = self.cleaned_data
        kind: KindChoice = values["kind"]
        starts, minutes = values["times"] or (kind.starts, kind.minutes)
        site_id, route = values["place"]
        return Row(
            kind_id=kind.id,
            days=values["days"],
            starts=starts,
            minutes=minutes or kind.minutes,
            needed=kind.needed if values["needed"] is None else values["needed"],
            site_id=site_id,
            route=route,
            teams=values["people"],
        )


def typed_periods(
    typed: Mapping[str, str], monday: dt.date, kinds: Sequence[KindChoice]
) -> list[tuple[dt.datetime, dt.datetime]]:
    """From when until when the shifts of a row would be that is still being typed; empty until it can be read."""
    meant = _meant(typed.get("kind", "").strip(), kinds)
    usual = (meant[0].starts, meant[0].minutes) if len(meant) == 1 else (None, None)
    try:
        days = read_weekdays(typed.get("days", ""))
        starts, minutes = read_times(typed["times"]) if typed.get("times", "").strip() else usual
    except Unreadable:
        return []
    minutes = minutes or usual[1]
    if starts is None or minutes is None:
        return []
    begins = [timezone.make_aware(dt.datetime.combine(monday + dt.timedelta(days=day), starts)) for day in days]
    return [(begin, begin + dt.timedelta(minutes=minutes)) for begin in begins]


def typed_kind(typed: str, kinds: Sequence[KindChoice]) -> KindChoice | None:
    """The kind a word or a key means while a form is still being filled in; None until it is clear."""
    word = typed.strip()
    keyed = [one for one in kinds if str(one.id) == word]
    found = keyed or (_meant(word, kinds) if word else [])
    return found[0] if len(found) == 1 else None


def ids_of_teams(typed: str, find_people: FindPeople) -> list[list[int]]:
    """Members' ids by team. Raises `ValidationError` that says which name is unknown or may be several people."""
    teams = read_teams(typed)
    if not teams:
        return []
    named = find_people([name for team in teams for name in team])
    problems = []
    for name in dict.fromkeys(name for team in teams for name in team):
        found = named.get(name, [])
        if not found:
            problems.append(_("Nobody here is called “%(name)s”.") % {"name": name})
        elif len(found) > 1:
            several = "、".join(label for _id, label in found[:8])
            problems.append(_("“%(name)s” may be: %(names)s.") % {"name": name, "names": several})
    if problems:
        raise forms.ValidationError(problems)
    return [list(dict.fromkeys(named[name][0][0] for name in team)) for team in teams]


def _meant(typed: str, choices: Sequence[KindChoice]) -> list[KindChoice]:
    """Choices the word may mean: called so, or else beginning so, or else containing it."""
    word = typed.lower()
    names = [(one, (one.name.lower(), *one.keys)) for one in choices]
    return (
        [one for one, called in names if word in called]
        or [one for one, called in names if any(key.startswith(word) for key in called)]
        or [one for one in choices if word in one.name.lower()]
    )
