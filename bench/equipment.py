"""A corps' equipment for measuring: kinds, stores and a ledger of a million movements over three years.

Invented, and planted as any ledger is that comes from elsewhere: COPY through every trigger and constraint, in the
order of its days. Half of the members' things were given back and given out again.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction

from bench.crowd import gather
from corps.enums import Level
from corps.models import Corps, Unit
from members.models import Entitlement, EquipmentKind, Store
from members.operations.equipment.posting import COLUMNS

MEMBERS: Final = 124_000
FIRST: Final = dt.date(2023, 1, 2)
DAYS: Final = 1_000
CHUNKS: Final = 25
SIZES: Final = ("M", "L", "XL", "XXL")
_IN_USE: Final = (("反光背心", SIZES), ("肩灯", ()), ("执勤便帽", ()), ("哨子", ()))
_KIT: Final = (
    ("新背心", SIZES, "counted"),
    ("新肩灯", (), "counted"),
    ("新便帽", (), "counted"),
    ("对讲机", (), "numbered"),
)

# Everybody gets each kind on a day of the first half, and gives it back in the second half. Kinds follow one another,
# so that a unit has several kinds on a day, and a day many units.
_PLANNED: Final = """
CREATE UNLOGGED TABLE bench_planned AS
SELECT n / %(per_chunk)s AS chunk, p.* FROM (
    SELECT row_number() OVER (ORDER BY day, member_id, kind_id) AS n, planned.* FROM (
        SELECT %(first)s::date + (m.id * 7 %% 500)::int + (k.place * 3)::int + back * 480 AS day, m.id AS member_id,
            m.unit_id, s.id AS store_id, s.unit_id AS store_unit_id, k.id AS kind_id,
            coalesce(k.sizes[1 + m.id %% nullif(cardinality(k.sizes), 0)], '') AS size, back
        FROM members_member m
        JOIN corps_unit u ON u.id = m.unit_id
        JOIN corps_unit d ON d.tree_id = u.tree_id AND d.level = 2 AND u.lft BETWEEN d.lft AND d.rght
        JOIN members_store s ON s.unit_id = d.id
        CROSS JOIN (SELECT k.*, row_number() OVER (ORDER BY id) AS place FROM members_equipmentkind k
            WHERE id = ANY(%(kinds)s)) AS k
        CROSS JOIN generate_series(0, 1) AS back
    ) AS planned
) AS p
"""
_OUT: Final = """
COPY (
    SELECT %d::bigint, day, kind_id, size, NULL::bigint, 1,
        CASE back WHEN 0 THEN 'store' ELSE 'member' END, store_id, CASE back WHEN 0 THEN store_unit_id ELSE unit_id END,
        CASE back WHEN 1 THEN member_id END,
        CASE back WHEN 0 THEN 'member' ELSE 'store' END, store_id, CASE back WHEN 0 THEN unit_id ELSE store_unit_id END,
        CASE back WHEN 0 THEN member_id END, NULL::date, NULL::bigint
    FROM bench_planned WHERE chunk = %d ORDER BY n
) TO STDOUT (FORMAT binary)
"""
_IN: Final = f"COPY members_movement ({COLUMNS}) FROM STDIN (FORMAT binary)"


@dataclass(frozen=True, slots=True)
class Equipped:
    """The store of the corps, which has a kit for everybody, and the detachments' kinds in use."""

    store: Store
    kit: list[EquipmentKind]
    movements: int


def equip() -> Equipped:
    """A corps of 124,000 people, its stores, and a ledger of nearly a million movements."""
    gather(MEMBERS)
    corps = Corps.objects.get()
    root = Unit.objects.get(parent=None)
    kinds = [
        EquipmentKind.objects.create(corps=corps, name=name, sizes=list(sizes), position=place)
        for place, (name, sizes) in enumerate(_IN_USE)
    ]
    kit = [
        EquipmentKind.objects.create(corps=corps, name=name, sizes=list(sizes), counting=counting, position=10 + place)
        for place, (name, sizes, counting) in enumerate(_KIT)
    ]
    Entitlement.objects.bulk_create(Entitlement(kind=kind) for kind in kit)
    stores = [
        Store(unit_id=unit_id, name="装备库")
        for unit_id in Unit.objects.filter(level=Level.DETACHMENT).order_by("id").values_list("id", flat=True)
    ]
    Store.objects.bulk_create(stores)
    store = Store.objects.create(unit=root, name="总队装备库")
    for one in stores:
        _receive(one, kinds, 40_000)
    _receive(store, [kind for kind in kit if kind.counting == "counted"], 200_000)
    _number(store, kit[-1], 40_000)
    _plan([kind.pk for kind in kinds])
    with connection.cursor() as cursor:
        for chunk in range(CHUNKS + 1):
            _plant(cursor, store, chunk)
        cursor.execute("DROP TABLE bench_planned")
        cursor.execute("SELECT count(*) FROM members_movement")
        (movements,) = cursor.fetchone()
        for table in ("members_movement", "members_holding", "members_voucher", "members_article"):
            cursor.execute(f"VACUUM ANALYZE {table}")
    return Equipped(store, kit, movements)


def voucher(cursor: Any, unit_id: int, act: str, day: dt.date) -> int:
    """A new voucher's key."""
    cursor.execute(
        'INSERT INTO members_voucher (act, unit_id, "on", reason, token)'
        " VALUES (%s, %s, %s, '', gen_random_uuid()) RETURNING id",
        [act, unit_id, day],
    )
    return int(cursor.fetchone()[0])


def _receive(store: Store, kinds: list[EquipmentKind], pieces: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        by = voucher(cursor, store.unit_id, "receipt", FIRST)
        rows = [
            (
                by,
                FIRST,
                kind.pk,
                size,
                None,
                pieces,
                "",
                None,
                None,
                None,
                "store",
                store.pk,
                store.unit_id,
                None,
                None,
                None,
            )
            for kind in kinds
            for size in kind.sizes or [""]
        ]
        with cursor.copy(f"COPY members_movement ({COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _number(store: Store, kind: EquipmentKind, pieces: int) -> None:
    """Numbered things come into the store."""
    with transaction.atomic(), connection.cursor() as cursor:
        by = voucher(cursor, store.unit_id, "receipt", FIRST)
        cursor.execute(
            "INSERT INTO members_article (kind_id, corps_id, number, remarks)"
            " SELECT %s, %s, 'D' || lpad(n::text, 6, '0'), '' FROM generate_series(1, %s) AS n",
            [kind.pk, kind.corps_id, pieces],
        )
        cursor.execute(
            f"INSERT INTO members_movement ({COLUMNS})"
            " SELECT %s, %s, kind_id, '', id, 1, '', NULL::bigint, NULL::bigint, NULL::bigint, 'store', %s, %s,"
            " NULL::bigint, NULL::date, NULL::bigint FROM members_article",
            [by, FIRST, store.pk, store.unit_id],
        )


def _plan(kinds: list[int]) -> None:
    with connection.cursor() as cursor:
        per_chunk = MEMBERS * len(kinds) * 2 // CHUNKS
        cursor.execute(_PLANNED, {"per_chunk": per_chunk, "first": FIRST + dt.timedelta(days=1), "kinds": kinds})
        cursor.execute("CREATE INDEX ON bench_planned (chunk)")


def _plant(cursor: Any, store: Store, chunk: int) -> None:
    with transaction.atomic():
        by = voucher(cursor, store.unit_id, "issue", FIRST)
        with cursor.copy(_OUT % (by, chunk)) as copy:
            content = b"".join(bytes(part) for part in copy)
        with cursor.copy(_IN) as copy:
            copy.write(content)
