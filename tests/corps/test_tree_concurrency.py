"""Hundreds of structural writes at once leave a perfect tree; the same storm corrupts plain django-mptt."""

import pytest
from django.db import connection

from corps.actors import SYSTEM
from corps.enums import Level
from corps.models import Unit
from corps.operations import tree
from corps.queries.tree_faults import tree_faults
from tests.cast import SINCE
from tests.corps.plain_tree import PlainUnit, plain_faults, plain_table
from tests.corps.tree_storm import (
    BRIGADES,
    DETACHMENTS,
    STORM_SECONDS,
    OurWorld,
    PlainWorld,
    Report,
    in_processes,
    in_threads,
)
from tests.together import await_end, begin

pytestmark = pytest.mark.django_db(transaction=True)


def plant_ours() -> None:
    """A corps with some detachments and brigades."""
    root = tree.found_corps(actor=SYSTEM, code="hy", name="总队", level_names=[], founded_on=SINCE)
    for index in range(DETACHMENTS + BRIGADES):
        low = index >= DETACHMENTS
        parent = Unit.objects.get(code=f"d{index % DETACHMENTS}").pk if low else root.pk
        code = f"b{index}" if low else f"d{index}"
        tree.create_unit(
            actor=SYSTEM,
            parent_id=parent,
            level=Level.BRIGADE if low else Level.DETACHMENT,
            name=code,
            short_name=code,
            code=code,
            active_from=SINCE,
        )


def plant_plain() -> None:
    """The same in the plain tree."""
    PlainUnit(rank=1, code="hy").save()
    for index in range(DETACHMENTS + BRIGADES):
        low = index >= DETACHMENTS
        parent = PlainUnit.objects.get(code=f"d{index % DETACHMENTS}" if low else "hy")
        PlainUnit(parent=parent, rank=3 if low else 2, code=f"b{index}" if low else f"d{index}").save()


def check_ours(report: Report, *, acts: int) -> None:
    """Every act was answered, none by a deadlock, and the tree is perfect: to plain Python and to the database."""
    assert report.errors == []
    assert report.deadlocks == 0
    assert report.done + report.refused == acts
    assert report.done > acts // 2
    assert tree_faults() == []
    with connection.cursor() as cursor:
        # The other judge: taking the lock makes the database check the whole tree at once.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT corps_lock_tree()")
    assert Unit.objects.filter(level=Level.SQUAD).count() > acts // 5


def test_a_storm_from_threads_leaves_a_perfect_tree() -> None:
    plant_ours()
    check_ours(in_threads(OurWorld(), "a", writers=8, acts=40), acts=320)


def test_a_storm_from_processes_and_threads_together_leaves_a_perfect_tree() -> None:
    plant_ours()
    beside = begin(lambda: in_threads(OurWorld(), "b", writers=4, acts=40))
    total = in_processes("c", writers=4, acts=40)
    await_end([beside], STORM_SECONDS)
    total.add(beside.result())
    check_ours(total, acts=320)


def test_the_same_storm_corrupts_plain_mptt() -> None:
    """The reason for the lock, the guard and the check: without them a few writers at once suffice."""
    with plain_table():
        plant_plain()
        assert plain_faults() == []
        for round_number in range(50):
            report = in_threads(PlainWorld(), f"r{round_number}", writers=8, acts=10)
            assert report.done > 0
            if plain_faults():
                break
        assert plain_faults() != []
