"""The roster as a django-import-export resource: its columns are those of `members.logic.roster_columns`, by key.

Import has a pipeline of its own; the resource gives the columns their heads and turns codes into the words that
the import reads back, so that an exported sheet can be corrected and imported again.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils.translation import get_language
from import_export import resources
from import_export.fields import Field

from members.enums import Education, MemberRole, MemberStatus, Occupation, PoliticalStatus, Sex
from members.logic.roster_columns import COLUMNS

_CHOICES: dict[str, Any] = {
    "sex": Sex,
    "occupation": Occupation,
    "political_status": PoliticalStatus,
    "education": Education,
    "status": MemberStatus,
}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before what would start one."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def heads(keys: list[str]) -> list[str]:
    """The head of each column in the reader's language; Chinese heads can be imported again."""
    chinese = (get_language() or "zh-hans").startswith("zh")
    by_key = {column.key: column.chinese if chinese else column.english for column in COLUMNS}
    return [by_key[key] for key in keys]


def _words(key: str) -> Callable[[Any], str]:
    words = {code: str(word) for code, word in _CHOICES[key].choices}
    return lambda code: words.get(code, code or "")


class RosterResource(resources.Resource):
    """Rows are mappings with one value per key of the columns; see `members.exports.roster`."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__()
        self.keys = keys
        for key, head in zip(keys, heads(keys), strict=True):
            self.fields[key] = Field(attribute=key, column_name=head)
        self._words = {key: _words(key) for key in keys if key in _CHOICES}
        self._roles = {code: str(word) for code, word in MemberRole.choices}

    def get_export_order(self, *_arguments: Any, **_options: Any) -> list[str]:
        """As chosen."""
        return self.keys

    def line(self, row: dict[str, Any]) -> list[str]:
        """The cells of one member, each safe to open in a spreadsheet."""
        return [safe_cell(self._cell(key, row.get(key))) for key in self.keys]

    def _cell(self, key: str, value: Any) -> str:
        if value is None:
            return ""
        if key in self._words:
            return self._words[key](value)
        if key == "roles":
            return "、".join(self._roles.get(code, code) for code in value)
        if isinstance(value, list):
            return "、".join(value)
        return value.isoformat() if isinstance(value, dt.date) else str(value)
