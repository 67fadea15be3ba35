"""`manage.py check_rollups [--all | --sample N]`: compare stored figures with the facts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corps.actors import SystemActor
from stats.operations import rollups
from stats.operations.rollups.checking import SAMPLE

ACTOR = SystemActor("check_rollups")


class Command(BaseCommand):
    """Exit status 0 when everything that was compared is equal, 1 otherwise. Mends nothing."""

    help = "Compare the figures of the statistics with the recorded facts."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--all", action="store_true", help="every stored figure and every fact")
        which.add_argument("--sample", type=int, default=SAMPLE, help="so many months of units, drawn at random")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print one line a difference."""
        found = rollups.check(actor=ACTOR, sample=None if options["all"] else max(1, options["sample"]))
        for difference in found.differences:
            self.stdout.write(rollups.sentence_of(difference))
        if found.waiting:
            self.stdout.write(_("Left out because they wait to be counted: %(n)d.") % {"n": found.waiting})
        if found.differences:
            number = len(found.differences)
            raise CommandError(
                ngettext(
                    "%(n)d figure differs from the facts. manage.py rebuild_rollups counts them again.",
                    "%(n)d figures differ from the facts. manage.py rebuild_rollups counts them again.",
                    number,
                )
                % {"n": number}
            )
        self.stdout.write(_("Compared: %(n)d. All are equal to the facts.") % {"n": found.compared})
