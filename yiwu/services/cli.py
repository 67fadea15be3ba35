"""The commands of `./dev`."""

import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from yiwu.services import kin
from yiwu.services.catalogues import compile_catalogues
from yiwu.services.checks import run_checks
from yiwu.services.home import forget_home
from yiwu.services.locking import lock_everything
from yiwu.services.locks import own, taken
from yiwu.services.places import ROOT, make_state_folder, state_folder
from yiwu.services.postgres import Tuning
from yiwu.services.supervisor import django_environment, exclusive, shared, throw_away
from yiwu.services.testing import run_tests
from yiwu.services.trouble import say
from yiwu.services.up import up

USAGE = """\
usage: ./dev COMMAND

  up [--reload] [--empty]
                   start everything and print the address (Ctrl-C ends all of it);
                   --reload follows changes of the code, --empty loads no demo city
  test [ARGS]      all checks and tests; with ARGS only pytest with them
  check            ruff, mypy, import-linter, Django's checks, migrations, catalogues
  bench [NAMES]    measure ourselves beside the floor or the peer
  manage ARGS      Django's manage.py on the database of `up`
  services         only PostgreSQL and Valkey, in the foreground
  messages         compile the message catalogues
  lock             resolve the dependency locks again
  reset [--yes]    forget the development database and its secrets

YIWU_STATE (folder, default .state), YIWU_PORT (8000) and YIWU_LIVE_PORT (the next) make a second set beside the first.
"""


def run(command: str, arguments: Sequence[str]) -> int:
    """Run one command inside the environment; returns the exit status. Raises `TroubleError`."""
    if command in {"up", "manage", "test"}:
        compile_catalogues()
    return COMMANDS[command](state_folder(), arguments)


def _manage(state: Path, arguments: Sequence[str]) -> int:
    with shared(state, "manage") as running:
        command = [sys.executable, "manage.py", *arguments]
        return kin.run(command, environment=django_environment(state, running, "development"), folder=ROOT)


def _services(state: Path, _arguments: Sequence[str]) -> int:
    with exclusive(state, "services", Tuning.for_development()) as (services, running):
        for name, value in django_environment(state, running, "development").items():
            if name in {"DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL"}:
                say(f"{name}={value}")
        say("PostgreSQL and Valkey are running; Ctrl-C ends them")
        try:
            while True:
                time.sleep(0.5)
                services.mend()
        except KeyboardInterrupt:
            say("stopping")
    return 0


def _check(state: Path, _arguments: Sequence[str]) -> int:
    with throw_away(state, "check-services", "check", Tuning.for_tests()) as (place, running):
        wrong = run_checks(django_environment(place, running, "test"))
    return 1 if wrong else 0


def _bench(state: Path, arguments: Sequence[str]) -> int:
    with throw_away(state, "bench-services", "bench", Tuning.for_bench()) as (place, running):
        command = [sys.executable, "-m", "bench.runner", *arguments]
        return kin.run(command, environment=django_environment(place, running, "test"), folder=ROOT)


def _lock(_state: Path, _arguments: Sequence[str]) -> int:
    lock_everything()
    return 0


def _messages(_state: Path, _arguments: Sequence[str]) -> int:
    written = compile_catalogues()
    say(f"compiled {', '.join(str(place.relative_to(ROOT)) for place in written)}" if written else "nothing to compile")
    return 0


def _reset(state: Path, arguments: Sequence[str]) -> int:
    if not state.exists():
        say(f"nothing to forget: {state} does not exist")
        return 0
    owner = own(make_state_folder(state), "reset")
    if owner is None:
        raise taken(state)
    if "--yes" not in arguments:
        print(f"This removes the development database, queue, secrets and logs in {state} for good.")
        if input("Type yes to go on: ").strip() != "yes":
            say("nothing was removed")
            return 1
    forget_home(state)
    shutil.rmtree(state)
    owner.release()
    say(f"{state} is forgotten; the next `./dev up` starts with a new demo city")
    return 0


COMMANDS: dict[str, Callable[[Path, Sequence[str]], int]] = {
    "up": up,
    "test": run_tests,
    "check": _check,
    "bench": _bench,
    "manage": _manage,
    "services": _services,
    "messages": _messages,
    "lock": _lock,
    "reset": _reset,
}


def leave_on_termination() -> None:
    """SIGTERM and SIGHUP end a command as Ctrl-C does, through every `finally`; a second one cannot cut that short."""
    wanted = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup means it
        wanted.append(signal.SIGHUP)

    def interrupt(_number: int, _frame: object) -> None:
        for number in wanted:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in wanted:
        signal.signal(number, interrupt)
