"""Merging, splitting and closing units with people in them."""

from datetime import date
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

from corps.actors import SYSTEM
from corps.errors import Refusal
from corps.models import Unit
from corps.operations import tree
from members.enums import MemberStatus
from members.models import Member, TeamMembership, UnitAnswer
from members.operations import people, units
from members.queries.counts import member_counts
from tests.cast import Cast, assemble
from tests.together import await_end, await_waiting, begin, ways


def refused(code: str) -> "pytest.RaisesExc[Refusal]":
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def member(cast: Cast, unit: str, number: int, status: MemberStatus = MemberStatus.ACTIVE) -> Member:
    """An invented person whose number is not sealed: these tests never read it."""
    return Member.objects.create(
        unit=cast.units[unit],
        name=f"队员{number}",
        identity_sealed=b"x",
        identity_index=number.to_bytes(32, "big"),
        identity_tail="0000",
        identity_head="430",
        sex="1",
        birth_date=date(1990, 1, 1),
        status=status,
    )


def homes(*members: Member) -> list[str]:
    return [Member.objects.get(pk=found.pk).unit.code for found in members]


def test_a_merger_takes_all_members_and_teams_along(cast: Cast) -> None:
    active, left, beside = member(cast, "sg11", 1), member(cast, "sg11", 2, MemberStatus.LEFT), member(cast, "sg2", 3)
    both, guest = member(cast, "zx9", 4), member(cast, "sg12", 5)
    for person, unit in ((active, "sg12"), (beside, "sg11"), (both, "sg11"), (both, "sg12"), (guest, "sg11")):
        TeamMembership.objects.create(member=person, unit=cast.units[unit])
    UnitAnswer.objects.create(unit=cast.units["sg"], text="一队", meant=cast.units["sg11"])
    merged = units.merge_units(
        actor=cast.actor("liaison_sg"), source_id=cast.units["sg11"].pk, target_id=cast.units["sg12"].pk, reason="合并"
    )
    assert (merged.members, merged.teams) == (2, 1)
    assert homes(active, left, guest) == ["sg12"] * 3
    teams = set(TeamMembership.objects.values_list("member__name", "unit__code"))
    assert teams == {("队员3", "sg12"), ("队员4", "sg12")}
    assert UnitAnswer.objects.get().meant == cast.units["sg12"]
    event = active.events.order_by("-pgh_id").first()  # type: ignore[attr-defined]
    assert (event.unit_id, event.pgh_context.metadata["reason"]) == (cast.units["sg12"].pk, "合并")
    assert event.pgh_context_id == cast.unit("sg11").events.order_by("-pgh_id").first().pgh_context_id


def test_a_refused_merger_moves_nobody(cast: Cast) -> None:
    person = member(cast, "sg", 1)
    with refused("unit.children_do_not_fit"):
        units.merge_units(actor=SYSTEM, source_id=cast.units["sg"].pk, target_id=cast.units["zx1"].pk, reason="x")
    with pytest.raises(Http404):
        units.merge_units(
            actor=cast.actor("liaison_sg"), source_id=cast.units["sg1"].pk, target_id=cast.units["zx1"].pk, reason="x"
        )
    assert homes(person) == ["sg"]


def test_a_split_takes_the_chosen_members(cast: Cast) -> None:
    one, other, stranger = member(cast, "sg1", 1), member(cast, "sg1", 2), member(cast, "sg2", 3)
    facts = {"actor": SYSTEM, "unit_id": cast.units["sg1"].pk, "name": "青山二大队", "short_name": "青山二"}
    with refused("unit.not_a_member"):
        units.split_unit(code="sg1b", member_ids=[one.pk, stranger.pk], **facts)
    assert not Unit.objects.filter(code="sg1b").exists()
    result = units.split_unit(code="sg1b", member_ids=[one.pk], child_ids=[cast.units["sg12"].pk], **facts)
    assert result.members == 1
    assert homes(one, other, stranger) == ["sg1b", "sg1", "sg2"]


def test_a_unit_with_members_is_not_closed(cast: Cast) -> None:
    person, left = member(cast, "zx9", 1), member(cast, "zx9", 2, MemberStatus.LEFT)
    guest = member(cast, "sg", 3)
    TeamMembership.objects.create(member=guest, unit=cast.units["zx9"])
    with refused("unit.in_use") as caught:
        units.close_unit(actor=SYSTEM, unit_id=cast.units["zx9"].pk, reason="撤销")
    assert str(caught.value.message).count("1") == 2
    TeamMembership.objects.all().delete()
    people.transfer(actor=cast.actor("liaison_hy"), member_id=person.pk, unit_id=cast.units["zx1"].pk, reason="调动")
    units.close_unit(actor=SYSTEM, unit_id=cast.units["zx9"].pk, reason="撤销")
    assert homes(person, left) == ["zx1", "zx9"]
    with refused("unit.closed"):
        people.transfer(actor=SYSTEM, member_id=person.pk, unit_id=cast.units["zx9"].pk, reason="调动")
    with refused("unit.closed"):
        people.change_status(actor=SYSTEM, member_id=left.pk, status=MemberStatus.ACTIVE, reason="归队")


def test_the_database_keeps_members_out_of_closed_units(cast: Cast) -> None:
    tree.close_unit(actor=SYSTEM, unit_id=cast.units["zx9"].pk, reason="撤销")
    person = member(cast, "zx1", 1)
    with pytest.raises(IntegrityError, match="takes no members"), transaction.atomic():
        member(cast, "zx9", 2)
    with pytest.raises(IntegrityError, match="takes no members"), transaction.atomic():
        Member.objects.filter(pk=person.pk).update(unit=cast.units["zx9"])
    member(cast, "zx9", 3, MemberStatus.LEFT)


@pytest.mark.django_db(transaction=True)
def test_the_database_keeps_units_with_members_open() -> None:
    cast = assemble()
    member(cast, "zx9", 1)
    with pytest.raises(IntegrityError, match="still has members"):
        tree.close_unit(actor=SYSTEM, unit_id=cast.units["zx9"].pk, reason="撤销")
    assert cast.unit("zx9").active_until is None


@pytest.mark.django_db(transaction=True)
def test_nobody_slips_into_a_unit_while_it_is_merged_away() -> None:
    """A transfer that began while a merger ran waits for it, then sees the closed unit."""
    cast = assemble()
    person = member(cast, "zx1", 1)
    transfer = partial(people.transfer, actor=SYSTEM, member_id=person.pk, unit_id=cast.units["sg11"].pk, reason="调动")
    with transaction.atomic():
        units.merge_units(actor=SYSTEM, source_id=cast.units["sg11"].pk, target_id=cast.units["sg12"].pk, reason="合并")
        act = begin(transfer)
        await_waiting(act)
        assert act.is_alive(), act.answer
    await_end([act])
    assert ways([act.answer]) == ["unit.closed"]
    assert homes(person) == ["zx1"]


def test_counts_roll_up_once_per_person(cast: Cast) -> None:
    for number, unit in enumerate(["sg11", "sg11", "sg12", "sg1", "sg", "zx11"], 1):
        member(cast, unit, number)
    member(cast, "sg11", 7, MemberStatus.LEFT)
    member(cast, "sg21", 8, MemberStatus.SUSPENDED)
    found = member_counts(cast.actor("captain_hy"))
    code = {unit.pk: name for name, unit in cast.units.items()}
    shown = {code[unit]: (counts.own, counts.subtree) for unit, counts in found.items() if counts.subtree}
    assert shown == {
        "hy": (0, 7), "sg": (1, 6), "sg1": (1, 4), "sg11": (2, 2), "sg12": (1, 1), "sg2": (0, 1), "sg21": (1, 1),
        "zx": (0, 1), "zx1": (0, 1), "zx11": (1, 1),
    }  # fmt: skip
    assert found[cast.units["sg"].pk].by_status == {"active": 5, "left": 1, "suspended": 1}
    below = member_counts(cast.actor("captain_hy"), cast.units["sg1"].pk)
    assert {code[unit] for unit in below} == {"sg1", "sg11", "sg12"}
    assert below[cast.units["sg1"].pk].subtree == 4
    assert set(member_counts(cast.actor("captain_sg11"))) == {cast.units["sg11"].pk}
    assert member_counts(cast.actor("auditor_hy")) == {}
