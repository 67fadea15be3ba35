"""Whatever happens to facts, people and units, in any order and however it is drained: roll-ups equal a recount."""

from random import Random

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corps.actors import SYSTEM
from stats.models import Dirty
from stats.operations import rollups
from tests.cast import Cast
from tests.stats.rollups import recount
from tests.stats.rollups.acts import ACTS, World

STEPS = st.lists(st.sampled_from([*ACTS, "drain", "drain_some", "twice"]), min_size=5, max_size=25)


class Undo(Exception):
    """Rolls an example back."""


def do(world: World, step: str) -> None:
    if step == "drain":
        rollups.drain_all(actor=SYSTEM)
    elif step == "drain_some":
        rollups.drain(actor=SYSTEM, limit=3)
    elif step == "twice":
        # A key may be noted again and again, by whatever delivers twice.
        Dirty.objects.bulk_create(
            Dirty(unit_id=one.unit_id, day=one.day, source=one.source) for one in list(Dirty.objects.all()[:50])
        )
    else:
        world.act(step)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), steps=STEPS, rebuilt=st.booleans())
def test_rollups_equal_a_recount(cast: Cast, seed: int, steps: list[str], rebuilt: bool) -> None:
    with pytest.raises(Undo), transaction.atomic():
        play(World(Random(seed)), steps, rebuilt=rebuilt)


def play(world: World, steps: list[str], *, rebuilt: bool) -> None:
    """Do the steps, compare, and roll everything back."""
    for name in ("enrol", "enrol", "plan", "attend", "report"):
        world.act(name)
    for step in steps:
        do(world, step)
    # Amid all this: what waits is known to wait, and everything else is right.
    assert rollups.check(actor=SYSTEM, sample=None).differences == []
    if rebuilt:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        rollups.rebuild(actor=SYSTEM)
    else:
        rollups.drain_all(actor=SYSTEM)
    recount.assert_equal()
    assert rollups.check(actor=SYSTEM, sample=None).differences == []
    assert rollups.check(actor=SYSTEM, sample=20).differences == []
    raise Undo
