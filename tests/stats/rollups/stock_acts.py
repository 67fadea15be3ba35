"""Random movements of equipment, one by one and by COPY, on any day; and what stock ought to be, in plain Python."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from random import Random
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from corps.models import Corps, Unit
from members.models import Article, EquipmentKind, Holding, Member, Movement, Store, Voucher
from stats.models import OwnStock, TotalStock
from stats.models.stock import Span
from tests.stats.rollups.acts import World
from tests.stats.rollups.recount import ancestors

# Two months and two years, so that rows of days, months and years begin and end.
STOCK_DAYS = [dt.date(2025, 12, 30) + dt.timedelta(days=number) for number in range(4)] + [dt.date(2026, 2, 28)]
PLACES = ("store", "damaged", "repair", "transit", "member", "use")
_WORDS = 'voucher_id "on" kind_id size article_id quantity from_place from_store_id from_unit_id from_member_id'
_COLUMNS = f"{_WORDS} to_place to_store_id to_unit_id to_member_id due_on transfer_id".split()

Side = tuple[str, int | None, int | None, int | None]
OUTSIDE: Side = ("", None, None, None)


def kinds() -> list[EquipmentKind]:
    """A kind with sizes, one without, one with numbers."""
    corps = Corps.objects.get()
    wanted: tuple[tuple[str, dict[str, Any]], ...] = (
        ("反光背心", {"sizes": ["L", "XL"]}),
        ("肩灯", {}),
        ("对讲机", {"counting": "numbered"}),
    )
    return [EquipmentKind.objects.get_or_create(corps=corps, name=name, defaults=more)[0] for name, more in wanted]


def store_of(unit_id: int) -> Store:
    """The unit's store."""
    found, _new = Store.objects.get_or_create(unit_id=unit_id, name="装备库")
    return found


def voucher(unit_id: int, day: dt.date, act: str = "count") -> Voucher:
    """An act of the unit; the rules of acts are no matter of stock."""
    return Voucher.objects.create(act=act, unit_id=unit_id, on=day, reason="清点", token=uuid4())


def shelf(unit_id: int, place: str = "store") -> Side:
    """A place of the unit's store."""
    return (place, store_of(unit_id).pk, unit_id, None)


def write(rows: Iterable[dict[str, Any]]) -> None:
    """COPY movements, all in one statement. Their stores are held first, as whoever posts does: a merger of units takes
    stores and then what is in them as well.
    """
    taken = list(rows)
    stores = [store for row in taken for name in ("from_store", "to_store") if (store := row.get(name)) is not None]
    listed = [[row.get(column.strip('"').removesuffix("_id")) for column in _COLUMNS] for row in taken]
    statement = f"COPY members_movement ({', '.join(_COLUMNS)}) FROM STDIN"
    with transaction.atomic(), connection.cursor() as cursor:
        list(Store.objects.filter(pk__in=stores).order_by("pk").select_for_update(no_key=True).values_list("pk"))
        with cursor.copy(statement) as copy:
            for row in listed:
                copy.write_row(row)


def movement(by: Voucher, kind_id: int, quantity: int, here: Side, there: Side, **more: Any) -> dict[str, Any]:
    """A row of the ledger."""
    sides = {f"from_{name}": value for name, value in zip(("place", "store", "unit", "member"), here, strict=True)}
    sides |= {f"to_{name}": value for name, value in zip(("place", "store", "unit", "member"), there, strict=True)}
    transfer = by.pk if "transit" in (here[0], there[0]) else None
    values = {"voucher": by.pk, "on": by.on, "kind": kind_id, "size": "", "quantity": quantity, "transfer": transfer}
    return {**values, **sides, **more}


def receive(unit_id: int, day: dt.date, kind_id: int, quantity: int, size: str = "") -> None:
    """Goods come into the unit's store."""
    write([movement(voucher(unit_id, day), kind_id, quantity, OUTSIDE, shelf(unit_id), size=size)])


class Ledger(World):
    """Acts on equipment beside those on facts, people and units."""

    def __init__(self, rng: Random) -> None:
        super().__init__(rng)
        self.kinds = kinds()

    def goods(self) -> None:
        """Many things into many stores at once, also on a day long past."""
        day = self.rng.choice(STOCK_DAYS)
        units = [self.unit() for _number in range(3)]
        by = voucher(units[0], day)
        rows = []
        for unit_id in units:
            kind = self.rng.choice(self.kinds)
            if kind.counting == "numbered":
                article = Article.objects.create(kind=kind, corps=kind.corps, number=f"{Article.objects.count():04d}")
                rows.append(movement(by, kind.pk, 1, OUTSIDE, shelf(unit_id), article=article.pk))
            else:
                size = self.rng.choice(kind.sizes or [""])
                rows.append(movement(by, kind.pk, self.rng.randrange(1, 30), OUTSIDE, shelf(unit_id), size=size))
        write(rows)

    def pass_on(self) -> None:
        """Some of what is in one place goes to another, or is gone; not before the last movement there."""
        if held := self.some(Holding.objects.filter(quantity__gt=0).exclude(place="transit")):
            days = [day for day in STOCK_DAYS if day >= held.last_on]
            by = voucher(held.unit_id, self.rng.choice(days or STOCK_DAYS))
            here = (held.place, held.store_id, held.unit_id, held.member_id)
            more = {"size": held.size, "article": held.article_id}
            write([movement(by, held.kind_id, self.rng.randint(1, held.quantity), here, self.there(held), **more)])

    def carry(self) -> None:
        """A thing goes through many hands on one day and by one statement."""
        if held := self.some(Holding.objects.filter(place="store", quantity__gt=0)):
            by = voucher(held.unit_id, max(held.last_on, STOCK_DAYS[-2]))
            more = {"size": held.size, "article": held.article_id}
            here: Side = ("store", held.store_id, held.unit_id, None)
            there, back = shelf(self.unit(), "use"), shelf(self.unit(), "repair")
            write(movement(by, held.kind_id, 1, one, other, **more) for one, other in ((here, there), (there, back)))

    def there(self, held: Holding) -> Side:
        """Where it goes."""
        place = self.rng.choice(["", *PLACES])
        if place == "member":
            member = self.some(Member.objects.all())
            return (place, held.store_id, member.unit_id, member.pk) if member else OUTSIDE
        if place in ("use", "transit"):
            return (place, held.store_id, self.unit(), None)
        return shelf(self.unit(), place) if place else OUTSIDE


LEDGER_ACTS = ["goods", "goods", "pass_on", "pass_on", "pass_on", "carry", "move_unit", "merge", "enrol"]


def expected() -> tuple[dict[Any, dict[str, int]], dict[Any, dict[str, int]]]:
    """Own rows by (unit, kind, day, size), totals by (unit, span, start, kind, size), without rows of nothing."""
    chains = ancestors()
    own: dict[Any, Counter[str]] = defaultdict(Counter)
    totals: dict[Any, Counter[str]] = defaultdict(Counter)
    for one in Movement.objects.all():
        sides = ((one.to_place, one.to_unit_id, one.quantity), (one.from_place, one.from_unit_id, -one.quantity))
        for place, unit, change in sides:
            if unit is None:
                continue
            own[unit, one.kind_id, one.on, one.size][place] += change
            for above in chains[unit]:
                for span, start in (
                    (Span.DAY, one.on),
                    (Span.MONTH, one.on.replace(day=1)),
                    (Span.YEAR, dt.date(one.on.year, 1, 1)),
                ):
                    totals[above, span, start, one.kind_id, one.size][place] += change
    return _plain(own), _plain(totals)


def _plain(cells: dict[Any, Counter[str]]) -> dict[Any, dict[str, int]]:
    plain = {key: {place: number for place, number in cell.items() if number} for key, cell in cells.items()}
    return {key: cell for key, cell in plain.items() if cell}


def stored() -> tuple[dict[Any, dict[str, int]], dict[Any, dict[str, int]]]:
    """What stands."""
    return (
        _rows(OwnStock.objects.values("unit_id", "kind_id", "day", "size", *PLACES)),
        _rows(TotalStock.objects.values("unit_id", "span", "start", "kind_id", "size", *PLACES)),
    )


def _rows(rows: Any) -> dict[Any, dict[str, int]]:
    return {
        tuple(value for name, value in row.items() if name not in PLACES): {
            place: row[place] for place in PLACES if row[place]
        }
        for row in rows
    }


def on_day(unit_id: int, day: dt.date) -> Counter[tuple[int, str, str]]:
    """What the unit with everything below had at the end of a day, by (kind, size, place), from the movements."""
    within = set(Unit.objects.get(pk=unit_id).get_descendants(include_self=True).values_list("pk", flat=True))
    found: Counter[tuple[int, str, str]] = Counter()
    for one in Movement.objects.filter(on__lte=day):
        if one.to_unit_id in within:
            found[one.kind_id, one.size, one.to_place] += one.quantity
        if one.from_unit_id in within:
            found[one.kind_id, one.size, one.from_place] -= one.quantity
    return +found


def assert_equal() -> None:
    """What stands is what the movements say, row by row."""
    for standing, counted in zip(stored(), expected(), strict=True):
        keys = standing.keys() | counted.keys()
        differences = {key: (standing.get(key), counted.get(key)) for key in keys}
        assert not {key: pair for key, pair in differences.items() if pair[0] != pair[1]}
