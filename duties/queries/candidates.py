"""Whom a shift could be given to, and why not: members by name or pinyin, each with what speaks against them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.permissions import Permission
from corps.queries.scope import Tree, allowed, current_tree, local_today, require
from duties.logic.standing import may_serve
from duties.models import Assignment, DutyKind, Shift, ShiftUnit
from duties.queries.fitness import unfit_for
from duties.queries.free import Period, clashes_within
from duties.queries.offers import labels_of
from members.enums import MemberStatus
from members.models import Member
from members.queries.roster import RosterFilter, Within, list_members
from members.queries.roster.filters import ON_THE_ROSTER

if TYPE_CHECKING:
    from corps.actors import Actor
    from corps.models import Unit
    from corps.queries.scope import Node

OFFERED = 50


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member as a picker shows one. `label` is the name, with four last characters where the list has namesakes;
    `unit` the home unit's short name; `why_not` is empty for somebody who can be put on the shift.
    """

    id: int
    name: str
    label: str
    unit: str
    pinyin: str
    initials: str
    why_not: str


def candidates(
    actor: "Actor",
    unit: "Node | Unit",
    words: str,
    shift: Shift | None = None,
    *,
    periods: Sequence[Period] = (),
    kind: DutyKind | None = None,
) -> list[Candidate]:
    """Members of the unit and everything below it, of further teams there, and of the shift's joint units, that the
    words (name, pinyin, initials) may mean; all of them without words. At most fifty, who is free first.

    With `shift`: who is planned for it already, or held by another at that time, says so; without one, who is held in
    any of the `periods`; and who does not fulfil what the kind of duty requires then. Raises `Http404` or
    `PermissionDenied` for a unit in which the actor does not plan.
    """
    require(actor, Permission.DUTY_PLAN, unit.id)
    tree = current_tree()
    ids = _ids(actor, tree, unit.id, words, shift)
    found = {member.pk: member for member in Member.objects.filter(pk__in=ids).only(*_FIELDS)}
    members = [found[identifier] for identifier in ids if identifier in found]
    labels = labels_of(members)
    speaks_against = _reasons(actor, members, shift, periods, kind)
    rows = [
        Candidate(
            id=member.pk,
            name=member.name,
            label=labels[member.pk],
            unit=tree.nodes[member.unit_id].short_name,
            pinyin=member.pinyin,
            initials=member.initials,
            why_not=speaks_against.get(member.pk, ""),
        )
        for member in members
    ]
    return sorted(rows, key=lambda row: bool(row.why_not))


_FIELDS = ("id", "unit_id", "name", "pinyin", "initials", "phone", "identity_tail", "status", "status_on")


def _ids(actor: "Actor", tree: Tree, unit_id: int, words: str, shift: Shift | None) -> list[int]:
    roots = [unit_id, *_joint(actor, shift)]
    ids: list[int] = []
    for root in dict.fromkeys(roots):
        units = tuple(tree.within(root))
        place = Within(tree.nodes[root], units, len(units) / len(tree.ids), len(units) == len(tree.ids), tree)
        chosen = RosterFilter(statuses=ON_THE_ROSTER)
        page = list_members(actor=actor, place=place, typed=words.strip(), chosen=chosen, size=OFFERED)
        ids += [row.id for row in page.rows]
        ids += _team_members(units, words.strip())
    return list(dict.fromkeys(ids))[:OFFERED]


def _joint(actor: "Actor", shift: Shift | None) -> list[int]:
    """Who plans for the organiser chooses among the people of joint units as well."""
    if shift is None or not allowed(actor, Permission.DUTY_PLAN, shift.unit_id):
        return []
    return list(ShiftUnit.objects.filter(shift=shift).order_by("unit_id").values_list("unit_id", flat=True))


def _team_members(unit_ids: Iterable[int], words: str) -> list[int]:
    low = words.lower()
    named = Q(name__contains=words) | Q(pinyin__startswith=low) | Q(initials__startswith=low) if words else Q()
    rows = Member.objects.filter(named, team_links__unit_id__in=list(unit_ids), status__in=ON_THE_ROSTER)
    return list(rows.order_by("pinyin", "name", "id").values_list("pk", flat=True).distinct()[:OFFERED])


def _reasons(
    actor: "Actor", members: list[Member], shift: Shift | None, periods: Sequence[Period], kind: DutyKind | None
) -> dict[int, str]:
    """What speaks against members, by id."""
    if shift is not None:
        periods, kind = [(shift.starts_at, shift.ends_at)], shift.kind
    day = timezone.localdate(periods[0][0]) if periods else local_today()
    reasons = {
        member.pk: str(MemberStatus(member.status).label)
        for member in members
        if not may_serve(member.status, member.status_on, day)
    }
    ids = [member.pk for member in members]
    if shift is not None:
        planned = Assignment.objects.filter(shift=shift, member_id__in=ids, active=True)
        already = _("planned for this shift already")
        reasons |= dict.fromkeys(planned.values_list("member_id", flat=True), already)
    clashes = clashes_within(
        actor=actor, member_ids=ids, periods=periods, but_shift_id=shift.pk if shift is not None else None
    )
    days = [timezone.localdate(starts_at) for starts_at, _ends_at in periods] or [day]
    unfit = unfit_for(kind, members, days) if kind is not None else {}
    return unfit | {clash.member_id: clash.sentence for clash in reversed(clashes)} | reasons
