"""Names of people: Chinese characters rare ones included, the dot of minority names, Latin letters."""

import re
from typing import Final

from members.logic.flaws import WARNING, Cell, Flaw
from members.logic.text import PLACEHOLDERS, is_formula, plain

MAX_LENGTH: Final = 50
DOT: Final = "·"

_CJK: Final = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PRIVATE: Final = "\ue000-\uf8ff\U000f0000-\U0010ffff"
_PLAIN_NAME: Final = re.compile(f"[{_CJK}]{{2,20}}")
_BLANK_IN_CHINESE: Final = re.compile(f"(?<=[{_CJK}{_PRIVATE}·]) +(?=[{_CJK}{_PRIVATE}·])")
_DOTS: Final = re.compile("[·•・‧∙⋅●᛫·．]")
_DOT_BETWEEN_CHINESE: Final = re.compile(f"(?<=[{_CJK}]) *[.。·] *(?=[{_CJK}])")
_PRIVATE_CHARACTER: Final = re.compile(f"[{_PRIVATE}]")
_MARKS: Final = frozenset(" ·'’-.")
# 〇 counts as a number for Unicode, and is a letter of names here.
_LETTERS_BESIDE: Final = frozenset("〇")
_NOT_NAMES: Final = frozenset(("姓名", "同上", "合计", "总计", "小计", "清空"))


def read_name(cell: Cell) -> str | Flaw | None:
    """The name with its blanks and dots put right, a flaw, or None for a blank cell."""
    if type(cell) is str and _PLAIN_NAME.fullmatch(cell) and cell not in _NOT_NAMES:
        return cell
    if not isinstance(cell, str):
        return None if cell is None else Flaw("name_malformed", {})
    name = plain(cell)
    if name in PLACEHOLDERS:
        return None
    if is_formula(name):
        return Flaw("formula_text", {})
    name = _DOT_BETWEEN_CHINESE.sub(DOT, _DOTS.sub(DOT, name))
    name = _BLANK_IN_CHINESE.sub("", name)
    return _judged(name)


def _judged(name: str) -> str | Flaw:
    if len(name) > MAX_LENGTH:
        return Flaw("text_too_long", {"length": len(name), "limit": MAX_LENGTH})
    if not _is_name(_PRIVATE_CHARACTER.sub("〇", name)):
        return Flaw("name_malformed", {})
    if private := _PRIVATE_CHARACTER.search(name):
        return Flaw("name_private_character", {"code": f"U+{ord(private[0]):04X}"}, WARNING, name)
    return name


def _is_name(name: str) -> bool:
    return (
        len(name) >= 2
        and name not in _NOT_NAMES
        and all(char in _MARKS or char in _LETTERS_BESIDE or char.isalpha() for char in name)
        and name[0] not in _MARKS
        and sum(char not in _MARKS for char in name) >= 2
    )
