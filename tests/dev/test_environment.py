"""The clone's environment: made from the locks, recognised when it is up to date, mended when it is half made."""

import json
import re
import subprocess
import time
from pathlib import Path

import pytest

from tests.dev.machine import PATIENCE_SECONDS
from yiwu.services import environment
from yiwu.services.places import ROOT
from yiwu.services.trouble import TroubleError


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty clone whose lock asks for nothing, so that nothing is downloaded."""
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "VENV_PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(environment, "LOCK", tmp_path / "requirements-dev.lock")
    monkeypatch.setattr(environment, "NPM_LOCK", tmp_path / "package-lock.json")
    (tmp_path / "requirements-dev.lock").write_text("# nothing\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return tmp_path


def test_a_bare_clone_gets_an_environment_and_keeps_it(clone: Path) -> None:
    environment.ensure_environment()
    python = clone / ".venv" / "bin" / "python"
    assert subprocess.run([python, "-c", "import pip"], check=False, timeout=PATIENCE_SECONDS).returncode == 0
    made = python.lstat().st_ctime_ns
    began = time.perf_counter()
    environment.ensure_environment()
    assert time.perf_counter() - began < 1, "an up-to-date environment is recognised, not made again"
    assert python.lstat().st_ctime_ns == made


def test_a_half_made_environment_is_mended(clone: Path) -> None:
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
    environment.ensure_environment()
    assert (
        subprocess.run(
            [clone / ".venv" / "bin" / "python", "-c", "import pip"], check=False, timeout=PATIENCE_SECONDS
        ).returncode
        == 0
    )

    # Interrupted between unpacking and the stamp: not taken for complete.
    (clone / ".venv" / ".made-from").unlink()
    environment.ensure_environment()
    assert (clone / ".venv" / ".made-from").exists()

    # The Python it was made by is gone.
    settings = clone / ".venv" / "pyvenv.cfg"
    settings.write_text(re.sub(r"(?m)^executable = .*$", "executable = /nowhere/python3.11", settings.read_text()))
    assert not environment._is_current_venv((clone / ".venv" / ".made-from").read_text())

    # Another lock is installed, and what cannot be installed is said.
    (clone / "requirements-dev.lock").write_text(f"no-such-package-of-yiwu==1 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(TroubleError, match="pip could not install"):
        environment.ensure_environment()
    assert not (clone / ".venv" / ".made-from").exists()


def test_the_locks_hold_hashes_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert not re.search(r"://|--index|--find-links", text), name
        pinned = re.findall(r"^[A-Za-z0-9_.\[\]-]+==\S+", text, re.MULTILINE)
        assert len(pinned) > 50
        assert text.count("--hash=sha256:") >= len(pinned)


def test_the_locks_agree_with_each_other() -> None:
    production, development = (_pins(ROOT / name) for name in ("requirements.lock", "requirements-dev.lock"))
    assert production.items() <= development.items()


def _pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", lock.read_text(), re.MULTILINE))


def test_the_npm_lock_holds_hashes_and_no_address() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    packages = {name: found for name, found in lock["packages"].items() if name}
    assert all("integrity" in found and "resolved" not in found for found in packages.values())
    assert "://" not in json.dumps({name: {**found, "funding": None} for name, found in packages.items()})
    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), f"{name} is not pinned"
        assert packages[f"node_modules/{name}"]["version"] == version
