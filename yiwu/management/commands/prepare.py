"""`manage.py prepare`: what `./dev up` asks of the database before any page is served, in one process."""

import argparse
import io
import json
from pathlib import Path
from typing import Any

from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.utils import DatabaseError

DEMO_CITY = "hengyang"


class Command(BaseCommand):
    help = "Bring the schema up to date and load the demo city into an empty database."
    requires_system_checks: list[str] = []  # noqa: RUF012 (Django's name and type)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--report", type=Path, required=True, help="JSON file for the outcome")
        parser.add_argument("--without-city", action="store_true", help="leave an empty database empty")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        report: Path = options["report"]
        report.touch(mode=0o600)
        try:
            outcome = self._prepare(with_city=not options["without_city"])
        except DatabaseError as error:
            outcome = {
                "trouble": f"The database refused to be made ready: {' '.join(str(error).split())}.",
                "remedy": "If it holds nothing you need, start afresh with `./dev reset`.",
            }
        report.write_text(json.dumps(outcome, ensure_ascii=False))

    def _prepare(self, *, with_city: bool) -> dict[str, Any]:
        loader = MigrationLoader(connection)
        unknown = _unknown(loader)
        if unknown:
            return {
                "trouble": f"The database was made by another version of Yiwu: this one does not know {unknown[0]}"
                + (f" and {len(unknown) - 1} more migrations." if len(unknown) > 1 else "."),
                "remedy": "Update the code to that version, or start afresh with `./dev reset`.",
            }
        if _unapplied(loader):
            self.stdout.write("dev: bringing the database schema up to date")
            call_command("migrate", interactive=False, verbosity=0)
        if with_city:
            call_command("load_city", DEMO_CITY, if_empty=True, stdout=self.stdout)
        return {"logins": _logins()}


def _unknown(loader: MigrationLoader) -> list[str]:
    """Migrations recorded in the database that the code does not have; a squashed one stands for those it replaces."""
    known = set(loader.disk_migrations or {})
    for migration in (loader.disk_migrations or {}).values():
        known |= {(app, name) for app, name in migration.replaces}
    return sorted(f"{app}.{name}" for app, name in set(loader.applied_migrations or {}) - known)


def _unapplied(loader: MigrationLoader) -> bool:
    return bool(set(loader.graph.nodes) - set(loader.applied_migrations or {}))


def _logins() -> list[dict[str, str]]:
    """What `manage.py demo_logins` prints, one login per line with tabs between its four parts."""
    if "demo_logins" not in get_commands():
        return []
    printed = io.StringIO()
    call_command("demo_logins", stdout=printed)
    keys = ("role", "username", "password", "who")
    return [dict(zip(keys, line.split("\t"), strict=True)) for line in printed.getvalue().splitlines() if line.strip()]
