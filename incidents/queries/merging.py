"""Two records side by side, and what keeps them from being merged."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from duties.logic.times import span_text
from members.enums import EVER_MEMBERS, ON_THE_ROSTER, ApplicationState, MemberStatus
from members.models import Application, Distinction, Member
from members.policies.erased import is_erased

if TYPE_CHECKING:
    from corps.actors import Actor

_CLASHES = """
SELECT kind, lower(a.period), upper(a.period) FROM (
    SELECT {kind} AS kind, a.period FROM {table} a JOIN {table} b ON b.member_id = %(into)s AND b.{current}
        AND b.period && a.period AND b.shift_id <> a.shift_id
    JOIN duties_shift s ON s.id = a.shift_id JOIN duties_dutykind k ON k.id = s.kind_id
    WHERE a.member_id = %(merged)s AND a.{current} AND {which}
) a ORDER BY 2 LIMIT 5
"""
_PLANNED = _CLASHES.format(kind="k.name", table="duties_assignment", current="active", which="upper(a.period) > now()")
_SERVED = _CLASHES.format(kind="k.name", table="duties_attendance", current="current", which="true")
_SAME_SHIFT = """
SELECT k.name, s.starts_at, s.ends_at FROM duties_attendance a
JOIN duties_attendance b ON b.shift_id = a.shift_id AND b.member_id = %(into)s AND b.current
JOIN duties_shift s ON s.id = a.shift_id JOIN duties_dutykind k ON k.id = s.kind_id
WHERE a.member_id = %(merged)s AND a.current ORDER BY 2 LIMIT 5
"""
_SAME_SESSION = """
SELECT c.name, s.starts_at, s.ends_at FROM members_enrolment a
JOIN members_enrolment b ON b.session_id = a.session_id AND b.member_id = %(into)s
JOIN members_trainingsession s ON s.id = a.session_id JOIN members_course c ON c.id = s.course_id
WHERE a.member_id = %(merged)s
  AND (a.attended IS TRUE OR a.result <> '' OR EXISTS (SELECT FROM members_quizattempt q WHERE q.enrolment_id = a.id))
  AND (b.attended IS TRUE OR b.result <> '' OR EXISTS (SELECT FROM members_quizattempt q WHERE q.enrolment_id = b.id))
ORDER BY 2 LIMIT 5
"""
_HANGS = """
SELECT (SELECT count(*) FROM duties_attendance WHERE member_id = m.id AND current),
    (SELECT coalesce(sum(minutes), 0) FROM duties_attendance WHERE member_id = m.id AND current),
    (SELECT count(*) FROM duties_assignment WHERE member_id = m.id AND active),
    (SELECT count(*) FROM incidents_participant WHERE member_id = m.id),
    (SELECT count(*) FROM members_certificate WHERE member_id = m.id AND revoked_on IS NULL),
    (SELECT coalesce(sum(quantity), 0) FROM members_holding WHERE member_id = m.id)
FROM members_member m WHERE m.id = %s
"""


@dataclass(frozen=True, slots=True)
class Hangs:
    """How much hangs on a record."""

    served: int
    minutes: int
    planned: int
    incidents: int
    certificates: int
    things: int


def what_hangs(member: Member) -> Hangs:
    """What was served, planned, learnt and is held by the record."""
    with connection.cursor() as cursor:
        cursor.execute(_HANGS, [member.pk])
        return Hangs(*cursor.fetchone())


def obstacles_to_merging(actor: "Actor", merged: Member, into: Member) -> list[str]:
    """Sentences that each name a thing both records cannot share; empty when they can be merged."""
    found = []
    if MemberStatus.MERGED in {merged.status, into.status}:
        return [_("One of the two was merged into another record already.")]
    if merged.unit.corps_id != into.unit.corps_id:
        return [_("The two belong to different corps.")]
    if is_erased(merged) or is_erased(into):
        return [_("The personal data of one of the two has been erased; nobody can tell any more whose it was.")]
    told = Distinction.objects.filter(one_id=min(merged.pk, into.pk), other_id=max(merged.pk, into.pk)).first()
    if told is not None:
        found.append(
            _("The two were told apart: “%(reason)s”. Let them be listed again first.") % {"reason": told.reason}
        )
    if _standing(merged.status) > _standing(into.status):
        found.append(
            _("The record that remains is “%(status)s”, the other one “%(other)s”: merge the other way round.")
            % {"status": MemberStatus(into.status).label, "other": MemberStatus(merged.status).label}
        )
    if merged.account_id is not None and into.account_id is not None:
        found.append(_("Both have an account to sign in with; take it from one of them first."))
    waiting = Application.objects.filter(member__in=(merged, into), state=ApplicationState.WAITING)
    if waiting.count() > 1:
        found.append(_("Both have an application that waits; decide on one of them first."))
    values = {"merged": merged.pk, "into": into.pk}
    with connection.cursor() as cursor:
        for statement, sentence in (
            (_SERVED, _("Both were on duty: %(what)s, %(when)s.")),
            (_SAME_SHIFT, _("Both are on the list of the same shift: %(what)s, %(when)s.")),
            (_PLANNED, _("Both are planned: %(what)s, %(when)s.")),
            (_SAME_SESSION, _("Both took part in the same training: %(what)s, %(when)s.")),
        ):
            cursor.execute(statement, values)
            for what, first, end in cursor.fetchall():
                when = span_text(timezone.localtime(first), timezone.localtime(end))
                found.append(sentence % {"what": what, "when": when})
    return found


def _standing(status: str) -> int:
    """How much of a member a status makes: merging must make nobody less of one."""
    return (status in EVER_MEMBERS) + (status in ON_THE_ROSTER)
