"""The Chinese catalogue is complete: every string that code or a template marks for translation has one."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
APPS = ("yiwu", "corps", "members", "duties", "incidents", "stats")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
Marked = tuple[str, str | None]


def of_code() -> Iterator[tuple[str, Marked]]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from marked(path, path.read_bytes())


def of_templates() -> Iterator[tuple[str, Marked]]:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield from marked(path, templatize(path.read_text(encoding="utf-8"), origin=str(path)).encode())


def marked(path: Path, source: bytes) -> Iterator[tuple[str, Marked]]:
    """Place and (string, context) of everything marked in a piece of Python."""
    for line, message, _comments, context in extract("python", io.BytesIO(source), KEYWORDS):
        text = message if isinstance(message, str) else message[0]
        if text:
            yield f"{path.relative_to(ROOT)}:{line}", (text, context)


@pytest.fixture(scope="module")
def chinese() -> dict[Marked, str]:
    """Everything the project's catalogue translates."""
    found: dict[Marked, str] = {}
    with (ROOT / "locale/zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        catalogue: Catalog = read_po(file, locale="zh_Hans")
    for message in catalogue:
        text = message.id if isinstance(message.id, str) else message.id[0]
        translated = message.string if isinstance(message.string, str) else "".join(message.string or ())
        if text and translated:
            found[text, message.context] = translated
    return found


@pytest.mark.parametrize("source", [of_code, of_templates], ids=["code", "templates"])
def test_every_marked_string_is_translated(source: object, chinese: dict[Marked, str]) -> None:
    missing: dict[Marked, str] = {}
    for place, text in source():  # type: ignore[operator]
        if text not in chinese:
            missing.setdefault(text, place)
    assert [f"{place}: {text!r}" for text, place in missing.items()] == []
