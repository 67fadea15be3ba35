"""Within which units a list looks, and how much of the whole that is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corps.permissions import Permission
from corps.queries.scope import Node, Tree, require, scope_of
from members.queries.roster.sql import Condition

if TYPE_CHECKING:
    from corps.actors import Actor


@dataclass(frozen=True, slots=True)
class Within:
    """A unit and everything below it, as ids in tree order; `everything` when that is every unit there is."""

    unit: Node
    ids: tuple[int, ...]
    share: float
    everything: bool
    tree: Tree

    @property
    def condition(self) -> list[Condition]:
        """The restriction to these units; none when they are all."""
        return [] if self.everything else [Condition("m.unit_id = ANY(%s)", (list(self.ids),))]


def within(actor: "Actor", unit: Node, permission: Permission = Permission.MEMBER_VIEW) -> Within:
    """The subtree of `unit`, after checking the actor's right there. Raises `Http404` or `PermissionDenied`.

    The share of the members is taken to be the subtree's share of the units: it costs no query and only steers plans.
    """
    require(actor, permission, unit.id)
    tree = scope_of(actor, permission).tree
    ids = tuple(tree.within(unit.id))
    return Within(unit, ids, len(ids) / len(tree.ids), len(ids) == len(tree.ids), tree)
