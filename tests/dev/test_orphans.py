"""What a start finds in the data folder: pid files of processes that are gone, dead, or something else entirely."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dev.machine import PATIENCE_SECONDS, Running, await_, data_of, kill_servers, new_state, services
from tests.together import begin
from yiwu.services import orphans
from yiwu.services.accounts import service_user
from yiwu.services.home import make_home


@pytest.fixture
def killed_state() -> Iterator[Path]:
    """A state folder whose servers and supervisor were killed, with a row and a key in them."""
    with new_state() as state:
        with services(state) as running:
            running.query("CREATE TABLE mark AS SELECT 7 AS value")
            running.process.send_signal(signal.SIGSTOP)
            kill_servers(state)
            running.stop(signal.SIGKILL)
        yield state


def _write_pid(state: Path, pid: int) -> None:
    place = data_of(state) / "postgres" / "postmaster.pid"
    lines = place.read_text().splitlines()
    place.write_text("\n".join([str(pid), *lines[1:]]) + "\n")


def _starts_with_its_data(state: Path) -> None:
    with services(state) as running:
        assert running.query("SELECT value FROM mark") == 7


def test_pid_of_a_process_that_is_gone(killed_state: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait(PATIENCE_SECONDS)
    _write_pid(killed_state, ended.pid)
    _starts_with_its_data(killed_state)


def test_pid_of_a_zombie(killed_state: Path) -> None:
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    await_(lambda: not orphans.alive(zombie.pid), "the zombie")
    os.kill(zombie.pid, 0)  # the kernel still knows the number
    _write_pid(killed_state, zombie.pid)
    _starts_with_its_data(killed_state)
    zombie.wait(PATIENCE_SECONDS)


@pytest.mark.parametrize("which", ["init", "own", "sleeper"])
def test_pid_that_now_belongs_to_another_program(killed_state: Path, which: str) -> None:
    sleeper = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    _write_pid(killed_state, {"init": 1, "own": os.getpid(), "sleeper": sleeper.pid}[which])
    _starts_with_its_data(killed_state)
    assert sleeper.poll() is None  # and it was left alone
    sleeper.kill()
    sleeper.communicate(timeout=PATIENCE_SECONDS)


def test_servers_without_a_supervisor_are_ended_before_a_start(killed_state: Path) -> None:
    """Whoever holds the lock knows that a living server of the folder has nobody any more."""
    user = service_user()
    home = make_home(killed_state)
    pid_file = home.data / "postgres" / "postmaster.pid"
    pid_file.unlink()
    orphan = subprocess.Popen(
        [
            str(home.postgres_programs / "postgres"),
            *["-D", str(home.data / "postgres")],
            *["-c", f"unix_socket_directories={home.sockets}", "-c", "listen_addresses="],
        ],
        user=user.uid if user else None,
        group=user.gid if user else None,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=home.data,
        env={"LC_ALL": "C.UTF-8"},
    )
    await_(lambda: pid_file.exists() and "ready" in pid_file.read_text(), "the orphan")
    _starts_with_its_data(killed_state)
    assert orphan.wait(PATIENCE_SECONDS) == 0
    home.sockets.joinpath(".s.PGSQL.5432.lock").unlink(missing_ok=True)
    home.sockets.rmdir()


def test_a_process_is_recognised_by_program_and_folder_not_by_number(tmp_path: Path) -> None:
    assert orphans.alive(os.getpid())
    assert not orphans.runs_in(os.getpid(), "postgres", Path.cwd())
    assert orphans.runs_in(os.getpid(), Path(sys.executable).resolve().name, Path.cwd())
    assert not orphans.runs_in(os.getpid(), Path(sys.executable).resolve().name, tmp_path)


_SERVER_WITH_CHILD = """
import os, signal, sys, time
child = os.fork()
def asked(*_):
    if not child:
        open("child-was-asked", "w").close()
        os._exit(1)
    time.sleep(0.3)
    os.kill(child, signal.SIGKILL)
    os._exit(0)
signal.signal(signal.SIGINT, asked)
open(f"ready-{child == 0}", "w").close()
while True:
    time.sleep(1)
"""


def test_only_the_head_of_a_family_is_asked_to_end(tmp_path: Path) -> None:
    """PostgreSQL's checkpointer understands the same signal, and the server takes its going for a crash."""
    program = Path(sys.executable).resolve().name
    server = subprocess.Popen([sys.executable, "-c", _SERVER_WITH_CHILD], cwd=tmp_path)
    await_(lambda: len(list(tmp_path.glob("ready-*"))) == 2, "both processes")
    assert len(orphans.in_folder(program, tmp_path)) == 2
    ender = begin(lambda: orphans.end(program, tmp_path, gently=signal.SIGINT, seconds=60))
    assert server.wait(PATIENCE_SECONDS) == 0
    ender.result()
    assert not (tmp_path / "child-was-asked").exists()


def test_a_left_over_socket_folder_is_removed(killed_state: Path) -> None:
    before = Path(_published_sockets(killed_state))
    assert before.exists()
    running = Running(killed_state, "services")
    running.await_words("are running")
    assert not before.exists()
    running.stop()


def _published_sockets(state: Path) -> str:
    from yiwu.services.locks import Running as Published

    found = Published.read(state)
    assert found is not None
    return found.sockets
