"""One owner per state folder, and guests who may use the owner's servers while they run."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from yiwu.services.trouble import TroubleError, disk_errors, say


@dataclass(frozen=True, slots=True)
class Running:
    """What a running owner has published: the addresses of its servers (0600, beside the lock)."""

    pid: int
    command: str
    database_url: str
    redis_url: str
    broker_url: str
    sockets: str

    def publish(self, state: Path) -> None:
        place = state / "services.json"
        half = state / "services.json.half"
        half.touch(mode=0o600)
        half.write_text(json.dumps(asdict(self)))
        half.replace(place)

    @classmethod
    def read(cls, state: Path) -> "Running | None":
        """What the owner published; None when nothing is there or it is not readable as such."""
        try:
            return cls(**json.loads((state / "services.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None


class Owner:
    """The holder of a state folder's lock. The kernel frees the lock when the process ends, however it ends."""

    def __init__(self, state: Path, descriptor: int, command: str) -> None:
        self.state = state
        self.command = command
        self._descriptor = descriptor

    def await_guests(self) -> None:
        """Wait until nobody else uses the servers, and let nobody in any more."""
        guests = os.open(self.state / "guests", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(guests, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another ./dev command that uses the same servers")
            fcntl.flock(guests, fcntl.LOCK_EX)

    def release(self) -> None:
        (self.state / "services.json").unlink(missing_ok=True)
        os.close(self._descriptor)


def own(state: Path, command: str) -> Owner | None:
    """Take the lock of `state`, or None when a living process holds it."""
    with disk_errors(state):
        descriptor = os.open(state / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()} ./dev {command}\n".encode())
    return Owner(state, descriptor, command)


def taken(state: Path) -> TroubleError:
    """The sentence for a second start on one folder."""
    pid, _, command = (state / "lock").read_text().strip().partition(" ")
    return TroubleError(
        f"`{command or './dev'}` (process {pid or '?'}) already runs on {state}.",
        "Stop it with Ctrl-C where it runs, or give this one a folder and a port of its own (YIWU_STATE, YIWU_PORT).",
    )


@contextmanager
def guest(state: Path) -> Iterator[Running | None]:
    """Use the servers of a running owner; yields None when they cannot be used yet, or any more."""
    with disk_errors(state):
        descriptor = os.open(state / "guests", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        time.sleep(0.1)
        yield None
        return
    try:
        yield Running.read(state)
    finally:
        os.close(descriptor)
