"""What somebody typed into the search box of a roster, told apart by its characters. Plain Python."""

import re
from enum import StrEnum
from typing import Final, NamedTuple

from members.logic.text import ascii_form

MIN_DIGITS: Final = 3
MAX_LENGTH: Final = 40
# No Mandarin syllable begins with these, so they never stand among initials.
_NO_INITIALS: Final = re.compile("[iuv]")
_LATIN: Final = re.compile(r"[a-z][a-z '’·.-]*")
_TAIL: Final = re.compile(r"\d{3}[\dx]")


class Kind(StrEnum):
    """Which index answers."""

    NAME = "name"
    LATIN = "latin"
    DIGITS = "digits"
    TAIL = "tail"
    IDENTITY = "identity"
    SHORT = "short"


class Word(NamedTuple):
    """A search word as the indexes hold it: folded, without blanks and marks."""

    kind: Kind
    text: str

    @property
    def may_be_initials(self) -> bool:
        """Whether a Latin word can be read as one initial per character."""
        return len(self.text) > 1 and not _NO_INITIALS.search(self.text)


def read_word(typed: str) -> Word | None:
    """The word in `typed`, or None when there is nothing to search for."""
    text = ascii_form(typed[:MAX_LENGTH]).strip().lower()
    if not text:
        return None
    compact = re.sub(r"[\s\-‐-―]+", "", text)
    if re.fullmatch(r"\d{17}[\dx]|\d{15}", compact):
        return Word(Kind.IDENTITY, compact.upper())
    if _TAIL.fullmatch(compact) and not compact.isdigit():
        return Word(Kind.TAIL, compact.upper())
    if compact.isdigit():
        return Word(Kind.DIGITS if len(compact) >= MIN_DIGITS else Kind.SHORT, compact)
    if _LATIN.fullmatch(text):
        return Word(Kind.LATIN, re.sub("[^a-z]", "", text))
    letters = "".join(character for character in text if character.isalnum())
    return Word(Kind.NAME, letters) if letters else None


def after(prefix: str) -> str:
    """The first text that sorts behind everything that starts with `prefix`, in code-point order."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)
