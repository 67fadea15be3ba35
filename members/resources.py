"""The roster as a django-import-export resource: its columns are those of `members.logic.roster_columns`, by key.

Import has a pipeline of its own; the resource gives the columns their heads and turns codes into the words that
the import reads back, so that an exported sheet can be corrected and imported again.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from import_export import resources
from import_export.fields import Field

from corps.languages import in_chinese
from members.enums import Education, MemberRole, MemberStatus, Occupation, PoliticalStatus, Sex
from members.logic.roster_columns import COLUMNS

_CHOICES: dict[str, Any] = {
    "sex": Sex,
    "occupation": Occupation,
    "political_status": PoliticalStatus,
    "education": Education,
    "status": MemberStatus,
}
_LISTS = frozenset({"roles", "skills", "groups", "teams"})
_DATES = frozenset({"birth_date", "joined_on", "status_on", "insured_until"})
_FORMULA_STARTS = frozenset("=+-@\t\r")


def safe_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before what would start one."""
    return f"'{text}" if text[:1] in _FORMULA_STARTS else text


def heads(keys: list[str]) -> list[str]:
    """The head of each column in the reader's language; Chinese heads can be imported again."""
    chinese = in_chinese()
    by_key = {column.key: column.chinese if chinese else column.english for column in COLUMNS}
    return [by_key[key] for key in keys]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _listed(value: list[str] | None) -> str:
    return "、".join(value or ())


def _day(value: dt.date | None) -> str:
    return value.isoformat() if value else ""


def _word(key: str) -> Callable[[Any], str]:
    words = {code: str(word) for code, word in _CHOICES[key].choices}
    return lambda code: words.get(code, code or "")


def _roles() -> Callable[[list[str]], str]:
    words = {code: str(word) for code, word in MemberRole.choices}
    return lambda codes: "、".join([words.get(code, code) for code in codes])


def _renderer(key: str) -> Callable[[Any], str]:
    """How the values of a column become text."""
    if key in _CHOICES:
        return _word(key)
    if key in _LISTS:
        return _roles() if key == "roles" else _listed
    return _day if key in _DATES else _text


class RosterResource(resources.Resource):
    """Rows are mappings with one value per key of the columns; see `members.exports.roster`."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__()
        self.keys = keys
        for key, head in zip(keys, heads(keys), strict=True):
            self.fields[key] = Field(attribute=key, column_name=head)
        self._renderers = [(key, _renderer(key)) for key in keys]

    def get_export_order(self, *_arguments: Any, **_options: Any) -> list[str]:
        """As chosen."""
        return self.keys

    def line(self, row: dict[str, Any]) -> list[str]:
        """The cells of one member, each safe to open in a spreadsheet."""
        return [safe_cell(render(row[key])) for key, render in self._renderers]
