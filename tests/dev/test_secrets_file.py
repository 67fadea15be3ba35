"""Secrets of a development installation: made once, closed to others, and the caller's own win."""

import base64
import stat
from functools import partial
from pathlib import Path

import pytest

from tests.together import at_once, without_failure
from yiwu.services.locks import Running
from yiwu.services.secrets_file import NAMES, development_secrets
from yiwu.services.supervisor import django_environment
from yiwu.services.trouble import TroubleError


def test_made_once_and_closed_to_others(tmp_path: Path) -> None:
    first = development_secrets(tmp_path)
    assert set(first) == set(NAMES)
    assert first == development_secrets(tmp_path)
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    other = tmp_path / "other"
    other.mkdir()
    assert all(first[name] != value for name, value in development_secrets(other).items())


def test_all_that_start_at_once_get_the_same(tmp_path: Path) -> None:
    for number in range(20):
        state = tmp_path / str(number)
        state.mkdir()
        found = at_once(*[partial(development_secrets, state)] * 8, database=False)
        without_failure(found)
        assert all(one == found[0] for one in found)
        assert [path.name for path in state.iterdir()] == ["secrets.json"]


def test_keys_are_what_the_cipher_wants(tmp_path: Path) -> None:
    made = development_secrets(tmp_path)
    number, _, key = made["YIWU_DATA_KEYS"].partition(":")
    assert number == "1"
    for encoded in (key, made["YIWU_INDEX_KEY"]):
        assert len(base64.b64decode(encoded, validate=True)) == 32
    assert len(made["SECRET_KEY"]) >= 50


@pytest.mark.parametrize("content", ["", "{", "[]", '{"SECRET_KEY": "x"}'])
def test_a_damaged_file_is_never_replaced(tmp_path: Path, content: str) -> None:
    """New keys would make every stored identity number unreadable."""
    (tmp_path / "secrets.json").write_text(content)
    with pytest.raises(TroubleError, match="does not hold the secrets"):
        development_secrets(tmp_path)
    assert (tmp_path / "secrets.json").read_text() == content


RUNNING = Running(1, "up", "postgresql://here", "unix:///here", "redis+socket:///here", "/here")
SERVERS = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL")


def test_servers_the_caller_names_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SERVERS:
        monkeypatch.delenv(name, raising=False)
    found = django_environment(tmp_path, RUNNING, "test")
    assert [found[name] for name in SERVERS] == ["postgresql://here", "unix:///here", "redis+socket:///here"]
    monkeypatch.setenv("DATABASE_URL", "postgresql://there")
    monkeypatch.setenv("REDIS_URL", "redis://there")
    found = django_environment(tmp_path, RUNNING, "test")
    assert [found[name] for name in SERVERS] == ["postgresql://there", "redis://there", "redis://there"]


def test_secrets_the_caller_sets_win_but_not_the_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "from-the-caller")
    monkeypatch.setenv("YIWU_MODE", "production")
    found = django_environment(tmp_path, RUNNING, "test")
    assert found["SECRET_KEY"] == "from-the-caller"
    assert found["YIWU_MODE"] == "test"
