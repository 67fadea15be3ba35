"""What a file is, told by its content. The name of an upload is no evidence."""

import codecs
import zipfile
from pathlib import Path
from typing import Final

from members.reading.refusals import Refused

XLSX: Final = "xlsx"
XLS: Final = "xls"
CSV: Final = "csv"

_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_ARCHIVES: Final = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP: Final = (b"<html", b"<!doctype", b"<table", b"<meta", b"<head", b"<body", b"<div", b"<style")
_HEAD: Final = 4096
# Control characters that text files hold; any other means that the file is no text.
_TEXT_CONTROLS: Final = frozenset(b"\t\n\r\x0b\x0c\x1a")


def kind_of(path: Path) -> str:
    """`xlsx`, `xls` or `csv`; raises `Refused` for anything else."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b"\x00 \t\r\n"):
        raise Refused("file_empty")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(path)
    if head.startswith(_OLE):
        return XLS
    if head.startswith(b"%PDF"):
        raise Refused("file_pdf")
    if head.startswith(_PICTURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or head[4:8] == b"ftyp":
        raise Refused("file_picture")
    if head.startswith(_ARCHIVES):
        raise Refused("file_archive")
    return _text_kind(head)


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Refused("file_corrupt") from error
    lower = {name.lower().replace("\\", "/") for name in names}
    if "xl/workbook.bin" in lower:
        raise Refused("file_xlsb")
    if "[content_types].xml" in lower and any(name.startswith("xl/") for name in lower):
        return XLSX
    if "mimetype" in lower and "content.xml" in lower:
        raise Refused("file_ods")
    if any(name.startswith(("word/", "ppt/")) for name in lower):
        raise Refused("file_document")
    raise Refused("file_archive")


def _text_kind(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return CSV
    text = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if text.startswith(_MARKUP):
        raise Refused("file_html")
    if text.startswith(b"<?xml"):
        raise Refused("file_html" if b"<html" in text else "file_xml")
    if text.startswith(b"{\\rtf"):
        raise Refused("file_document")
    if any(byte < 0x20 and byte not in _TEXT_CONTROLS for byte in set(head)):
        raise Refused("file_unknown")
    return CSV
