"""What must be known of an .xls or .et (BIFF in an OLE container) before calamine reads it."""

import struct
from pathlib import Path
from typing import Final, NamedTuple

import olefile

from members.reading.refusals import Refused
from members.reading.xlsx import Scan

_STREAMS: Final = ("Workbook", "Book", "WORKBOOK", "BOOK")
_BOF: Final = frozenset((0x0809, 0x0409, 0x0209, 0x0009))
_FORMULA: Final = frozenset((0x0006, 0x0206, 0x0406))
_BOUNDSHEET: Final = 0x0085
_DATEMODE: Final = 0x0022
_FILEPASS: Final = 0x002F
_EOF: Final = 0x000A


class Book(NamedTuple):
    """An .xls judged safe to open: what its records tell of each sheet, in order, and its system of date numbers."""

    scans: list[Scan]
    epoch_1904: bool


def inspect(path: Path) -> Book:
    """Judge the container, then walk its records. Raises `Refused`."""
    try:
        with olefile.OleFileIO(str(path)) as container:
            return _judged(container)
    except Refused:
        raise
    except Exception as error:
        raise Refused("file_corrupt") from error


def _judged(container: "olefile.OleFileIO") -> Book:
    names = {"/".join(entry) for entry in container.listdir(streams=True, storages=True)}
    if "EncryptedPackage" in names or "EncryptionInfo" in names:
        raise Refused("file_password")
    stream = next((name for name in _STREAMS if name in names), None)
    if stream is None:
        raise Refused("file_document" if names & {"WordDocument", "PowerPoint Document"} else "file_unknown")
    # Macros may stand in a workbook that needs a password too; the password is said first.
    book = _walk(container.openstream(stream).read())
    if any(name.split("/")[0] in {"_VBA_PROJECT_CUR", "VBA"} for name in names):
        raise Refused("file_macros")
    return book


def _walk(data: bytes) -> Book:
    offsets: list[int] = []
    epoch_1904 = False
    position = 0
    unpack = struct.Struct("<HH").unpack_from
    while position + 4 <= len(data):
        record, length = unpack(data, position)
        if record == _FILEPASS:
            raise Refused("file_password")
        if record == _BOUNDSHEET:
            offsets.append(struct.unpack_from("<I", data, position + 4)[0])
        elif record == _DATEMODE:
            epoch_1904 = struct.unpack_from("<H", data, position + 4)[0] == 1
        elif record == _EOF:
            break
        position += 4 + length
    return Book([_sheet(data, offset) for offset in offsets], epoch_1904)


def _sheet(data: bytes, position: int) -> Scan:
    columns: dict[int, tuple[int, int]] = {}
    depth = 0
    unpack = struct.Struct("<HH").unpack_from
    end = len(data)
    while position + 4 <= end:
        record, length = unpack(data, position)
        if record in _FORMULA:
            row, column = unpack(data, position + 4)
            first, last = columns.get(column, (row, row))
            columns[column] = (min(first, row), max(last, row))
        elif record in _BOF:
            depth += 1
        elif record == _EOF:
            depth -= 1
            if depth <= 0:
                break
        position += 4 + length
    return Scan(columns)
