"""Foreseeable trouble as one plain sentence with a remedy, never a traceback."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FULL_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
HARDLY_ANY_ROOM = 8 * 2**20
FULL_DISK_WORDS = (
    "No space left on device",
    "Disk quota exceeded",
    "File too large",
    "File size limit exceeded",
)


class TroubleError(Exception):
    """Something a person can mend: `message` says what is wrong, `remedy` what to do about it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy


def say(text: str) -> None:
    """One line for the person at the terminal, at once."""
    print(f"dev: {text}", flush=True)


def complain(text: str) -> None:
    """One line on standard error."""
    print(f"dev: {text}", file=sys.stderr, flush=True)


def is_about_full_disk(said: str, place: Path) -> bool:
    """Whether a tool that worked in `place` failed for want of room: it says so, or there is hardly any left.

    A server that runs out of room in the middle of a write sometimes names only what came of it.
    """
    if any(words in said for words in FULL_DISK_WORDS):
        return True
    found = os.statvfs(place)
    return found.f_bavail * found.f_frsize < HARDLY_ANY_ROOM


def full_disk(place: Path) -> TroubleError:
    """The sentence for a device (or quota) with no room left."""
    return TroubleError(
        f"There is no room left to write in {place}.",
        "Free some space (about 2 GB are needed), or point YIWU_STATE to a folder on a larger disk, and start again.",
    )


@contextmanager
def disk_errors(place: Path) -> Iterator[None]:
    """Turn "no space", "read-only" and "not permitted" while writing below `place` into `TroubleError`."""
    try:
        yield
    except OSError as error:
        where = Path(error.filename) if isinstance(error.filename, str) else place
        if error.errno in FULL_DISK:
            raise full_disk(where) from error
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise TroubleError(
                f"{where} cannot be written: {error.strerror}.",
                "Give yourself the right to write there, or point YIWU_STATE to a folder of your own.",
            ) from error
        raise
