"""What must be known of an .xlsx before and while calamine reads it: its parts, its size, its formulas."""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple
from xml.etree import ElementTree as ET

from members.reading.limits import MIB, Limits
from members.reading.refusals import Refused

_CHUNK: Final = MIB
_OVERLAP: Final = 1024
_SMALL_PART: Final = 16 * MIB
_RELATIONSHIP: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATIONSHIP: Final = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_RATIO_FROM: Final = 32 * MIB
_PREFIX: Final = re.compile(rb"<([A-Za-z0-9_]+:)?worksheet[\s>]")


class Scan(NamedTuple):
    """What a look at a sheet's XML tells before it is loaded.

    `formulas` maps a column (from 0) to the first and last row (from 0) with a formula; `rows` and `values` count the
    rows and the cells that hold something.
    """

    formulas: dict[int, tuple[int, int]]
    rows: int = 0
    values: int = 0


class Part(NamedTuple):
    """A sheet inside the archive and its size unpacked."""

    path: str
    size: int


class Package(NamedTuple):
    """An .xlsx judged safe to open: its sheets' parts by name, and its system of date numbers."""

    parts: dict[str, Part]
    epoch_1904: bool


def inspect(path: Path, limits: Limits) -> Package:
    """Judge the archive by its directory and read its list of sheets. Raises `Refused`."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_directory(archive.infolist(), limits)
            return _package(archive)
    except (zipfile.BadZipFile, OSError, ValueError, KeyError, NotImplementedError, EOFError, zlib.error) as error:
        raise Refused("file_corrupt") from error
    except RuntimeError as error:  # zipfile's way to say that an entry is encrypted
        raise Refused("file_password") from error


def _check_directory(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Refused("file_password")
    if any(entry.filename.lower().endswith("vbaproject.bin") for entry in entries):
        raise Refused("file_macros")
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    suspicious = total > _RATIO_FROM and total > limits.unpacked_ratio * max(packed, 1)
    if len(entries) > limits.parts or total > limits.unpacked_size or suspicious:
        raise Refused("file_bomb", unpacked=total // MIB, limit=limits.unpacked_size // MIB)


def _package(archive: zipfile.ZipFile) -> Package:
    root = _xml(archive, _workbook_part(archive))
    base = posixpath.dirname(_workbook_part(archive))
    relations = _xml(archive, f"{base}/_rels/{posixpath.basename(_workbook_part(archive))}.rels")
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    parts: dict[str, Part] = {}
    sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    epoch_1904 = False
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "workbookPr":
            epoch_1904 = element.get("date1904", "0") in {"1", "true"}
        elif tag == "sheet":
            target = targets.get(element.get(_RELATIONSHIP) or element.get(_STRICT_RELATIONSHIP), "")
            full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(base, target))
            parts[element.get("name", "")] = Part(full, sizes.get(full, 0))
    return Package(parts, epoch_1904)


def _workbook_part(archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    if "xl/workbook.xml" in names:
        return "xl/workbook.xml"
    return next(name for name in [*names, ""] if re.fullmatch(r"xl/workbook\d*\.xml", name) or not name)


def _xml(archive: zipfile.ZipFile, name: str) -> ET.Element:
    if archive.getinfo(name).file_size > _SMALL_PART:
        raise Refused("file_corrupt")
    data = archive.read(name)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise Refused("file_corrupt")
    try:
        return ET.fromstring(data)  # noqa: S314 - a document type, the one way to harm expat, was refused above
    except ET.ParseError as error:
        raise Refused("file_corrupt") from error


def scan(path: Path, part: str) -> Scan:
    """Stream through a sheet's XML and note where formulas stand; about a third of the time calamine needs.

    Unreadable parts give nothing: calamine judges them.
    """
    columns: dict[int, tuple[int, int]] = {}
    rows = values = 0
    try:
        with zipfile.ZipFile(path) as archive, archive.open(part) as stream:
            chunk = stream.read(_CHUNK)
            match = _PREFIX.search(chunk)
            prefix = match[1] or b"" if match else b""
            needle = b"<" + prefix + b"f"
            cell = re.compile(
                rb"<" + prefix + rb'c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*>\s*<' + prefix + rb"f[\s>/]"
            )
            row_tag, value_tag, text_tag = b"<" + prefix + b"row", b"</" + prefix + b"v>", b"</" + prefix + b"is>"
            tail = b""
            while chunk:
                rows += chunk.count(row_tag)
                values += chunk.count(value_tag) + chunk.count(text_tag)
                window = tail + chunk
                if needle in window:
                    _note(columns, cell.finditer(window))
                tail = chunk[-_OVERLAP:]
                chunk = stream.read(_CHUNK)
    except (zipfile.BadZipFile, OSError, KeyError, ValueError, EOFError, RuntimeError, zlib.error):
        return Scan({})
    return Scan(columns, rows, values)


def _note(columns: dict[int, tuple[int, int]], matches: Iterator[re.Match[bytes]]) -> None:
    for match in matches:
        column, row = _column_index(match[1]), int(match[2]) - 1
        first, last = columns.get(column, (row, row))
        columns[column] = (min(first, row), max(last, row))


def _column_index(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1
