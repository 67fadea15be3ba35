"""The unit tree at 1,219 units: what lock, guard, check and history cost over bare django-mptt, and how scopes and
counts are read.

The peer is the same library in a table of its own with the same tree, without lock, triggers and history.
"""

import random
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from mptt.querysets import TreeQuerySet

from bench.crowd import FOUNDED, gather
from bench.report import Report, interleaved
from corps.actors import SYSTEM
from corps.enums import Level
from corps.models import Unit
from corps.models.scope import current_tree
from corps.operations import tree
from corps.queries.tree_faults import tree_faults
from corps.queries.units import UnitLookup, path_text, unit_lookup
from members.models import Member
from members.queries.counts import member_counts
from tests.corps.plain_tree import PlainUnit, plain_faults, plain_table

MOVES = 1_000


def run(report: Report) -> None:
    """Scopes, writes, counts and names, each beside its reference."""
    gather(124_000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    with plain_table():
        _copy_tree()
        _scopes(report)
        _writes(report)
        _names(report)
        _counts(report, 124_000, at_most=1.5)
        _moves_at_random(report)
    gather(1_240_000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE members_member")
    _counts(report, 1_240_000, at_most=2.5)


def _copy_tree() -> None:
    ours = Unit.objects.order_by("tree_id", "lft")
    PlainUnit.objects.bulk_create(
        PlainUnit(
            pk=unit.pk,
            parent_id=unit.parent_id,
            rank=unit.level,
            code=unit.code,
            tree_id=unit.tree_id,
            lft=unit.lft,
            rght=unit.rght,
            level=unit.depth,
        )
        for unit in ours
    )
    with connection.cursor() as cursor:
        # Room for units the bench creates: the keys were given by hand.
        cursor.execute("SELECT setval(pg_get_serial_sequence('plain_plainunit', 'id'), 1000000)")
        cursor.execute("ANALYZE plain_plainunit")


def _scopes(report: Report) -> None:
    detachment = Unit.objects.filter(level=Level.DETACHMENT).order_by("code").first()
    plain = PlainUnit.objects.get(pk=detachment.pk)

    def below() -> TreeQuerySet:
        return plain.get_descendants(include_self=True)

    works = {
        "ids": lambda: _drop(current_tree().within(detachment.pk)),
        "mptt ids": lambda: _drop(list(below().values_list("pk", flat=True))),
        "rows": lambda: _drop(Member.objects.all().in_units(current_tree().within(detachment.pk)).count()),
        "mptt rows": lambda: _drop(
            Member.objects.filter(unit__in=detachment.get_descendants(include_self=True)).count()
        ),
    }
    took = interleaved(60, works, warm_up=5)
    _compare(report, "subtree ids: snapshot : get_descendants", took["ids"], took["mptt ids"], 1.0)
    _compare(report, "members of a detachment: ids : in descendants", took["rows"], took["mptt rows"], 1.5)


def _writes(report: Report) -> None:
    rng = random.Random(5)
    brigades = list(Unit.objects.filter(level=Level.BRIGADE).values_list("pk", flat=True))
    detachments = list(Unit.objects.filter(level=Level.DETACHMENT).values_list("pk", flat=True))
    pairs = iter([(rng.choice(brigades), rng.choice(detachments)) for _ in range(200)])
    same = iter([(rng.choice(brigades), rng.choice(detachments)) for _ in range(200)])
    numbers = iter(range(1_000))

    def move() -> None:
        unit, parent = next(pairs)
        tree.move_unit(actor=SYSTEM, unit_id=unit, parent_id=parent)

    @transaction.atomic
    def plain_move() -> None:
        unit, parent = next(same)
        node = PlainUnit.objects.get(pk=unit)
        node.parent = PlainUnit.objects.get(pk=parent)
        node.save()

    def create() -> None:
        code = f"new-{next(numbers)}"
        tree.create_unit(
            actor=SYSTEM,
            parent_id=rng.choice(brigades),
            level=Level.SQUAD,
            name=code,
            short_name=code,
            code=code,
            active_from=FOUNDED,
        )

    @transaction.atomic
    def plain_create() -> None:
        PlainUnit(
            parent=PlainUnit.objects.get(pk=rng.choice(brigades)), rank=Level.SQUAD, code=f"new-{next(numbers)}"
        ).save()

    took = interleaved(
        60, {"move": move, "mptt move": plain_move, "create": create, "mptt create": plain_create}, warm_up=5
    )
    _compare(report, "move a brigade: operation : bare mptt save", took["move"], took["mptt move"], 3.0)
    _compare(report, "create a squad: operation : bare mptt save", took["create"], took["mptt create"], 3.0)


def _names(report: Report) -> None:
    snapshot = current_tree()
    rng = random.Random(7)
    chosen = rng.sample(snapshot.ids[1:], 200)
    texts = [path_text(snapshot, identifier).replace(" › ", rng.choice(["", "/", " > "])) for identifier in chosen]
    names = [snapshot.nodes[identifier].name for identifier in chosen]
    lookup = unit_lookup()
    assert all(identifier in lookup.find(text) for identifier, text in zip(chosen, texts, strict=True))

    def by_query() -> None:
        for name in names:
            list(Unit.objects.filter(Q(name=name) | Q(short_name=name) | Q(code=name)).values_list("pk", flat=True))

    took = interleaved(
        15,
        {
            "find": lambda: _drop([lookup.find(text) for text in texts]),
            "query": by_query,
            "build": lambda: _drop(UnitLookup(snapshot)),
        },
        warm_up=2,
    )
    _compare(report, "200 unit names: look-up : a query each", took["find"], took["query"], 0.1)
    report.measure(name="building the look-up of 1,219 units", ours=took["build"] * 1e3, unit="ms", at_most=500)


def _counts(report: Report, members: int, *, at_most: float) -> None:
    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT unit_id, count(*) FROM members_member GROUP BY unit_id")
            cursor.fetchall()

    def bare_by_status() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT unit_id, status, count(*) FROM members_member GROUP BY unit_id, status")
            cursor.fetchall()

    took = interleaved(
        15,
        {"ours": lambda: _drop(member_counts(SYSTEM)), "bare": bare, "by status": bare_by_status},
        warm_up=3,
    )
    _compare(report, f"all counts by status, {members:,} : bare GROUP BY", took["ours"], took["by status"], at_most)
    _compare(report, "  the same beside GROUP BY unit alone", took["ours"], took["bare"], 2.5)
    found = member_counts(SYSTEM)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM members_member WHERE status <> 'left'")
        (expected,) = cursor.fetchone()
    root = current_tree().roots()[0]
    report.measure(
        name="  root's count differs from a plain count by",
        ours=abs(found[root.id].subtree - expected),
        unit="",
        at_most=0,
    )


def _moves_at_random(report: Report) -> None:
    rng = random.Random(11)
    units = list(Unit.objects.filter(level__in=(Level.BRIGADE, Level.SQUAD)).values_list("pk", "level"))
    above: dict[int, list[int]] = {
        level: list(Unit.objects.filter(level=level - 1).values_list("pk", flat=True)) for level in (3, 4)
    }
    for _ in range(MOVES):
        unit, level = rng.choice(units)
        tree.move_unit(actor=SYSTEM, unit_id=unit, parent_id=rng.choice(above[level]))
    report.measure(name=f"faults after {MOVES:,} moves at random", ours=len(tree_faults()), unit="", at_most=0)
    assert plain_faults() == []


def _compare(report: Report, name: str, ours: float, reference: float, at_most: float) -> None:
    report.measure(name=name, ours=ours * 1e3, reference=reference * 1e3, unit="ms", at_most=at_most)


def _drop(_result: Any) -> None:
    """Turn an expression into a piece of work."""
