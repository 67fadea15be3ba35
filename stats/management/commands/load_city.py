"""`manage.py load_city`: found a demonstration city, bring in its invented members, and invent what they did."""

import argparse
import time
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corps.errors import Refusal
from members.management.progress import Progress
from members.operations.cities import CITIES, LOADER, any_corps
from stats.operations.demo_cities import load_living_city

DEFAULT_MEMBERS: Final = 6_000

STAGES: Final[dict[str, str | Promise]] = {
    "founding": gettext_lazy("Founding the corps"),
    "inventing": gettext_lazy("Inventing people"),
    "reading": gettext_lazy("Reading and encrypting"),
    "checking": gettext_lazy("Checking"),
    "checking again": gettext_lazy("Checking again"),
    "adding": gettext_lazy("Adding members"),
    "logins": gettext_lazy("Creating demo logins"),
    "equipment": gettext_lazy("Handing out equipment"),
    "facts": gettext_lazy("Inventing shifts and incidents"),
    "figures": gettext_lazy("Counting figures"),
    "committing": gettext_lazy("Saving everything"),
}


class Command(BaseCommand):
    help = "Found a demonstration city of invented people and facts: hengyang (a city) or tangxia (a town)."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("city", choices=sorted(CITIES), help="which city")
        parser.add_argument(
            "--members",
            type=_natural,
            default=DEFAULT_MEMBERS,
            help=f"people on the day of its report (default {DEFAULT_MEMBERS}; hengyang 124000, tangxia 13804)",
        )
        parser.add_argument("--seed", type=int, default=1, help="the same number gives the same city (default 1)")
        parser.add_argument("--roster-only", action="store_true", help="people alone, without shifts and incidents")
        parser.add_argument("--if-empty", action="store_true", help="do nothing when the database holds a corps")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        if options["if_empty"] and any_corps():
            return
        began = time.monotonic()
        progress = Progress(self.stdout)

        def listener(stage: str, done: int, total: int) -> None:
            if stage in STAGES:
                progress.show(str(STAGES[stage]), done, total or (options["members"] if done else 0))

        try:
            city = load_living_city(
                actor=LOADER,
                name=options["city"],
                members=options["members"],
                seed=options["seed"],
                now=timezone.localtime(),
                roster_only=options["roster_only"],
                listener=listener,
            )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        finally:
            progress.finish()
        loaded, facts = city.loaded, city.facts
        self.stdout.write(
            _(
                "%(city)s: %(units)d units, %(members)d members, %(shifts)d shifts, %(incidents)d incidents"
                " in %(seconds).0f s."
            )
            % {
                "city": loaded.city.plan.name,
                "units": loaded.units,
                "members": loaded.members,
                "shifts": facts.shifts if facts else 0,
                "incidents": facts.incidents if facts else 0,
                "seconds": time.monotonic() - began,
            }
        )
        if loaded.rejected:
            raise CommandError(_("The import rejected %(rows)d rows.") % {"rows": loaded.rejected})


def _natural(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(_("at least 1"))
    return number
