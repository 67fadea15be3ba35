"""Which status of a member may follow which."""

from django.utils.translation import gettext as _

from corps.errors import Refusal
from members.enums import MemberStatus as S

TRANSITIONS: dict[S, frozenset[S]] = {
    S.APPLICANT: frozenset({S.VETTED, S.LEFT}),
    S.VETTED: frozenset({S.PROBATION, S.ACTIVE, S.LEFT}),
    S.PROBATION: frozenset({S.ACTIVE, S.SUSPENDED, S.LEFT}),
    S.ACTIVE: frozenset({S.SUSPENDED, S.LEFT}),
    S.SUSPENDED: frozenset({S.ACTIVE, S.LEFT}),
    # Somebody who left may come back; the way in is the same as for an applicant or straight to active.
    S.LEFT: frozenset({S.APPLICANT, S.PROBATION, S.ACTIVE}),
}

# Going to these needs a reason that can be read later.
REASON_NEEDED = frozenset({S.SUSPENDED, S.LEFT})


def next_statuses(status: str) -> frozenset[S]:
    """Where a member of this status may go."""
    return TRANSITIONS[S(status)]


def check_can_change_status(current: str, wanted: str, reason: str) -> None:
    """Raise `Refusal` when the step is not allowed or lacks its reason."""
    if S(wanted) not in next_statuses(current):
        raise Refusal(
            _("A member who is “%(current)s” cannot become “%(wanted)s”.")
            % {"current": S(current).label, "wanted": S(wanted).label},
            code="member.status",
            place="status",
            remedy=_("Possible from here: %(steps)s.")
            % {"steps": "、".join(str(step.label) for step in S if step in next_statuses(current))},
        )
    if S(wanted) in REASON_NEEDED and not reason.strip():
        raise Refusal(
            _("“%(wanted)s” needs a reason.") % {"wanted": S(wanted).label},
            code="member.status_reason",
            place="status_reason",
            remedy=_("Please say why."),
        )
