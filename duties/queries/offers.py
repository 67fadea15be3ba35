"""What planning offers and understands: kinds of duty, places, and members by what somebody typed."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from corps.models.scope import InUnits
from corps.queries.places import sites_of
from corps.queries.scope import current_tree
from duties.logic.standing import ON_DUTY
from duties.models import DutyKind
from members.logic.search import name_pinyin
from members.models import Member, TeamMembership

if TYPE_CHECKING:
    from corps.actors import Actor
    from corps.models import Site

PLACES_OFFERED = 300
_LABEL = re.compile(r"(.+)[(（](\w{4})[)）]")


def kinds_in_use(corps_id: int) -> list[DutyKind]:
    """Kinds of duty of the corps that can be planned."""
    return list(DutyKind.objects.filter(corps_id=corps_id, active=True))


def kind_in_use(corps_id: int, kind_id: int) -> DutyKind | None:
    """One of them."""
    return DutyKind.objects.filter(corps_id=corps_id, active=True, pk=kind_id).first()


def keys_of(name: str, *more: str) -> tuple[str, ...]:
    """What something may be called by when typed: pinyin, initials, and `more`; lower case."""
    return tuple(dict.fromkeys(key.lower() for key in (*reversed(name_pinyin(name)), *more) if key))


def places_for(actor: "Actor", unit_id: int) -> "list[Site]":
    """Sites in use of the unit, of those above it and below it, as far as the actor may see them."""
    tree = current_tree()
    around = [*(node.id for node in tree.path(unit_id)), *tree.within(unit_id)]
    return list(sites_of(actor, around).filter(active=True)[:PLACES_OFFERED])


def named_members(unit_ids: Iterable[int], words: Sequence[str]) -> dict[str, list[tuple[int, str]]]:
    """For each word the members it may mean: name, pinyin or initials, or a name with four last characters of the phone
    or identity number: 张伟(8263). Each as id and the label that means nobody else.

    Members of the units, by home or as a further team, in which the caller lets the reader choose: the organiser of a
    joint shift chooses among people whom it may not look up in the roster. Whole names win over initials. Only who can
    be put on duty. One query.
    """
    asked = {word: _LABEL.fullmatch(word) for word in words}
    bare = {word: match.group(1) if match else word for word, match in asked.items()}
    lower = sorted({word.lower() for word in bare.values()})
    units = list(unit_ids)
    teams = TeamMembership.objects.filter(InUnits("unit_id", units), member=OuterRef("pk"))
    members = list(
        Member.objects.filter(Q(InUnits("unit_id", units)) | Q(Exists(teams)), status__in=ON_DUTY)
        .filter(Q(name__in=set(bare.values())) | Q(initials__in=lower) | Q(pinyin__in=lower))
        .only("id", "name", "initials", "pinyin", "phone", "identity_tail")
        .order_by("name", "id")
    )
    labels = labels_of(members)
    return {
        word: [
            (member.pk, labels[member.pk]) for member in _meant(members, bare[word], match.group(2) if match else "")
        ]
        for word, match in asked.items()
    }


def labels_of(members: Sequence[Member]) -> dict[int, str]:
    """The name, and for namesakes within the list their last four characters as well."""
    often: dict[str, int] = {}
    for member in members:
        often[member.name] = often.get(member.name, 0) + 1
    return {
        member.pk: member.name if often[member.name] == 1 else f"{member.name}({_tail(member)})" for member in members
    }


def _meant(members: Iterable[Member], word: str, tail: str) -> list[Member]:
    whole = [member for member in members if member.name == word]
    low = word.lower()
    found = whole or [member for member in members if low in (member.initials, member.pinyin)]
    return [member for member in found if not tail or _tail(member) == tail.upper()]


def _tail(member: Member) -> str:
    return (member.phone[-4:] if len(member.phone) >= 4 else member.identity_tail).upper()
