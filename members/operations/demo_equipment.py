"""Put the equipment of a demonstration city into the ledger: kinds, entitlements, stores, numbered things, vouchers.

COPY goes through every constraint and trigger of the ledger and leaves history like any other write; only the questions
a storekeeper would be asked are left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

from django.db import connection
from django.utils import timezone

from corps.enums import Level
from corps.models import Corps, Unit
from corps.operations.context import acting
from members.demo import equipment as demo
from members.enums import EVER_MEMBERS, ConfirmedBy, Counting, MemberStatus
from members.models import Entitlement, EquipmentKind, FunctionalGroup, GroupMembership, Member, Store
from members.operations.equipment.posting import COLUMNS

if TYPE_CHECKING:
    from corps.actors import Actor

#: Movements written by one statement: few enough to keep what its triggers see in memory.
CHUNK: Final = 100_000
_NAMESPACE: Final = UUID("6f0b2f0e-3c55-4b8e-9a53-2f7f6f2f6c11")
_LONG_AGO: Final = date(1900, 1, 1)
_TO_CONFIRM: Final = timedelta(days=7)
_TABLES: Final = ("members_movement", "members_holding", "members_voucher", "members_article", "members_confirmation")


@dataclass(frozen=True, slots=True)
class Equipped:
    """How much was written."""

    vouchers: int
    movements: int


def equip_city(
    *, actor: "Actor", corps_code: str, founded: date, reported: date, full_size: int, today: date
) -> Equipped:
    """Write what the corps owns and gave out until `today`; it must have no equipment yet."""
    equipment = demo.CITIES[corps_code]
    corps = Corps.objects.get(code=corps_code)
    root = Unit.objects.get(corps=corps, parent=None)
    with acting(actor=actor, action="city.equipment", unit_id=root.pk):
        supply = demo.Supply(equipment, _teams(corps), _people(corps, equipment), full_size, reported)
        vouchers = supply.ledger(founded, today)
        # Row by row at the end of each statement, not half a million at the commit.
        _check("IMMEDIATE")
        kinds = _kinds(corps, equipment)
        stores = _stores(supply)
        articles = _articles(corps, kinds, vouchers)
        numbered = dict(zip(map(id, vouchers), _reserve("members_voucher", len(vouchers)), strict=True))
        _copy(
            "members_voucher",
            'id act unit_id "on" reason follows_id token recorded_at',
            (_voucher_row(corps_code, numbered, one) for one in vouchers),
        )
        movements = _write(_movement_rows(vouchers, numbered, kinds, stores, articles))
        _copy(
            "members_confirmation",
            "voucher_id member_id due_on confirmed_at how",
            _confirmation_rows(vouchers, numbered, today),
        )
        _check("DEFERRED")
        with connection.cursor() as cursor:
            # Counting comes next, and reads these tables by more than their keys.
            cursor.execute(f"ANALYZE {', '.join(_TABLES)}")
    return Equipped(len(vouchers), movements)


def _check(when: str) -> None:
    """When the foreign keys of these tables are checked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(conname), ', ') FROM pg_constraint"
            " WHERE conrelid = ANY(%s::regclass[]) AND contype = 'f' AND condeferrable",
            [list(_TABLES)],
        )
        (names,) = cursor.fetchone()
        cursor.execute(f"SET CONSTRAINTS {names} {when}")


def _teams(corps: Corps) -> list[demo.Team]:
    rows = Unit.objects.filter(corps=corps).order_by("tree_id", "lft").values_list("pk", "parent_id", "level")
    return [demo.Team(pk, parent_id, level == Level.SQUAD) for pk, parent_id, level in rows]


def _people(corps: Corps, equipment: demo.Equipment) -> list[demo.Person]:
    groups = {group for kind in equipment.kit for group in kind.groups}
    grouped = set(
        GroupMembership.objects.filter(group__corps=corps, group__name__in=groups).values_list("member_id", flat=True)
    )
    rows = Member.objects.filter(unit__corps=corps, status__in=EVER_MEMBERS).order_by("unit__lft", "pk")
    return [
        demo.Person(
            pk,
            unit_id,
            joined or _LONG_AGO,
            (since or _LONG_AGO) if status == MemberStatus.LEFT else None,
            pk in grouped,
        )
        for pk, unit_id, joined, status, since in rows.values_list("pk", "unit_id", "joined_on", "status", "status_on")
    ]


def _kinds(corps: Corps, equipment: demo.Equipment) -> list[int]:
    """Kinds and who is entitled to them; their keys in the plan's order."""
    groups = {group.name: group for group in FunctionalGroup.objects.filter(corps=corps)}
    keys = []
    for position, plan in enumerate(equipment.kinds):
        kind = EquipmentKind.objects.create(
            corps=corps,
            name=plan.name,
            counting=Counting.NUMBERED if plan.numbered else Counting.COUNTED,
            measure=plan.measure,
            sizes=list(plan.sizes),
            value=plan.value,
            lasts_months=plan.lasts_months,
            position=position,
        )
        if plan.everybody:
            Entitlement.objects.create(kind=kind)
        Entitlement.objects.bulk_create(Entitlement(kind=kind, group=groups[name]) for name in plan.groups)
        keys.append(kind.pk)
    return keys


def _stores(supply: demo.Supply) -> dict[int, int]:
    """The key of each unit's store."""
    equipment = supply.equipment
    made = [
        Store(unit_id=unit, name=equipment.store if unit == supply.root else equipment.below) for unit in supply.stores
    ]
    return {store.unit_id: store.pk for store in Store.objects.bulk_create(made)}


def _articles(corps: Corps, kinds: Sequence[int], vouchers: Sequence[demo.VoucherPlan]) -> dict[str, int]:
    """Keys by number."""
    numbers = list(demo.numbers_of(vouchers))
    keys = _reserve("members_article", len(numbers))
    rows = [(key, kinds[kind], corps.pk, number, "") for key, (kind, number) in zip(keys, numbers, strict=True)]
    _copy("members_article", "id kind_id corps_id number remarks", rows)
    return {row[3]: row[0] for row in rows}


def _voucher_row(city: str, numbered: dict[int, int], one: demo.VoucherPlan) -> tuple[Any, ...]:
    key = numbered[id(one)]
    follows = numbered[id(one.follows)] if one.follows else None
    return (key, one.act, one.unit, one.on, one.reason, follows, uuid5(_NAMESPACE, f"{city}:{key}"), _at(one.on))


def _movement_rows(
    vouchers: Iterable[demo.VoucherPlan],
    numbered: dict[int, int],
    kinds: Sequence[int],
    stores: dict[int, int],
    articles: dict[str, int],
) -> Iterator[tuple[Any, ...]]:
    for one in vouchers:
        key = numbered[id(one)]
        for move in one.moves:
            on_its_way = demo.TRANSIT in (move.here.place, move.there.place)
            transfer = (numbered[id(one.follows)] if one.follows else key) if on_its_way else None
            article = articles[move.number] if move.number else None
            here, there = (
                (side.place, None if side.store is None else stores[side.store], side.unit, side.member)
                for side in (move.here, move.there)
            )
            what = (key, one.on, kinds[move.kind], move.size, article, move.quantity)
            yield (*what, *here, *there, None, transfer)


def _confirmation_rows(
    vouchers: Iterable[demo.VoucherPlan], numbered: dict[int, int], today: date
) -> Iterator[tuple[Any, ...]]:
    """Signed sheets two days later; of the last days' lists a third is still open, and one in fifty of the others."""
    for one in vouchers:
        if one.act != demo.ISSUE:
            continue
        members = dict.fromkeys(move.there.member for move in one.moves if move.there.member is not None)
        for place, member in enumerate(members):
            recent = (today - one.on).days <= 120
            is_open = recent and (place % 3 == 0 if (today - one.on).days < 10 else place % 50 == 0)
            at = None if is_open else _at(min(one.on + timedelta(days=2), today - timedelta(days=1)))
            due = one.on + _TO_CONFIRM
            yield numbered[id(one)], member, due, at, "" if is_open else ConfirmedBy.SHEET.value


def _at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(10)))


def _write(rows: Iterator[tuple[Any, ...]]) -> int:
    """COPY movements in the order of their days."""
    written = 0
    with connection.cursor() as cursor:
        while chunk := list(islice(rows, CHUNK)):
            with cursor.copy(f"COPY members_movement ({COLUMNS}) FROM STDIN") as copy:
                for row in chunk:
                    copy.write_row(row)
            # The next movements are booked beside these, which the planner would still take for none.
            cursor.execute("ANALYZE members_holding (id)")
            written += len(chunk)
    return written


def _reserve(table: str, count: int) -> list[int]:
    """Take so many keys from a table's sequence, so that rows of other tables can name them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [key for (key,) in cursor.fetchall()]


def _copy(table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    names = columns.split()
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        # Rows that name these are checked next.
        cursor.execute(f"ANALYZE {table} ({names[0]})")
