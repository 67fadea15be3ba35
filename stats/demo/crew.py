"""Finding people for a shift: nobody is in two places, nobody serves before joining or after leaving."""

from __future__ import annotations

from datetime import date
from random import Random

from stats.demo.calendar import Slot
from stats.demo.scene import Team, Volunteer

_SLOTS = {slot: number for number, slot in enumerate(Slot)}
_KEYS = 16


class Crew:
    """Remembers who is taken when."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._taken: set[tuple[int, int]] = set()

    def draw(self, team: Team, day: date, slot: Slot, wanted: int) -> list[Volunteer]:
        """Up to `wanted` free people of the team, not yet taken: `take` them."""
        serving = team.serving(day)
        if not serving:
            return []
        keys = self._keys(day, slot)
        people, taken = team.volunteers, self._taken
        found: list[Volunteer] = []
        start = self._rng.randrange(serving)
        for step in range(serving):
            person = people[(start + step) % serving]
            if person.left <= day or any((person.id, key) in taken for key in keys):
                continue
            found.append(person)
            if len(found) == wanted:
                break
        return found

    def take(self, people: list[Volunteer], day: date, slot: Slot) -> None:
        """These are on duty then."""
        keys = self._keys(day, slot)
        self._taken.update((person.id, key) for person in people for key in keys)

    @staticmethod
    def _keys(day: date, slot: Slot) -> list[int]:
        return [(day.toordinal() + later) * _KEYS + _SLOTS[one] for later, one in slot.covers]
