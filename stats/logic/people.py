"""Sets of people, packed: as bits where they are dense, as keys where they are sparse.

In memory a set is a whole number whose bit n stands for key n: union is `|`, size is `bit_count()`. Packed it is a tag
byte and either the bits, lowest first, or the keys as unsigned 32-bit little-endian numbers, whichever is shorter.
"""

import re
import sys
from array import array
from collections.abc import Iterable, Sequence

_BITS = b"\x00"
_KEYS = b"\x02"
_SOMETHING = re.compile(rb"[^\0]", re.DOTALL)
_BITS_OF = [[bit for bit in range(8) if byte >> bit & 1] for byte in range(256)]


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
    return [
        (found.start() << 3) + bit
        # The search for the few bytes that are not empty is done in C.
        for found in _SOMETHING.finditer(bits)
        for bit in _BITS_OF[found.group()[0]]
    ]


def pack(people: int) -> bytes:
    """A set as bytes; equal sets have equal bytes."""
    length = (people.bit_length() + 7) >> 3
    if _is_sparse(people.bit_count(), length):
        return _packed_keys(keys_of(people))
    return _BITS + people.to_bytes(length, "little")


def pack_keys(keys: list[int]) -> bytes:
    """`pack(set_of(keys))` for rising, different keys: the short way for the many small sets."""
    if _is_sparse(len(keys), (keys[-1] >> 3) + 1 if keys else 0):
        return _packed_keys(keys)
    return pack(set_of(keys))


def _is_sparse(number: int, length: int) -> bool:
    return number * 4 < length


def _packed_keys(keys: list[int]) -> bytes:
    packed = array("I", keys)
    if sys.byteorder == "big":
        packed.byteswap()
    return _KEYS + packed.tobytes()


def unpack(packed: bytes | memoryview) -> int:
    """The set that `pack` packed."""
    content = bytes(packed)
    if content[:1] == _BITS:
        return int.from_bytes(content[1:], "little")
    return set_of(_array_of(content[1:]))


def size(packed: bytes) -> int:
    """How many keys a packed set holds."""
    if packed[:1] == _BITS:
        return int.from_bytes(packed[1:], "little").bit_count()
    return len(packed) // 4


def unite(sets: Sequence[bytes]) -> bytes:
    """The packed union of packed sets. What stays sparse is never spread out into bits."""
    if len(sets) == 1:
        return sets[0]
    keys = _array_of(b"".join(packed[1:] for packed in sets if packed[:1] == _KEYS))
    dense = [packed for packed in sets if packed[:1] == _BITS]
    # Keys that several sets hold are counted several times here, so the union is sparser still.
    if not dense and keys and _is_sparse(len(keys), (max(keys) >> 3) + 1):
        return _packed_keys(sorted(set(keys)))
    people = set_of(keys)
    for packed in dense:
        people |= unpack(packed)
    return pack(people)


def _array_of(content: bytes) -> "array[int]":
    keys = array("I", content)
    if sys.byteorder == "big":
        keys.byteswap()
    return keys
