"""Any sequence of acts keeps the ledger whole: stock is what the movements add up to, below zero on no day."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corps.actors import SYSTEM
from corps.errors import Refusal
from corps.queries.scope import current_tree
from members.enums import MemberStatus
from members.logic.ledger import HELD, Line, Place
from members.models import Holding, Member, Movement, Voucher
from members.operations import life
from members.operations.equipment.carrying import carry_members
from members.operations.equipment.goods import count_stock, dispose, receive_goods
from members.operations.equipment.issuing import issue, issue_kit, issue_to_unit
from members.operations.equipment.repairs import back_from_repair, send_to_repair
from members.operations.equipment.returning import replace, report_damage, report_loss, take_back
from members.operations.equipment.reversing import reverse
from members.operations.equipment.transfers import receive, send
from members.queries.equipment.held import HandsFilter
from members.queries.equipment.past import every_held_on
from members.queries.equipment.recount import ledger_faults
from tests.cast import Cast
from tests.members.equipment import stage
from tests.members.roster import person

STORES, MEMBERS = 2, 3
DAYS = 4


class World:
    """Two stores, one below the other, three members, counted, sized and numbered things; acts chosen by numbers."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.vest, self.shirt = stage.kind(cast, most_per_member=4), stage.kind(cast, "制服", sizes=["M", "L"])
        self.radio = stage.radio_kind(cast)
        self.articles = [stage.article(self.radio, f"R{number}") for number in range(2)]
        self.stores = [stage.store(cast, "sg1"), stage.store(cast, "sg11")]
        homes = zip(("sg11", "sg11", "sg12"), "甲乙丙", strict=True)
        self.people = [person(cast.units[code].pk, name) for code, name in homes]
        stage.entitle(self.vest, 2)

    def run(self, step: tuple[int, int, int, int, int]) -> None:
        act, first, second, quantity, day = step
        acts: list[Callable[..., Any]] = [
            self.receive, self.hand, self.kit, self.use, self.back, self.damage, self.lose, self.swap, self.to_repair,
            self.from_repair, self.throw, self.count, self.send, self.arrive, self.reverse, self.move, self.leave,
        ]  # fmt: skip
        try:
            acts[act % len(acts)](first, second, quantity, stage.days_ago(day % DAYS))
        except Refusal:
            # What may not be is not; what was done before stands.
            return

    def line(self, which: int, quantity: int) -> Line:
        kinds = [
            Line(self.vest.pk, quantity),
            Line(self.shirt.pk, quantity, "M"),
            Line(self.shirt.pk, quantity, "L"),
            *(Line(self.radio.pk, article_id=one.pk) for one in self.articles),
        ]
        return kinds[which % len(kinds)]

    def held(self, which: int, *places: Place) -> Holding | None:
        rows = list(Holding.objects.filter(place__in=[one.value for one in places], quantity__gt=0).order_by("pk"))
        return rows[which % len(rows)] if rows else None

    def receive(self, first: int, second: int, quantity: int, on: dt.date) -> None:
        line = self.line(first, quantity)
        store = self.stores[second % STORES].pk
        if line.article_id:
            number = next(one.number for one in self.articles if one.pk == line.article_id)
            receive_goods(actor=SYSTEM, store_id=store, numbers={self.radio.pk: number}, token=stage.token(), on=on)
        else:
            receive_goods(actor=SYSTEM, store_id=store, lines=[line], token=stage.token(), on=on)

    def hand(self, first: int, second: int, quantity: int, on: dt.date) -> None:
        member = self.people[second % MEMBERS]
        due = on + dt.timedelta(days=first % 2) if quantity % 2 else None
        issue(
            actor=SYSTEM,
            store_id=self.stores[first % STORES].pk,
            member_lines={member.pk: [self.line(first + second, quantity)]},
            token=stage.token(),
            on=on,
            due_on=due,
            extra_reason="x" if quantity > 2 else "",
        )

    def kit(self, first: int, second: int, quantity: int, on: dt.date) -> None:
        issue_kit(
            actor=SYSTEM,
            store_id=self.stores[first % STORES].pk,
            member_ids=[one.pk for one in self.people],
            token=stage.token(),
            on=on,
        )

    def use(self, first: int, second: int, quantity: int, on: dt.date) -> None:
        issue_to_unit(
            actor=SYSTEM,
            store_id=self.stores[first % STORES].pk,
            unit_id=self.cast.units["sg11"].pk,
            lines=[self.line(second, quantity)],
            token=stage.token(),
            on=on,
        )

    def back(self, first: int, second: int, quantity: int, on: dt.date) -> None:
        if held := self.held(first, Place.MEMBER, Place.USE):
            good = second % (quantity + 1)
            take_back(
                actor=SYSTEM,
                store_id=self.stores[second % STORES].pk,
                holdings={held.pk: (good, quantity - good)},
                token=stage.token(),
                on=on,
            )

    def damage(self, first: int, second: int, quantity: int, on: dt.date) -> None:
        if held := self.held(first, Place.STORE, Place.MEMBER, Place.USE):
            report_damage(actor=SYSTEM, holding_id=held.pk, quantity=quantity, reason="x", token=stage.token(), on=on)

    def lose(self, first: int, second: int, quantity: int, on: dt.date) -> None:
        if held := self.held(first, *Place):
            report_loss(actor=SYSTEM, holding_id=held.pk, quantity=quantity, reason="x", token=stage.token(), on=on)

    def swap(self, first: int, second: int, quantity: int, on: dt.date) -> None:
        if held := self.held(first, Place.MEMBER):
            replace(
                actor=SYSTEM,
                holding_id=held.pk,
                article_id=self.articles[second % 2].pk if held.article_id else None,
                lost=bool(second % 2),
                reason="x",
                token=stage.token(),
                on=on,
            )

    def to_repair(self, first: int, second: int, quantity: int, on: dt.date) -> None:
        if held := self.held(first, Place.DAMAGED):
            send_to_repair(
                actor=SYSTEM, store_id=held.store_id, holdings={held.pk: quantity}, token=stage.token(), on=on
            )

    def from_repair(self, first: int, second: int, quantity: int, on: dt.date) -> None:
        if held := self.held(first, Place.REPAIR):
            good = second % (quantity + 1)
            back_from_repair(
                actor=SYSTEM,
                store_id=held.store_id,
                holdings={held.pk: (good, quantity - good)},
                token=stage.token(),
                on=on,
            )

    def throw(self, first: int, second: int, quantity: int, on: dt.date) -> None:
        if held := self.held(first, Place.STORE, Place.DAMAGED, Place.REPAIR):
            dispose(
                actor=SYSTEM,
                store_id=held.store_id,
                holdings={held.pk: quantity},
                reason="x",
                token=stage.token(),
                on=on,
            )

    def count(self, first: int, second: int, quantity: int, on: dt.date) -> None:
        count_stock(
            actor=SYSTEM,
            store_id=self.stores[first % STORES].pk,
            counted={(self.vest.pk, ""): quantity},
            seen={self.radio.pk: [self.articles[second % 2].pk]},
            reason="x",
            token=stage.token(),
            on=on,
        )

    def send(self, first: int, second: int, quantity: int, on: dt.date) -> None:
        here, there = self.stores if first % 2 else self.stores[::-1]
        send(
            actor=SYSTEM,
            from_store_id=here.pk,
            to_store_id=there.pk,
            lines=[self.line(second, quantity)],
            token=stage.token(),
            on=on,
        )

    def arrive(self, first: int, second: int, quantity: int, on: dt.date) -> None:
        if held := self.held(first, Place.TRANSIT):
            lines = Movement.objects.filter(voucher=held.transfer_id, kind=held.kind_id, size=held.size)
            good = min(second % (quantity + 1), held.quantity)
            receive(
                actor=SYSTEM,
                voucher_id=held.transfer_id or 0,
                arrived={lines[0].pk: (good, 0)},
                token=stage.token(),
                on=on,
                reason="x",
            )

    def reverse(self, first: int, second: int, quantity: int, on: dt.date) -> None:
        vouchers = list(Voucher.objects.order_by("-pk")[:6])
        if vouchers:
            reverse(actor=SYSTEM, voucher_id=vouchers[first % len(vouchers)].pk, reason="x", token=stage.token())

    def move(self, first: int, second: int, quantity: int, on: dt.date) -> None:
        target = self.cast.units[("sg11", "sg12", "sg21")[second % 3]].pk
        member = self.people[first % MEMBERS]
        if quantity % 2:
            carry_members(actor=SYSTEM, member_ids=[member.pk], unit_id=target, reason="x")
        life.transfer(actor=SYSTEM, member_id=member.pk, unit_id=target, reason="x")

    def leave(self, first: int, second: int, quantity: int, on: dt.date) -> None:
        member = Member.objects.get(pk=self.people[first % MEMBERS].pk)
        steps = MemberStatus.ACTIVE if member.status == "left" else MemberStatus.LEFT
        life.change_status(actor=SYSTEM, member_id=member.pk, status=steps, reason="x")


def by_hand(until: dt.date | None = None) -> Counter[tuple[object, ...]]:
    """The sums of the movements in plain Python: what is where, in and out."""
    found: Counter[tuple[object, ...]] = Counter()
    rows = Movement.objects.all() if until is None else Movement.objects.filter(on__lte=until)
    for one in rows:
        thing = (one.kind_id, one.size, one.article_id)
        for place, store, unit, member, sign in (
            (one.from_place, one.from_store_id, one.from_unit_id, one.from_member_id, -1),
            (one.to_place, one.to_store_id, one.to_unit_id, one.to_member_id, 1),
        ):
            if place:
                found[place, store, unit, member, *thing] += sign * one.quantity
    return found


def tally(rows: Iterable[Holding]) -> Counter[tuple[object, ...]]:
    """Holdings as such sums."""
    found: Counter[tuple[object, ...]] = Counter()
    for held in rows:
        thing = (held.kind_id, held.size, held.article_id)
        found[held.place, held.store_id, held.unit_id, held.member_id, *thing] += held.quantity
    return found


STEPS = st.lists(
    st.tuples(st.integers(0, 16), st.integers(0, 11), st.integers(0, 11), st.integers(1, 4), st.integers(0, DAYS - 1)),
    min_size=10,
    max_size=60,
)


@given(steps=STEPS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sequence_of_acts_adds_up_on_every_day(cast: Cast, steps: list[tuple[int, int, int, int, int]]) -> None:
    with transaction.atomic():
        world = World(cast)
        # Something to move; otherwise most sequences move nothing.
        for kind, store in ((0, 0), (1, 0), (2, 1), (3, 0), (0, 1)):
            world.run((0, kind, store, 4, DAYS - 1))
        for step in steps:
            world.run(step)
        assert +by_hand() == tally(Holding.objects.filter(quantity__gt=0))
        root = current_tree().roots()[0]
        for day in range(DAYS):
            there = by_hand(stage.days_ago(day))
            assert all(quantity >= 0 for quantity in there.values())
            # Who held what on the day is what the movements until then come to.
            assert tally(every_held_on(root, HandsFilter(), stage.days_ago(day))) == Counter(
                {where: quantity for where, quantity in there.items() if where[0] in HELD and quantity}
            )
        assert ledger_faults() == []
        places = Counter(Holding.objects.filter(article__isnull=False, quantity__gt=0).values_list("article"))
        assert set(places.values()) <= {1}
        for member in world.people:
            assert stage.in_hands(member, world.vest) <= 4
        transaction.set_rollback(True)
