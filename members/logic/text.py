"""Text of a cell made plain: width of characters, blanks, apostrophes and invisible characters.

Sheets that passed through several hands hold full-width digits, non-breaking and ideographic blanks, zero-width
characters from chat programs, line breaks inside a cell and the apostrophe that Excel users type to force text.
"""

import re
from typing import Final

_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_BLANKS: Final = [0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, *range(0x20)]
_INVISIBLE: Final = [0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0x7F]

_TO_ASCII: Final = {**_FULL_WIDTH, **dict.fromkeys(_BLANKS, " "), **dict.fromkeys(_INVISIBLE)}
# In running text the Chinese marks ，：；（）！？ are right as they are; only what stands for a letter, a digit or a
# sign of an address or number becomes its half-width form.
_TO_PLAIN: Final = {
    key: value for key, value in _TO_ASCII.items() if key not in {ord(mark) for mark in "，：；（）！？｜～"}
}

_UNTIDY: Final = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\uff02-\uff5e]|^['‘’`´ ]|  | $"
)
_RUN_OF_BLANKS: Final = re.compile(" {2,}")
_APOSTROPHES: Final = "'‘’`´"
_TEXT_FORMULA: Final = re.compile(r'^="([^"]*)"$')

PLACEHOLDERS: Final = frozenset(
    [
        "",
        "-",
        "--",
        "—",
        "——",
        "/",
        "\\",
        "、",
        ".",
        "。",
        "*",
        "?",
        "无",
        "暂无",
        "没有",
        "空",
        "不详",
        "未知",
        "N/A",
        "n/a",
        "NA",
        "null",
        "NULL",
        "None",
    ]
)
"""What people type into a cell to say that there is nothing to say."""

CLEAR: Final = "清空"
"""What people type to empty a field; an empty cell leaves the field as it is, so that sloppy sheets lose nothing."""


def plain(text: str) -> str:
    """Running text: trimmed, single blanks, half-width letters and digits; Chinese punctuation stays.

    Text without anything to mend is returned as it is, at the price of one search.
    """
    if _UNTIDY.search(text) is None:
        return text
    text = text.translate(_TO_PLAIN).strip().lstrip(_APOSTROPHES).strip()
    return _RUN_OF_BLANKS.sub(" ", text)


def ascii_form(text: str) -> str:
    """Codes and numbers: every full-width character becomes half-width, blanks are trimmed, apostrophes go.

    `="0123"`, which some systems write into CSV to force text, gives `0123`.
    """
    text = text.translate(_TO_ASCII).strip().lstrip(_APOSTROPHES).rstrip(_APOSTROPHES).strip()
    if text[:1] == "=" and (match := _TEXT_FORMULA.match(text)):
        return match[1].strip()
    return text


def is_formula(text: str) -> bool:
    """True for the text of a formula, as CSV files and text cells hold it."""
    return text[:1] == "=" and _TEXT_FORMULA.match(text) is None
