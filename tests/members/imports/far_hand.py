"""Does what a web process would, for tests whose servers are killed: one JSON command per line, one answer per line.

Started as `python -m tests.members.imports.far_hand` with the environment of those servers.
"""

import json
import sys
from pathlib import Path
from typing import Any

import django
from django.db import connections


def main() -> None:
    """Answer until the input ends."""
    django.setup()
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        try:
            answer: Any = {"ok": globals()[f"do_{name}"](*arguments)}
        except Exception as error:  # noqa: BLE001 (the test reads it)
            answer = {"error": f"{type(error).__name__}: {error}"}
        finally:
            connections.close_all()  # as at the end of a request
        print(json.dumps(answer), flush=True)


def do_plant() -> None:
    """The schema and the cast."""
    from django.core.management import call_command

    from tests.cast import assemble

    call_command("migrate", verbosity=0, interactive=False)
    assemble()


def do_upload(username: str, code: str, path: str) -> int:
    """Upload a file as the account; the id of the import."""
    from corps.models import Account, Unit
    from members.operations.imports import upload_roster

    actor = Account.objects.get(username=username)
    unit = Unit.objects.get(code=code)
    found = upload_roster(actor=actor, unit_id=unit.pk, file_name=Path(path).name, content=Path(path).read_bytes())
    return int(found.pk)


def do_decide(what: str, username: str, import_id: int) -> None:
    """Apply, undo, discard or resume as the account."""
    from corps.models import Account
    from members.operations import imports

    actor = Account.objects.get(username=username)
    getattr(imports, f"{what}_import")(actor=actor, import_id=import_id)


def do_sweep() -> list[int]:
    """What the beat does once a minute."""
    from corps.actors import SYSTEM
    from members.operations.imports import resume_stalled_imports

    return resume_stalled_imports(actor=SYSTEM)


if __name__ == "__main__":
    main()
