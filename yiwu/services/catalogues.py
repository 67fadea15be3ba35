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
    return not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns


def _compile(source: Path) -> Path:
    from babel.messages.mofile import write_mo

    catalogue = _read(source)
    half = source.with_suffix(".mo.half")
    with half.open("wb") as file:
        write_mo(file, catalogue)
    half.replace(source.with_suffix(".mo"))
    return source.with_suffix(".mo")


def _read(source: Path):  # type: ignore[no-untyped-def]
    from babel.messages.pofile import PoFileError, read_po

    try:
        with source.open("rb") as file:
            return read_po(file, locale="zh_Hans", abort_invalid=True)
    except PoFileError as error:
        raise TroubleError(f"{source} cannot be read: {error}.", "Mend that line and run `./dev messages`.") from error
