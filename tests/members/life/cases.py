"""One of everything that is asked about members, in a unit of the cast."""

from dataclasses import dataclass
from itertools import count

from corps.actors import SYSTEM
from corps.models import Account
from incidents.operations.merging import merge_members
from members.enums import ProposalState
from members.models import Distinction, Member, Merger, Move, Proposal, TransferRequest
from members.operations.duplicates import tell_apart
from members.operations.moves import ask_move, prepare_move
from members.operations.transfers import ask_transfer
from tests.cast import Cast
from tests.members.roster import person

_numbers = count(1)
#: Where what comes and goes is at home else; the sweep's own unit is far from it.
ELSEWHERE = "zx9"
#: A unit below the sweep's own one: whoever may move people out of it may move them here.
TARGET = "sg12"


@dataclass(frozen=True)
class LifeCase:
    """Ids: a transfer to the unit and one from it, a prepared move, one that the unit is asked to take, an open
    proposal, two records of one person, a pair of two people.
    """

    arriving: int
    leaving: int
    move: int
    move_in: int
    proposal: int
    pair: tuple[int, int]
    distinction: int


def arriving(cast: Cast, code: str) -> TransferRequest:
    """Somebody of another unit shall come to this one."""
    member = person(cast.units[ELSEWHERE].pk, "赵来")
    return ask_transfer(actor=SYSTEM, member_id=member.pk, unit_id=cast.units[code].pk, reason="住得近")


def leaving(cast: Cast, code: str) -> TransferRequest:
    """Somebody of the unit shall go to another one."""
    member = person(cast.units[code].pk, "钱去")
    return ask_transfer(actor=SYSTEM, member_id=member.pk, unit_id=cast.units[ELSEWHERE].pk, reason="工作调动")


def move(cast: Cast, code: str, *names: str) -> Move:
    """A prepared move of some members of the unit."""
    members = [person(cast.units[code].pk, name) for name in names or ("孙一", "孙二")]
    return prepare_move(
        actor=SYSTEM,
        unit_id=cast.units[code].pk,
        target_id=cast.units[TARGET].pk,
        member_ids=[one.pk for one in members],
        reason="并队",
    )


def move_in(cast: Cast, code: str) -> Move:
    """Several of another unit shall come to this one, by one request."""
    prepared = prepare_move(
        actor=SYSTEM,
        unit_id=cast.units[ELSEWHERE].pk,
        target_id=cast.units[code].pk,
        member_ids=[person(cast.units[ELSEWHERE].pk, name).pk for name in ("吴来", "郑来")],
        reason="并队",
        asking=True,
    )
    return ask_move(actor=SYSTEM, move_id=prepared.pk)


def proposal(cast: Cast, code: str) -> Proposal:
    """Somebody of the unit proposes another phone number."""
    member = person(cast.units[code].pk, "李改")
    return Proposal.objects.create(
        member=member,
        fields=["phone"],
        entered={"phone": "13700001234"},
        present={"phone": member.phone},
        state=ProposalState.OPEN,
    )


def with_account(member: Member) -> Account:
    """The member with an account of its own."""
    account = Account(username=f"life{next(_numbers)}", display_name=member.name)
    account.set_unusable_password()
    account.save()
    Member.objects.filter(pk=member.pk).update(account=account)
    member.account = account
    return account


def pair(cast: Cast, code: str) -> tuple[Member, Member]:
    """Two records that may be one person: the same name and birth date."""
    one = person(cast.units[code].pk, "周双")
    return one, person(cast.units[code].pk, "周双", birth_date=one.birth_date)


def merger(cast: Cast, code: str) -> Merger:
    """Two records of one person that were merged."""
    into, merged = pair(cast, code)
    return merge_members(actor=SYSTEM, merged_id=merged.pk, into_id=into.pk, reason="重复登记")


def distinction(cast: Cast, code: str) -> Distinction:
    """Two people of one name, born on one day."""
    one, other = pair(cast, code)
    return tell_apart(actor=SYSTEM, one_id=one.pk, other_id=other.pk, reason="同名同日生，照片不同")


def life_case(cast: Cast, code: str) -> LifeCase:
    """One of each in the unit."""
    one, other = pair(cast, code)
    return LifeCase(
        arriving(cast, code).pk,
        leaving(cast, code).pk,
        move(cast, code).pk,
        move_in(cast, code).pk,
        proposal(cast, code).pk,
        (other.pk, one.pk),
        distinction(cast, code).pk,
    )
