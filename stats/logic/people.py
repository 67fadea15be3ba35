"""Sets of people, packed: as bits where they are dense, as keys where they are sparse.

In memory a set is a whole number whose bit n stands for key n: union is `|`, size is `bit_count()`. Packed it is a tag
byte and either the bits, lowest first, or the keys as unsigned 64-bit little-endian numbers, whichever is shorter.
"""

import sys
from array import array
from collections.abc import Iterable

_BITS = b"\x00"
_KEYS = b"\x01"


def set_of(keys: Iterable[int]) -> int:
    """The set of these keys. Raises `ValueError` for a negative key."""
    found = list(keys)
    if not found:
        return 0
    if min(found) < 0:
        raise ValueError("a key is negative")
    bits = bytearray((max(found) >> 3) + 1)
    for key in found:
        bits[key >> 3] |= 1 << (key & 7)
    return int.from_bytes(bits, "little")


def keys_of(people: int) -> list[int]:
    """The keys of a set, in rising order."""
    bits = people.to_bytes((people.bit_length() + 7) >> 3, "little")
    return [(place << 3) + bit for place, byte in enumerate(bits) if byte for bit in range(8) if byte >> bit & 1]


def pack(people: int) -> bytes:
    """A set as bytes; equal sets have equal bytes."""
    length = (people.bit_length() + 7) >> 3
    if people.bit_count() * 8 < length:
        keys = array("Q", keys_of(people))
        if sys.byteorder == "big":
            keys.byteswap()
        return _KEYS + keys.tobytes()
    return _BITS + people.to_bytes(length, "little")


def unpack(packed: bytes | memoryview) -> int:
    """The set that `pack` packed."""
    content = bytes(packed)
    if content[:1] == _BITS:
        return int.from_bytes(content[1:], "little")
    keys = array("Q", content[1:])
    if sys.byteorder == "big":
        keys.byteswap()
    return set_of(keys)
