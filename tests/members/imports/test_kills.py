"""SIGKILL of the worker, of PostgreSQL and of Valkey at every stage: the roster is as before or as after.

Real servers, a real Celery worker. The worker is brought to a stand at a stage by a lock that the test holds in the
database, as a slow neighbour might; then something is killed, and what the roster holds is looked at.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from members.operations.imports.applying import ROSTER_LOCK
from tests.dev.machine import (
    CONNECT_SECONDS,
    PATIENCE_SECONDS,
    Running,
    await_,
    data_of,
    new_state,
    next_line,
    services,
)
from tests.members.imports import sheets
from yiwu.services import orphans
from yiwu.services.places import ROOT
from yiwu.services.secrets_file import development_secrets

ROWS = 60
# Its longest work is to migrate an empty database.
ANSWER_SECONDS = 300.0
WORKER = ["-m", "celery", "--quiet", "-A", "yiwu.celery", "worker", "--loglevel", "WARNING", "--concurrency", "1"]

# What the test holds while the worker comes to the stage.
STAGING = "LOCK TABLE members_stagedrow IN SHARE MODE"
WAITING = f"SELECT pg_advisory_xact_lock({ROSTER_LOCK}, min(id)::int) FROM corps_corps"  # noqa: S608
AMID_ADDING = """
INSERT INTO members_member (unit_id, name, identity_sealed, identity_index, identity_tail, identity_head, sex,
    birth_date, phone, occupation, employer, address, political_status, education, skills, roles, status, status_reason,
    emergency_name, emergency_phone, insurer, policy_number, recruiter, remarks, pinyin, initials, name_grams,
    updated_at)
SELECT unit_id, name, identity_sealed, identity_index, identity_tail, identity_head, sex, birth_date, '', '', '', '',
    '', '', '{}', '{}', 'active', '', '', '', '', '', '', '', '', '', '{}', now()
FROM members_stagedrow
WHERE import_id = (SELECT max(id) FROM members_rosterimport) AND verdict = 'new'
ORDER BY unit_id, name OFFSET 30 LIMIT 1
"""
HISTORY = "LOCK TABLE members_memberevent IN SHARE MODE"
ENDING = "SELECT 1 FROM members_rosterimport FOR UPDATE"


class World:
    """Servers, a worker and a far hand."""

    def __init__(self, running: Running, folder: Path) -> None:
        self.running = running
        self.folder = folder
        found = running.published()
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            **development_secrets(running.state),
            "LANG": "C.UTF-8",
            "YIWU_MODE": "test",
            "DJANGO_SETTINGS_MODULE": "yiwu.settings",
            "DATABASE_URL": found["database_url"],
            "REDIS_URL": found["redis_url"],
            "CELERY_BROKER_URL": found["broker_url"],
        }
        self.worker: subprocess.Popen[bytes] | None = None
        self.hand = subprocess.Popen(
            [sys.executable, "-m", "tests.members.imports.far_hand"],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.seed = 0

    def ask(self, *command: Any) -> Any:
        assert self.hand.stdin is not None
        self.hand.stdin.write(json.dumps(command) + "\n")
        self.hand.stdin.flush()
        line = next_line(self.hand, f"the far hand was asked to {command}", ANSWER_SECONDS)
        assert line, f"the far hand ended when it was asked to {command}"
        answer = json.loads(line)
        assert "error" not in answer, answer
        return answer["ok"]

    def start_worker(self) -> None:
        self.worker = subprocess.Popen(
            [sys.executable, *WORKER], cwd=ROOT, env=self.environment, start_new_session=True, stdin=subprocess.DEVNULL
        )

    def kill_worker(self) -> None:
        """The main process and its children, at once."""
        if self.worker is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.worker.pid, signal.SIGKILL)
            self.worker.wait(PATIENCE_SECONDS)
            self.worker = None

    def connect(self) -> "psycopg.Connection[Any]":
        # Who waits for a lock here waits for the worker, which may wait for another lock of the test.
        return psycopg.connect(
            self.environment["DATABASE_URL"],
            connect_timeout=CONNECT_SECONDS,
            options=f"-c lock_timeout={PATIENCE_SECONDS:.0f}s",
        )

    def fact(self, sql: str, *parameters: Any) -> Any:
        with self.connect() as connection:
            row = connection.execute(sql.encode(), parameters).fetchone()
            return row[0] if row else None

    def state(self, import_id: int) -> str:
        return str(self.fact("SELECT state FROM members_rosterimport WHERE id = %s", import_id))

    def await_state(self, import_id: int, *states: str) -> None:
        def reached() -> bool:
            with suppress(psycopg.OperationalError):
                return self.state(import_id) in states
            return False

        await_(reached, f"import {import_id} to be {states}, it is {self.state(import_id)}")

    def await_somebody_waiting(self) -> None:
        """Until another session waits for a lock that the test holds."""
        sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid <> pg_backend_pid()"
        await_(lambda: self.fact(sql) > 0, "the worker to come to the lock")

    def members(self) -> tuple[int, int]:
        """Members of the roster, and events of their history."""
        with self.connect() as connection:
            row = connection.execute(
                "SELECT (SELECT count(*) FROM members_member), (SELECT count(*) FROM members_memberevent)"
            ).fetchone()
            assert row is not None
            return int(row[0]), int(row[1])

    def let_time_pass(self) -> None:
        """Signs of life and messages grow old."""
        with self.connect() as connection:
            connection.execute(
                "UPDATE members_rosterimport SET heartbeat_at = heartbeat_at - interval '1 hour',"
                " created_at = created_at - interval '1 hour'"
            )

    def sweep_until(self, import_id: int, state: str) -> None:
        """The beat goes on until the import has come to a state."""

        def swept() -> bool:
            with suppress(psycopg.OperationalError):
                if self.state(import_id) == state:
                    return True
                self.let_time_pass()
                self.ask("sweep")
                await_quietly(lambda: self.state(import_id) == state)
                return self.state(import_id) == state
            return False

        await_(swept, f"import {import_id} to be swept to {state}")

    def roster_file(self) -> str:
        """A file of people nobody has seen before."""
        self.seed += 1
        path = self.folder / f"roster-{self.seed}.xlsx"
        path.write_bytes(sheets.xlsx(sheets.people(ROWS, seed=self.seed)))
        return str(path)

    def upload(self) -> int:
        return int(self.ask("upload", "captain_zx", "zx", self.roster_file()))

    def ready(self) -> int:
        import_id = self.upload()
        self.await_state(import_id, "ready")
        return import_id

    def decide(self, what: str, import_id: int) -> None:
        self.ask("decide", what, "captain_zx", import_id)

    def kill_server(self, program: str) -> None:
        """SIGKILL to the main process of a server; the supervisor starts it again."""
        folder = {"postgres": "postgres", "valkey-server": "valkey"}[program]
        pids = orphans.in_folder(program, data_of(self.running.state) / folder)
        # Backends come and go while one looks; the main process stays.
        main = [pid for pid in pids if (parent := _parent(pid)) is not None and parent not in pids]
        assert main, f"{program} does not run"
        for pid in main:
            os.kill(pid, signal.SIGKILL)
        await_(lambda: not any(Path(f"/proc/{pid}").exists() for pid in main), f"{program} to be gone")
        await_(self._servers_answer, f"{program} to be back")

    def _servers_answer(self) -> bool:
        try:
            return self.fact("SELECT 1") == 1 and bool(self.running.valkey().ping())
        except Exception:  # noqa: BLE001 (not yet)
            return False


def await_quietly(condition: Any) -> None:
    """Wait a while for a worker that may or may not come."""
    for _look in range(300):
        with suppress(psycopg.OperationalError):
            if condition():
                return
        signal.sigtimedwait([], 0.01)


def _parent(pid: int) -> int | None:
    """The process that started `pid`; None when it has ended meanwhile."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(") ", 1)[1].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Servers of their own with the cast, and a worker."""
    with new_state() as state, services(state) as running:
        world = World(running, tmp_path_factory.mktemp("rosters"))
        try:
            world.ask("plant")
            world.start_worker()
            yield world
        finally:
            world.kill_worker()
            world.hand.kill()
            world.hand.wait(PATIENCE_SECONDS)


@contextmanager
def held(world: World, lock: str) -> Iterator[None]:
    """Hold a lock; it is given back at the end, or was lost with the server."""
    connection = world.connect()
    connection.execute(lock.encode())
    try:
        yield
    finally:
        with suppress(psycopg.OperationalError):
            connection.rollback()
        with suppress(psycopg.OperationalError):
            connection.close()


def strike(world: World, victim: str) -> None:
    if victim == "worker":
        world.kill_worker()
    else:
        world.kill_server(victim)


def recover(world: World, victim: str) -> None:
    if victim == "worker":
        world.start_worker()


VICTIMS = ["worker", "postgres", "valkey-server"]


@pytest.mark.parametrize("victim", VICTIMS)
def test_killed_while_staging(world: World, victim: str) -> None:
    before = world.members()
    with held(world, STAGING):
        import_id = world.upload()
        world.await_somebody_waiting()
        strike(world, victim)
        assert world.fact("SELECT count(*) FROM members_stagedrow WHERE import_id = %s", import_id) == 0
    recover(world, victim)
    world.sweep_until(import_id, "ready")
    assert world.fact("SELECT count(*) FROM members_stagedrow WHERE import_id = %s", import_id) == ROWS
    assert world.members() == before
    world.decide("discard", import_id)


@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize(
    "lock", [WAITING, AMID_ADDING, HISTORY, ENDING], ids=["waiting", "adding", "history", "ending"]
)
def test_killed_while_applying(world: World, lock: str, victim: str) -> None:
    before = world.members()
    import_id = world.ready()
    with held(world, lock):
        if lock == ENDING:
            # The decision itself writes the row that is held; it goes first.
            pass
        else:
            world.decide("apply", import_id)
            world.await_somebody_waiting()
            strike(world, victim)
            assert world.members() == before
    if lock == ENDING:
        _kill_at_the_end(world, import_id, victim, before)
    recover(world, victim)
    world.sweep_until(import_id, "applied")
    assert world.members() == (before[0] + ROWS, before[1] + ROWS)
    assert (
        world.fact("SELECT counts -> 'verdicts' ->> 'new' FROM members_rosterimport WHERE id = %s", import_id) == "60"
    )


def _kill_at_the_end(world: World, import_id: int, victim: str, before: tuple[int, int]) -> None:
    """Everything is written and only the last word is missing when it happens."""
    with held(world, HISTORY):
        world.decide("apply", import_id)
        world.await_somebody_waiting()
        # The worker waits amid its transaction; whoever holds the row now meets its last statement.
        last = world.connect()
        last.execute(ENDING)
    try:
        world.await_somebody_waiting()
        strike(world, victim)
        assert world.members() == before
    finally:
        with suppress(psycopg.OperationalError):
            last.close()


@pytest.mark.parametrize("victim", VICTIMS)
def test_killed_while_undoing(world: World, victim: str) -> None:
    before = world.members()
    import_id = world.ready()
    world.decide("apply", import_id)
    world.sweep_until(import_id, "applied")
    applied = world.members()
    with held(world, HISTORY):
        world.decide("undo", import_id)
        world.await_somebody_waiting()
        strike(world, victim)
        assert world.members() == applied
    recover(world, victim)
    world.sweep_until(import_id, "undone")
    assert world.members() == (before[0], applied[1] + ROWS)


def test_an_interrupted_import_can_be_discarded_and_a_revived_worker_changes_nothing(world: World) -> None:
    before = world.members()
    import_id = world.ready()
    with held(world, AMID_ADDING):
        world.decide("apply", import_id)
        world.await_somebody_waiting()
        world.decide("discard", import_id)
        assert world.state(import_id) == "discarded"
    # The worker goes on, comes to its last word, and finds that it has none.
    sql = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE state <> 'idle' AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    await_(lambda: world.fact(sql) == 0, "the worker to give up")
    assert world.members() == before
    assert world.state(import_id) == "discarded"


def test_an_import_interrupted_again_and_again_is_left_to_a_person(world: World) -> None:
    import_id = world.ready()
    before = world.members()
    for _time in range(3):
        with held(world, WAITING):
            if world.state(import_id) == "ready":
                world.decide("apply", import_id)
            else:
                world.let_time_pass()
                world.ask("sweep")
            world.await_somebody_waiting()
            world.kill_worker()
        world.start_worker()
    world.let_time_pass()
    world.ask("sweep")
    assert world.state(import_id) == "ready"
    assert world.fact("SELECT refusal ->> 'code' FROM members_rosterimport WHERE id = %s", import_id) == "interrupted"
    assert world.members() == before
    world.decide("apply", import_id)
    world.sweep_until(import_id, "applied")
    assert world.members()[0] == before[0] + ROWS


def test_without_valkey_progress_is_lost_and_nothing_else(world: World) -> None:
    import_id = world.ready()
    before = world.members()
    with held(world, WAITING):
        world.decide("apply", import_id)
        world.await_somebody_waiting()
        world.kill_server("valkey-server")
    world.await_state(import_id, "applied")
    assert world.members()[0] == before[0] + ROWS
