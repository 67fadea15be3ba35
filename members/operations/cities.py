"""Load a demonstration city: plant its corps, then bring its invented members in through the roster import itself."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from corps.actors import SystemActor
from corps.errors import Refusal
from corps.models import Corps, Unit
from corps.operations.context import acting
from corps.operations.planting import plant
from members.demo import hengyang, sheet, tangxia
from members.demo.city import DemoCity
from members.demo.people import People
from members.enums import ImportState
from members.models import FunctionalGroup, PartnerOrganisation
from members.operations.demo_logins import create_demo_logins
from members.operations.imports.at_once import import_now
from members.operations.imports.progress import Listener

if TYPE_CHECKING:
    from corps.actors import Actor

CITIES: Final[Mapping[str, Callable[[int], DemoCity]]] = {"hengyang": hengyang.build, "tangxia": tangxia.build}
LOADER: Final = SystemActor("load_city")

_FOUNDING = "founding"
_INVENTING = "inventing"
_LOGINS = "logins"


@dataclass(frozen=True, slots=True)
class LoadedCity:
    """What was loaded; `rejected` are rows the import did not take, none if all is well."""

    city: DemoCity
    root: Unit
    units: int
    members: int
    rejected: int


def any_corps() -> bool:
    """Whether the database holds a corps, invented or real."""
    return Corps.objects.exists()


def load_city(
    *, actor: "Actor", name: str, members: int, seed: int, today: date, listener: Listener | None = None
) -> LoadedCity:
    """Plant the city and import invented people, in one transaction: all of it or nothing.

    `members` is how many it counts on the day of its report; a sixteenth as many have joined since.
    On a developer's machine one demo login per role comes with it, in production none.

    `name` is one of `CITIES`; `listener` is told stages and rows. Raises `Refusal` when the corps exists already.
    """
    tell = listener or _silent
    tell(_FOUNDING, 0, 0)
    city = CITIES[name](seed)
    with transaction.atomic():
        root = plant(actor=actor, plan=city.plan)
        _found_groups(actor, root, city)
        tell(_INVENTING, 0, members)
        people = People(city, members=members, seed=seed, today=today)
        everybody = itertools.chain(people, people.newcomers())
        content = sheet.write(everybody, told=lambda done: tell(_INVENTING, done, max(members, done)))
        file_name = f"{city.plan.name}花名册.csv"
        applied = import_now(actor=actor, unit_id=root.pk, file_name=file_name, content=content, listener=tell)
        verdicts = applied.counts.get("verdicts", {})
        if members and applied.state != ImportState.APPLIED:
            raise Refusal(
                _("The members of the city could not be imported."),
                code="city.import",
                place=str(applied.state),
                remedy=_("Nothing was changed. The generator and the import disagree; this is a defect to report."),
                params={"refusal": applied.refusal, "questions": applied.questions},
            )
        if not settings.PRODUCTION:
            tell(_LOGINS, 0, 0)
            create_demo_logins(actor=actor, city=city, seed=seed, since=city.founded_on)
    return LoadedCity(city, root, len(city.plan.units), verdicts.get("new", 0), verdicts.get("rejected", 0))


def _found_groups(actor: "Actor", root: Unit, city: DemoCity) -> None:
    with acting(actor=actor, action="city.groups", unit_id=root.pk):
        FunctionalGroup.objects.bulk_create(FunctionalGroup(corps_id=root.corps_id, name=name) for name in city.groups)
        PartnerOrganisation.objects.bulk_create(
            PartnerOrganisation(corps_id=root.corps_id, name=name, joined_on=city.founded_on) for name in city.partners
        )


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Nobody watches."""
