"""`./dev up`: every process serves, falls and comes back, and is gone afterwards."""

import http.client
import os
import signal
import socket
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dev.machine import Running, await_, dev, new_state, server_pids, services
from yiwu.services import orphans
from yiwu.services.processes import NAMES


@pytest.fixture(scope="module")
def prepared() -> Iterator[Path]:
    """A state folder with an up-to-date schema and no city."""
    with new_state() as state:
        answer = dev(state, "manage", "migrate", "-v0")
        assert answer.returncode == 0, answer.stderr
        yield state


class Up(Running):
    """`./dev up --empty` on two free ports."""

    def __init__(self, state: Path) -> None:
        self.port, self.live_port = _free_port(), _free_port()
        ports = {"YIWU_PORT": str(self.port), "YIWU_LIVE_PORT": str(self.live_port)}
        super().__init__(state, "up", "--empty", more=ports)

    def children(self) -> dict[str, list[int]]:
        """Process numbers by name: what `up` started and what those started."""
        found: dict[str, list[int]] = {name: [] for name in NAMES}
        for pid in _descendants(self.process.pid):
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has ended meanwhile
            for name, word in (("web", "yiwu.wsgi"), ("live", "yiwu.live"), ("worker", " worker "), ("beat", " beat ")):
                if word in command:
                    found[name].append(pid)
        return found

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as page:
                return bool(page.status == 200)
        except (OSError, http.client.HTTPException):
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _nothing_left(pids: list[int], state: Path) -> bool:
    return not any(orphans.alive(pid) for pid in pids) and not server_pids(state)


def test_serves_mends_and_ends(prepared: Path) -> None:
    up = Up(prepared)
    try:
        up.await_words("Ctrl-C ends everything.")
        assert f"http://127.0.0.1:{up.port}/" in up.said()
        assert up.answers()
        socket.create_connection(("127.0.0.1", up.live_port), timeout=5).close()
        before = up.children()
        assert all(before.values()), before

        os.kill(min(before["beat"]), signal.SIGKILL)
        up.await_words("beat ended with status -9; starting it again")
        await_(lambda: bool(up.children()["beat"]), "another beat")

        postgres = int((prepared / "services" / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(postgres, signal.SIGKILL)
        up.await_words("PostgreSQL ended (-9), starting it again")
        await_(up.answers, "pages after the database came back")

        all_of_it = _descendants(up.process.pid)
        assert up.stop() == 0
        await_(lambda: _nothing_left(all_of_it, prepared), "the end of every process")
    finally:
        up.stop(signal.SIGKILL)


def test_killed_it_takes_everything_with_it(prepared: Path) -> None:
    up = Up(prepared)
    try:
        up.await_words("Ctrl-C ends everything.")
        all_of_it = _descendants(up.process.pid)
        up.stop(signal.SIGKILL)
        await_(lambda: _nothing_left(all_of_it, prepared), "the end of every process")
    finally:
        up.stop(signal.SIGKILL)


def test_a_closed_terminal_ends_everything(prepared: Path) -> None:
    up = Up(prepared)
    try:
        up.await_words("Ctrl-C ends everything.")
        all_of_it = _descendants(up.process.pid)
        assert up.stop(signal.SIGHUP) == 0
        await_(lambda: _nothing_left(all_of_it, prepared), "the end of every process")
    finally:
        up.stop(signal.SIGKILL)


@pytest.mark.parametrize("variable", ["YIWU_PORT", "YIWU_LIVE_PORT"])
def test_a_taken_port(prepared: Path, variable: str) -> None:
    ports = {"YIWU_PORT": str(_free_port()), "YIWU_LIVE_PORT": str(_free_port())}
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(ports[variable])))
        other.listen()
        answer = dev(prepared, "up", "--empty", **ports)
    assert answer.returncode == 1
    assert f"Port {ports[variable]} is taken by another program." in answer.stderr
    assert f"{variable}=" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not server_pids(prepared)


def test_a_newer_schema() -> None:
    """The database knows a migration that this code does not: nothing is served, nothing is changed."""
    with new_state() as state:
        assert dev(state, "manage", "migrate", "-v0").returncode == 0
        with services(state) as running:
            running.query("INSERT INTO django_migrations (app, name, applied) VALUES ('corps', '9999_future', now())")
        answer = dev(state, "up", "--empty", YIWU_PORT=str(_free_port()), YIWU_LIVE_PORT=str(_free_port()))
        assert answer.returncode == 1
        assert "made by another version of Yiwu: this one does not know corps.9999_future." in answer.stderr
        assert "./dev reset" in answer.stderr
        assert "Traceback" not in answer.stdout + answer.stderr
        assert not server_pids(state)


def test_a_schema_that_cannot_be_brought_up_to_date() -> None:
    with new_state() as state:
        with services(state) as running:
            running.query("CREATE TABLE django_content_type (nonsense int)")
        answer = dev(state, "up", "--empty", YIWU_PORT=str(_free_port()), YIWU_LIVE_PORT=str(_free_port()))
        assert answer.returncode == 1
        assert "The database refused to be made ready: relation" in answer.stderr
        assert "./dev reset" in answer.stderr
        assert "Traceback" not in answer.stdout + answer.stderr


def test_an_older_schema_is_brought_up_to_date() -> None:
    with new_state() as state:
        assert dev(state, "manage", "migrate", "sessions", "-v0").returncode == 0
        up = Up(state)
        try:
            up.await_words("Ctrl-C ends everything.")
            assert "bringing the database schema up to date" in up.said()
            assert up.answers()
        finally:
            up.stop()
