"""When somebody may be checked in and out, and which statuses carry times."""

import datetime as dt
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from corps.errors import Refusal
from duties.enums import SERVED, AttendanceStatus
from duties.logic.times import minutes_between, span_text

if TYPE_CHECKING:
    from duties.models import Shift

EARLY = dt.timedelta(hours=2)
OVERTIME = dt.timedelta(hours=12)
# Clocks of phones and servers differ a little.
CLOCKS_DIFFER = dt.timedelta(minutes=5)


def serves(status: str) -> bool:
    """Whether the status means that the member was there."""
    return status in SERVED


def check_times(shift: "Shift", checked_in_at: dt.datetime, checked_out_at: dt.datetime | None) -> None:
    """Checking in belongs to the shift, checking out follows it, and neither lies in the future."""
    latest = timezone.now() + CLOCKS_DIFFER
    if not shift.starts_at - EARLY <= checked_in_at < shift.ends_at:
        raise Refusal(
            _("The time of checking in does not belong to this shift (%(when)s).") % {"when": when(shift)},
            code="attendance.period",
            place="checked_in_at",
            remedy=_("Enter a time from two hours before its start until its end."),
        )
    if checked_in_at > latest or (checked_out_at is not None and checked_out_at > latest):
        raise Refusal(
            _("The time lies in the future."),
            code="attendance.period",
            place="checked_in_at" if checked_in_at > latest else "checked_out_at",
            remedy=_("Enter the time at which it happened."),
        )
    if checked_out_at is None:
        return
    if minutes_between(checked_in_at, checked_out_at) < 1:
        raise Refusal(
            _("Checking out lies before checking in, or in the same minute."),
            code="attendance.period",
            place="checked_out_at",
            remedy=_("Please check both times; whoever has just come is checked out a minute later."),
        )
    if checked_out_at > shift.ends_at + OVERTIME:
        raise Refusal(
            _("Checking out lies more than 12 hours after the end of the shift (%(when)s).") % {"when": when(shift)},
            code="attendance.period",
            place="checked_out_at",
            remedy=_("Please check the date; plan another shift for what followed."),
        )


def check_status_times(status: str, checked_in_at: dt.datetime | None, checked_out_at: dt.datetime | None) -> None:
    """Only somebody who came has times."""
    if not serves(status) and (checked_in_at is not None or checked_out_at is not None):
        raise Refusal(
            _("“%(status)s” has no times.") % {"status": AttendanceStatus(status).label},
            code="attendance.invalid",
            place="status",
            remedy=_("Leave the times empty, or choose another status."),
        )


def check_started(shift: "Shift") -> None:
    """Nobody is absent from what has not begun."""
    if shift.starts_at > timezone.now() + CLOCKS_DIFFER:
        raise Refusal(
            _("The shift has not begun yet (%(when)s).") % {"when": when(shift)},
            code="attendance.too_early",
            place="status",
            remedy=_("Take the member off the shift instead, or wait until it begins."),
        )


def when(shift: "Shift") -> str:
    """The shift's planned period in words of the clock."""
    return span_text(timezone.localtime(shift.starts_at), timezone.localtime(shift.ends_at))
