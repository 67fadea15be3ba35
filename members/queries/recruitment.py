"""Reads about recruitment: pages, the queue of applicants, and how an application stands."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from corps.crypto import blind_index, unseal
from corps.logic.masking import mask_phone
from corps.models import Grid
from corps.permissions import Permission
from corps.queries.scope import Node, allowed, current_tree, require, scope_of
from members.enums import CANDIDATES, ApplicationState, MemberStatus
from members.models import Application, JoinPage, Member, PartnerOrganisation, PrivacyNotice, Recruiter
from members.models.recruitment import ENTERED_PURPOSE, PHONE_PURPOSE

if TYPE_CHECKING:
    from corps.actors import Actor

QUEUE_SIZE = 50
WITHDRAWN_DAYS = 7
"""Whoever takes an application back takes the consent back; a week is left for a change of mind."""
# An application on which nothing is decided: the person is still a candidate, or it waits to be looked at.
WAITING = Q(state=ApplicationState.WAITING) & (Q(member__isnull=True) | Q(member__status__in=CANDIDATES))


def current_notice(corps_id: int) -> PrivacyNotice | None:
    """The version that applicants are shown."""
    found: PrivacyNotice | None = PrivacyNotice.objects.filter(corps=corps_id).order_by("-version").first()
    return found


def public_page(code: str) -> tuple[JoinPage, Node]:
    """The page of the unit with this code, for anybody; `Http404` for units without one and for closed units."""
    page: JoinPage = get_object_or_404(JoinPage.objects.select_related("unit"), unit__code=code)
    node = current_tree().nodes[page.unit_id]
    get_object_or_404(JoinPage.objects.filter(pk=page.pk, unit__active_until__isnull=True))
    return page, node


def page_of(unit_id: int) -> JoinPage | None:
    """The unit's page as its captain edits it. The caller has made sure of the right."""
    found: JoinPage | None = JoinPage.objects.filter(unit_id=unit_id).first()
    return found


def units_offered(page: JoinPage) -> list[Node]:
    """The units an applicant may choose from, open ones, in tree order; at least the page's own."""
    tree = current_tree()
    wanted = set(page.offered)
    found = [tree.nodes[one] for one in tree.within(page.unit_id) if one in wanted and not tree.nodes[one].closed]
    return found or [tree.nodes[page.unit_id]]


def recruiter_by_code(code: str, corps_id: int) -> Recruiter | None:
    """The recruiter whose link was followed; None for a code nobody has or had taken away."""
    found: Recruiter | None = (
        Recruiter.objects.filter(code=code.strip().upper(), corps=corps_id, active=True).first() if code else None
    )
    return found


@dataclass(frozen=True, slots=True)
class Candidate:
    """An application as the queue shows it.

    `here` is false for who is at home in a unit the actor does not see: of them no more than the name is told.

    `known` says that the identity number stands on a roster already: then there is no member, and `twin` is the person
    where the actor may see them. `alike` says that somebody else has the same phone, or the same name and birth date.
    """

    application: Application
    name: str
    phone: str
    identity: str
    status: str
    known: bool
    here: bool
    twin: Member | None
    alike: bool
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """Candidates, those that came first at the top; `number` counts all that wait."""

    number: int
    candidates: list[Candidate]


def queue_of(actor: "Actor", unit: Node, *, size: int = QUEUE_SIZE) -> Queue:
    """Who waits in the unit and below. Raises `Http404` or `PermissionDenied` as `require` does."""
    require(actor, Permission.MEMBER_ADMIT, unit.id)
    waiting = Application.objects.in_units(current_tree().within(unit.id)).filter(WAITING)
    rows = list(_with_likeness(waiting)[:size])
    number = len(rows) if len(rows) < size else waiting.count()
    return Queue(number, [candidate(actor, row) for row in rows])


def decided_in(actor: "Actor", unit: Node, *, size: int = 20) -> list[Candidate]:
    """The last ones on which something was decided, in the unit and below."""
    require(actor, Permission.MEMBER_ADMIT, unit.id)
    decided = Application.objects.in_units(current_tree().within(unit.id)).filter(decided_at__isnull=False)
    # The few first, from the applications alone: joined before, all of a city's would be.
    last = decided.order_by("-decided_at", "-id").values("pk")[:size]
    rows = _with_people(Application.objects.filter(pk__in=last)).order_by("-decided_at", "-id")
    return [candidate(actor, row) for row in rows]


def application_of(actor: "Actor", application_id: int) -> Candidate:
    """One application the actor may decide on, else `Http404`."""
    rows = _with_likeness(Application.objects.visible_to(actor))
    return candidate(actor, get_object_or_404(rows, pk=application_id))


def applications_for(
    actor: "Actor", unit: Node, *, waiting: bool, after: int = 0, size: int = QUEUE_SIZE
) -> list[Candidate]:
    """Applications of the unit and below in the order of their ids, after one of them; for other systems."""
    require(actor, Permission.MEMBER_ADMIT, unit.id)
    rows = Application.objects.in_units(current_tree().within(unit.id)).filter(pk__gt=after)
    if waiting:
        rows = rows.filter(WAITING)
    return [candidate(actor, row) for row in _with_likeness(rows).order_by("pk")[:size]]


def _with_likeness(rows: Any) -> "QuerySet[Application]":
    others = Member.objects.exclude(pk=OuterRef("member_id")).filter(unit__corps=OuterRef("unit__corps"))
    same_phone = others.filter(phone=OuterRef("member__phone")).exclude(phone="")
    # The same name has the same pinyin, by which it is found in an index.
    same_name = others.filter(pinyin=OuterRef("member__pinyin"), name=OuterRef("member__name"))
    same_birth = same_name.filter(birth_date=OuterRef("member__birth_date"))
    return _with_people(rows).annotate(alike=Exists(same_phone) | Exists(same_birth))


def _with_people(rows: Any) -> "QuerySet[Application]":
    found: QuerySet[Application] = rows.select_related("member", "duplicate_of", "unit", "recruiter", "decided_by")
    return found


def candidate(actor: "Actor", row: Application) -> Candidate:
    """The application in the words of the queue; numbers are masked for whoever may not see them."""
    member, twin = row.member, row.duplicate_of
    home = row.unit_id if member is None else member.unit_id
    full = allowed(actor, Permission.MEMBER_PHONE, home)
    here = home in scope_of(actor, Permission.MEMBER_VIEW)
    if member is not None:
        name, status = member.name, member.status
        phone = member.phone if here else ""
        identity = f"{member.identity_head}***********{member.identity_tail}" if here else ""
    else:
        entered = entered_of(row)
        name, phone, identity = entered.get("name", ""), entered.get("phone", ""), entered.get("identity", "")
        status = {ApplicationState.WAITING: MemberStatus.APPLICANT}.get(
            ApplicationState(row.state), MemberStatus.REFUSED
        )
    seen = twin if twin is not None and twin.unit_id in scope_of(actor, Permission.MEMBER_VIEW) else None
    return Candidate(
        row,
        name,
        phone if full else mask_phone(phone),
        identity,
        status,
        known=row.duplicate_of_id is not None,
        here=here,
        twin=seen,
        alike=bool(getattr(row, "alike", False)),
        steps=steps_for(row, seen),
    )


def steps_for(row: Application, twin: Member | None = None) -> tuple[str, ...]:
    """What may be decided now: `vet`, `probation`, `admit`, `take_up`, `refuse`."""
    if row.state != ApplicationState.WAITING:
        return ()
    if row.member is None:
        # A record without a number was erased.
        gone = {MemberStatus.LEFT, MemberStatus.REFUSED}
        again = twin is not None and twin.status in gone and bool(twin.identity_head)
        return ("take_up", "refuse") if again else ("refuse",)
    if row.member.status == MemberStatus.APPLICANT:
        return ("vet", "refuse")
    if row.member.status == MemberStatus.VETTED:
        return ("probation", "admit", "refuse")
    return ()


def entered_of(row: Application) -> dict[str, Any]:
    """What was entered where it could not become a member: name, phone and so on; the number is masked."""
    if not row.entered_sealed:
        return {}
    found: dict[str, Any] = json.loads(unseal(bytes(row.entered_sealed), purpose=ENTERED_PURPOSE))
    return found


def places_entered(entered: dict[str, Any]) -> tuple[str, str]:
    """Names of the grid and of the partner organisation that were chosen."""
    grid = Grid.objects.filter(pk=entered.get("grid_id", 0)).values_list("name", flat=True).first()
    partner = PartnerOrganisation.objects.filter(pk=entered.get("partner_id", 0)).values_list("name", flat=True).first()
    return grid or "", partner or ""


# --- how long it is kept ------------------------------------------------------------


def kept_until(row: Application) -> dt.date | None:
    """The day on which what was entered with a decided application is erased; None where that is not done by itself."""
    if row.decided_at is None or not settings.APPLICANT_DAYS or (row.member and row.member.joined_on):
        return None
    days = {ApplicationState.REFUSED: settings.APPLICANT_DAYS, ApplicationState.WITHDRAWN: WITHDRAWN_DAYS}
    kept = days.get(ApplicationState(row.state))
    return None if kept is None else timezone.localdate(row.decided_at) + dt.timedelta(days=kept)


def over_before(today: dt.date) -> Q:
    """Applications that were refused or taken back, and are kept no longer."""
    return Q(state=ApplicationState.REFUSED, decided_at__date__lte=_before(today, settings.APPLICANT_DAYS)) | Q(
        state=ApplicationState.WITHDRAWN, decided_at__date__lte=_before(today, WITHDRAWN_DAYS)
    )


def kept_too_long(today: dt.date) -> "QuerySet[Member]":
    """Who was not admitted, never was a member, and is kept no longer, those who waited longest first.

    Whoever has applied again meanwhile stays until that is decided.
    """
    own = Application.objects.filter(member=OuterRef("pk"))
    again = Application.objects.filter(duplicate_of=OuterRef("pk"), state=ApplicationState.WAITING)
    taken_back = Exists(own.filter(state=ApplicationState.WITHDRAWN)) & ~Exists(
        own.filter(state=ApplicationState.REFUSED)
    )
    over = Q(status_on__lte=_before(today, settings.APPLICANT_DAYS)) | (
        Q(status_on__lte=_before(today, WITHDRAWN_DAYS)) & Q(taken_back)
    )
    rows = Member.objects.filter(over, ~Exists(again), status=MemberStatus.REFUSED, joined_on=None)
    # A record without a number was erased before.
    found: QuerySet[Member] = rows.exclude(identity_head="").order_by("status_on", "pk")
    return found


def _before(today: dt.date, days: int) -> dt.date:
    return today - dt.timedelta(days=days)


# --- the applicant's own look ------------------------------------------------------------


def phone_digest(phone: str) -> bytes:
    """How rows about a phone are found without it."""
    return blind_index(phone, purpose=PHONE_PURPOSE)


def applications_of_phone(phone: str) -> list[Application]:
    """The last applications whose applicant has this phone now, newest first; with no more than id and unit.

    Two queries, each by an index: one with both conditions would read every application.
    """
    rows = Application.objects.only("id", "unit_id").order_by("-pk")
    own = rows.filter(member__in=Member.objects.filter(phone=phone).exclude(phone="").values("pk"))[:10]
    noted = rows.filter(member__isnull=True, phone_index=phone_digest(phone))[:10]
    return sorted([*own, *noted], key=lambda one: -one.pk)[:10]


def own_applications(ids: Iterable[int]) -> list[Application]:
    """The applications somebody has shown to be theirs, newest first."""
    rows = Application.objects.filter(pk__in=list(ids)).select_related(
        "member__unit", "member__grid", "member__partner", "unit"
    )
    return list(rows.prefetch_related("consents__notice").order_by("-pk"))


@dataclass(frozen=True, slots=True)
class Standing:
    """How an application stands for the person it is about; `state` is one of `STATES`."""

    state: str
    reason: str
    on: dt.date | None
    may_withdraw: bool


#: waiting, vetted, probation, active, suspended, left, refused, withdrawn
def standing_of(row: Application) -> Standing:
    """A duplicate reads as any other that waits, to the day: nobody learns from it who is on a roster."""
    member = row.member
    if member is None or row.state in {ApplicationState.REFUSED, ApplicationState.WITHDRAWN}:
        on = timezone.localdate(row.decided_at or row.applied_at)
        return Standing(str(row.state), row.reason, on, may_withdraw=row.state == ApplicationState.WAITING)
    state = "waiting" if member.status == MemberStatus.APPLICANT else str(member.status)
    told = member.status_reason if member.status in {MemberStatus.REFUSED, MemberStatus.SUSPENDED} else ""
    return Standing(state, told, member.status_on, may_withdraw=member.status in CANDIDATES)


def waiting_number(actor: "Actor", unit: Node) -> int:
    """How many wait in the unit and below; for the first page and for badges."""
    require(actor, Permission.MEMBER_ADMIT, unit.id)
    return int(applications_waiting(unit).count())


def applications_waiting(unit: Node) -> Any:
    """Those of the unit and below; the caller has made sure of the right."""
    return Application.objects.in_units(current_tree().within(unit.id)).filter(WAITING)
