"""The embedded servers: who reaches them, what ends them, what they survive."""

import os
import pwd
import select
import signal
import socket
import stat
import struct
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from tests.dev.machine import (
    PATIENCE_SECONDS,
    RUNNING,
    Running,
    await_,
    data_of,
    dev,
    kill_servers,
    new_state,
    server_pids,
    services,
)
from yiwu.services.accounts import ServiceUser, service_user
from yiwu.services.home import OUTSIDE

MARK = "CREATE TABLE mark AS SELECT 7 AS value"


def test_servers_answer_and_listen_on_sockets_only() -> None:
    with new_state() as state, services(state) as running:
        assert running.query("SELECT current_user || '@' || current_database()") == "yiwu@yiwu"
        assert running.query("SHOW listen_addresses") == ""
        assert running.valkey().config_get("port")["port"] == "0"
        assert running.valkey().config_get("appendonly")["appendonly"] == "yes"
        sockets = Path(running.published()["sockets"])
        assert running.stop() == 0
        assert not server_pids(state)
        assert not sockets.exists()


def test_the_socket_folder_is_closed_to_other_users() -> None:
    with new_state() as state, services(state) as running:
        sockets = Path(running.published()["sockets"])
        servers_user = service_user() or ServiceUser("", os.geteuid(), os.getegid())
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert sockets.stat().st_uid == servers_user.uid
        assert stat.S_IMODE(sockets.joinpath("valkey.sock").stat().st_mode) & 0o077 == 0
        assert stat.S_IMODE(data_of(state).stat().st_mode) == 0o700
        assert stat.S_IMODE(state.joinpath("services.json").stat().st_mode) == 0o600
        if os.geteuid() == 0:
            stranger = pwd.getpwnam("daemon")
            for name in (".s.PGSQL.5432", "valkey.sock"):
                assert "PermissionError" in _as_user(stranger.pw_uid, sockets / name, b"")


def test_roots_own_service_user_is_no_role_of_the_database() -> None:
    """The account the server runs as reaches the socket, yet peer authentication turns it away."""
    user = service_user()
    with new_state() as state, services(state) as running:
        rules = running.query("SELECT string_agg(sys_name || '>' || pg_username, ',') FROM pg_ident_file_mappings")
        assert rules == f"{pwd.getpwuid(os.geteuid()).pw_name}>yiwu"
        if user:
            answer = _as_user(user.uid, Path(running.published()["sockets"]) / ".s.PGSQL.5432", _LOGIN)
            assert "Peer authentication failed" in answer


@pytest.mark.parametrize("language", ["", "C", "zh_CN.GB18030", "no_SUCH.place"])
def test_the_locale_of_the_caller_does_not_reach_the_database(language: str) -> None:
    with new_state() as state, services(state, LANG=language, LC_ALL=language, LC_CTYPE=language) as running:
        running.query("CREATE EXTENSION pg_trgm")
        assert running.query("SHOW server_encoding") == "UTF8"
        assert (
            running.query("SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname='yiwu'")
            == "bC.UTF-8"
        )
        assert running.query("SELECT array_length(show_trgm('衡阳义警'), 1)") == 5


def test_a_long_state_path_does_not_lengthen_the_socket_path() -> None:
    with new_state("深" * 60) as state, services(state) as running:
        assert len(os.fsencode(state)) > 180
        assert running.query("SELECT 1") == 1
        assert running.valkey().ping()


@pytest.mark.parametrize("closed", [True, False])
def test_a_state_folder_under_a_closed_home(closed: bool) -> None:
    """Root's servers run as another user: no folder is opened up for it, the data moves out instead."""
    with new_state() as state:
        mode = 0o700 if closed else 0o711
        state.parent.chmod(mode)
        with services(state) as running:
            assert running.query("SELECT 1") == 1
            assert data_of(state).is_relative_to(OUTSIDE) == (closed and os.geteuid() == 0)
            assert stat.S_IMODE(state.parent.stat().st_mode) == mode


def test_two_clones_side_by_side() -> None:
    with new_state() as one, new_state() as other, services(one) as first, services(other) as second:
        first.query(MARK)
        first.valkey().set("mark", "7")
        assert second.query("SELECT to_regclass('mark') IS NULL")
        assert second.valkey().get("mark") is None


def test_a_second_start_on_one_folder_is_told_who_runs() -> None:
    with new_state() as state, services(state) as running:
        second = dev(state, "services")
        assert second.returncode == 1
        assert f"`./dev services` (process {running.process.pid}) already runs on {state}." in second.stderr
        assert "YIWU_STATE" in second.stderr
        assert "Traceback" not in second.stderr
        assert running.query("SELECT 1") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_polite_signal_ends_both_servers(number: signal.Signals) -> None:
    with new_state() as state, services(state) as running:
        assert running.stop(number) == 0
        assert not server_pids(state)
        assert not (state / "services.json").exists()


def test_a_script_in_the_background_can_still_interrupt() -> None:
    """Shells start background jobs with SIGINT ignored; whoever sends it to `./dev` all the same means it."""
    with new_state() as state:
        running = Running(state, "services", limits=_ignore_interrupts)
        running.await_words(RUNNING)
        assert running.stop(signal.SIGINT) == 0
        assert not server_pids(state)


def test_under_nohup_a_closed_terminal_ends_nothing() -> None:
    with new_state() as state:
        running = Running(state, "services", limits=_ignore_hangups)
        running.await_words(RUNNING)
        os.kill(running.process.pid, signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            running.process.wait(timeout=2)
        assert running.query("SELECT 1") == 1
        assert running.stop(signal.SIGTERM) == 0


def _ignore_hangups() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def test_killing_the_supervisor_ends_both_servers_and_loses_nothing() -> None:
    with new_state() as state:
        with services(state) as running:
            running.query(MARK)
            running.valkey().set("mark", "7")
            old_sockets = Path(running.published()["sockets"])
            running.stop(signal.SIGKILL)
            await_(lambda: not server_pids(state), "the servers to follow their supervisor")
        with services(state) as running:
            assert running.query("SELECT value FROM mark") == 7
            assert running.valkey().get("mark") == "7"
            assert not old_sockets.exists()


@pytest.mark.parametrize("program", ["postgres", "valkey-server"])
def test_a_killed_server_is_started_again_with_its_data(program: str) -> None:
    with new_state() as state, services(state) as running:
        running.query(MARK)
        running.valkey().set("mark", "7")
        command = {"postgres": "PostgreSQL", "valkey-server": "Valkey"}[program]
        os.kill(_main_server(state, program), signal.SIGKILL)
        running.await_words(f"{command} ended (-9), starting it again")
        await_(lambda: _quietly(running.query, "SELECT value FROM mark") == 7, "the table")
        await_(lambda: _quietly(running.valkey().get, "mark") == "7", "the key")


def test_everything_killed_at_once_recovers() -> None:
    with new_state() as state:
        with services(state) as running:
            running.query(MARK)
            running.process.send_signal(signal.SIGSTOP)  # it shall not mend while we kill
            kill_servers(state)
            running.stop(signal.SIGKILL)
        with services(state) as running:
            assert running.query("SELECT value FROM mark") == 7


def test_a_start_that_takes_long_is_waited_for() -> None:
    """No fixed limit: the server is held before it is ready until the supervisor has said that it waits."""
    with new_state() as state:
        with services(state):
            pass
        with _held_at_its_first_file(data_of(state) / "postgres" / "global" / "pg_control") as let_go:
            running = Running(state, "services")
            try:
                running.await_words("PostgreSQL is still starting after 10 s")
                let_go()
                running.await_words(RUNNING)
                assert running.query("SELECT 1") == 1
            finally:
                running.stop()


@contextmanager
def _held_at_its_first_file(control: Path) -> Iterator[Callable[[], None]]:
    """A named pipe in the file's place, at which whoever opens it waits until the given function has been called."""
    aside, pipe = control.with_suffix(".aside"), control.with_suffix(".pipe")
    os.mkfifo(pipe)
    pipe.chmod(0o666)
    control.rename(aside)
    os.link(pipe, control)

    def let_go() -> None:
        aside.rename(control)
        os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
        pipe.unlink()

    yield let_go


def test_a_user_may_bring_servers_of_their_own() -> None:
    with new_state() as state, services(state) as real, new_state() as other:
        urls = real.published()
        with services(other, DATABASE_URL=urls["database_url"], REDIS_URL=urls["redis_url"]) as running:
            assert running.published()["database_url"] == urls["database_url"]
            assert not server_pids(other)
        assert real.query("SELECT 1") == 1


_BODY = struct.pack("!I", 196608) + b"user\0yiwu\0database\0yiwu\0\0"
_LOGIN = struct.pack("!I", len(_BODY) + 4) + _BODY


def _as_user(uid: int, address: Path, words: bytes) -> str:
    """What another local user gets who says `words` at a socket; a fork, so that no program need be within reach."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(PATIENCE_SECONDS)
                line.connect(str(address))
                line.sendall(words)
                os.write(writer, line.recv(1000))
        except OSError as error:
            os.write(writer, repr(error).encode())
        finally:
            os._exit(0)
    os.close(writer)
    try:
        with os.fdopen(reader, "rb") as pipe:
            assert select.select([pipe], [], [], 2 * PATIENCE_SECONDS)[0], "the fork does not answer"
            answer = pipe.read().decode(errors="replace")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return answer


def _main_server(state: Path, program: str) -> int:
    """The process that started the others of its kind."""
    if program == "postgres":
        return int((data_of(state) / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    return next(pid for pid in server_pids(state) if _program(pid) == program)


def _program(pid: int) -> str:
    """Name of the program; empty when the process has ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/exe").readlink().name
    except FileNotFoundError:
        return ""


def _quietly(question: Callable[[str], Any], words: str) -> Any:
    """The answer, or None while the server is just being started again."""
    try:
        return question(words)
    except (psycopg.OperationalError, redis.ConnectionError):
        return None
