"""Children that never outlive their parent, whatever ends it.

Linux: the kernel sends the child a signal when its parent dies (`PR_SET_PDEATHSIG`). Elsewhere `guard.py` stands
between the two and asks twice a second whether the parent is still there.
"""

import ctypes
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from yiwu.services.accounts import ServiceUser

PR_SET_PDEATHSIG = 1
KERNEL_TELLS = platform.system() == "Linux"
GUARD = Path(__file__).with_name("guard.py")


def start(
    command: Sequence[str | Path],
    *,
    last_signal: signal.Signals,
    environment: Mapping[str, str],
    output: int | IO[bytes],
    folder: Path,
    user: ServiceUser | None = None,
    guarded: bool = not KERNEL_TELLS,
) -> subprocess.Popen[bytes]:
    """Start `command` in a process group of its own: Ctrl-C reaches the parent alone, which stops children in order.

    `last_signal` reaches the child when this process ends in any way. `user` is dropped to first. Call it from the main
    thread: the kernel counts the death of the *thread* that started the child.
    """
    arguments = [str(part) for part in command]
    if guarded:
        ids = [str(user.uid), str(user.gid)] if user else ["-", "-"]
        signal_and_parent = [str(int(last_signal)), str(os.getpid())]
        arguments = [sys.executable, str(GUARD), *signal_and_parent, *ids, *arguments]
        user = None
    return subprocess.Popen(
        arguments,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        process_group=0,
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=[] if user else None,
        # Runs after the change of user, which would clear the wish.
        preexec_fn=None if guarded else _die_with(os.getpid(), last_signal),  # noqa: PLW1509
    )


def _die_with(parent: int, last_signal: signal.Signals) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        if libc.prctl(PR_SET_PDEATHSIG, int(last_signal), 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
        if os.getppid() != parent:  # it died before the wish was heard
            os._exit(1)

    return prepare


def stop(child: subprocess.Popen[bytes], *, gently: signal.Signals, seconds: float) -> bool:
    """Ask `child` to end; after `seconds` kill it. Returns whether it ended by itself; nothing of its group is left."""
    return stop_all([child], gently=gently, seconds=seconds)


def stop_all(children: Sequence[subprocess.Popen[bytes]], *, gently: signal.Signals, seconds: float) -> bool:
    """Ask all `children` at once to end, wait `seconds` for them together, then kill; see `stop`."""
    deadline = time.monotonic() + seconds
    for child in children:
        if child.poll() is None:
            child.send_signal(gently)
    by_themselves = True
    for child in children:
        try:
            child.wait(max(0.05, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            by_themselves = False
        kill_group(child.pid)
        child.wait()
    return by_themselves


def run(
    command: Sequence[str | Path], *, environment: Mapping[str, str], folder: Path, interactive: bool = True
) -> int:
    """Run a command to its end and return its exit status; signals that end this process end it too.

    Ctrl-C is the affair of an `interactive` command alone (a shell uses it); another one does not see it.
    """
    child = subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        env=dict(environment),
        process_group=None if interactive else 0,
        preexec_fn=_die_with(os.getpid(), signal.SIGTERM) if KERNEL_TELLS else None,  # noqa: PLW1509
    )
    before = signal.getsignal(signal.SIGINT)
    if interactive:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        status = child.wait()
    except KeyboardInterrupt:
        _stop_one(child)
        raise
    signal.signal(signal.SIGINT, before)
    return status if status >= 0 else 128 - status


def _stop_one(child: subprocess.Popen[bytes], seconds: float = 10) -> None:
    """End a child that shares our process group."""
    child.terminate()
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def kill_group(group: int) -> None:
    """SIGKILL to whatever is left of a child's process group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
