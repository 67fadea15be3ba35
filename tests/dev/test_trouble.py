"""Foreseeable trouble: one plain sentence, a remedy, an exit status, no traceback, nothing left running."""

import ast
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.dev.machine import PATIENCE_SECONDS, Running, data_of, dev, new_state, server_pids, services
from yiwu.services.places import ROOT


@pytest.fixture
def state() -> Iterator[Path]:
    """A state folder that has run once."""
    with new_state() as place:
        with services(place):
            pass
        yield place


def _refused(state: Path, *words: str, command: str = "services") -> None:
    answer = dev(state, command)
    assert answer.returncode == 1, answer
    for word in words:
        assert word in answer.stderr, answer.stderr
    assert "Traceback" not in answer.stdout + answer.stderr
    assert len(answer.stderr.splitlines()) == 2, answer.stderr
    assert not server_pids(state)


def test_data_folder_without_its_version(state: Path) -> None:
    (data_of(state) / "postgres" / "PG_VERSION").unlink()
    _refused(state, "PG_VERSION is missing", "./dev reset")


def test_data_folder_of_another_major_version(state: Path) -> None:
    (data_of(state) / "postgres" / "PG_VERSION").write_text("17\n")
    _refused(state, "made by PostgreSQL 17", "runs 18", "./dev reset")


def test_data_folder_that_is_damaged(state: Path) -> None:
    (data_of(state) / "postgres" / "global" / "pg_control").unlink()
    _refused(state, "PostgreSQL cannot start", "./dev reset")


def test_queue_that_is_damaged(state: Path) -> None:
    for place in (data_of(state) / "valkey" / "appendonlydir").glob("*.manifest"):
        place.write_text("not a manifest\n")
    _refused(state, "Valkey cannot start", "Remove that folder")


def test_state_that_is_a_file() -> None:
    with new_state() as place:
        place.write_text("")
        answer = dev(place, "services")
        assert answer.returncode == 1
        assert "is not a folder" in answer.stderr
        place.unlink()


def test_half_made_data_folder_is_made_again() -> None:
    """A first start that was cut off during initdb leaves its work under another name."""
    with new_state() as place:
        with services(place):
            pass
        data = data_of(place)
        (data / "postgres").rename(data / "postgres.half")
        (data / "postgres.half" / "PG_VERSION").unlink()
        with services(place) as running:
            assert running.query("SELECT 1") == 1


def test_full_disk_at_the_first_start() -> None:
    with _little_room() as (place, limits):
        running = Running(place, "services", limits=limits)
        assert running.process.wait(120) == 1
        said = running.said()
        assert "There is no room left to write in" in said, said
        assert "Free some space" in said
        assert "Traceback" not in said


@contextmanager
def _little_room() -> Iterator[tuple[Path, Callable[[], None] | None]]:
    """A state folder on a device of 20 MB; where no device may be mounted, a limit of 5 MB a file."""
    with new_state("disk/state") as place:
        disk = place.parent
        disk.mkdir(mode=0o711)
        mounted = os.geteuid() == 0 and (
            subprocess.run(
                ["mount", "-t", "tmpfs", "-o", "size=20m,mode=711", "tmpfs", disk],
                check=False,
                timeout=PATIENCE_SECONDS,
            ).returncode
            == 0
        )
        try:
            yield place, None if mounted else _limit_files
        finally:
            if mounted:
                subprocess.run(["umount", "-l", disk], check=True, timeout=PATIENCE_SECONDS)
            else:
                shutil.rmtree(place, ignore_errors=True)


def _limit_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (5 * 2**20, 5 * 2**20))


@pytest.mark.parametrize(
    ("variable", "value"), [("YIWU_PORT", "eighty"), ("YIWU_PORT", "70000"), ("YIWU_LIVE_PORT", "-1")]
)
def test_no_port(variable: str, value: str) -> None:
    with new_state() as place:
        answer = dev(place, "up", **{variable: value})
        assert answer.returncode == 1
        assert f"{variable} is '{value}', which is no port." in answer.stderr


def test_unknown_command_and_option() -> None:
    with new_state() as place:
        answer = dev(place, "fly")
        assert answer.returncode == 2
        assert "there is no command 'fly'" in answer.stderr
        assert "usage: ./dev" in answer.stderr
        answer = dev(place, "up", "--quick")
        assert answer.returncode == 1
        assert "--reload and --empty" in answer.stderr
        assert not place.exists()


def test_an_old_python_gets_a_sentence() -> None:
    """The script parses on old interpreters up to the line that tells them to leave."""
    source = (ROOT / "dev").read_text()
    ast.parse(source, feature_version=(3, 4))
    check, imports = source.index("sys.version_info"), source.index("from yiwu")
    assert check < imports
    old = source.replace("sys.version_info < (3, 11)", "True")
    answer = subprocess.run(
        [sys.executable, "-c", old], capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
    )
    assert answer.returncode == 1
    assert answer.stderr.startswith("dev: Python 3.11 or later is needed, this is 3.")
