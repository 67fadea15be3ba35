"""`./dev lock`: resolve the locks again, with hashes and without any registry's address."""

import os
import subprocess
from pathlib import Path

from yiwu.services.environment import npm
from yiwu.services.places import ROOT, VENV
from yiwu.services.trouble import TroubleError, say

# pip takes the best version of all its indexes; uv is told to do the same.
UV = [
    "--index-strategy",
    "unsafe-best-match",
    "--universal",
    "--generate-hashes",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--quiet",
]


def lock_everything() -> None:
    """Write requirements.lock, requirements-dev.lock and package-lock.json anew. Raises `TroubleError`.

    Pins that still satisfy pyproject.toml and package.json stay as they are.
    """
    _resolve(Path("requirements.lock"))
    # The developer's lock adds to production's and never differs from it.
    _resolve(Path("requirements-dev.lock"), "--extra", "dev", "-c", "requirements.lock")
    answer = npm(["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"])
    if answer.returncode != 0:
        raise _failure("package-lock.json", answer.stdout)
    say("locked; the next ./dev command installs what has changed")


def _resolve(lock: Path, *more: str) -> None:
    say(f"resolving {lock}")
    answer = subprocess.run(
        [VENV / "bin" / "uv", "pip", "compile", "pyproject.toml", *UV, *more, "-o", lock],
        cwd=ROOT,
        env={**os.environ, **_pip_settings()},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        raise _failure(str(lock), answer.stderr)


def _pip_settings() -> dict[str, str]:
    """uv reads no pip.conf: hand it the index pip would use, and the certificates the machine trusts."""
    found = {"UV_SYSTEM_CERTS": "1"}
    listing = subprocess.run(
        [VENV / "bin" / "python", "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    for line in listing.stdout.splitlines():
        name, _, value = line.partition("=")
        option = name.rpartition(".")[2]
        wanted = {"index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX", "find-links": "UV_FIND_LINKS"}.get(
            option
        )
        if wanted and wanted not in os.environ:
            found[wanted] = " ".join(value.strip("'\"").split("\\n")).strip()
    return found


def _failure(lock: str, said: str) -> TroubleError:
    last = "\n".join("    " + line for line in said.strip().splitlines()[-12:])
    return TroubleError(
        f"{lock} could not be resolved:\n{last}\n", "Mend pyproject.toml or package.json and try again."
    )
