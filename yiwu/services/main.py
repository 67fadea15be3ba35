"""From the bare machine into the environment: what `./dev` does before and around a command."""

import os
import sys
from collections.abc import Sequence

from yiwu.services.environment import ensure_environment
from yiwu.services.places import ROOT, VENV_PYTHON, inside_venv
from yiwu.services.trouble import FULL_DISK, TroubleError, complain, full_disk


def main(arguments: Sequence[str]) -> int:
    """Run `./dev` with `arguments`; returns the exit status. Foreseeable trouble becomes a sentence."""
    try:
        return _main(list(arguments))
    except TroubleError as trouble:
        return _explain(trouble)
    except KeyboardInterrupt:
        complain("interrupted")
        return 130
    except OSError as error:
        if error.errno in FULL_DISK:
            return _explain(full_disk(ROOT))
        raise


def _explain(trouble: TroubleError) -> int:
    complain(trouble.message)
    complain(trouble.remedy)
    return 1


def _main(arguments: list[str]) -> int:
    # Imported late: cli is needed for its list of commands only once the arguments are known.
    from yiwu.services import cli

    command = arguments[0] if arguments else "help"
    if command in {"help", "-h", "--help"}:
        print(cli.USAGE, end="")
        return 0
    if command not in cli.COMMANDS:
        complain(f"there is no command {command!r}")
        print(cli.USAGE, end="", file=sys.stderr)
        return 2
    if command != "reset":
        ensure_environment()
        if not inside_venv():
            sys.stdout.flush()
            os.execv(VENV_PYTHON, [str(VENV_PYTHON), str(ROOT / "dev"), *arguments])
    cli.leave_on_termination()
    return cli.run(command, arguments[1:])
