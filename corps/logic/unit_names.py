"""How people write the names of units, brought into one form: 第一中队, 1中队 and 一中队 are the same squad."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

_DIGITS = "零一二三四五六七八九"
# Blanks and what people put between the names of a path.
_SEPARATORS = re.compile(r"[\s/\\>›»→|,,、;;·•—–-]+")
_ORDINAL = re.compile(r"第?(\d{1,2}|[一二三四五六七八九十]{1,3})(?=(?:支|大|中|小|分)?队)")


def code_form(text: str) -> str:
    """A code as it is compared: half-width, without blanks, case ignored."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def name_form(text: str) -> str:
    """A name or a path as it is compared: half-width, without blanks and separators, ordinals in one spelling."""
    plain = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text).casefold())
    return _ORDINAL.sub(lambda found: _chinese(found.group(1)), plain)


def _chinese(number: str) -> str:
    """1 to 99 in Chinese numerals; what is already Chinese stays."""
    if not number.isdecimal():
        return number
    tens, ones = divmod(int(number), 10)
    if tens == 0:
        return _DIGITS[ones]
    head = "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def spellings(path: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """All forms under which the last unit of a path may stand in a sheet.

    `path` holds for each unit from the root down its names (full, short). The unit itself is always named; of its
    superiors any, in order, may be, each by either name: 石鼓支队青山大队一中队, 石鼓支队一中队, 一中队.
    """
    *above, own = [tuple({name_form(name) for name in names}) for names in path]
    prefixes = {""}
    for names in above:
        prefixes |= {prefix + name for prefix in prefixes for name in names}
    for name in own:
        for prefix in prefixes:
            yield prefix + name
