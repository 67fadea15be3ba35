"""Rotating keys: every sealed value under the current data key, every blind index under the current index key.

Sealed columns of all apps are meant; each app declares its own (`corps.sealed`).

Sealing again goes in batches that commit one by one, so it can be stopped and taken up again: a value says itself under
which key it was sealed. Indexing again is one transaction, because two kinds of index beside each other would let a
person be entered twice. Neither is an edit: no history, no new revision.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pgtrigger
from django.db import connection

from corps.crypto import current_header, indexer, sealer, unseal_bytes
from corps.operations.canary import set_canary
from corps.operations.context import acting
from corps.operations.trail import record
from corps.sealed import SealedColumn, sealed_columns
from members.models.imports import UPLOAD_PURPOSE
from members.models.people import IDENTITY_PURPOSE
from members.models.recruitment import ENTERED_PURPOSE, MESSAGE_PURPOSE, PHONE_PURPOSE

if TYPE_CHECKING:
    from corps.actors import Actor

Progress = Callable[[str, int, int], None]


MEMBERS = SealedColumn(
    "members_member",
    "identity_sealed",
    IDENTITY_PURPOSE,
    index="identity_index",
    history="members.Member:update_update",
)
STAGED = SealedColumn(
    "members_stagedrow",
    "identity_sealed",
    IDENTITY_PURPOSE,
    key=(("import_id", "bigint"), ("sheet", "smallint"), ("row", "int")),
    index="identity_index",
)
UPLOADS = SealedColumn("members_importfile", "sealed", UPLOAD_PURPOSE, key=(("roster_import_id", "bigint"),), batch=1)
ENTERED = SealedColumn(
    "members_application", "entered_sealed", ENTERED_PURPOSE, history="members.Application:update_update"
)
PHONES = SealedColumn(
    "members_application",
    "phone_sealed",
    PHONE_PURPOSE,
    index="phone_index",
    history="members.Application:update_update",
)
MESSAGES = SealedColumn("members_onetimecode", "message_sealed", MESSAGE_PURPOSE)
COLUMNS = (MEMBERS, STAGED, UPLOADS, ENTERED, PHONES, MESSAGES)


def reseal(*, actor: "Actor", progress: Progress | None = None) -> int:
    """Seal every value again that is not under the current key and algorithm; returns how many. Raises `SealBroken`."""
    done = 0
    for column in sealed_columns():
        total, before = _outstanding(column), done
        while True:
            with acting(actor=actor, action="keys.rotate"), _unnoticed():
                count = _reseal_batch(column)
            done += count
            if progress and count:
                progress(column.table, done - before, total)
            if count == 0:
                break
    with acting(actor=actor, action="keys.rotate"):
        set_canary(actor=actor, index=False, sealed=True)
        record(actor=actor, action="keys.rotate", detail={"rows": done, "kind": "seal"})
    return done


def reindex(*, actor: "Actor", progress: Progress | None = None) -> int:
    """Compute every blind index again, all or none, while nobody may write members; returns how many changed."""
    changed = 0
    with acting(actor=actor, action="keys.rotate"), _unnoticed():
        for column in sealed_columns():
            if not column.index:
                continue
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {column.table} IN SHARE ROW EXCLUSIVE MODE")
            changed += _reindex(column, progress)
        set_canary(actor=actor, index=True, sealed=False)
        record(actor=actor, action="keys.rotate", detail={"rows": changed, "kind": "index"})
    return changed


def keys_in_use() -> set[int]:
    """Ids of data keys that some stored value still needs."""
    found: set[int] = set()
    with connection.cursor() as cursor:
        for column in sealed_columns():
            cursor.execute(
                f"SELECT DISTINCT get_byte({column.column}, 2) FROM {column.table} WHERE {column.column} IS NOT NULL"  # noqa: S608
            )
            found |= {identifier for (identifier,) in cursor.fetchall()}
    return found


@contextmanager
def _unnoticed() -> Iterator[None]:
    """Writes inside are no decisions about people: no history row, no revision."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('yiwu.resealing', 'on', true)")
    with pgtrigger.ignore(*(column.history for column in sealed_columns() if column.history)):
        yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('yiwu.resealing', '', true)")


def _names(column: SealedColumn) -> str:
    return ", ".join(f'"{name}"' for name, _type in column.key)


def _outstanding(column: SealedColumn) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {column.table} WHERE substring({column.column} FROM 1 FOR 3) <> %s",  # noqa: S608
            [current_header()],
        )
        (count,) = cursor.fetchone()
        return int(count)


def _reseal_batch(column: SealedColumn) -> int:
    seal = sealer(purpose=column.purpose)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_names(column)}, {column.column} FROM {column.table}"  # noqa: S608
            f" WHERE substring({column.column} FROM 1 FOR 3) <> %s ORDER BY {_names(column)} LIMIT %s FOR UPDATE",
            [current_header(), column.batch],
        )
        rows = cursor.fetchall()
        values = [(*row[:-1], seal(unseal_bytes(row[-1], purpose=column.purpose))) for row in rows]
        _write(cursor, column, column.column, values)
    return len(rows)


def _reindex(column: SealedColumn, progress: Progress | None) -> int:
    index_of = indexer(purpose=column.purpose)
    changed = seen = 0
    last: tuple[Any, ...] | None = None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {column.table} WHERE {column.index} IS NOT NULL")  # noqa: S608
        (total,) = cursor.fetchone()
        # The unique index is checked row by row; old and new digests never meet, so batches need no order of their own.
        while True:
            after = f"AND ({_names(column)}) > ({', '.join(['%s'] * len(column.key))})" if last else ""
            cursor.execute(
                f"SELECT {_names(column)}, {column.index}, {column.column} FROM {column.table}"  # noqa: S608
                f" WHERE {column.index} IS NOT NULL {after} ORDER BY {_names(column)} LIMIT %s",
                [*(last or ()), column.batch],
            )
            rows = cursor.fetchall()
            if not rows:
                return changed
            fresh = [(*row[:-2], index_of(unseal_bytes(row[-1], purpose=column.purpose))) for row in rows]
            values = [new for new, old in zip(fresh, rows, strict=True) if new[-1] != bytes(old[-2])]
            _write(cursor, column, column.index, values)
            changed, seen, last = changed + len(values), seen + len(rows), rows[-1][:-2]
            if progress:
                progress(column.table, seen, total)


def _write(cursor: Any, column: SealedColumn, target: str, values: list[tuple[Any, ...]]) -> None:
    if not values:
        return
    arrays = ", ".join(f"%s::{kind}[]" for _name, kind in column.key)
    same = " AND ".join(f'stored."{name}" = fresh."{name}"' for name, _kind in column.key)
    cursor.execute(
        f"UPDATE {column.table} AS stored SET {target} = fresh.value"  # noqa: S608
        f" FROM unnest({arrays}, %s::bytea[]) AS fresh ({_names(column)}, value) WHERE {same}",
        [list(one) for one in zip(*values, strict=True)],
    )
