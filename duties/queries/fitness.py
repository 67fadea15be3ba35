"""Who fulfils what a kind of duty requires on the day of a shift: the roster's own question, asked for shifts."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from members.queries.requirements import Unmet, refuse_unmet, told_of, unmet_on_days

if TYPE_CHECKING:
    from duties.models import DutyKind
    from members.models import Member


def check_fit(kind: "DutyKind", members: "Mapping[int, Member]", pairs: Collection[tuple[int, date]]) -> None:
    """Raise `Refusal` (code `duty.requirement`) naming who lacks what; `pairs` are of member and day of a shift."""
    found = unmet_on_days(kind.requirement_id, pairs)
    if len({day for _member, day in pairs}) == 1:
        _refuse(kind, members, {member_id: lacking for (member_id, _day), lacking in found.items()})
    else:
        _refuse(kind, members, found)


def unfit_for(kind: "DutyKind", members: "Iterable[Member]", days: Iterable[date]) -> dict[int, str]:
    """Who lacks what for shifts of the kind, told by member; of several days the first that lacks anything."""
    people = {member.pk: member for member in members}
    found = unmet_on_days(kind.requirement_id, [(member_id, day) for member_id in people for day in set(days)])
    told: dict[int, str] = {}
    for (member_id, _day), lacking in sorted(found.items(), key=lambda one: one[0]):
        told.setdefault(member_id, told_of(people[member_id].name, lacking))
    return told


def _refuse(kind: "DutyKind", members: "Mapping[int, Member]", found: Mapping[Any, list[Unmet]]) -> None:
    names = {member_id: member.name for member_id, member in members.items()}
    refuse_unmet(found, names, what=kind.name, code="duty.requirement")
