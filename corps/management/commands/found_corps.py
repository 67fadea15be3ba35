"""`manage.py found_corps`: the corps of a new installation, its root unit and its words for the levels."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from corps.actors import SYSTEM
from corps.enums import Level
from corps.errors import Refusal
from corps.models.scope import local_today
from corps.operations.tree import found_corps

LEVEL_WORDS = ("总队", "支队", "大队", "中队")


class Command(BaseCommand):
    """Exit status 1 when refused; then nothing is written."""

    help = "Found a corps: its root unit and what it calls its levels."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="code of the corps and of its root unit, for example hy")
        parser.add_argument("name", help="its full name")
        parser.add_argument(
            "--levels",
            nargs=len(Level),
            default=LEVEL_WORDS,
            metavar=tuple(level.name for level in Level),
            help="its words for the levels from the top down; default: %(default)s",
        )
        parser.add_argument("--on", type=date.fromisoformat, default=None, help="day of its founding, YYYY-MM-DD")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            root = found_corps(
                actor=SYSTEM,
                code=options["code"],
                name=options["name"],
                level_names=list(zip(Level, options["levels"], strict=True)),
                founded_on=options["on"] or local_today(),
            )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            _("%(name)s is founded; the code of its root unit is %(code)s.") % {"name": root, "code": root.code}
        )
