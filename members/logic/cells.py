"""Cleaners of one cell that need no module of their own: choices, lists, free text, references to units."""

import re
from collections.abc import Callable
from typing import Final

from members.logic.flaws import WARNING, Cell, Flaw, Value, cell_text
from members.logic.text import PLACEHOLDERS, ascii_form, is_formula, plain
from members.logic.vocabulary import Term, folded, labels, lookup_table

Cleaner = Callable[[Cell], Value | Flaw]

_LIST_SEPARATORS: Final = re.compile(r"[、,，;；|\n\r\t]+")
_ROLE_SEPARATORS: Final = re.compile(r"[、,，;；|/\\+＋和\s\u3000]+")
_PATH_SEPARATORS: Final = re.compile(r"\s*(?:[/\\>›»》|→]|-{1,2}>|——|--)\s*")
_UNIT_CODE: Final = re.compile(r"(?=[A-Z0-9-]*\d)[A-Z0-9]+(?:-[A-Z0-9]+)*", re.IGNORECASE)

MAX_ITEMS: Final = 30


def choice(terms: tuple[Term, ...], *, otherwise: str | None = None) -> Cleaner:
    """Reads a choice by label, code or synonym; an unknown word is an error, or `otherwise` with a warning."""
    table = lookup_table(terms)
    expected = labels(terms)

    def read(cell: Cell) -> Value | Flaw:
        text = cell_text(cell)
        code = table.get(text) or table.get(folded(text))
        if code is not None:
            return code
        if plain(text) in PLACEHOLDERS:
            return None
        if otherwise is not None:
            return Flaw("choice_kept_as_other", {}, WARNING, otherwise)
        return Flaw("choice_unknown", {"expected": expected})

    return read


def choices(terms: tuple[Term, ...]) -> Cleaner:
    """Reads several choices in one cell; codes in the order of the vocabulary, each once."""
    table = lookup_table(terms)
    order = {term.code: position for position, term in enumerate(terms)}
    expected = labels(terms)

    def read(cell: Cell) -> Value | Flaw:
        text = cell_text(cell)
        if plain(text) in PLACEHOLDERS:
            return None
        words = [word for word in _ROLE_SEPARATORS.split(text) if folded(word)]
        codes = {table.get(folded(word)) for word in words}
        if None in codes:
            unknown = "、".join(word for word in words if folded(word) not in table)
            return Flaw("choice_unknown", {"expected": expected, "unknown": unknown[:40]})
        return tuple(sorted((code for code in codes if code), key=order.__getitem__))

    return read


def text(max_length: int) -> Cleaner:
    """Free text up to `max_length` characters."""

    def read(cell: Cell) -> Value | Flaw:
        value = plain(cell) if type(cell) is str else plain(cell_text(cell))
        if value in PLACEHOLDERS:
            return None
        if len(value) > max_length:
            return Flaw("text_too_long", {"length": len(value), "limit": max_length})
        if value[0] == "=" and is_formula(value):
            return Flaw("formula_text", {})
        return value

    return read


def code_text(max_length: int) -> Cleaner:
    """A number or code as text, such as a policy number: half-width, without blanks."""

    def read(cell: Cell) -> Value | Flaw:
        if isinstance(cell, float) and abs(cell) >= 1e15:
            return Flaw("number_destroyed", {})
        value = re.sub(r"\s+", "", ascii_form(cell_text(cell)))
        if value in PLACEHOLDERS:
            return None
        if len(value) > max_length:
            return Flaw("text_too_long", {"length": len(value), "limit": max_length})
        return Flaw("formula_text", {}) if is_formula(value) else value

    return read


def text_list(max_length: int) -> Cleaner:
    """Several words in one cell, each up to `max_length` characters; each once, in their order."""

    def read(cell: Cell) -> Value | Flaw:
        return _items(cell_text(cell), plain, max_length)

    return read


def unit(max_length: int) -> Cleaner:
    """A reference to a unit: its code, its name, or its path with `/` between the names."""

    def read(cell: Cell) -> Value | Flaw:
        value = unit_reference(cell_text(cell))
        if value in PLACEHOLDERS:
            return None
        if len(value) > max_length:
            return Flaw("text_too_long", {"length": len(value), "limit": max_length})
        return Flaw("formula_text", {}) if is_formula(value) else value

    return read


def unit_list(max_length: int) -> Cleaner:
    """Several references to units in one cell."""

    def read(cell: Cell) -> Value | Flaw:
        return _items(cell_text(cell), unit_reference, max_length)

    return read


def unit_reference(text: str) -> str:
    """`蒸湘支队 > 长湖大队` → `蒸湘支队/长湖大队`; codes in upper case; blanks inside names removed."""
    value = ascii_form(text)
    if _UNIT_CODE.fullmatch(value):
        return value.upper()
    value = _PATH_SEPARATORS.sub("/", plain(text)).strip("/")
    return value if value.isascii() else value.replace(" ", "")


def unit_reference_kind(reference: str) -> str:
    """`path`, `code` or `name`: what a reference that `unit_reference` returned most likely is."""
    if "/" in reference:
        return "path"
    return "code" if _UNIT_CODE.fullmatch(reference) else "name"


def _items(cell: str, normal: Callable[[str], str], max_length: int) -> Value | Flaw:
    if plain(cell) in PLACEHOLDERS:
        return None
    items = tuple(
        dict.fromkeys(item for part in _LIST_SEPARATORS.split(cell) if (item := normal(part)) not in PLACEHOLDERS)
    )
    if len(items) > MAX_ITEMS:
        return Flaw("too_many_items", {"count": len(items), "limit": MAX_ITEMS})
    if any(map(is_formula, items)):
        return Flaw("formula_text", {})
    longest = max(map(len, items), default=0)
    return Flaw("text_too_long", {"length": longest, "limit": max_length}) if longest > max_length else items or None
