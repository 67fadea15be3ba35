"""Which state of a transfer request, a bulk move or a proposal allows what."""

import datetime as dt
from typing import Final

from django.utils.translation import gettext as _

from corps.errors import Refusal
from members.enums import MoveState, ProposalState, TransferState
from members.models import Move, Proposal, TransferRequest

UNDO_PERIOD: Final = dt.timedelta(days=7)


def check_asked(request: TransferRequest) -> None:
    """Only a request that waits is answered or withdrawn."""
    if request.state != TransferState.ASKED:
        raise Refusal(
            _("This request has been settled: %(state)s.") % {"state": request.get_state_display()},
            code="transfer.settled",
            place="request",
            remedy=_("Load the page again to see how."),
        )


def check_move(move: Move, *states: MoveState) -> None:
    """Only a prepared move is applied or asked for, only one that was asked for is answered."""
    if move.state not in states:
        raise Refusal(
            _("This move has been settled: %(state)s.") % {"state": move.get_state_display()},
            code="move.settled",
            place="move",
            remedy=_("Load the page again to see how."),
        )


def can_undo(move: Move, now: dt.datetime) -> bool:
    """Whether the move was applied and its time for undoing has not passed."""
    return move.state == MoveState.APPLIED and move.undo_until is not None and now < move.undo_until


def check_can_undo(move: Move, now: dt.datetime) -> None:
    """Applied, and not too long ago."""
    if not can_undo(move, now):
        raise Refusal(
            _("This move cannot be undone any more."),
            code="move.undo",
            place="move",
            remedy=_("Move the members concerned back by a new one."),
        )


def check_open(proposal: Proposal) -> None:
    """Only a proposal that waits is decided."""
    if proposal.state != ProposalState.OPEN:
        raise Refusal(
            _("This proposal has been settled: %(state)s.") % {"state": proposal.get_state_display()},
            code="proposal.settled",
            place="proposal",
            remedy=_("Load the page again to see how."),
        )
