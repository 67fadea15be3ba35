"""Shifts in the words and shapes of pages."""

import datetime as dt
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duties.enums import AttendanceStatus, ShiftState
from duties.models import Shift

STATUS_SHAPES = {
    AttendanceStatus.PRESENT: "good",
    AttendanceStatus.LATE: "warn",
    AttendanceStatus.ABSENT: "stop",
    AttendanceStatus.REPLACED: "idle",
}


class Look(NamedTuple):
    """A shift at a glance: `style` for its card, `shape` and `word` of its state."""

    style: str
    shape: str
    word: str


def clock(moment: dt.datetime) -> str:
    """`19:30` of the local day."""
    return f"{timezone.localtime(moment):%H:%M}"


def span(starts_at: dt.datetime, ends_at: dt.datetime) -> str:
    """`19:30–21:30`; an end on a later day says so."""
    later = timezone.localtime(ends_at).date() > timezone.localtime(starts_at).date()
    ends = clock(ends_at)
    if later and ends == "00:00":
        ends = "24:00"
    elif later:
        ends = _("%(time)s next day") % {"time": ends}
    return f"{clock(starts_at)}–{ends}"


def gap_word(gap: int) -> str:
    """How many are missing."""
    return ngettext("%(n)s missing", "%(n)s missing", gap) % {"n": gap}


def look_of(shift: Shift, planned: int, now: dt.datetime) -> Look:
    """What a captain has to know first: a gap before all, then what waits to be closed."""
    if shift.state == ShiftState.CANCELLED:
        return Look("cancelled", "idle", _("cancelled"))
    if shift.state == ShiftState.CLOSED:
        return Look("closed", "idle", _("closed"))
    gap = shift.needed - planned
    if shift.ends_at <= now:
        return Look("due", "warn", _("to be closed"))
    if gap > 0:
        return Look("gap", "warn", gap_word(gap))
    if shift.starts_at <= now:
        return Look("on", "on", _("on duty now"))
    return Look("full", "good", _("filled"))


def hours(minutes: int) -> str:
    """Minutes as hours with one decimal, without a decimal when it is a whole number: `2`, `1.5`."""
    tenths = round(minutes / 6)
    return f"{tenths // 10:,}" if tenths % 10 == 0 else f"{tenths / 10:,.1f}"


def place_of(shift: Shift) -> str:
    """The site, the route, or both."""
    return " · ".join(part for part in (shift.site.name if shift.site else "", shift.route) if part)
