"""`manage.py check_tree [--repair]`: compare nested sets, levels and corps of all units with their superiors."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corps.actors import SystemActor
from corps.errors import Refusal
from corps.operations.tree import repair_tree
from corps.queries.tree_faults import sentence, tree_faults, unit_rows

ACTOR = SystemActor("check_tree")


class Command(BaseCommand):
    """Exit status 0 when the tree is (or has been made) perfect, 1 otherwise."""

    help = "Check the unit tree, and with --repair renumber it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--repair", action="store_true", help="write the right numbering; recorded in the trail")

    def handle(self, *, repair: bool, **options: Any) -> None:
        """Print one sentence a fault."""
        faults = tree_faults()
        for fault in faults:
            self.stdout.write(sentence(fault))
        if faults and repair:
            try:
                repair_tree(actor=ACTOR, reason="check_tree --repair")
            except Refusal as refusal:
                raise CommandError(str(refusal)) from refusal
            self.stdout.write(_("The tree was renumbered; checking again."))
            faults = tree_faults()
        if faults:
            raise CommandError(
                ngettext("%(n)d fault in the unit tree.", "%(n)d faults in the unit tree.", len(faults))
                % {"n": len(faults)}
            )
        number = len(unit_rows())
        self.stdout.write(
            ngettext("The tree is in order: %(n)d unit.", "The tree is in order: %(n)d units.", number) % {"n": number}
        )
