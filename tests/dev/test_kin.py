"""Children follow their parent, by the kernel's signal and by the guard that stands in for it elsewhere."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dev.machine import PATIENCE_SECONDS, await_, next_line
from yiwu.services import kin, orphans
from yiwu.services.places import ROOT

# Starts a child the way the supervisor does, tells its pid, and waits to be killed.
PARENT = """
import signal, sys, time
from pathlib import Path
from yiwu.services import kin
child = kin.start(
    [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"],
    last_signal=signal.SIGTERM, environment={}, output=sys.stdout.fileno(), folder=Path("/"), guarded=GUARDED,
)
time.sleep(600)
"""


@pytest.mark.parametrize("guarded", [False, True])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_ends_with_its_parent(number: signal.Signals, guarded: bool) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.replace("GUARDED", str(guarded))], stdout=subprocess.PIPE, cwd=ROOT
    )
    child = int(next_line(parent, "the child's number"))
    assert orphans.alive(child)
    parent.send_signal(number)
    parent.wait(PATIENCE_SECONDS)
    await_(lambda: not orphans.alive(child), "the child's end")
    assert parent.stdout is not None
    parent.stdout.close()


@pytest.mark.parametrize("guarded", [False, True])
def test_stop_asks_first(tmp_path: Path, guarded: bool) -> None:
    script = "import pathlib, signal, sys\n"
    script += "signal.signal(signal.SIGTERM, lambda *_: (pathlib.Path('asked').touch(), sys.exit(0)))\n"
    script += "pathlib.Path('ready').touch()\nsignal.pause()"
    child = _start(script, tmp_path, guarded=guarded)
    await_((tmp_path / "ready").exists, "the child")
    assert kin.stop(child, gently=signal.SIGTERM, seconds=30)
    assert (tmp_path / "asked").exists()


def test_stop_kills_what_does_not_listen_with_its_whole_group(tmp_path: Path) -> None:
    script = "import pathlib, signal, subprocess, sys, time\n"
    script += "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    script += "grandchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    script += "pathlib.Path('ready.half').write_text(str(grandchild.pid))\npathlib.Path('ready.half').rename('ready')\n"
    script += "time.sleep(600)"
    child = _start(script, tmp_path, guarded=False)
    await_((tmp_path / "ready").exists, "the child")
    assert not kin.stop(child, gently=signal.SIGTERM, seconds=0.2)
    await_(lambda: not orphans.alive(int((tmp_path / "ready").read_text())), "the grandchild's end")


def test_a_child_has_a_group_of_its_own(tmp_path: Path) -> None:
    """Ctrl-C at the terminal reaches the parent's group only; the parent then stops children in order."""
    child = _start("import time; time.sleep(600)", tmp_path, guarded=False)
    assert os.getpgid(child.pid) == child.pid != os.getpgid(0)
    kin.stop(child, gently=signal.SIGTERM, seconds=30)


def test_run_returns_the_exit_status(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit(7)"]
    assert kin.run(command, environment={}, folder=tmp_path) == 7
    command = [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]
    assert kin.run(command, environment={}, folder=tmp_path) == 137


def _start(script: str, folder: Path, *, guarded: bool) -> subprocess.Popen[bytes]:
    return kin.start(
        [sys.executable, "-c", script],
        last_signal=signal.SIGTERM,
        environment={},
        output=subprocess.DEVNULL,
        folder=folder,
        guarded=guarded,
    )
