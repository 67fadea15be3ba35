"""Which state of an import allows what. Every change of state is a conditional update, so these checks only explain."""

from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from corps.errors import Refusal
from members.enums import ImportState as S
from members.models import RosterImport

TRANSITIONS: Final[dict[S, frozenset[S]]] = {
    S.UPLOADED: frozenset({S.READING, S.FAILED, S.DISCARDED}),
    # Back to UPLOADED: the worker died and another one starts again.
    S.READING: frozenset({S.ASKING, S.READY, S.FAILED, S.UPLOADED, S.DISCARDED}),
    S.ASKING: frozenset({S.UPLOADED, S.DISCARDED}),
    S.READY: frozenset({S.APPLYING, S.UPLOADED, S.DISCARDED}),
    # Back to READY: applying was interrupted too often; the roster is as it was before.
    S.APPLYING: frozenset({S.APPLIED, S.READY, S.DISCARDED}),
    S.APPLIED: frozenset({S.UNDOING}),
    S.UNDOING: frozenset({S.UNDONE, S.APPLIED}),
    S.UNDONE: frozenset(),
    S.DISCARDED: frozenset(),
    S.FAILED: frozenset({S.UPLOADED, S.DISCARDED}),
}
"""What may follow what. Nothing leads from APPLYING to a half: its transaction ends in APPLIED or changes nothing."""

IN_FLIGHT: Final = (S.UPLOADED, S.READING, S.ASKING, S.READY, S.APPLYING)
RUNNING: Final = (S.READING, S.APPLYING, S.UNDOING)
SETTLED: Final = (S.APPLIED, S.UNDONE, S.DISCARDED, S.FAILED)

UNDO_PERIOD: Final = timedelta(days=7)
STALE_AFTER: Final = timedelta(seconds=30)
"""A worker gives a sign of life every second or two; after this long without one it is taken for dead."""
LOST_AFTER: Final = timedelta(seconds=90)
"""A message that no worker has picked up after this long is sent again."""
MAX_TRIES: Final = 3
"""So often a stage is started by itself after an interruption; then a person decides."""


def check_can_answer(roster_import: RosterImport) -> None:
    """Only an import that asks takes answers."""
    if roster_import.state != S.ASKING:
        raise _wrong_state(roster_import, _("This import asks nothing at present."))


def can_apply(roster_import: RosterImport) -> bool:
    """Whether the preview stands and holds something to write."""
    counts = roster_import.counts.get("verdicts", {})
    return roster_import.state == S.READY and bool(counts.get("new") or counts.get("changed"))


def check_can_apply(roster_import: RosterImport) -> None:
    """The preview must stand, and hold something to write."""
    if roster_import.state != S.READY:
        raise _wrong_state(roster_import, _("This import is not waiting for its preview to be applied."))
    if not can_apply(roster_import):
        raise Refusal(
            _("The preview holds no new and no changed member, so there is nothing to apply."),
            code="import.nothing_to_apply",
            remedy=_("Correct the rejected rows and import them again."),
        )


def can_undo(roster_import: RosterImport, now: datetime) -> bool:
    """Whether the import was applied and its time for undoing has not passed."""
    return roster_import.state == S.APPLIED and roster_import.undo_until is not None and now < roster_import.undo_until


def check_can_undo(roster_import: RosterImport, now: datetime) -> None:
    """Applied, and not too long ago."""
    if roster_import.state != S.APPLIED:
        raise _wrong_state(roster_import, _("Only an applied import can be undone."))
    if not can_undo(roster_import, now):
        raise Refusal(
            _("The time for undoing this import has passed."),
            code="import.undo_expired",
            remedy=_("Edit the members concerned, or import a corrected sheet."),
        )


def can_discard(roster_import: RosterImport) -> bool:
    """Whether the import has not touched the roster."""
    return S.DISCARDED in TRANSITIONS[S(roster_import.state)]


def check_can_discard(roster_import: RosterImport) -> None:
    """Anything that has not touched the roster may be thrown away."""
    if not can_discard(roster_import):
        raise _wrong_state(roster_import, _("This import is settled and cannot be discarded."))


def can_resume(roster_import: RosterImport, now: datetime) -> bool:
    """Whether the import failed for a passing reason, or its worker has given no sign of life."""
    if roster_import.state == S.FAILED:
        return bool((roster_import.refusal or {}).get("passing"))
    stale = roster_import.heartbeat_at is None or roster_import.heartbeat_at < now - STALE_AFTER
    return roster_import.state in {S.UPLOADED, *RUNNING} and stale


def check_can_resume(roster_import: RosterImport, now: datetime) -> None:
    """Only what was interrupted can be resumed."""
    if not can_resume(roster_import, now):
        raise _wrong_state(roster_import, _("This import is not interrupted."))


def _wrong_state(roster_import: RosterImport, sentence: object) -> Refusal:
    return Refusal(
        str(sentence),
        code="import.state",
        place="state",
        remedy=_("Reload the page to see where it stands."),
        params={"state": roster_import.state},
    )
