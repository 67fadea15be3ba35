"""Which state of a shift allows what, and what a shift may look like at all."""

import datetime as dt
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from corps.errors import Refusal
from duties.enums import ShiftState as S

if TYPE_CHECKING:
    from corps.models import Site
    from duties.models import DutyKind, Shift

TRANSITIONS: dict[S, frozenset[S]] = {
    S.PLANNED: frozenset({S.CLOSED, S.CANCELLED}),
    # A closed shift is opened again, with a reason, when more than a single attendance was wrong.
    S.CLOSED: frozenset({S.PLANNED}),
    S.CANCELLED: frozenset(),
}

LONGEST = dt.timedelta(hours=24)
FURTHEST_AHEAD = dt.timedelta(days=732)
EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
MOST = 9999


def can_become(state: str, wanted: S) -> bool:
    """Whether a shift of this state may take the other."""
    return wanted in TRANSITIONS[S(state)]


def can_change(shift: "Shift") -> bool:
    """Whether plan, people, attendance and results may still be written."""
    return shift.state == S.PLANNED


def check_can_change(shift: "Shift") -> None:
    """A closed or cancelled shift refuses changes; only corrections of attendance go on."""
    if can_change(shift):
        return
    if shift.state == S.CLOSED:
        raise Refusal(
            _("This shift is closed."),
            code="shift.closed",
            place="state",
            remedy=_("Correct the attendance with a reason, or have the shift reopened."),
        )
    raise Refusal(
        _("This shift was cancelled."), code="shift.cancelled", place="state", remedy=_("Plan a new shift instead.")
    )


def check_can_become(shift: "Shift", wanted: S) -> None:
    """Raise `Refusal` when the shift may not take this state."""
    if can_become(shift.state, wanted):
        return
    if wanted == S.PLANNED:
        raise Refusal(
            _("Only a closed shift can be reopened."),
            code="shift.not_closed",
            place="state",
            remedy=_("A planned shift can be changed as it is; for a cancelled one plan a new shift."),
        )
    check_can_change(shift)


def check_period(starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    """A shift ends after it starts, within a day, at a time somebody can mean."""
    if ends_at <= starts_at:
        raise Refusal(
            _("The shift ends before it starts."),
            code="shift.period",
            place="ends_at",
            remedy=_("Enter an end after the start; for a night shift choose the following day."),
        )
    if ends_at - starts_at > LONGEST:
        raise Refusal(
            _("The shift is longer than 24 hours."),
            code="shift.period",
            place="ends_at",
            remedy=_("Plan one shift for each day."),
        )
    if not EARLIEST <= starts_at <= timezone.now() + FURTHEST_AHEAD:
        raise Refusal(
            _("The date of the shift is too far away."),
            code="shift.period",
            place="starts_at",
            remedy=_("Please check the year; shifts can be planned two years ahead."),
        )


def check_days(**days: dt.date) -> None:
    """Days on which shifts can be planned at all; each shift is checked again, to the moment."""
    for place, day in days.items():
        if not EARLIEST.year <= day.year <= timezone.localdate().year + 3:
            raise Refusal(
                _("The date of the shift is too far away."),
                code="shift.period",
                place=place,
                remedy=_("Please check the year; shifts can be planned two years ahead."),
            )


def check_numbers(**numbers: int) -> None:
    """Numbers of people and vehicles; `needed` is at least one."""
    for place, number in numbers.items():
        least = 1 if place == "needed" else 0
        if not least <= number <= MOST:
            raise Refusal(
                _("%(number)d cannot be right.") % {"number": number},
                code="shift.invalid",
                place=place,
                remedy=_("Enter a number from %(least)d to %(most)d.") % {"least": least, "most": MOST},
            )


def check_texts(limit: int = 200, **texts: str) -> None:
    """Free text fits its field."""
    for place, text in texts.items():
        if len(text) > limit:
            raise Refusal(
                _("The text is too long."),
                code="shift.invalid",
                place=place,
                remedy=_("Enter at most %(limit)d characters.") % {"limit": limit},
            )


def check_kind(kind: "DutyKind", corps_id: int, *, unchanged: bool = False) -> None:
    """The kind belongs to the unit's corps and is in use; a shift that has it already may keep it."""
    if kind.corps_id != corps_id:
        raise Refusal(
            _("This kind of duty belongs to another corps."),
            code="shift.kind.unknown",
            place="kind",
            remedy=_("Choose from the list."),
        )
    if not kind.active and not unchanged:
        raise Refusal(
            _("“%(kind)s” is no longer in use.") % {"kind": kind.name},
            code="shift.kind_retired",
            place="kind",
            remedy=_("Choose another kind of duty."),
        )


def check_site(site: "Site", corps_id: int, *, unchanged: bool = False) -> None:
    """The site belongs to a unit of the corps and is in use."""
    if site.unit.corps_id != corps_id:
        raise Refusal(
            _("This site belongs to another corps."),
            code="shift.site.unknown",
            place="site",
            remedy=_("Choose from the list."),
        )
    if not site.active and not unchanged:
        raise Refusal(
            _("“%(site)s” is no longer in use.") % {"site": site.name},
            code="shift.site_unused",
            place="site",
            remedy=_("Choose another site, or describe the place in words."),
        )


def check_reason(reason: str) -> None:
    """Whoever undoes something says why."""
    if not reason.strip():
        raise Refusal(
            _("A reason is needed."), code="reason.missing", place="reason", remedy=_("Please say why in a few words.")
        )
