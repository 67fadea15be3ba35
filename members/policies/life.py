"""The life of a member as one table: which status may follow which, by what right, with what reason, and its name.

`docs/life-cycle.md` is drawn from it (`manage.py draw_life_cycle`); whoever adds a step adds it here and nowhere else.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from corps.errors import Refusal
from corps.permissions import Permission
from members.enums import MemberStatus as S


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the life cycle. `was` is None for whoever had no record.

    `by_hand` steps are offered where a status is changed; the others are what another act leads to: applying, being
    entered on the roster (from an old sheet also as somebody who left long ago), merging two records.
    """

    was: S | None
    becomes: S
    name: Promise | str
    permission: Permission | None
    reason: bool = False
    by_hand: bool = True


#: How far back a status or a home may change by hand.
MOST_BACK: Final = dt.timedelta(days=366)

_EDIT: Final = Permission.MEMBER_EDIT
_ADMIT: Final = Permission.MEMBER_ADMIT

_APPLY: Final = pgettext_lazy("step", "Apply")
_APPLY_AGAIN: Final = pgettext_lazy("step", "Apply again")
_ENTER: Final = pgettext_lazy("step", "Enter on the roster")
_VET: Final = pgettext_lazy("step", "Pass the vetting")
_TURN_DOWN: Final = pgettext_lazy("step", "Turn down")
_ON_PROBATION: Final = pgettext_lazy("step", "Take on probation")
_ADMITTED: Final = pgettext_lazy("step", "Admit")
_CONFIRM: Final = pgettext_lazy("step", "Confirm")
_SUSPEND: Final = pgettext_lazy("step", "Suspend")
_RESUME: Final = pgettext_lazy("step", "Resume")
_LEAVE: Final = pgettext_lazy("step", "Let go")
_RETURN: Final = pgettext_lazy("step", "Take back")
_MERGE: Final = pgettext_lazy("step", "Merge")

STEPS: Final[tuple[Step, ...]] = (
    Step(None, S.APPLICANT, _APPLY, None, by_hand=False),
    *(Step(None, status, _ENTER, _EDIT, by_hand=False) for status in (S.PROBATION, S.ACTIVE, S.SUSPENDED, S.LEFT)),
    Step(S.APPLICANT, S.VETTED, _VET, _ADMIT),
    Step(S.APPLICANT, S.REFUSED, _TURN_DOWN, _ADMIT, reason=True),
    Step(S.VETTED, S.PROBATION, _ON_PROBATION, _ADMIT),
    Step(S.VETTED, S.ACTIVE, _ADMITTED, _ADMIT),
    Step(S.VETTED, S.REFUSED, _TURN_DOWN, _ADMIT, reason=True),
    Step(S.REFUSED, S.APPLICANT, _APPLY_AGAIN, _ADMIT),
    Step(S.PROBATION, S.ACTIVE, _CONFIRM, _EDIT),
    Step(S.PROBATION, S.SUSPENDED, _SUSPEND, _EDIT, reason=True),
    Step(S.PROBATION, S.LEFT, _LEAVE, _EDIT, reason=True),
    Step(S.ACTIVE, S.SUSPENDED, _SUSPEND, _EDIT, reason=True),
    Step(S.ACTIVE, S.LEFT, _LEAVE, _EDIT, reason=True),
    Step(S.SUSPENDED, S.PROBATION, _RESUME, _EDIT),
    Step(S.SUSPENDED, S.ACTIVE, _RESUME, _EDIT),
    Step(S.SUSPENDED, S.LEFT, _LEAVE, _EDIT, reason=True),
    # Somebody who left may come back; the way in is the same as for an applicant or straight to active.
    Step(S.LEFT, S.APPLICANT, _APPLY_AGAIN, _ADMIT),
    Step(S.LEFT, S.PROBATION, _RETURN, _EDIT),
    Step(S.LEFT, S.ACTIVE, _RETURN, _EDIT),
    *(
        Step(was, S.MERGED, _MERGE, Permission.MEMBER_MERGE, reason=True, by_hand=False)
        for was in S
        if was is not S.MERGED
    ),
)

_BY_HAND: Final = {(step.was, step.becomes): step for step in STEPS if step.by_hand}


def steps_from(status: str) -> list[Step]:
    """The steps that may be taken by hand from a status, in the order of the table."""
    return [step for step in STEPS if step.was == status and step.by_hand]


def step_choices(status: str) -> list[tuple[str, str]]:
    """The steps by hand as choices: the status they lead to, and the step with that status in words."""
    return [(step.becomes.value, f"{step.name} → {step.becomes.label}") for step in steps_from(status)]


def next_statuses(status: str) -> frozenset[S]:
    """Where a member of this status may go."""
    return frozenset(step.becomes for step in steps_from(status))


def check_can_change_status(current: str, wanted: str, reason: str) -> Step:
    """The step from one status to the other; `Refusal` when there is none or it lacks its reason."""
    step = _BY_HAND.get((S(current), S(wanted)))
    if step is None:
        possible = next_statuses(current)
        raise Refusal(
            _("A member who is “%(current)s” cannot become “%(wanted)s”.")
            % {"current": S(current).label, "wanted": S(wanted).label},
            code="member.status",
            place="status",
            remedy=_("Possible from here: %(steps)s.")
            % {"steps": "、".join(str(one.label) for one in S if one in possible) or _("nothing")},
        )
    if step.reason and not reason.strip():
        raise Refusal(
            _("“%(wanted)s” needs a reason.") % {"wanted": S(wanted).label},
            code="member.status_reason",
            place="reason",
            remedy=_("Please say why."),
        )
    return step


def check_day(day: dt.date, today: dt.date, joined_on: dt.date | None) -> None:
    """Refuse a day on which the change of a status or home cannot have been: what is entered later prevails from its
    day on, so a slip of the pen must not rewrite years.
    """
    if day > today:
        raise Refusal(
            _("The date lies in the future."),
            code="member.status_date",
            place="on",
            remedy=_("Enter today or an earlier day."),
        )
    if joined_on is not None and joined_on > day:
        raise Refusal(
            _("On %(day)s the person had not joined yet.") % {"day": day.isoformat()},
            code="member.before_joining",
            place="on",
            remedy=_("Enter a later day, or put the day of joining (%(day)s) right first.")
            % {"day": joined_on.isoformat()},
        )
    if today - day > MOST_BACK:
        raise Refusal(
            _("%(day)s lies more than a year back.") % {"day": day.isoformat()},
            code="member.long_ago",
            place="on",
            remedy=_("Enter a day of the last year; what is older comes by importing a sheet with its dates."),
        )
