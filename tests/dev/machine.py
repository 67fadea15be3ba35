"""Runs `./dev` as a person would, on a state folder and in an environment of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import redis

from tests.together import begin
from yiwu.services import orphans
from yiwu.services.accounts import service_user
from yiwu.services.home import data_folder
from yiwu.services.places import ROOT

RUNNING = "PostgreSQL and Valkey are running"
PATIENCE_SECONDS = 120.0
# A server that is being started again may not answer a connection; then one asks anew.
CONNECT_SECONDS = 30


def bare_environment(state: Path, **more: str) -> dict[str, str]:
    """What a new terminal has: no address of a server, no secret."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "YIWU_STATE": str(state), **more}


@contextmanager
def new_state(name: str = "state") -> Iterator[Path]:
    """A state folder that the servers' user can reach, forgotten with all its data at the end."""
    above = Path(tempfile.mkdtemp(prefix="yiwu-test-"))
    above.chmod(0o711)
    try:
        yield above / name
    finally:
        forget(above / name)
        shutil.rmtree(above)


def forget(state: Path) -> None:
    """`./dev reset --yes`."""
    answer = dev(state, "reset", "--yes")
    assert answer.returncode == 0, answer.stderr


def dev(state: Path, *arguments: str, feed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """Run one `./dev` command to its end."""
    return subprocess.run(
        [sys.executable, str(ROOT / "dev"), *arguments],
        env=bare_environment(state, **more),
        input=feed,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def _at_a_terminal(limits: Callable[[], None] | None) -> Callable[[], None]:
    """Before a command begins: as at a terminal, also where the tests themselves run under nohup; then `limits`."""

    def prepare() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        if limits is not None:
            limits()

    return prepare


class Running:
    """A `./dev` command that stays in the foreground."""

    def __init__(
        self,
        state: Path,
        *arguments: str,
        limits: Callable[[], None] | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        self.state = state
        self.log = tempfile.NamedTemporaryFile(prefix="yiwu-test-")  # noqa: SIM115 (lives as long as this object)
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "dev"), *arguments],
            env=bare_environment(state, **(more or {})),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=_at_a_terminal(limits),
        )

    def said(self) -> str:
        return Path(self.log.name).read_text(errors="replace")

    def await_words(self, words: str) -> None:
        """Return once `words` are printed; fail when the command ends or is silent for too long."""
        await_(lambda: words in self.said() or self.process.poll() is not None, f"{words!r} in:\n{self.said()}")
        assert words in self.said(), self.said()

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)

    def published(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads((self.state / "services.json").read_text())
        return found

    def query(self, sql: str) -> Any:
        """The first column of the first row, asked in a connection of its own."""
        with psycopg.connect(
            self.published()["database_url"], autocommit=True, connect_timeout=CONNECT_SECONDS
        ) as connection:
            cursor = connection.execute(sql.encode())
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def valkey(self) -> Any:
        return redis.Redis.from_url(
            self.published()["redis_url"],
            decode_responses=True,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=PATIENCE_SECONDS,
        )


@contextmanager
def services(state: Path, **more: str) -> Iterator[Running]:
    """`./dev services`, ready, and ended at the end."""
    running = Running(state, "services", more=more)
    try:
        running.await_words(RUNNING)
        yield running
    finally:
        running.stop()


def data_of(state: Path) -> Path:
    """Where the servers of `state` keep their data."""
    return data_folder(state, service_user())


def server_pids(state: Path) -> list[int]:
    """All running server processes on the data of `state`, backends included."""
    data = data_of(state)
    return orphans.in_folder("postgres", data / "postgres") + orphans.in_folder("valkey-server", data / "valkey")


def kill_servers(state: Path) -> None:
    """SIGKILL to every server process on the data of `state`; a backend may have ended since it was listed."""
    for pid in server_pids(state):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def await_(condition: Callable[[], bool], what: str) -> None:
    """Return once `condition` holds, look again every few milliseconds, fail after `PATIENCE_SECONDS`."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.01)


def next_line(process: "subprocess.Popen[Any]", what: str, seconds: float = PATIENCE_SECONDS) -> Any:
    """The next line that `process` prints, empty when it has ended; fail when none comes, and tell of `what`."""
    assert process.stdout is not None
    reading = begin(process.stdout.readline)
    reading.join(seconds)
    assert not reading.is_alive(), f"no line came in {seconds:.0f} s: {what}"
    return reading.result()
