"""SQL of counting, made from the declarations of `stats.catalogue.columns`.

Facts are read under their table's own name, because the declared conditions are written that way.
"""

from collections.abc import Iterable
from functools import cache
from typing import Final

from stats.catalogue import COLUMNS, SOURCES, Part, Source

NAMES: Final = tuple(COLUMNS)
NAME_LIST: Final = ", ".join(NAMES)

#: By what was written (`Changed`): the sources that then have to be read.
GROUPS: Final[dict[str, tuple[Source, ...]]] = {
    changed: tuple(source for source in SOURCES.values() if source.changed == changed)
    for changed in dict.fromkeys(source.changed for source in SOURCES.values())
}


def columns_of(changed: str) -> tuple[str, ...]:
    """The columns that are counted from a group of sources."""
    return tuple(
        column.name for column in COLUMNS.values() if any(part.source.changed == changed for part in column.parts)
    )


def aggregate(part: Part) -> str:
    """The sum of a part over rows that fulfil the source's own condition; NULL where there are none."""
    amount = f"{part.source.table}.{part.amount}" if part.amount else "1"
    term = f"{'-' if part.sign < 0 else ''}{amount}"
    condition = narrower(part)
    return f"sum({term})" + (f" FILTER (WHERE {condition})" if condition else "")


def narrower(part: Part) -> str:
    """What a part asks beyond its source's condition; rare values first, so that most rows are dismissed early."""
    from stats.catalogue.columns import sql_of

    order = sorted(part.where.items(), key=lambda item: (len(item[1]), item[0]))
    return sql_of(part.source, dict(order)) if order else ""


def cast(name: str) -> str:
    """The type of a column."""
    return "bigint" if COLUMNS[name].wide else "integer"


@cache
def counted_by_key(changed: str) -> str:
    """Cells of a group of sources for the keys (unit_id, day) of `keys`; keys without facts are left out."""
    return _merged(changed, from_keys=True)


@cache
def counted_everywhere(changed: str) -> str:
    """Cells of a group of sources for all units and days."""
    return _merged(changed, from_keys=False)


def _merged(changed: str, *, from_keys: bool) -> str:
    names = columns_of(changed)
    sources = GROUPS[changed]
    selects = [_counted(source, names, from_keys=from_keys) for source in sources]
    if len(selects) == 1:
        return selects[0]
    sums = ", ".join(f"sum({name})::{cast(name)} AS {name}" for name in names)
    return f"SELECT unit_id, day, {sums} FROM ({' UNION ALL '.join(selects)}) AS parts GROUP BY unit_id, day"


def _counted(source: Source, names: Iterable[str], *, from_keys: bool) -> str:
    from stats.catalogue.columns import sql_of

    terms = []
    for name in names:
        parts = [part for part in COLUMNS[name].parts if part.source is source]
        total = " + ".join(aggregate(part) for part in parts) or "NULL"
        terms.append(f"({total})::{cast(name)} AS {name}")
    table = f"FROM {source.table}"
    if from_keys:
        table += f" JOIN keys ON keys.unit_id = {source.unit_sql} AND keys.day = {source.day_sql}"
    return (
        f"SELECT {source.unit_sql} AS unit_id, {source.day_sql} AS day, {', '.join(terms)} {table}"
        f" WHERE {sql_of(source, source.where)} GROUP BY 1, 2"
    )


def changes(table: str, names: Iterable[str]) -> str:
    """The end of an upsert: write only cells that differ, and answer their keys."""
    found = tuple(names)
    sets = ", ".join(f"{name} = excluded.{name}" for name in found)
    stored = ", ".join(f"{table}.{name}" for name in found)
    new = ", ".join(f"excluded.{name}" for name in found)
    return (
        f"ON CONFLICT (unit_id, day) DO UPDATE SET {sets} WHERE ({stored}) IS DISTINCT FROM ({new})"
        " RETURNING unit_id, day"
    )
