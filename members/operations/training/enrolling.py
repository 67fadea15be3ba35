"""Who takes part in a session: enrolled by a captain, many at once, or by the member's own hand."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.actors import account_id
from corps.errors import Refusal
from corps.operations.context import acting
from corps.operations.tree import hold_tree
from corps.permissions import Permission
from corps.queries.scope import allowed, current_tree, scope_of
from members.enums import SessionMode
from members.models import Enrolment, Member, TrainingSession
from members.operations.training.holding import see_session, take_session
from members.policies import training as policy
from members.queries.people import member_of
from members.queries.training.mine import sessions_for
from members.queries.training.sessions import enrolling_roots

if TYPE_CHECKING:
    from corps.actors import Actor


def enrol(*, actor: "Actor", session_id: int, member_ids: Iterable[int]) -> list[Enrolment]:
    """Enrol members: all of them or none; whoever is enrolled already stays. Returns the new enrolments.

    The organiser enrols people of its own unit and of those below; units below theirs, where the session is open to
    them. Raises `Refusal`: no place is left, somebody belongs elsewhere or is not on the roster, it is settled.
    """
    wanted = sorted(set(member_ids))
    seen = see_session(actor=actor, session_id=session_id)
    members = _own(actor, seen, wanted)
    unit_id = _acting_unit(actor, seen, members)
    with acting(actor=actor, action="training.enrol", permission=Permission.TRAINING_RECORD, unit_id=unit_id):
        hold_tree()
        session = take_session(session_id)
        policy.check_can_change(session)
        for member in members:
            policy.check_can_learn(member)
        present = set(session.enrolments.values_list("member_id", flat=True))
        fresh = [
            Enrolment(session=session, member=member, enrolled_by_id=account_id(actor))
            for member in members
            if member.pk not in present
        ]
        policy.check_places(session, len(present), len(fresh))
        return Enrolment.objects.bulk_create(fresh)


def withdraw(*, actor: "Actor", session_id: int, member_id: int) -> None:
    """Take a member's enrolment back. Raises `Refusal` once attendance is recorded; nothing for nobody."""
    seen = see_session(actor=actor, session_id=session_id)
    members = _own(actor, seen, [member_id])
    with acting(
        actor=actor,
        action="training.withdraw",
        permission=Permission.TRAINING_RECORD,
        unit_id=_acting_unit(actor, seen, members),
    ):
        session = take_session(session_id)
        policy.check_can_change(session)
        _take_off(session, member_id)


def enrol_myself(*, actor: "Actor", session_id: int) -> Enrolment:
    """The member behind the account enrols. Raises `Http404` for a session that is not offered to them, `Refusal` when
    it is too late or full.
    """
    member = _myself(actor)
    if not sessions_for(member).filter(pk=session_id).exists():
        raise Http404("no such session")
    with acting(actor=actor, action="training.enrol_self", unit_id=member.unit_id):
        session = take_session(session_id)
        policy.check_mine(session)
        policy.check_can_learn(member)
        last = session.ends_at if session.mode == SessionMode.ONLINE else session.starts_at
        if timezone.now() >= last:
            raise Refusal(
                _("It is too late to enrol in this session."),
                code="session.too_late",
                place="session",
                remedy=_("Choose another one, or ask your captain."),
            )
        there: Enrolment | None = session.enrolments.filter(member=member).first()
        if there is not None:
            return there
        policy.check_places(session, session.enrolments.count(), 1)
        return Enrolment.objects.create(session=session, member=member, by_self=True, enrolled_by_id=account_id(actor))


def withdraw_myself(*, actor: "Actor", session_id: int) -> None:
    """The member takes the own enrolment back, whoever made it. Raises `Refusal` once the session has begun."""
    member = _myself(actor)
    if not Enrolment.objects.filter(session_id=session_id, member=member).exists():
        raise Http404("no such enrolment")
    with acting(actor=actor, action="training.withdraw_self", unit_id=member.unit_id):
        session = take_session(session_id)
        policy.check_mine(session)
        if session.mode != SessionMode.ONLINE and session.starts_at <= timezone.now():
            raise Refusal(
                _("The session has begun."),
                code="session.begun",
                place="session",
                remedy=_("Please tell your captain why you cannot come."),
            )
        _take_off(session, member.pk)


def _take_off(session: TrainingSession, member_id: int) -> None:
    found = session.enrolments.filter(member_id=member_id).select_related("member").first()
    if found is not None and (found.attended is not None or found.quiz_attempts.exists()):
        raise Refusal(
            _("%(name)s has been recorded at this session already.") % {"name": found.member.name},
            code="enrolment.recorded",
            place=found.member.name,
            remedy=_("Correct the attendance instead."),
        )
    if found is not None:
        found.delete()


def _own(actor: "Actor", session: TrainingSession, member_ids: list[int]) -> list[Member]:
    """The members, if the actor may enrol each of them here; without saying whether others exist."""
    if not enrolling_roots(actor, session.unit_id):
        raise PermissionDenied(f"session {session.pk}")
    inside = set(current_tree().within(session.unit_id))
    scope = scope_of(actor, Permission.TRAINING_RECORD)
    rows = Member.objects.filter(pk__in=member_ids).order_by("pk")
    found = [one for one in rows if one.unit_id in inside and one.unit_id in scope]
    if not allowed(actor, Permission.TRAINING_RECORD, session.unit_id) and not session.open_below:
        found = []
    if not member_ids or len(found) != len(member_ids):
        raise Refusal(
            _("%(number)d of the chosen members do not belong to the units of this session.")
            % {"number": len(member_ids) - len(found)}
            if member_ids
            else _("Nobody was chosen."),
            code="enrolment.unknown",
            place="members",
            remedy=_("Choose from the list."),
        )
    return found


def _acting_unit(actor: "Actor", session: TrainingSession, members: list[Member]) -> int:
    """In whose trail it stands: the organiser's or, for a unit below, that of its people."""
    if allowed(actor, Permission.TRAINING_RECORD, session.unit_id):
        return session.unit_id
    return members[0].unit_id


def _myself(actor: "Actor") -> Member:
    member = member_of(actor)
    if member is None:
        raise PermissionDenied("the account belongs to no member")
    return member
