"""What a reader of results asks for by the address, and the addresses that ask for something else."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from corps.errors import Refusal
from corps.queries.scope import local_today
from stats.catalogue import MEASURES, Group, Measure, measures_of
from stats.logic.periods import FIRST_YEAR, Kind, Period, around
from stats.queries.results import measure_of, period_of, range_of

OVERVIEW: Final = "overview"
EVERYTHING: Final = "all"
#: What the overview shows, in the order of the catalogue.
OVERVIEW_CODES: Final = frozenset(
    {
        *("attended", "patrol_force", "hours", "served"),
        *("shifts", "security_sessions"),
        *("disputes", "clues", "cases", "assists", "hazards", "rescues", "helps"),
        *("publicity_sessions", "leaflets"),
        *("people", "joined"),
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader of results asked for; `trouble` says why it was not what they wrote.

    `measure` is the one whose trend and league are shown. With `everything`, measures without anything stay.
    """

    period: Period
    group: str
    measure: Measure | None
    everything: bool
    trouble: Refusal | None = None

    @property
    def measures(self) -> list[Measure]:
        """The measures of the group, in the order of the catalogue."""
        if self.group == EVERYTHING:
            return list(MEASURES.values())
        if self.group == OVERVIEW:
            return [measure for measure in MEASURES.values() if measure.code in OVERVIEW_CODES]
        return measures_of(Group(self.group))

    @property
    def words(self) -> dict[str, str]:
        """What an address says of it beside the period; "" for what goes without saying."""
        return {
            "group": "" if self.group == OVERVIEW else self.group,
            "measure": self.measure.code if self.measure else "",
            "all": "1" if self.everything else "",
        }

    def query(self, **other: str) -> str:
        """`?…` that asks for the same but for `other`; an empty value takes a word away."""
        words = {"period": self.period.code, **self.words, **other}
        return "?" + urlencode({name: value for name, value in words.items() if value})


def asked_for(request: HttpRequest, *, strict: bool = False) -> Asked:
    """What the address asks for: `period`, or `since` and `until`; `group`, `measure`, `all`.

    What makes no sense is answered by the running month, and `trouble` says so; with `strict` it is raised.
    """
    trouble: Refusal | None = None
    period, measure = around(Kind.MONTH, local_today()), None
    try:
        period = _period(request) or period
        if code := request.GET.get("measure", ""):
            measure = measure_of(code)
    except Refusal as refusal:
        if strict:
            raise
        trouble = refusal
    group = request.GET.get("group", OVERVIEW)
    known = {OVERVIEW, EVERYTHING, *(one.value for one in Group)}
    return Asked(period, group if group in known else OVERVIEW, measure, "all" in request.GET, trouble)


def _period(request: HttpRequest) -> Period | None:
    if text := request.GET.get("period", "").strip():
        return period_of(text)
    since, until = (request.GET.get(name, "").strip() for name in ("since", "until"))
    return range_of(_day(since), _day(until)) if since or until else None


def _day(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def facts_url(code: str, measure: Measure, period: Period, *, own: bool = False) -> str:
    """The facts behind a figure of the unit with this code; with `own` those of the unit without any below it."""
    return f"{_facts_of(code)}{measure.code}/?period={period.code}{'&own=1' if own else ''}"


@lru_cache(maxsize=2048)
def _facts_of(code: str) -> str:
    """What the addresses of all facts of a unit begin with: every cell of a table has one, and resolving is dear."""
    return reverse("result_facts", args=[code, "-"]).removesuffix("-/")


# -- other periods and groups -----------------------------------------------------------------------------------------


def times(asked: Asked, today: dt.date) -> dict[str, Any]:
    """What the choice of a period shows: kinds of period, the one before and after, the days of a range."""
    period = asked.period
    before, after = period.previous(), period.next()
    kinds = {
        Kind.DAY: pgettext("kind of period", "Day"),
        Kind.WEEK: pgettext("kind of period", "Week"),
        Kind.MONTH: pgettext("kind of period", "Month"),
        Kind.QUARTER: pgettext("kind of period", "Quarter"),
        Kind.YEAR: pgettext("kind of period", "Year"),
    }
    # A change of the kind keeps to what was looked at: its last day that has come.
    anchor = max(period.first, min(period.last, today))
    return {
        "kinds": [
            {"label": word, "url": asked.query(period=around(kind, anchor).code), "active": period.kind == kind}
            for kind, word in kinds.items()
        ],
        "before_url": asked.query(period=before.code) if before.first.year >= FIRST_YEAR else "",
        "after_url": asked.query(period=after.code) if after.first <= today else "",
        "since": period.first.isoformat(),
        "until": period.last.isoformat(),
    }


def group_chips(asked: Asked) -> list[dict[str, Any]]:
    """The groups of measures; a group begins with its own first measure and without what has nothing."""
    chips = [("", _("Overview")), *((group.value, group.label) for group in Group), (EVERYTHING, _("Everything"))]
    return [
        {
            "label": word,
            "url": asked.query(group=code, measure="", all=""),
            "active": asked.group == (code or OVERVIEW),
        }
        for code, word in chips
    ]
