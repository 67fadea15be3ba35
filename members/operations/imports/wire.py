"""PostgreSQL's binary COPY format, written column by column.

A hundred thousand rows of forty columns are millions of small values; most of them repeat (choices, dates, employers,
units), so each column is a table from value to its finished bytes, and a row is a `join`. The format: a signature,
then for each row the number of fields and for each field its length and its bytes (PostgreSQL manual, "COPY").
"""

import datetime as dt
import json
import struct
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, Final

SIGNATURE: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
END: Final = b"\xff\xff"
NULL: Final = b"\xff\xff\xff\xff"
REMEMBERED: Final = 20_000

_INT2: Final = struct.Struct("!ih")
_INT4: Final = struct.Struct("!ii")
_INT8: Final = struct.Struct("!iq")
_LENGTH: Final = struct.Struct("!i")
_ARRAY: Final = struct.Struct("!iiIii")
_EMPTY_ARRAY: Final = struct.Struct("!iiI")
_EPOCH: Final = dt.date(2000, 1, 1).toordinal()
_TEXT_OID: Final = 25
_INT8_OID: Final = 20

Encoder = Callable[[Any], bytes]


class Remembered(dict[Any, bytes]):
    """Value → its bytes, worked out once. None is NULL, or the NULLs of several fields."""

    def __init__(self, encode: Encoder, *, limit: int = REMEMBERED, null: bytes = NULL) -> None:
        super().__init__({None: null})
        self._encode = encode
        self._limit = limit
        self._null = null

    def __missing__(self, value: Any) -> bytes:
        if len(self) >= self._limit:
            self.clear()
            self[None] = self._null
        found = self[value] = self._encode(value)
        return found


def fields(count: int) -> bytes:
    """What a row begins with."""
    return struct.pack("!h", count)


def int2(value: int) -> bytes:
    """A `smallint`."""
    return _INT2.pack(2, value)


def int4(value: int) -> bytes:
    """An `integer`."""
    return _INT4.pack(4, value)


def int8(value: int) -> bytes:
    """A `bigint`."""
    return _INT8.pack(8, value)


def boolean(value: bool) -> bytes:  # noqa: FBT001
    """A `boolean`."""
    return b"\0\0\0\1\1" if value else b"\0\0\0\1\0"


def length_of(value: bytes) -> bytes:
    """What stands before a `bytea`; large ones are better written behind it than copied together with it."""
    return _LENGTH.pack(len(value))


def text(value: str) -> bytes:
    """A `text` or `varchar`. What PostgreSQL cannot hold (NUL, lone surrogates) is dropped or replaced."""
    try:
        data = value.encode()
    except UnicodeEncodeError:
        data = value.encode("utf-8", "replace")
    if 0 in data:
        data = data.replace(b"\0", b"")
    return _LENGTH.pack(len(data)) + data


def date(value: str) -> bytes:
    """A `date`, from its ISO form."""
    return _INT4.pack(4, dt.date.fromisoformat(value).toordinal() - _EPOCH)


def jsonb(value: object) -> bytes:
    """A `jsonb`, version 1 of its wire form."""
    data = b"\x01" + json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    return _LENGTH.pack(len(data)) + data


def text_array(values: Sequence[str]) -> bytes:
    """A one-dimensional `text[]`."""
    return _array([text(value) for value in values], _TEXT_OID)


def array_of_texts(items: list[bytes]) -> bytes:
    """A one-dimensional `text[]` of finished texts."""
    return _array(items, _TEXT_OID)


def int8_array(values: Sequence[int]) -> bytes:
    """A one-dimensional `bigint[]`."""
    return _array([int8(value) for value in values], _INT8_OID)


def _array(items: list[bytes], oid: int) -> bytes:
    head = _ARRAY.pack(1, 0, oid, len(items), 1) if items else _EMPTY_ARRAY.pack(0, 0, oid)
    body = b"".join((head, *items))
    return _LENGTH.pack(len(body)) + body


def rows(columns: Sequence[Iterable[bytes]]) -> bytes:
    """Rows from columns of finished values, to stand between the signature and the end."""
    return b"".join(chain.from_iterable(zip(*columns, strict=True)))
