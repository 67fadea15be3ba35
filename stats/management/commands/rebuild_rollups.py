"""`manage.py rebuild_rollups`: count all figures again from the facts."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from corps.actors import SystemActor
from stats.operations import rollups

ACTOR = SystemActor("rebuild_rollups")


class Command(BaseCommand):
    """Safe at any time: readers see the old figures until the new ones stand."""

    help = "Count all figures of the statistics again from the recorded facts."

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print what stands afterwards."""
        done = rollups.rebuild(actor=ACTOR)
        self.stdout.write(
            _("Counted again: %(own)d own cells, %(totals)d totals, %(sets)d sets of people, %(stocks)d rows of stock.")
            % {"own": done.own, "totals": done.totals, "sets": done.sets, "stocks": done.stocks}
        )
