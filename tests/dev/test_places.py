"""State folders: made whole, also by commands that start in the same moment."""

import os
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.together import at_once, without_failure
from yiwu.services.places import make_state_folder
from yiwu.services.trouble import TroubleError

ROUNDS = 200
STARTS = 3


@pytest.fixture
def closed_umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_commands_that_start_together_find_one_folder(tmp_path: Path) -> None:
    """Whoever comes second finds the folder of the first, whatever it has put into it."""

    def start(number: int) -> None:
        state = tmp_path / str(number) / "state"
        make_state_folder(make_state_folder(state) / "services")
        (state / "lock").touch()

    for number in range(ROUNDS):
        without_failure(at_once(*[partial(start, number)] * STARTS, database=False))
        assert sorted(entry.name for entry in (tmp_path / str(number) / "state").iterdir()) == ["lock", "services"]
        assert [entry.name for entry in (tmp_path / str(number)).iterdir()] == ["state"]


@pytest.mark.usefixtures("closed_umask")
def test_a_folder_has_its_mode_whatever_the_umask(tmp_path: Path) -> None:
    made = make_state_folder(tmp_path / "above" / "state")
    assert stat.S_IMODE(made.stat().st_mode) == (0o711 if os.geteuid() == 0 else 0o700)


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    with pytest.raises(TroubleError, match="is not a folder"):
        make_state_folder(tmp_path / "state")
