"""Small pictures made by hand, with what a phone writes beside them."""

import base64
import struct
import zlib

# One grey pixel, JPEG and WebP.
_JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////"
    "////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
)
_WEBP = base64.b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")


def jpeg(*, gps: bool = False, orientation: int = 1, comment: bytes = b"", after: bytes = b"") -> bytes:
    """A JPEG with an Exif segment that holds a place, a comment, and something behind its end."""
    parts = [_JPEG[:2]]
    if gps or orientation != 1:
        parts.append(_segment(0xE1, b"Exif\0\0" + _tiff(orientation) + b"GPS-PLACE 26.9N 112.6E"))
    if comment:
        parts.append(_segment(0xFE, comment))
    return b"".join([*parts, _JPEG[2:], b"\xff\xd9", after])


def png(*, shade: int = 128, text: bytes = b"") -> bytes:
    """A PNG of one grey pixel, with a text chunk."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        *([(b"tEXt", b"Location\0" + text), (b"eXIf", _tiff(1))] if text else []),
        (b"IDAT", zlib.compress(bytes([0, shade]))),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def webp(*, exif: bytes = b"") -> bytes:
    """A WebP of one pixel, extended with Exif data when given."""
    if not exif:
        return _WEBP
    flags = struct.pack("<I", 0x08) + b"\0\0\0" + b"\0\0\0"
    chunks = b"VP8X" + struct.pack("<I", 10) + flags + _WEBP[12:] + b"EXIF" + struct.pack("<I", len(exif)) + exif
    chunks += b"\0" * (len(exif) % 2)
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def _tiff(orientation: int) -> bytes:
    """Exif data of two entries, little-endian: where the GPS block is, and which way is up."""
    entries = struct.pack("<HHII", 0x8825, 4, 1, 38) + struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"II*\0" + struct.pack("<IH", 8, 2) + entries + struct.pack("<I", 0)


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
