"""Where things are: the clone, its environment and its state folder."""

import hashlib
import os
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from yiwu.services.trouble import TroubleError, disk_errors

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
NODE_MODULES = ROOT / "node_modules"
LOCALE = ROOT / "locale"

# A umask belongs to the whole process.
_UMASK = threading.Lock()


def state_folder() -> Path:
    """`$YIWU_STATE`, or `.state` in the clone; not yet made."""
    named = os.environ.get("YIWU_STATE")
    return Path(named).expanduser().absolute() if named else ROOT / ".state"


def make_state_folder(place: Path) -> Path:
    """Make `place` with a mode that only its owner can read; an existing folder keeps its mode.

    Root's servers run as an unprivileged user who must pass through the folder but need not list it: 0711 for root.
    """
    with disk_errors(place):
        if not place.exists():
            _make_whole(place, 0o711 if os.geteuid() == 0 else 0o700)
        if not place.is_dir():
            raise TroubleError(f"{place} is not a folder.", "Move it away, or point YIWU_STATE to another folder.")
    return place


def _make_whole(place: Path, mode: int) -> None:
    """Make `place` with its mode in one step, and never in place of another: two commands may start on it together.

    A folder renamed to `place` would replace an empty one, in which the other command is about to make its own.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    with _UMASK:
        before = os.umask(0o777 & ~mode)
        try:
            with suppress(FileExistsError):
                place.mkdir(mode)
        finally:
            os.umask(before)


def short_hash(place: Path) -> str:
    """A name of 16 characters for a folder, the same at each start."""
    return hashlib.sha256(os.fsencode(place)).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Ports:
    """TCP ports of the two processes a browser talks to."""

    web: int
    live: int


def ports() -> Ports:
    """`YIWU_PORT` (8000) and `YIWU_LIVE_PORT` (the next one). Raises `TroubleError` for anything that is no port."""
    web = _port("YIWU_PORT", 8000)
    return Ports(web=web, live=_port("YIWU_LIVE_PORT", web + 1))


def _port(variable: str, default: int) -> int:
    text = os.environ.get(variable, "") or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise TroubleError(f"{variable} is {text!r}, which is no port.", "Set it to a number from 1 to 65535.")
    return int(text)


def inside_venv() -> bool:
    """Whether this interpreter is the clone's own."""
    return Path(sys.prefix).resolve() == VENV.resolve()
