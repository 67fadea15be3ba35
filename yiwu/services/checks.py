"""`./dev check`: every check that is no test, all of them run even when one fails."""

import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from yiwu.services.catalogues import compile_catalogues
from yiwu.services.places import ROOT
from yiwu.services.trouble import TroubleError, say

PYTHON = sys.executable
COMMANDS: dict[str, list[str]] = {
    "ruff check": [PYTHON, "-m", "ruff", "check", "--quiet", "."],
    "ruff format": [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."],
    "import-linter": [PYTHON, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
    "mypy": [PYTHON, "-m", "mypy"],
    "manage check": [PYTHON, "manage.py", "check", "--fail-level", "WARNING"],
    "migrations complete": [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
}


def run_checks(environment: Mapping[str, str]) -> list[str]:
    """Run all checks with `environment` (servers for Django included); returns the names of those that failed."""
    wrong = [name for name, command in COMMANDS.items() if not _passes(name, command, environment)]
    try:
        compile_catalogues()
    except TroubleError as error:
        say(f"catalogues: FAILED\n{error}")
        wrong.append("catalogues")
    if not _compose_passes(environment):
        wrong.append("docker compose config")
    return wrong


def _passes(name: str, command: Sequence[str], environment: Mapping[str, str]) -> bool:
    began = time.monotonic()
    answer = subprocess.run(
        command, cwd=ROOT, env=dict(environment), capture_output=True, text=True, errors="replace", check=False
    )
    took = time.monotonic() - began
    say(f"{name}: {'ok' if answer.returncode == 0 else 'FAILED'} ({took:.1f} s)")
    if answer.returncode != 0:
        print(answer.stdout + answer.stderr, flush=True)
    return answer.returncode == 0


def _compose_passes(environment: Mapping[str, str]) -> bool:
    """Ask Docker's client whether the compose file is valid, where there is a client with the compose plugin."""
    docker = shutil.which("docker")
    offers = docker and subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0
    if not docker or not offers or not (ROOT / "docker-compose.yml").exists():
        say("docker compose config: not checked, this machine has no docker client with compose (tests read the file)")
        return True
    command = [docker, "compose", "--env-file", ".env.sample", "config", "--quiet"]
    return _passes("docker compose config", command, environment)
