"""Telephone numbers of mainland China: mobile numbers for members, land lines for emergency contacts too."""

import re
from typing import Final

from members.logic.flaws import WARNING, Cell, Flaw, cell_text
from members.logic.text import PLACEHOLDERS, ascii_form

MOBILE: Final = re.compile(r"1[3-9]\d{9}", re.ASCII)
_MOBILE_EXACTLY: Final = re.compile(r"1[3-9][0-9]{9}")
_LAND_LINE: Final = re.compile(r"(?:(01\d|02\d|0[3-9]\d{2}))?([2-9]\d{6,7})(?:[转xX*#]?(\d{1,6}))?", re.ASCII)
_NOISE: Final = re.compile(r"[\s\-‐-―−_.·()（）]+")
_COUNTRY: Final = re.compile(r"^(?:\+|00)?86(?=1[3-9]\d{9}$)")
_SEVERAL: Final = re.compile(r"[/、,，;；|或]|\s{2,}|(?<=\d{11})\s(?=1)")


def read_mobile(cell: Cell) -> str | Flaw | None:
    """The eleven digits of a mobile number, a flaw, or None for a blank cell."""
    if type(cell) is str and _MOBILE_EXACTLY.fullmatch(cell):
        return cell
    return _read(cell, land_lines=False)


def read_any_phone(cell: Cell) -> str | Flaw | None:
    """A mobile number, or a land line as `0734-8123456`."""
    if type(cell) is str and _MOBILE_EXACTLY.fullmatch(cell):
        return cell
    return _read(cell, land_lines=True)


def _read(cell: Cell, *, land_lines: bool) -> str | Flaw | None:
    text = ascii_form(cell_text(cell)).removesuffix(".0")
    if text in PLACEHOLDERS:
        return None
    if len(text) > 60:
        return Flaw("phone_malformed", {})
    numbers = [number for part in _SEVERAL.split(text) if (number := _one(part, land_lines=land_lines))]
    if not numbers:
        return Flaw("phone_malformed", {}) if land_lines or not _is_land_line(text) else Flaw("phone_land_line", {})
    if len(set(numbers)) > 1:
        return Flaw("phone_several", {"others": len(set(numbers)) - 1}, WARNING, numbers[0])
    return numbers[0]


def _one(text: str, *, land_lines: bool) -> str | None:
    digits = _COUNTRY.sub("", _NOISE.sub("", text))
    if MOBILE.fullmatch(digits):
        return digits
    if land_lines and (match := _LAND_LINE.fullmatch(_separated(text))):
        return "-".join(part for part in match.groups() if part)
    return None


def _separated(text: str) -> str:
    """The land line without brackets and dashes, its extension marked by 转."""
    parts = [part for part in re.split(r"[\s\-‐-―−()（）]+", text.removeprefix("+86").strip()) if part]
    if len(parts) > 1 and not parts[0].startswith("0") and len(parts[0]) >= 7:
        return f"{parts[0]}转{''.join(parts[1:])}"
    if len(parts) > 2:
        return f"{parts[0]}{parts[1]}转{''.join(parts[2:])}"
    return "".join(parts)


def _is_land_line(text: str) -> bool:
    return _one(text, land_lines=True) is not None
