"""Pictures as they are kept: recognised by content, without what a camera writes beside the picture.

A phone writes place, time and device into every picture. What is kept is the picture, its colour profile and which way
is up; all other segments and chunks are dropped by walking the container, without decoding the picture. Formats: JPEG
(ITU-T T.81 annex B; Exif 2.32 for the orientation), PNG (ISO/IEC 15948 §5), WebP (RFC 9649 §2).
"""

import struct
import zlib
from collections.abc import Iterator

LARGEST = 5 * 1024 * 1024
MOST_PIXELS_A_SIDE = 30_000

_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
# The picture itself, its colours, and animation; texts, times, Exif and anything private go.
_PNG_KEPT = {
    b"IHDR",
    b"PLTE",
    b"IDAT",
    b"IEND",
    b"tRNS",
    b"gAMA",
    b"cHRM",
    b"sRGB",
    b"iCCP",
    b"sBIT",
    b"bKGD",
    b"pHYs",
    b"cICP",
    b"acTL",
    b"fcTL",
    b"fdAT",
}
_WEBP_KEPT = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
_EXIF_FLAG, _XMP_FLAG = 0x08, 0x04
_ORIENTATION_TAG = 0x0112
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


class PictureFault(ValueError):
    """The content is none of the formats, or ends early."""


def clean_picture(content: bytes) -> tuple[bytes, str]:
    """The picture without its particulars, and its content type. Raises `PictureFault`."""
    try:
        if content.startswith(b"\xff\xd8"):
            return _clean_jpeg(content), "image/jpeg"
        if content.startswith(_PNG_HEAD):
            return _clean_png(content), "image/png"
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return _clean_webp(content), "image/webp"
    except (IndexError, struct.error) as error:
        raise PictureFault("it ends early") from error
    raise PictureFault("no known format")


def _clean_jpeg(content: bytes) -> bytes:
    kept: list[bytes] = []
    markers = set()
    orientation = 1
    for marker, segment in _jpeg_segments(content):
        markers.add(marker)
        if marker == 0xE1 and segment[4:10] == b"Exif\0\0":
            orientation = _orientation(segment[10:])
        if marker in _FRAMES:
            _check_size(*struct.unpack_from(">HH", segment, 5))
        if _jpeg_kept(marker, segment):
            kept.append(segment)
    if 0xDA not in markers or not markers & _FRAMES:
        raise PictureFault("no picture inside")
    upright = [] if orientation == 1 else [_exif_with(orientation)]
    # Whatever follows the end is another picture, or none.
    return b"".join([b"\xff\xd8", *upright, *kept, b"\xff\xd9"])


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and segment up to the end of the picture; a scan comes with its coded data."""
    position = 2
    while True:
        if content[position] != 0xFF:
            raise PictureFault("no marker where one belongs")
        marker = content[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if marker == 0xD9:
            return
        (length,) = struct.unpack_from(">H", content, position + 2)
        end = position + 2 + length
        if length < 2 or end > len(content):
            raise PictureFault("a segment ends early")
        if marker == 0xDA:
            end = _end_of_scan(content, end)
        yield marker, content[position:end]
        position = end


def _jpeg_kept(marker: int, segment: bytes) -> bool:
    if 0xE0 <= marker <= 0xEF:
        jfif = marker == 0xE0 and segment[4:9] == b"JFIF\0"
        profile = marker == 0xE2 and segment[4:16] == b"ICC_PROFILE\0"
        adobe = marker == 0xEE and segment[4:9] == b"Adobe"
        return jfif or profile or adobe
    return marker != 0xFE


def _end_of_scan(content: bytes, start: int) -> int:
    """Where the coded data end: at a marker that is neither a stuffed byte nor a restart."""
    position = start
    while True:
        position = content.find(b"\xff", position)
        if position < 0:
            raise PictureFault("the picture ends early")
        following = content[position + 1]
        if following != 0x00 and not 0xD0 <= following <= 0xD7:
            return position
        position += 2


def _orientation(tiff: bytes) -> int:
    """Which way is up, 1 to 8; 1 when the Exif data do not say so in a way that can be read."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (number,) = struct.unpack_from(f"{order}H", tiff, start)
        for entry in range(min(number, 100)):
            tag, kind, count, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * entry)
            if tag == _ORIENTATION_TAG and kind == 3 and count == 1 and 1 <= value <= 8:
                return int(value)
    except struct.error:
        return 1
    return 1


def _exif_with(orientation: int) -> bytes:
    """An Exif segment that says which way is up and nothing else."""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION_TAG, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _clean_png(content: bytes) -> bytes:
    kept = [_PNG_HEAD]
    names: list[bytes] = []
    for name, data in _png_chunks(content):
        if not names:
            if name != b"IHDR":
                raise PictureFault("no header")
            _check_size(*struct.unpack_from(">II", data))
        names.append(name)
        if name in _PNG_KEPT:
            kept.append(struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)))
    if b"IDAT" not in names:
        raise PictureFault("no picture inside")
    return b"".join(kept)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Chunks up to and with the last one; a wrong checksum is a fault."""
    position = len(_PNG_HEAD)
    while True:
        length, name = struct.unpack_from(">I4s", content, position)
        data = content[position + 8 : position + 8 + length]
        (checksum,) = struct.unpack_from(">I", content, position + 8 + length)
        if checksum != zlib.crc32(name + data):
            raise PictureFault("a chunk is damaged")
        yield name, data
        if name == b"IEND":
            return
        position += 12 + length


def _clean_webp(content: bytes) -> bytes:
    (size,) = struct.unpack_from("<I", content, 4)
    if size + 8 > len(content):
        raise PictureFault("it ends early")
    kept = []
    pictured = False
    position = 12
    while position + 8 <= size + 8:
        name, length = struct.unpack_from("<4sI", content, position)
        data = content[position + 8 : position + 8 + length]
        if len(data) != length:
            raise PictureFault("a chunk ends early")
        if name == b"VP8X":
            data = bytes([data[0] & ~(_EXIF_FLAG | _XMP_FLAG)]) + data[1:]
        if name in _WEBP_KEPT:
            pictured = pictured or name in {b"VP8 ", b"VP8L", b"ANMF"}
            kept.append(name + struct.pack("<I", length) + data + b"\0" * (length % 2))
        position += 8 + length + length % 2
    if not pictured:
        raise PictureFault("no picture inside")
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _check_size(first: int, second: int) -> None:
    if not (0 < first <= MOST_PIXELS_A_SIDE and 0 < second <= MOST_PIXELS_A_SIDE):
        raise PictureFault("its sides are not possible")
