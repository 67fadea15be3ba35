"""Load a demonstration city whole: its corps and people, then what they did, then the figures."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db import transaction

from members.operations.cities import LoadedCity, load_city
from members.operations.demo_equipment import Equipped, equip_city
from members.operations.demo_training import invent_training
from stats.operations.demo_alarms import import_demo_alarms
from stats.operations.demo_facts import InventedFacts, ask_of_rescuers, check_enough_people, invent_facts
from stats.operations.rollups import rebuild
from stats.operations.rollups.lock import take_rollups

if TYPE_CHECKING:
    from corps.actors import Actor

Listener = Callable[[str, int, int], None]

_EQUIPMENT: Final = "equipment"
_FACTS: Final = "facts"
_FIGURES: Final = "figures"
_COMMITTING: Final = "committing"


@dataclass(frozen=True, slots=True)
class LivingCity:
    """What was loaded; `facts` and `equipped` are None where the roster alone was asked for."""

    loaded: LoadedCity
    facts: InventedFacts | None
    equipped: Equipped | None


def load_living_city(
    *,
    actor: "Actor",
    name: str,
    members: int,
    seed: int,
    now: datetime,
    roster_only: bool = False,
    listener: Listener | None = None,
) -> LivingCity:
    """Plant a city, bring in its people, invent what they did and count it, in one transaction: all of it or nothing.

    `now` is aware; its local date is the day of loading. Raises `Refusal` when the corps exists, or has too few people
    for what it reported.
    """
    tell = listener or _silent
    if not roster_only:
        check_enough_people(actor=actor, name=name, members=members)
    with transaction.atomic():
        # Before planting takes the tree, because whoever counts takes them in this order.
        take_rollups()
        today = now.date()
        loaded = load_city(actor=actor, name=name, members=members, seed=seed, today=today, listener=listener)
        facts = equipped = None
        if not roster_only:
            tell(_EQUIPMENT, 0, 0)
            city = loaded.city
            equipped = equip_city(
                actor=actor,
                corps_code=city.plan.code,
                founded=city.founded_on,
                reported=city.reported_on,
                full_size=city.full_size,
                today=today,
            )
            tell(_FACTS, 0, 0)
            facts = invent_facts(actor=actor, corps_code=loaded.city.plan.code, seed=seed, now=now)
            training = invent_training(actor=actor, corps_code=loaded.city.plan.code, seed=seed, now=now)
            ask_of_rescuers(actor=actor, corps_code=loaded.city.plan.code, requirement_id=training.requirement)
            import_demo_alarms(actor=actor, city=loaded.city, seed=seed, today=today)
        tell(_FIGURES, 0, 0)
        rebuild(actor=actor)
        tell(_COMMITTING, 0, 0)
    return LivingCity(loaded, facts, equipped)


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Nobody watches."""
