"""Scoping on the tree: which units an actor's appointments cover, from a snapshot of the tree kept per process.

Rights run down: an appointment in a unit covers its whole subtree. The snapshot (a thousand small tuples) is read once
per version of the tree; the version is a row that statement triggers on units and appointments raise in the writer's
own transaction, so a reader sees a change exactly when it is committed. Rows are then filtered by
`unit_id = ANY(ids)`, never by a join on
lft and rght, which the planner estimates badly for small subtrees.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils import timezone

from corps.actors import SignedIn, SystemActor
from corps.permissions import Permission
from corps.roles import ADMINISTRATOR_PERMISSIONS, roles_with

if TYPE_CHECKING:
    from corps.actors import Actor


class Node(NamedTuple):
    """A unit as the snapshot keeps it: `position` is its place in tree order, `end` the one after its last child's."""

    id: int
    parent_id: int | None
    corps_id: int
    level: int
    code: str
    name: str
    short_name: str
    closed: bool
    position: int
    end: int


class Tree:
    """One version of the tree, in memory; all answers are plain lists of ids in tree order."""

    def __init__(
        self, version: int, rows: Iterable[tuple[int, int | None, int, int, str, str, str, bool, int, int]]
    ) -> None:
        self.version = version
        self.nodes: dict[int, Node] = {}
        self.ids: list[int] = []
        for identifier, parent_id, corps_id, level, code, name, short_name, closed, lft, rght in rows:
            position = len(self.ids)
            # A nested-set node encloses (rght - lft - 1) / 2 descendants.
            node = Node(
                identifier,
                parent_id,
                corps_id,
                level,
                code,
                name,
                short_name,
                closed,
                position,
                position + (rght - lft + 1) // 2,
            )
            self.nodes[identifier] = node
            self.ids.append(identifier)

    def __contains__(self, unit_id: int) -> bool:
        return unit_id in self.nodes

    def within(self, unit_id: int) -> list[int]:
        """Ids of the unit and everything below it; empty for an unknown unit."""
        node = self.nodes.get(unit_id)
        return self.ids[node.position : node.end] if node else []

    def path(self, unit_id: int) -> list[Node]:
        """From the root down to the unit itself."""
        trail: list[Node] = []
        node = self.nodes.get(unit_id)
        while node is not None:
            trail.append(node)
            node = self.nodes.get(node.parent_id) if node.parent_id is not None else None
        return trail[::-1]

    def children(self, unit_id: int) -> Iterator[Node]:
        """Units directly below, in tree order."""
        node = self.nodes[unit_id]
        position = node.position + 1
        while position < node.end:
            child = self.nodes[self.ids[position]]
            yield child
            position = child.end

    def roots(self) -> list[Node]:
        """One per corps."""
        return [node for node in self.nodes.values() if node.parent_id is None]


class _Memory:
    """The last tree this process read."""

    tree: Tree | None = None


_steady: ContextVar[list[Tree] | None] = ContextVar("steady_tree", default=None)


@contextmanager
def steady_tree() -> Iterator[None]:
    """Within it one version of the tree answers everything: for what only reads, such as drawing a page.

    One inside another keeps to the version of the outer one.
    """
    if _steady.get() is not None:
        yield
        return
    token = _steady.set([])
    try:
        yield
    finally:
        _steady.reset(token)


def current_tree() -> Tree:
    """The tree as this transaction sees it: one tiny query, and a reload only when the version changed.

    Versions come from a sequence, so one that was rolled back never returns with another content.
    """
    steady = _steady.get()
    if steady is None:
        return _read_tree()
    if not steady:
        steady.append(_read_tree())
    return steady[0]


def _read_tree() -> Tree:
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM corps_scope_version")
        (version,) = cursor.fetchone()
        tree = _Memory.tree
        if tree is None or tree.version != version:
            cursor.execute(
                "SELECT id, parent_id, corps_id, level, code, name, short_name, active_until IS NOT NULL, lft, rght"
                " FROM corps_unit ORDER BY tree_id, lft"
            )
            tree = Tree(version, cursor.fetchall())
            _Memory.tree = tree
        return tree


@dataclass(frozen=True, eq=False)
class Scope:
    """The units in which an actor holds a permission. `everything` is true when no filter is needed."""

    tree: Tree
    roots: tuple[int, ...]
    everything: bool

    @cached_property
    def ids(self) -> frozenset[int]:
        """Ids of all covered units."""
        if self.everything:
            return frozenset(self.tree.ids)
        return frozenset(identifier for root in self.roots for identifier in self.tree.within(root))

    def __contains__(self, unit_id: int | None) -> bool:
        return unit_id is not None and (self.everything or unit_id in self.ids)

    def __bool__(self) -> bool:
        return self.everything or bool(self.ids)


def _outermost(tree: Tree, unit_ids: Iterable[int]) -> tuple[int, ...]:
    """Drop units that lie inside another of the list; the rest in tree order."""
    kept: list[Node] = []
    for node in sorted((tree.nodes[u] for u in set(unit_ids) if u in tree), key=lambda n: n.position):
        if not kept or node.position >= kept[-1].end:
            kept.append(node)
    return tuple(node.id for node in kept)


def local_today() -> date:
    """The date at the corps' place; periods of appointments and units are local dates."""
    return timezone.localdate()


def scope_of(actor: "Actor", permission: Permission) -> Scope:
    """Where `actor` may do `permission`. Remembered on the account object, which lives for one request.

    Raises `TypeError` without an actor: forgetting who acts is a defect, not an empty list.
    """
    if isinstance(actor, SystemActor):
        return Scope(current_tree(), (), everything=True)
    if not getattr(actor, "is_authenticated", False):
        raise TypeError("an actor is needed")
    tree = current_tree()
    remembered: _Remembered | None = actor.__dict__.get("_scopes")
    if remembered is None or remembered.tree is not tree:
        remembered = actor.__dict__["_scopes"] = _Remembered(tree, _held(actor) if actor.is_active else ())
    found = remembered.scopes.get(permission)
    if found is None:
        found = remembered.scopes[permission] = _compute(actor, permission, remembered)
    return found


@dataclass(slots=True)
class _Remembered:
    """What an account may do where, at one version of the tree, which every change of an appointment raises too."""

    tree: Tree
    held: tuple[tuple[str, int], ...]
    scopes: dict[str, Scope] = field(default_factory=dict)


def _held(actor: SignedIn) -> tuple[tuple[str, int], ...]:
    """Roles the account holds today, each with its unit: one query for all permissions."""
    today = local_today()
    appointment = apps.get_model("corps", "Appointment")
    held = appointment.objects.filter(account_id=actor.pk, starts_on__lte=today).exclude(ends_on__lte=today)
    return tuple(held.order_by().values_list("role", "unit_id"))


def _compute(actor: SignedIn, permission: Permission, remembered: _Remembered) -> Scope:
    tree = remembered.tree
    if not actor.is_active:
        return Scope(tree, (), everything=False)
    if actor.is_superuser and permission in ADMINISTRATOR_PERMISSIONS:
        return Scope(tree, (), everything=True)
    roles = roles_with(permission)
    roots = _outermost(tree, (unit_id for role, unit_id in remembered.held if role in roles))
    covered = sum(len(tree.within(root)) for root in roots)
    return Scope(tree, roots, everything=covered == len(tree.ids) and covered > 0)


class InUnits(models.Func):
    """`unit_id = ANY(array)`: one parameter however many units, and a plan that does not depend on their number."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()
    conditional = True

    def __init__(self, field: str, unit_ids: Iterable[int]) -> None:
        array = models.Value(sorted(unit_ids), output_field=ArrayField(models.BigIntegerField()))
        super().__init__(models.F(field), array)
