"""Message catalogues compiled with babel: gettext's own tools are missing on a bare machine."""

from collections.abc import Iterator
from pathlib import Path

from yiwu.services.places import LOCALE
from yiwu.services.trouble import TroubleError


def compile_catalogues() -> list[Path]:
    """Compile each `locale/<language>/LC_MESSAGES/django.po` that is newer than its `.mo`; returns those written.

    Raises `TroubleError` that names file and line for a catalogue that cannot be read.
    """
    return [_compile(source) for source in _sources() if _is_stale(source)]


def _sources() -> Iterator[Path]:
    yield from sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))


def _is_stale(source: Path) -> bool:
    target = source.with_suffix(".mo")
    newest = max(place.stat().st_mtime_ns for place in [source, *_fragments()])
    return not target.exists() or target.stat().st_mtime_ns < newest


def _fragments() -> list[Path]:
    """Chinese strings that are not merged into the catalogue yet."""
    return sorted((LOCALE / "fragments").glob("*.po"))


def _compile(source: Path) -> Path:
    from babel.messages.mofile import write_mo

    catalogue = _read(source)
    if source.parts[-3] == "zh_Hans":
        _merge(catalogue)
    half = source.with_suffix(".mo.half")
    with half.open("wb") as file:
        write_mo(file, catalogue)
    half.replace(source.with_suffix(".mo"))
    return source.with_suffix(".mo")


def _merge(catalogue) -> None:  # type: ignore[no-untyped-def]
    """Add every fragment's messages. Raises `TroubleError` for one that two of them translate differently: which of
    the words readers saw would hang on the names of files.
    """
    origin: dict[tuple[object, object], tuple[Path, object]] = {}
    for fragment in _fragments():
        for message in _read(fragment):
            if not message.id or not message.string:
                continue
            first, string = origin.setdefault((message.context, message.id), (fragment, message.string))
            if string != message.string:
                raise TroubleError(
                    f"{first.name} and {fragment.name} translate {message.id!r} differently.",
                    "Agree on one of the two, or tell them apart by a context.",
                )
            if not catalogue.get(message.id, message.context):
                catalogue.add(message.id, message.string, context=message.context)


def _read(source: Path):  # type: ignore[no-untyped-def]
    from babel.messages.pofile import PoFileError, read_po

    try:
        with source.open("rb") as file:
            return read_po(file, locale="zh_Hans", abort_invalid=True)
    except PoFileError as error:
        raise TroubleError(f"{source} cannot be read: {error}.", "Mend that line and run `./dev messages`.") from error
