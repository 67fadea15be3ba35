"""What demonstration cities own and who holds it: kinds, entitlements, and the ledger that brought things there.

Things come into the store of the corps, go on to the stores of the units below it, and from there to members and into
the use of teams, wave after wave; whoever leaves gives everything back. `members.operations.demo_equipment` writes it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

# Acts and places as `members.logic.ledger` names them.
RECEIPT, SEND, RECEIVE, ISSUE, RETURN = "receipt", "send", "receive", "issue", "return"
DAMAGE, TO_REPAIR, COUNT = "damage", "to_repair", "count"
STORE, DAMAGED, REPAIR, TRANSIT, MEMBER, USE = "store", "damaged", "repair", "transit", "member", "use"


@dataclass(frozen=True, slots=True)
class KindPlan:
    """A kind: `value` is yuan a piece. Everybody is entitled to one, or the members of `groups` are, or nobody."""

    name: str
    measure: str
    value: int
    sizes: tuple[str, ...] = ()
    prefix: str = ""
    lasts_months: int | None = None
    everybody: bool = False
    groups: tuple[str, ...] = ()

    @property
    def numbered(self) -> bool:
        """Whether each piece carries a number, which begins with `prefix`."""
        return bool(self.prefix)


@dataclass(frozen=True, slots=True)
class Equipment:
    """What a city reported to have given out: `kit` to members, `in_use` to teams, each with the figure at full size.

    Without a figure everybody gets it. `teams` is the level of teams that use things, its shares by their people.
    """

    kit: Mapping[KindPlan, int | None]
    in_use: Mapping[KindPlan, int] = field(default_factory=dict)
    store: str = "装备库"
    below: str = "装备库"

    @property
    def kinds(self) -> list[KindPlan]:
        """All kinds, in their order."""
        return [*self.kit, *self.in_use]


_SIZES = ("M", "L", "XL", "XXL")
_GROUPS = ("巡防组", "流动观察哨", "宣传先锋队")

CITIES: dict[str, Equipment] = {
    "hengyang": Equipment(
        kit={
            KindPlan("反光背心", "件", 45, sizes=_SIZES, lasts_months=24, everybody=True): None,
            KindPlan("肩灯", "盏", 28, lasts_months=24, everybody=True): None,
            KindPlan("执勤便帽", "顶", 18, everybody=True): None,
            KindPlan("对讲机", "部", 260, prefix="HY", everybody=True): None,
        },
        store="总队装备库",
        below="支队装备库",
    ),
    "tangxia": Equipment(
        kit={
            KindPlan("反光背心", "件", 40, sizes=_SIZES, lasts_months=24, groups=_GROUPS): 7_000,
            KindPlan("肩灯", "盏", 25, lasts_months=24, groups=_GROUPS): 7_000,
            KindPlan("哨子", "个", 3, groups=_GROUPS): 7_000,
        },
        in_use={
            KindPlan("对讲机", "部", 240, prefix="TX"): 550,
            KindPlan("盾牌", "面", 120): 100,
            KindPlan("钢叉", "把", 85): 100,
            KindPlan("警棍", "根", 60): 100,
        },
        store="镇级装备库",
        below="社区装备室",
    ),
}


@dataclass(frozen=True, slots=True)
class Person:
    """A member: from `joined` until before `left`. `grouped` says whether a functional group entitles to things."""

    id: int
    unit: int
    joined: date
    left: date | None
    grouped: bool = False


@dataclass(frozen=True, slots=True)
class Team:
    """A unit, its superior and rank; whether it is at the lowest level."""

    unit: int
    parent: int | None
    lowest: bool


class Side(NamedTuple):
    """Where something is: place, unit of the store, unit where it counts, member. Without a place: outside."""

    place: str = ""
    store: int | None = None
    unit: int | None = None
    member: int | None = None


class Move(NamedTuple):
    """So many pieces of the kind at that position in a size, or the one with that number."""

    kind: int
    size: str
    number: str
    quantity: int
    here: Side
    there: Side


@dataclass(slots=True)
class VoucherPlan:
    """An act of a unit on a day; `follows` is the voucher that sent what this one receives."""

    act: str
    unit: int
    on: date
    reason: str = ""
    follows: VoucherPlan | None = None
    moves: list[Move] = field(default_factory=list)


def waves(founded: date, reported: date, today: date) -> list[date]:
    """Days on which kits are given out: every other month until the report, on its day, then every quarter."""
    days = []
    month = founded.year * 12 + founded.month
    while (day := _last_of(month)) < reported:
        days.append(day)
        month += 2
    days.append(reported)
    month = reported.year * 12 + reported.month + 2
    while (day := _last_of(month)) < today - timedelta(days=10):
        days.append(day)
        month += 3
    return [*days, today - timedelta(days=3)]


def _last_of(month: int) -> date:
    """The last day of a month counted as 12 × year + month - 1."""
    return date(month // 12, month % 12 + 1, 1) - timedelta(days=1)


def scaled(figure: int, people: int, full_size: int) -> int:
    """A figure of the report for a city with fewer people."""
    return round(figure * people / full_size)


class Supply:
    """Writes the ledger of a city; `full_size` and `reported` are those of its report."""

    def __init__(
        self, equipment: Equipment, teams: Sequence[Team], people: Sequence[Person], full_size: int, reported: date
    ) -> None:
        self.equipment, self.people, self.full_size, self.reported = equipment, people, full_size, reported
        self.kinds = equipment.kinds
        self.parents = {team.unit: team.parent for team in teams}
        self.root = next(team.unit for team in teams if team.parent is None)
        lowest = {team.unit for team in teams if team.lowest}
        # Stores stand in the corps and in the units straight below it that have units of their own.
        self.stores = [self.root, *(team.unit for team in teams if team.parent == self.root and not team.lowest)]
        self.store_of = {team.unit: self._store_of(team.unit) for team in teams}
        self.users = [team.unit for team in teams if team.unit in lowest]
        self.vouchers: list[VoucherPlan] = []
        self._stock: dict[tuple[int, int, str], int] = defaultdict(int)
        self._numbers: dict[tuple[int, int], list[str]] = defaultdict(list)
        self._made: dict[int, int] = defaultdict(int)

    def _store_of(self, unit: int) -> int:
        at: int | None = unit
        while at is not None and at not in self.stores:
            at = self.parents[at]
        return self.root if at is None else at

    def ledger(self, founded: date, today: date) -> list[VoucherPlan]:
        """All vouchers in the order of their days."""
        held: dict[int, dict[int, str]] = {}
        days = waves(founded, self.reported, today)
        entitled = self._entitled()
        leavers = sorted((one for one in self.people if one.left), key=lambda one: (one.left, one.id))
        gone = 0
        for day in days:
            while gone < len(leavers) and (leavers[gone].left or day) < day:
                self._give_back(leavers[gone], held)
                gone += 1
            getters = [one for one in entitled if one.id not in held and one.joined <= day and not _left(one, day)]
            self._wave(day, getters, held)
        for one in leavers[gone:]:
            self._give_back(one, held)
        self._living(today)
        self.vouchers.sort(key=lambda one: one.on)
        return self.vouchers

    def _entitled(self) -> list[Person]:
        """Who gets the kit: everybody, or as many as the report says, those of functional groups first."""
        figure = next(iter(self.equipment.kit.values()))
        if figure is None:
            return list(self.people)
        there = [one for one in self.people if one.joined <= self.reported and not _left(one, self.reported)]
        there.sort(key=lambda one: (not one.grouped, one.joined, one.id))
        return there[: scaled(figure, len(there), self.full_size)]

    # -- a wave -------------------------------------------------------------------------------------------------------

    def _wave(self, day: date, getters: Sequence[Person], held: dict[int, dict[int, str]]) -> None:
        """Order, send and hand out what these people get, and on the day of the report what teams use."""
        uses = self._uses() if day == self.reported else {}
        needed: dict[int, dict[tuple[int, str], int]] = defaultdict(lambda: defaultdict(int))
        for one in getters:
            for kind in range(len(self.equipment.kit)):
                needed[self.store_of[one.unit]][kind, self._size(kind, one.id)] += 1
        for (unit, kind), quantity in uses.items():
            needed[self.store_of[unit]][kind, ""] += quantity
        self._order(day, needed)
        by_unit: dict[int, list[Person]] = defaultdict(list)
        for one in getters:
            by_unit[one.unit].append(one)
        for unit, people in by_unit.items():
            self._hand_out(day, unit, people, held)
        for unit in sorted({unit for unit, _kind in uses}):
            store = self.store_of[unit]
            voucher = self._voucher(ISSUE, store, day)
            for kind in range(len(self.kinds)):
                if quantity := uses.get((unit, kind), 0):
                    self._take(voucher, store, kind, "", quantity, Side(USE, store, unit))

    def _size(self, kind: int, person: int) -> str:
        """The size of a person: two in the middle for each at the ends."""
        sizes = self.kinds[kind].sizes
        return sizes[(0, 1, 1, 2, 2, 3)[person % 6]] if sizes else ""

    def _uses(self) -> dict[tuple[int, int], int]:
        """What teams use, spread over all of them; each kind begins with another team."""
        people = sum(one.joined <= self.reported and not _left(one, self.reported) for one in self.people)
        found: dict[tuple[int, int], int] = defaultdict(int)
        teams = len(self.users)
        for kind, figure in enumerate(self.equipment.in_use.values(), len(self.equipment.kit)):
            pieces = scaled(figure, people, self.full_size)
            for piece in range(pieces):
                found[self.users[(piece * teams // pieces + 7 * kind) % teams], kind] += 1
        return found

    def _order(self, day: date, needed: Mapping[int, Mapping[tuple[int, str], int]]) -> None:
        """What is needed, with a reserve of a fiftieth for each store, comes into the corps' store and goes on."""
        wanted = {
            store: {item: number + math.ceil(number / 50) for item, number in items.items()}
            for store, items in needed.items()
        }
        every: dict[tuple[int, str], int] = defaultdict(int)
        for items in wanted.values():
            for item, number in items.items():
                every[item] += number
        if not every:
            return
        receipt = self._voucher(RECEIPT, self.root, day - timedelta(days=10))
        for (kind, size), number in sorted(every.items()):
            self._bring(receipt, kind, size, number + math.ceil(number / 50))
        for store in self.stores[1:]:
            items = wanted.get(store, {})
            if items:
                sent = self._voucher(SEND, self.root, day - timedelta(days=7))
                came = self._voucher(RECEIVE, store, day - timedelta(days=5), follows=sent)
                for (kind, size), number in sorted(items.items()):
                    self._take(sent, self.root, kind, size, number, Side(TRANSIT, store, self.root))
                came.moves = [move._replace(here=move.there, there=Side(STORE, store, store)) for move in sent.moves]
                for move in came.moves:
                    self._put(store, move)

    def _hand_out(self, day: date, unit: int, people: Iterable[Person], held: dict[int, dict[int, str]]) -> None:
        store = self.store_of[unit]
        voucher = self._voucher(ISSUE, store, day)
        for one in people:
            held[one.id] = {}
            for kind in range(len(self.equipment.kit)):
                hands = Side(MEMBER, store, unit, one.id)
                moves = self._take(voucher, store, kind, self._size(kind, one.id), 1, hands)
                held[one.id][kind] = moves[0].number

    def _give_back(self, one: Person, held: dict[int, dict[int, str]]) -> None:
        """Whoever leaves brings everything back on the day."""
        numbers = held.pop(one.id, None)
        if numbers is None or one.left is None:
            return
        store = self.store_of[one.unit]
        voucher = self._voucher(RETURN, store, one.left)
        for kind, number in numbers.items():
            here, there = Side(MEMBER, store, one.unit, one.id), Side(STORE, store, store)
            move = Move(kind, self._size(kind, one.id), number, 1, here, there)
            voucher.moves.append(move)
            self._put(store, move)

    def _living(self, today: date) -> None:
        """What a storekeeper's desk shows these days: broken things, one at the repairer's, a parcel on its way, a
        count that came out short.
        """
        for store in self.stores[1:4]:
            kind, size = next(
                (
                    (kind, size)
                    for at, kind, size in self._stock
                    if at == store and not self.kinds[kind].numbered and self._stock[at, kind, size]
                ),
                (0, ""),
            )
            if self._stock[store, kind, size]:
                broken = self._voucher(DAMAGE, store, today - timedelta(days=2), reason="仓库漏水浸泡")
                self._take(broken, store, kind, size, 1, Side(DAMAGED, store, store))
                repair = self._voucher(TO_REPAIR, store, today - timedelta(days=1))
                here, there = Side(DAMAGED, store, store), Side(REPAIR, store, store)
                repair.moves.append(Move(kind, size, "", 1, here, there))
        last = len(self.equipment.kit) - 1
        spare = next((kind for kind in range(last + 1) if self._stock[self.root, kind, ""] > 1), None)
        if spare is not None and len(self.stores) > 1:
            short = self._voucher(COUNT, self.root, today - timedelta(days=2), reason="季度盘点，短少一件")
            self._take(short, self.root, spare, "", 1, Side())
            sent = self._voucher(SEND, self.root, today - timedelta(days=1))
            self._take(sent, self.root, spare, "", 1, Side(TRANSIT, self.stores[1], self.root))

    # -- stores --------------------------------------------------------------------------------------------------------

    def _voucher(
        self, act: str, unit: int, on: date, *, reason: str = "", follows: VoucherPlan | None = None
    ) -> VoucherPlan:
        self.vouchers.append(VoucherPlan(act, unit, on, reason, follows))
        return self.vouchers[-1]

    def _bring(self, voucher: VoucherPlan, kind: int, size: str, quantity: int) -> None:
        there = Side(STORE, self.root, self.root)
        if not self.kinds[kind].numbered:
            moves = [Move(kind, size, "", quantity, Side(), there)]
        else:
            first = self._made[kind] + 1
            self._made[kind] += quantity
            prefix = self.kinds[kind].prefix
            moves = [Move(kind, "", f"{prefix}{n:06d}", 1, Side(), there) for n in range(first, first + quantity)]
        voucher.moves += moves
        for move in moves:
            self._put(self.root, move)

    def _put(self, store: int, move: Move) -> None:
        if move.number:
            self._numbers[store, move.kind].append(move.number)
        else:
            self._stock[store, move.kind, move.size] += move.quantity

    def _take(self, voucher: VoucherPlan, store: int, kind: int, size: str, quantity: int, there: Side) -> list[Move]:
        here = Side(STORE, store, store)
        if self.kinds[kind].numbered:
            there_are = self._numbers[store, kind]
            numbers, self._numbers[store, kind] = there_are[:quantity], there_are[quantity:]
            moves = [Move(kind, "", number, 1, here, there) for number in numbers]
        else:
            self._stock[store, kind, size] -= quantity
            moves = [Move(kind, size, "", quantity, here, there)]
        voucher.moves += moves
        return moves


def _left(one: Person, day: date) -> bool:
    return one.left is not None and one.left <= day


def numbers_of(vouchers: Iterable[VoucherPlan]) -> Iterator[tuple[int, str]]:
    """Kinds and numbers of all things that carry one, as they first came."""
    for voucher in vouchers:
        if voucher.act == RECEIPT:
            yield from ((move.kind, move.number) for move in voucher.moves if move.number)
