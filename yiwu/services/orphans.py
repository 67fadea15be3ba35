"""Processes left behind in a data folder: recognised by what they are, never by a remembered number alone."""

import os
import platform
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

ON_LINUX = platform.system() == "Linux"


def alive(pid: int) -> bool:
    """Whether a process of that number runs; a zombie does not."""
    if ON_LINUX:
        with suppress(OSError):
            return _stat(pid)[0] not in "ZX"
        return False
    answer = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state = answer.stdout.strip()
    return bool(state) and not state.startswith("Z")


def _stat(pid: int) -> list[str]:
    """State, parent and what else Linux tells after the command name (which may contain blanks and brackets)."""
    return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()


def _parent(pid: int) -> int:
    """The number of a process's parent; 0 when it is gone."""
    if ON_LINUX:
        with suppress(OSError):
            return int(_stat(pid)[1])
        return 0
    answer = subprocess.run(["ps", "-o", "ppid=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return int(answer.stdout.strip() or 0)


def runs_in(pid: int, program: str, folder: Path) -> bool:
    """Whether process `pid` is a `program` whose working folder is `folder` (both our servers change into theirs)."""
    if not alive(pid):
        return False
    if ON_LINUX:
        try:
            image = Path(f"/proc/{pid}/exe").readlink().name.removesuffix(" (deleted)")
            return image == program and Path(f"/proc/{pid}/cwd").readlink() == folder.resolve()
        except OSError:
            return False
    command = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    where = subprocess.run(
        ["lsof", "-a", "-p", str(pid), "-d", "cwd", "-Fn"], capture_output=True, text=True, check=False
    )
    return program in command.stdout and f"n{folder.resolve()}" in where.stdout.splitlines()


def in_folder(program: str, folder: Path) -> list[int]:
    """All running processes that are a `program` of `folder`."""
    return [pid for pid in _all_pids() if runs_in(pid, program, folder)]


def _all_pids() -> Iterator[int]:
    if ON_LINUX:
        yield from (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
        return
    listing = subprocess.run(["ps", "-axo", "pid="], capture_output=True, text=True, check=False).stdout
    yield from (int(word) for word in listing.split())


def end(program: str, folder: Path, *, gently: signal.Signals, seconds: float) -> None:
    """End every `program` of `folder`: ask `gently`, and after `seconds` kill. The caller holds the folder's lock.

    Only processes without a parent among them are asked: PostgreSQL's server ends its own children in order, and takes
    it for a crash when its checkpointer, which understands the same signal, shuts the log down on its own account.
    """
    deadline = time.monotonic() + seconds
    _send(_heads(in_folder(program, folder)), gently)
    while left := in_folder(program, folder):
        if time.monotonic() > deadline:
            _send(left, signal.SIGKILL)
        time.sleep(0.05)


def _heads(pids: list[int]) -> list[int]:
    return [pid for pid in pids if _parent(pid) not in pids]


def _send(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
