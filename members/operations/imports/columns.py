"""The columns that a sheet can bring, and how each is compared with and written into the roster, as SQL.

In a staged row NULL leaves the member's value alone; an empty text or array, `CLEARED_DATE` or the id 0 clears it.
`s` is the staged row and `m` the member everywhere.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from members.models.imports import CLEARED_DATE


class StagedColumn(NamedTuple):
    """A column of the sheet (`key`) and of the tables (`column`). `kind` says how blanks and clearing are kept."""

    key: str
    column: str
    kind: str
    initial: str = ""

    @property
    def differs(self) -> str:
        """True, in SQL, when the staged value would change the member."""
        s, m = f"s.{self.column}", f"m.{self.column}"
        return {
            "text": f"s.{self.column} <> m.{self.column}",
            "list": f"{s} <> {m}::text[]",
            "date": f"({s} IS NOT NULL AND nullif({s}, '{CLEARED_DATE.isoformat()}') IS DISTINCT FROM {m})",
            "id": f"({s} IS NOT NULL AND nullif({s}, 0) IS DISTINCT FROM {m})",
            "links": f"{s} <> coalesce({self.key}_now.ids, '{{}}')",
        }[self.kind]

    @property
    def merged(self) -> str:
        """The member's value after applying."""
        s, m = f"s.{self.column}", f"m.{self.column}"
        return {
            "text": f"coalesce({s}, {m})",
            "list": f"coalesce({s}, {m}::text[])",
            "date": f"CASE WHEN {s} IS NULL THEN {m} ELSE nullif({s}, '{CLEARED_DATE.isoformat()}') END",
            "id": f"CASE WHEN {s} IS NULL THEN {m} ELSE nullif({s}, 0) END",
        }[self.kind]

    @property
    def fresh(self) -> str:
        """The value of a new member."""
        s = f"s.{self.column}"
        return {
            "text": f"coalesce({s}, '{self.initial}')",
            "list": f"coalesce({s}, '{{}}')",
            "date": f"nullif({s}, '{CLEARED_DATE.isoformat()}')",
            "id": f"nullif({s}, 0)",
        }[self.kind]


def _texts(*keys: str) -> Iterable[StagedColumn]:
    return (StagedColumn(key, key, "text") for key in keys)


COLUMNS: Final[tuple[StagedColumn, ...]] = (
    *_texts("name", "phone", "occupation", "employer", "address"),
    StagedColumn("grid", "grid_id", "id"),
    *_texts("political_status", "education"),
    StagedColumn("skills", "skills", "list"),
    StagedColumn("roles", "roles", "list"),
    StagedColumn("groups", "group_ids", "links"),
    StagedColumn("unit", "unit_id", "id"),
    StagedColumn("teams", "team_ids", "links"),
    StagedColumn("joined_on", "joined_on", "date"),
    StagedColumn("status", "status", "text", "active"),
    StagedColumn("status_reason", "status_reason", "text"),
    StagedColumn("status_on", "status_on", "date"),
    *_texts("emergency_name", "emergency_phone", "insurer", "policy_number"),
    StagedColumn("insured_until", "insured_until", "date"),
    *_texts("recruiter"),
    StagedColumn("partner", "partner_id", "id"),
    *_texts("remarks"),
)
BY_KEY: Final = {column.key: column for column in COLUMNS}
OWN: Final = tuple(column for column in COLUMNS if column.kind != "links")
"""Columns of the member's own row."""

# What follows from the name.
SEARCH_WORDS: Final = ("pinyin", "initials", "name_grams")
# What a new member has and no sheet changes: the identity number and what follows from it.
IDENTITY: Final = ("identity_sealed", "identity_index", "identity_head", "identity_tail", "sex", "birth_date")

LINKS: Final = {
    "groups": ("members_groupmembership", "group_id"),
    "teams": ("members_teammembership", "unit_id"),
}
"""Key → table of links and its column that names the other side."""


def present(keys: Iterable[str]) -> list[StagedColumn]:
    """The declared columns among `keys`, in their order."""
    wanted = set(keys)
    return [column for column in COLUMNS if column.key in wanted]


def links_now(columns: Iterable[StagedColumn]) -> str:
    """Joins that give the members' present links, for the columns of links among `columns`."""
    return " ".join(
        f"LEFT JOIN LATERAL (SELECT array_agg(l.{LINKS[column.key][1]} ORDER BY l.{LINKS[column.key][1]}) AS ids"
        f" FROM {LINKS[column.key][0]} l WHERE l.member_id = m.id AND s.{column.column} IS NOT NULL)"
        f" {column.key}_now ON true"
        for column in columns
        if column.kind == "links"
    )


def changed_keys(columns: Iterable[StagedColumn]) -> str:
    """The array of keys whose values would change."""
    cases = ", ".join(f"CASE WHEN {column.differs} THEN '{column.key}' END" for column in columns)
    return f"array_remove(ARRAY[{cases}]::text[], NULL)" if cases else "'{}'::text[]"
