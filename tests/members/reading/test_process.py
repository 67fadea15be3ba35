"""The child process: what it may know, and every way in which it can end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from members.reading import FileRefused, Limits, process, read_roster
from tests.members.reading.workbooks import HEADER, TODAY, WEI, reading
from tests.together import PATIENCE_SECONDS, at_once

ROOT = Path(__file__).parents[3]
LONG = "\n".join([",".join(HEADER), *[",".join(WEI)] * 60_000]).encode()
SHORT = "\n".join([",".join(HEADER), *[",".join(WEI)] * 10_000]).encode()


def children() -> set[int]:
    """Processes of ours that are not finished."""
    listed = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text(encoding="ascii")
    return {int(number) for number in listed.split()}


def test_a_killed_child_is_a_refusal() -> None:
    before = children()
    events = read_roster(LONG, today=TODAY, limits=Limits(batch=500))
    next(events)
    (child,) = children() - before
    os.kill(child, signal.SIGKILL)
    with pytest.raises(FileRefused) as refused:
        list(events)
    assert refused.value.code == "reading_killed"
    assert children() == before


def test_a_crashed_child_is_a_refusal() -> None:
    before = children()
    events = read_roster(LONG, today=TODAY, limits=Limits(batch=500))
    next(events)
    (child,) = children() - before
    os.kill(child, signal.SIGSEGV)
    with pytest.raises(FileRefused) as refused:
        list(events)
    assert refused.value.code == "reading_failed"


def test_a_child_that_hangs_is_ended() -> None:
    before = children()
    events = read_roster(LONG, today=TODAY, limits=Limits(batch=500, waiting=5.0))
    next(events)
    (child,) = children() - before
    os.kill(child, signal.SIGSTOP)
    with pytest.raises(FileRefused) as refused:
        list(events)
    assert refused.value.code == "reading_too_long"
    assert children() == before


class SlowParent:
    """A clock on which every look of the parent at its events takes an hour."""

    def __init__(self) -> None:
        self.hours = 0

    def monotonic(self) -> float:
        return time.monotonic() + 3600 * self.hours


def test_time_the_parent_takes_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SlowParent()
    monkeypatch.setattr(process, "time", clock)
    for _ in read_roster(LONG, today=TODAY, limits=Limits(waiting=120.0, batch=20_000)):
        clock.hours += 1
    assert clock.hours > 3


def test_leaving_early_ends_the_child() -> None:
    before = children()
    events = read_roster(LONG, today=TODAY, limits=Limits(batch=500))
    next(events)
    assert children() != before
    events.close()  # type: ignore[attr-defined]
    assert children() == before


def test_a_killed_parent_takes_its_child_along() -> None:
    code = (
        "import datetime, os, sys; from members.reading import Limits, read_roster\n"
        "data, today = sys.stdin.buffer.read(), datetime.date(2026, 11, 21)\n"
        "events = read_roster(data, today=today, limits=Limits(batch=500)); next(events); pid = os.getpid()\n"
        "print(open(f'/proc/{pid}/task/{pid}/children').read(), flush=True); os.kill(pid, 9)"
    )
    parent = subprocess.run(
        [sys.executable, "-c", code], input=LONG, capture_output=True, cwd=ROOT, check=False, timeout=PATIENCE_SECONDS
    )
    child = int(parent.stdout)
    deadline = time.monotonic() + 20
    while Path(f"/proc/{child}/cmdline").exists() and _alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(child)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def test_the_child_knows_nothing_of_the_parents_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIWU_PROBE_SECRET", "geheim")
    before = children()
    events = read_roster(LONG, today=TODAY, limits=Limits(batch=500))
    next(events)
    (child,) = children() - before
    assert b"geheim" not in Path(f"/proc/{child}/environ").read_bytes()
    events.close()  # type: ignore[attr-defined]


def test_no_copy_of_the_upload_reaches_a_disk() -> None:
    before = children()
    events = read_roster(LONG, today=TODAY, limits=Limits(batch=500))
    next(events)
    (child,) = children() - before
    held = Path(f"/proc/{child}/fd").iterdir()
    sizes = {str(path.readlink()): path.stat().st_size for path in held if path.is_file()}
    assert [name for name, size in sizes.items() if size >= len(LONG)] == ["/memfd:roster (deleted)"]
    events.close()  # type: ignore[attr-defined]


def test_the_child_starts_without_django() -> None:
    code = "import sys; from members.reading import child, pipeline, rejects; print('django' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=True, text=True, timeout=PATIENCE_SECONDS
    )
    assert done.stdout.strip() == "False"


def test_several_readings_at_once() -> None:
    read = lambda: len(reading(SHORT, limits=Limits(batch=1000)).rows)  # noqa: E731
    assert at_once(*[read] * 4, database=False) == [10_000] * 4
