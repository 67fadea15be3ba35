"""Writes on one member at a time: enrol, edit, groups and teams, reveal the number; `life` has transfer and status.

What is typed into a form or sent to the API is cleaned by the same columns as a cell of a roster
(`members.logic.roster_columns`), so a member entered by hand and one imported look alike.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from corps.crypto import blind_index, seal, unseal
from corps.enums import ActionResult
from corps.errors import Refusal
from corps.operations.context import acting
from corps.operations.trail import record
from corps.operations.tree import hold_open
from corps.permissions import Permission
from corps.queries.scope import allowed, local_today, require
from members.enums import MemberStatus
from members.logic.flaws import WARNING, Flaw
from members.logic.identity import parse_identity
from members.logic.roster_columns import BY_KEY, Context
from members.logic.search import name_grams, name_pinyin
from members.models import FunctionalGroup, GroupMembership, Member, TeamMembership
from members.models.people import IDENTITY_PURPOSE
from members.operations.holding import editing, figures_change, need_reason
from members.operations.life import change_status, transfer
from members.policies.erased import check_not_erased
from members.queries.sentences import problem_sentence

if TYPE_CHECKING:
    from corps.actors import Actor

__all__ = [
    "EDITABLE",
    "InvalidParticulars",
    "change_identity",
    "change_status",
    "clean",
    "edit",
    "enrol",
    "reveal_identity",
    "set_groups",
    "set_teams",
    "transfer",
]

# What a form may set directly; unit, status and identity have operations of their own.
TEXT_FIELDS = (
    "name",
    "phone",
    "occupation",
    "employer",
    "address",
    "political_status",
    "education",
    "emergency_name",
    "emergency_phone",
    "insurer",
    "policy_number",
    "recruiter",
    "remarks",
)
DATE_FIELDS = ("joined_on", "insured_until")
LIST_FIELDS = ("skills", "roles")
RELATION_FIELDS = ("grid_id", "partner_id")
EDITABLE = (*TEXT_FIELDS, *DATE_FIELDS, *LIST_FIELDS, *RELATION_FIELDS)


class InvalidParticulars(Refusal):
    """Some of what was entered cannot be taken; `problems` holds a sentence per field."""

    recorded = False

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(_("Please correct the marked fields."), code="member.invalid", params={"problems": problems})
        self.problems = problems


def enrol(
    *,
    actor: "Actor",
    unit_id: int,
    identity: str,
    particulars: Mapping[str, Any],
    group_ids: Iterable[int] = (),
    status: MemberStatus = MemberStatus.ACTIVE,
    reason: str = "",
) -> Member:
    """Add a person to the roster of a unit, and to functional groups of its corps: both or neither.

    `status` is the first one: who applies is an applicant and no member yet.

    `particulars` maps names of `EDITABLE` to text (lists for skills and roles, ids for grid and partner). Raises
    `InvalidParticulars`, or `Refusal` with code `member.exists` when the person is already on a roster.
    """
    with acting(
        actor=actor,
        action="member.enrol",
        permission=Permission.MEMBER_EDIT,
        unit_id=unit_id,
        reason=reason,
        # Numbers tried one after the other would tell who is on a roster elsewhere; the trail shall show it.
        refusals_recorded=True,
    ):
        hold_open([unit_id])
        figures_change(unit_id)
        values = clean(particulars, required=("name",))
        member = Member(unit_id=unit_id, status=status, status_on=local_today(), **values)
        _set_identity(member, identity)
        _set_search_words(member)
        _save_once(member, actor)
        if wanted := list(group_ids):
            set_groups(actor=actor, member_id=member.pk, group_ids=wanted)
        return member


def edit(
    *,
    actor: "Actor",
    member_id: int,
    particulars: Mapping[str, Any],
    group_ids: Iterable[int] | None = None,
    reason: str = "",
) -> Member:
    """Change some of a member's particulars; fields that are absent stay, and so do the functional groups without
    `group_ids`. All of it or nothing. Raises `InvalidParticulars`, and `Refusal` as `set_groups` does.
    """
    with editing(actor=actor, member_id=member_id, action="member.edit", reason=reason) as member:
        values = clean(particulars, required=("name",) if "name" in particulars else ())
        changed = [name for name, value in values.items() if getattr(member, name) != value]
        for name in changed:
            setattr(member, name, values[name])
        if changed:
            _set_search_words(member)
            member.save()
        if group_ids is not None:
            set_groups(actor=actor, member_id=member_id, group_ids=group_ids)
        return member


def change_identity(*, actor: "Actor", member_id: int, identity: str, reason: str) -> Member:
    """Correct an identity number; sex and birth date follow from it. The reason is kept."""
    need_reason(reason)
    with editing(
        actor=actor, member_id=member_id, action="member.change_identity", reason=reason, refusals_recorded=True
    ) as member:
        _set_identity(member, identity)
        _save_once(member, actor)
        return member


def set_groups(*, actor: "Actor", member_id: int, group_ids: Iterable[int]) -> None:
    """Make these, and only these, the member's functional groups; groups of another corps are refused."""
    with editing(actor=actor, member_id=member_id, action="member.groups") as member:
        wanted = set(group_ids)
        known = set(
            FunctionalGroup.objects.filter(corps=member.unit.corps_id, id__in=wanted).values_list("id", flat=True)
        )
        if known != wanted:
            raise Refusal(
                _("A functional group does not belong to this corps."),
                code="member.group_unknown",
                place="groups",
                remedy=_("Choose from the list."),
            )
        member.group_links.exclude(group_id__in=wanted).delete()
        present = set(member.group_links.values_list("group_id", flat=True))
        GroupMembership.objects.bulk_create(
            GroupMembership(member=member, group_id=group_id) for group_id in sorted(wanted - present)
        )


def set_teams(*, actor: "Actor", member_id: int, unit_ids: Iterable[int]) -> None:
    """Make these, and only these, the member's further teams; the home unit is never one of them."""
    with editing(actor=actor, member_id=member_id, action="member.teams") as member:
        wanted = set(unit_ids) - {member.unit_id}
        for unit_id in wanted:
            require(actor, Permission.UNIT_VIEW, unit_id)
        hold_open(wanted)
        member.team_links.exclude(unit_id__in=wanted).delete()
        present = set(member.team_links.values_list("unit_id", flat=True))
        TeamMembership.objects.bulk_create(
            TeamMembership(member=member, unit_id=unit_id) for unit_id in sorted(wanted - present)
        )


def reveal_identity(*, actor: "Actor", member_id: int, reason: str) -> str:
    """The full identity number. Needs `member.reveal` and a reason; the act, or its refusal, is recorded."""
    need_reason(reason)
    member: Member = get_object_or_404(Member.objects.visible_to(actor), pk=member_id)
    facts: dict[str, Any] = {
        "actor": actor,
        "action": "member.reveal_identity",
        "unit_id": member.unit_id,
        "object_type": "member",
        "object_id": member.pk,
        "reason": reason,
    }
    if not allowed(actor, Permission.MEMBER_REVEAL, member.unit_id):
        record(**facts, result=ActionResult.REFUSED)
        require(actor, Permission.MEMBER_REVEAL, member.unit_id)
    check_not_erased(member)
    with transaction.atomic():
        record(**facts)
        return unseal(bytes(member.identity_sealed), purpose=IDENTITY_PURPOSE)


def clean(particulars: Mapping[str, Any], *, required: Iterable[str] = ()) -> dict[str, Any]:
    """Clean what was entered, field by field. Raises `InvalidParticulars` with a sentence per wrong field."""
    context = Context(today=local_today())
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, entered in particulars.items():
        if name not in EDITABLE:
            raise TypeError(f"{name} cannot be set here")
        if name in RELATION_FIELDS:
            values[name] = entered or None
            continue
        column = BY_KEY[name]
        text = "、".join(entered) if isinstance(entered, list | tuple) else entered
        found = column.cleaner(context)(text)
        if isinstance(found, Flaw):
            if found.severity != WARNING:
                problems[name] = problem_sentence(found.code, found.params)
                continue
            found = found.value
        values[name] = _as_stored(name, found)
    for name in required:
        if name not in problems and not values.get(name):
            problems[name] = _("Please fill in this field.")
    if problems:
        raise InvalidParticulars(problems)
    return values


def _as_stored(name: str, value: Any) -> Any:
    if name in DATE_FIELDS:
        return dt.date.fromisoformat(value) if value else None
    if name in LIST_FIELDS:
        return list(value or ())
    return value or ""


def _set_identity(member: Member, entered: str) -> None:
    """Check the number and set all that follows from it."""
    found = parse_identity(entered, local_today())
    if found is None:
        raise InvalidParticulars({"identity": _("Please fill in this field.")})
    if isinstance(found, Flaw):
        raise InvalidParticulars({"identity": problem_sentence(found.code, found.params)})
    member.identity_sealed = seal(found.number, purpose=IDENTITY_PURPOSE)
    member.identity_index = blind_index(found.number, purpose=IDENTITY_PURPOSE)
    member.identity_head, member.identity_tail = found.number[:3], found.number[-4:]
    member.sex, member.birth_date = found.sex, found.birth_date


def _set_search_words(member: Member) -> None:
    member.pinyin, member.initials = name_pinyin(member.name)
    member.name_grams = name_grams(member.name)


def _save_once(member: Member, actor: "Actor") -> None:
    """Save; the unique index decides whether the person is already on a roster, also between two writers at once."""
    try:
        with transaction.atomic():
            member.save()
    except IntegrityError as error:
        if "one_member_per_identity" not in str(error):
            raise
        other = Member.objects.visible_to(actor).filter(identity_index=member.identity_index).first()
        place = str(other.unit) if other else _("a unit outside your area")
        raise Refusal(
            _("This person is already on the roster of %(unit)s.") % {"unit": place},
            code="member.exists",
            place="identity",
            remedy=_("Open the existing record, or ask for a transfer."),
        ) from error
