"""Open pages are told of new figures of the running month, of every unit above the fact, and of no other."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from corps import live
from corps.actors import SYSTEM
from corps.queries.scope import local_today
from stats.catalogue import FIRST_PAGE
from stats.operations import rollups
from stats.operations.rollups import draining
from tests.cast import Cast
from tests.stats.rollups.facts import incident


def announced(unit_id: int) -> list[dict[str, Any]]:
    """What the stream holds for a unit, oldest first."""
    entries: Any = live._client().xrange(settings.LIVE_STREAM)
    return [
        json.loads(fields[b"data"])
        for _key, fields in entries
        if fields[b"topic"] == f"figures:{unit_id}".encode() and fields[b"event"] == b"figures"
    ]


def test_the_unit_and_those_above_are_told(cast: Cast) -> None:
    codes = ("sg11", "sg", "hy", "zx")
    before = {code: len(announced(cast.units[code].pk)) for code in codes}
    incident(cast.units["sg11"].pk, local_today())
    rollups.drain_all(actor=SYSTEM)
    for code in ("sg11", "sg", "hy"):
        unit_id = cast.units[code].pk
        new = announced(unit_id)[before[code] :]
        assert len(new) == 1
        assert new[0]["unit"] == unit_id
        assert set(new[0]["figures"]) == {f"{unit_id}:{name}" for name in FIRST_PAGE}
        assert new[0]["figures"][f"{unit_id}:disputes"] == "1"
        assert new[0]["month"] == f"{local_today():%Y-%m}"
    assert len(announced(cast.units["zx"].pk)) == before["zx"]


def test_keys_that_keep_coming_do_not_keep_pages_waiting(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    counting = draining.drain
    coming = [3, 2, 1]

    def drain_while_somebody_writes(**options: Any) -> rollups.Drained:
        batch = counting(**options)
        if coming:
            incident(cast.units["sg11"].pk, local_today() - timedelta(days=coming.pop()))
        return batch

    monkeypatch.setattr(draining, "TELL_EVERY", 0.0)
    monkeypatch.setattr(draining, "drain", drain_while_somebody_writes)
    before = len(announced(cast.units["hy"].pk))
    incident(cast.units["sg11"].pk, local_today())
    rollups.drain_all(actor=SYSTEM)
    assert len(announced(cast.units["hy"].pk)) == before + 4


def test_nothing_changed_nothing_said(cast: Cast) -> None:
    before = len(announced(cast.units["hy"].pk))
    incident(cast.units["sg11"].pk, local_today(), verified=False)
    # Days to come belong to no figure of this month.
    incident(cast.units["sg11"].pk, local_today() + timedelta(days=40))
    assert rollups.drain_all(actor=SYSTEM).taken == 2
    assert len(announced(cast.units["hy"].pk)) == before
