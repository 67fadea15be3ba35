"""`manage`, `services`, `reset` and `messages` as a person meets them."""

import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

from tests.dev.machine import (
    PATIENCE_SECONDS,
    Running,
    await_,
    bare_environment,
    data_of,
    dev,
    new_state,
    next_line,
    server_pids,
    services,
)
from tests.together import begin
from yiwu.services.places import ROOT

WHERE = "from django.db import connection as c; print('database', c.settings_dict['HOST'])"
# A command that tells it runs and goes on once its standard input is closed.
LONG = """
import sys
from django.db import connection
connection.cursor().execute("select 1")
print("here", flush=True)
sys.stdin.read()
connection.cursor().execute("select 1")
print("done")
"""


def test_manage_uses_the_running_servers() -> None:
    with new_state() as state, services(state) as running:
        answer = dev(state, "manage", "shell", "-v0", "-c", WHERE)
        assert answer.returncode == 0, answer.stderr
        assert f"database {running.published()['sockets']}" in answer.stdout
        assert running.query("SELECT 1") == 1


def test_manage_starts_servers_for_itself_ends_them_and_returns_the_status() -> None:
    with new_state() as state:
        answer = dev(state, "manage", "shell", "-v0", "-c", f"{WHERE}; raise SystemExit(3)")
        assert answer.returncode == 3, answer.stderr
        assert "database /" in answer.stdout
        assert not server_pids(state)
        assert not (state / "services.json").exists()


def test_the_first_of_two_commands_waits_for_the_second() -> None:
    """The second uses the servers the first has started, so the first leaves them until the second is done."""
    with new_state() as state:
        first, second = _long_command(state), None
        try:
            assert first.stdout is not None
            assert first.stdin is not None
            assert next_line(first, "the first command") == "here\n"
            second = _long_command(state)
            assert second.stdout is not None
            assert second.stdin is not None
            assert next_line(second, "the second command") == "here\n"
            first.stdin.close()
            assert "done" in next_line(first, "the first command")
            assert "waiting for another ./dev command" in next_line(first, "the first command")
            assert server_pids(state)
            second.stdin.close()
            assert begin(second.stdout.read).result() == "done\n"
            assert (first.wait(60), second.wait(60)) == (0, 0)
            assert not server_pids(state)
        finally:
            for command in (first, second):
                if command is not None:
                    command.kill()
                    command.wait(PATIENCE_SECONDS)
                    if command.stdout:
                        command.stdout.close()


def _long_command(state: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "dev"), "manage", "shell", "-v0", "-c", LONG],
        env=bare_environment(state),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_terminated_manage_leaves_nothing_behind() -> None:
    with new_state() as state:
        command = _long_command(state)
        assert command.stdout is not None
        assert command.stdin is not None
        assert next_line(command, "the command") == "here\n"
        command.send_signal(signal.SIGTERM)
        assert command.wait(60) == 130
        await_(lambda: not server_pids(state), "the servers' end")
        command.stdin.close()
        command.stdout.close()


def test_reset_asks_and_believes_only_yes() -> None:
    with new_state() as state:
        with services(state) as running:
            running.query("CREATE TABLE mark AS SELECT 7 AS value")
            refused = dev(state, "reset", "--yes")
            assert refused.returncode == 1
            assert "already runs on" in refused.stderr
        kept = dev(state, "reset", feed="y\n")
        assert kept.returncode == 1
        assert "development database, queue, secrets and logs" in kept.stdout
        assert str(state) in kept.stdout
        with services(state) as running:
            assert running.query("SELECT value FROM mark") == 7
        data = data_of(state)
        gone = dev(state, "reset", feed="yes\n")
        assert gone.returncode == 0, gone.stderr
        assert not state.exists()
        assert not data.exists()
        assert not data.with_suffix(".of").exists()


def test_reset_of_nothing() -> None:
    with new_state() as state:
        answer = dev(state, "reset")
        assert answer.returncode == 0
        assert "nothing to forget" in answer.stdout


def test_test_servers_are_thrown_away_and_several_may_run() -> None:
    with new_state() as state:
        probe = state.parent / "test_probe.py"
        probe.write_text(
            "import json, os, pathlib, sys\n"
            "def test_probe():\n"
            "    assert os.environ['YIWU_MODE'] == 'test'\n"
            "    pathlib.Path(os.environ['PROBE_OUT']).write_text(os.environ['DATABASE_URL'])\n"
            "    sys.stdin.read()\n"
        )
        outs = [state.parent / "one.out", state.parent / "two.out"]
        runs = [_test_run(state, probe, out) for out in outs]
        for run, out in zip(runs, outs, strict=True):
            await_(partial(_wrote_or_ended, run, out), str(out))
            assert out.exists(), _said(out)
        assert outs[0].read_text() != outs[1].read_text()
        for run, out in zip(runs, outs, strict=True):
            run.communicate("", timeout=60)
            assert run.returncode == 0, _said(out)
        for name in ("test-services", "test-services-2"):
            assert not server_pids(state / name)
            assert not data_of(state / name).exists()


def _test_run(state: Path, probe: Path, out: Path) -> subprocess.Popen[str]:
    command = [sys.executable, str(ROOT / "dev"), "test", "--noconftest", "-s", "-q", f"--rootdir={probe.parent}"]
    with out.with_suffix(".said").open("w") as said:
        return subprocess.Popen(
            [*command, "-p", "no:cacheprovider", str(probe)],
            env=bare_environment(state, PROBE_OUT=str(out)),
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=subprocess.STDOUT,
            text=True,
        )


def _wrote_or_ended(run: subprocess.Popen[str], out: Path) -> bool:
    return run.poll() is not None or (out.exists() and out.read_text() != "")


def _said(out: Path) -> str:
    return out.with_suffix(".said").read_text()


def test_published_addresses_are_what_manage_gets() -> None:
    with new_state() as state, services(state) as running:
        said = running.said()
        published = json.loads((state / "services.json").read_text())
        assert f"DATABASE_URL={published['database_url']}" in said
        assert f"REDIS_URL={published['redis_url']}" in said
        assert f"CELERY_BROKER_URL={published['broker_url']}" in said
        assert published["pid"] == running.process.pid != os.getpid()


def test_a_start_waits_for_the_one_that_is_just_starting() -> None:
    """`manage` beside a `services` that is not ready yet waits for it instead of failing."""
    with new_state() as state:
        running = Running(state, "services")
        try:
            await_((state / "lock").exists, "the lock")
            answer = dev(state, "manage", "shell", "-v0", "-c", WHERE)
            assert answer.returncode == 0, answer.stderr
        finally:
            running.stop()
