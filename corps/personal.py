"""What is personal in which table, declared once by each app (`AppConfig.ready`): what erasing somebody destroys.

Erasing must reach every table, and the app that erases must not know those above it. Every column that can hold words
or bytes stands in one of the two lists; a test walks all models and asks for it. `corps.operations.erasing` carries it
out, in the tables themselves, in their history, and in reasons that were given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

WORD = "已注销人员"
"""Stands where a name stood. The database knows it too: `corps_neutral_word()`."""


class Becomes(Enum):
    """What a column holds afterwards."""

    NAME = "name"  # the neutral word
    EMPTY = "empty"  # "", {}, [] or no bytes, by its type
    NULL = "null"
    YEAR = "year"  # of a date only the year stays
    REDACTED = "redacted"  # free text: the person's name and numbers give way to the neutral word, the rest stays


@dataclass(frozen=True, slots=True)
class Personal:
    """The personal columns of a model and the path from a row to the person: a member, or with `account` an account.

    Without columns nothing in the rows is personal, but acts that changed them may have a reason that is.

    With `gone` the rows are deleted. `narrowed` leaves out rows that hold nothing personal. `setting` is a setting of
    the session without which a trigger refuses the write. Columns of `by_hand` are destroyed by the app's own
    operation, because a rule asks for a particular value; their history is still shredded here.
    """

    model: str
    of: str
    columns: Mapping[str, Becomes] = field(default_factory=dict)
    account: bool = False
    gone: bool = False
    narrowed: Mapping[str, object] = field(default_factory=dict)
    setting: str = ""
    by_hand: frozenset[str] = frozenset()


_personal: dict[tuple[str, str], Personal] = {}
_harmless: dict[tuple[str, str], str] = {}


def declare_personal(*found: Personal) -> None:
    """Make them known; once more changes nothing."""
    for one in found:
        _personal[one.model, one.of] = one


def declare_harmless(reasons: Mapping[str, Mapping[str, str]]) -> None:
    """Model → why → its columns, separated by blanks (`*` for all): words that say nothing about a member."""
    for model, columns in reasons.items():
        for why, names in columns.items():
            for name in names.split():
                _harmless[model, name] = why


def personal_columns() -> tuple[Personal, ...]:
    """All declarations, apps at the bottom first."""
    return tuple(_personal.values())


def harmless_columns() -> Mapping[tuple[str, str], str]:
    """(model, column) → why nothing in it says anything about a member."""
    return _harmless
