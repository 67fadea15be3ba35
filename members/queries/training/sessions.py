"""Sessions for doors: a page of those of a unit, one with its people, whom one could enrol, what is to be closed."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone

from corps.models.scope import InUnits
from corps.permissions import Permission
from corps.queries.scope import Node, Scope, allowed, current_tree, require, scope_of
from members.enums import CourseResult, SessionState
from members.models import Certificate, CertificateKind, Course, Enrolment, TrainingSession
from members.queries.roster import RosterFilter, list_members, within

if TYPE_CHECKING:
    from corps.actors import Actor
    from members.queries.roster import Row

PAGE_SIZE: Final = 50
# People of a session on one page: a form with three fields for each stays within what Django reads of one.
PEOPLE: Final = 200
OFFERED: Final = 200
#: Which sessions a list shows.
COMING, TO_CLOSE, HELD, CANCELLED = "coming", "to_close", "held", "cancelled"


@dataclass(frozen=True, slots=True)
class SessionPage:
    """Rows with `taken` people enrolled, and the cursor of the page after (empty: there is none)."""

    rows: list[Any]
    next: str


@dataclass(frozen=True, slots=True)
class SeenSession:
    """A session as the reader may see it: its people as far as they are the reader's business, a page of them.

    `page` of `pages` (from 1). `counts` are of everybody the reader sees: `enrolled`, `there`, `passed`, and `open`
    (nobody has said who was there); `hidden` are enrolled beside them. `whole`: the reader records at the organiser.
    `mine`: the reader enrols people of their own here.
    """

    session: Any
    rows: list[Enrolment]
    page: int
    pages: int
    counts: dict[str, int]
    hidden: int
    whole: bool
    mine: bool


def session_page(actor: "Actor", unit: Node, which: str = COMING, after: str = "") -> SessionPage:
    """A page of sessions of the unit, of those below it, and of those above it that are open to it.

    What is to come runs forward in time, everything else backward. Raises `Http404` or `PermissionDenied`.
    """
    require(actor, Permission.TRAINING_VIEW, unit.id)
    rows = _which(TrainingSession.objects.in_units(current_tree().within(unit.id)), which)
    forward = which == COMING
    order = ("starts_at", "pk") if forward else ("-starts_at", "-pk")
    if (place := _place(after)) is not None:
        at, key = place
        later = Q(starts_at__gt=at) | Q(starts_at=at, pk__gt=key)
        rows = rows.filter(later if forward else ~later & ~Q(pk=key))
    told = rows.order_by(*order).select_related("course", "unit", "site").annotate(taken=taken())
    found = list(told[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    following = f"{shown[-1].starts_at.timestamp():.6f}.{shown[-1].pk}" if len(found) > PAGE_SIZE else ""
    return SessionPage(shown, following)


def taken() -> Any:
    """How many people are enrolled in a session; counted for the rows that are shown, not for all that could be."""
    people = Enrolment.objects.filter(session=OuterRef("pk")).order_by().values("session").annotate(number=Count("pk"))
    return Coalesce(Subquery(people.values("number")), 0)


def session_seen(actor: "Actor", session_id: int, page: int = 1) -> SeenSession:
    """One session with a page of its people, the nearest where there is no such page. `Http404` outside the scope."""
    rows = TrainingSession.objects.visible_to(actor).filter(pk=session_id)
    rows = rows.select_related("course__certificate_kind", "unit", "site", "closed_by")
    found = rows.prefetch_related("teachers").first()
    if found is None:
        raise Http404("no such session")
    everybody, scope = found.enrolments.all(), scope_of(actor, Permission.TRAINING_VIEW)
    limited = found.unit_id not in scope
    shown = everybody.filter(InUnits("member__unit_id", scope.ids)) if limited else everybody
    counts: dict[str, int] = shown.aggregate(
        enrolled=Count("pk"),
        there=Count("pk", filter=Q(attended=True)),
        passed=Count("pk", filter=Q(result=CourseResult.PASSED)),
        open=Count("pk", filter=Q(attended=None)),
    )
    hidden = everybody.count() - counts["enrolled"] if limited else 0
    pages = max(1, -(-counts["enrolled"] // PEOPLE))
    page = min(max(1, page), pages)
    ordered = shown.select_related("member").order_by("member__unit_id", "member__pinyin", "member__name", "pk")
    people = list(ordered[(page - 1) * PEOPLE : page * PEOPLE])
    whole = allowed(actor, Permission.TRAINING_RECORD, found.unit_id)
    mine = found.open_below and bool(enrolling_roots(actor, found.unit_id))
    return SeenSession(found, people, page, pages, counts, hidden, whole, whole or mine)


def require_organiser(actor: "Actor", session: TrainingSession) -> None:
    """Raise `PermissionDenied` unless the actor records at the organiser of a session that is seen already."""
    if not allowed(actor, Permission.TRAINING_RECORD, session.unit_id):
        raise PermissionDenied(f"session {session.pk}")


def enrolling_roots(actor: "Actor", unit_id: int) -> list[Node]:
    """Units within the organiser's in which the actor enrols people; the organiser itself where that is all of them."""
    scope: Scope = scope_of(actor, Permission.TRAINING_RECORD)
    tree = scope.tree
    if unit_id in scope:
        return [tree.nodes[unit_id]]
    inside = set(tree.within(unit_id))
    return [tree.nodes[root] for root in scope.roots if root in inside]


def candidates(actor: "Actor", session: TrainingSession, unit: Node, words: str) -> "tuple[list[Row], set[int]]":
    """Members of the unit and below on the roster that the words may mean, at most two hundred; and who of them is
    enrolled already.
    """
    page = list_members(
        actor=actor, place=within(actor, unit), typed=words.strip(), chosen=RosterFilter(), size=OFFERED
    )
    ids = [row.id for row in page.rows]
    there = session.enrolments.filter(member_id__in=ids).values_list("member_id", flat=True)
    return page.rows, set(there)


def to_close(actor: "Actor", unit: Node, *, limit: int) -> list[Any]:
    """Sessions of the unit and below that are over and still planned, the oldest first; one more than `limit`."""
    return list(sessions_over(actor, unit).select_related("course").order_by("ends_at", "pk")[: limit + 1])


def sessions_over(actor: "Actor", unit: Node) -> Any:
    """Rows of those that are over and still planned."""
    tree = scope_of(actor, Permission.TRAINING_RECORD).tree
    rows = TrainingSession.objects.organised_by(tree.within(unit.id))
    return rows.filter(state=SessionState.PLANNED, ends_at__lte=timezone.now())


def courses_in_use(corps_id: int) -> list[Course]:
    """Courses of which sessions are planned."""
    return list(Course.objects.filter(corps_id=corps_id, active=True))


def kinds_in_use(corps_id: int) -> list[CertificateKind]:
    """Kinds of certificate that may be recorded."""
    return list(CertificateKind.objects.filter(corps_id=corps_id, active=True))


def certificates_from(session: TrainingSession, member_ids: Iterable[int]) -> dict[int, Certificate]:
    """The certificates in force that members have from this session."""
    rows = Certificate.objects.filter(session=session, member_id__in=list(member_ids), revoked_on=None)
    return {one.member_id: one for one in rows}


def enrolment_seen(actor: "Actor", enrolment_id: int) -> Enrolment:
    """An enrolment with its member and session. Raises `Http404` outside the scope."""
    rows = Enrolment.objects.visible_to(actor).select_related("member", "session__course", "session__unit")
    found: Enrolment | None = rows.filter(pk=enrolment_id).first()
    if found is None:
        raise Http404("no such enrolment")
    return found


def _which(rows: "QuerySet[Any]", which: str) -> "QuerySet[Any]":
    now = timezone.now()
    if which == HELD:
        return rows.filter(state=SessionState.HELD)
    if which == CANCELLED:
        return rows.filter(state=SessionState.CANCELLED)
    planned = rows.filter(state=SessionState.PLANNED)
    return planned.filter(ends_at__lte=now) if which == TO_CLOSE else planned.filter(ends_at__gt=now)


def _place(cursor: str) -> tuple[dt.datetime, int] | None:
    stamp, _dot, key = cursor.rpartition(".")
    if not (key.isascii() and key.isdigit() and len(key) < 19 and len(stamp) < 24):
        return None
    try:
        return dt.datetime.fromtimestamp(float(stamp), dt.UTC), int(key)
    except (ValueError, OverflowError, OSError):
        return None
