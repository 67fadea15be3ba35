"""Reads about units for doors and for upper apps: detail, trail, children, search, and which unit a text means."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from django.http import Http404

from corps.logic.unit_names import code_form, name_form, spellings
from corps.models import Corps, LevelName, Station, Unit
from corps.permissions import Permission
from corps.queries.scope import Node, Scope, Tree, current_tree, scope_of

if TYPE_CHECKING:
    from corps.actors import Actor


@dataclass(frozen=True, slots=True)
class Step:
    """A unit in the trail above a page; only what the reader may see is a link."""

    node: Node
    visible: bool


@dataclass(frozen=True, slots=True)
class UnitDetail:
    """A unit with what its page shows. `stations` has the leading one first."""

    unit: Unit
    corps: Corps
    level_name: str
    trail: list[Step]
    children: list[Node]
    stations: list[Station]
    specialities: list[str]


def unit_detail(actor: "Actor", code: str) -> UnitDetail:
    """The unit with this code if the actor may see it, else `Http404`."""
    unit = (
        Unit.objects.visible_to(actor)
        .filter(code=code)
        .select_related("corps", "merged_into")
        .prefetch_related("station_links__station", "specialities")
        .first()
    )
    if unit is None:
        raise Http404("no such unit")
    links = sorted(unit.station_links.all(), key=lambda link: (not link.primary, link.station.code))
    return UnitDetail(
        unit=unit,
        corps=unit.corps,
        level_name=level_names(unit.corps_id).get(unit.level, ""),
        trail=trail(actor, unit.pk),
        children=children(actor, unit.pk),
        stations=[link.station for link in links],
        specialities=[speciality.name for speciality in unit.specialities.all()],
    )


def level_names(corps_id: int) -> dict[int, str]:
    """The corps' own words for its levels."""
    return dict(LevelName.objects.filter(corps_id=corps_id).values_list("level", "name"))


def trail(actor: "Actor", unit_id: int) -> list[Step]:
    """From the root to the unit; names above the reader's scope are shown, but lead nowhere."""
    scope = scope_of(actor, Permission.UNIT_VIEW)
    return [Step(node, node.id in scope) for node in scope.tree.path(unit_id)]


def children(actor: "Actor", unit_id: int, *, closed: bool = False) -> list[Node]:
    """Units straight below one the actor may see, in the order of their codes; closed ones only when asked for."""
    scope = scope_of(actor, Permission.UNIT_VIEW)
    if unit_id not in scope or unit_id not in scope.tree:
        raise Http404("no such unit")
    return [node for node in scope.tree.children(unit_id) if closed or not node.closed]


def path_text(tree: Tree, unit_id: int, *, below_root: bool = True) -> str:
    """`石鼓支队 › 青山大队 › 一中队`: the short names down to the unit; the root is left out unless it is the unit."""
    names = [node.short_name for node in tree.path(unit_id)]
    return " › ".join(names[1:] if below_root and len(names) > 1 else names)


def search_units(
    actor: "Actor",
    text: str,
    *,
    permission: Permission = Permission.UNIT_VIEW,
    limit: int = 20,
    closed: bool = False,
) -> list[Node]:
    """Units whose code, name or path contains the text, best first: whole code or name, then beginnings, then the rest.

    For switchers and pickers: in memory, over the units where the actor holds `permission`. An empty text lists from
    the top.
    """
    scope = scope_of(actor, permission)
    code, name = code_form(text), name_form(text)
    found: list[tuple[int, int, Node]] = []
    for identifier in scope.tree.ids:
        node = scope.tree.nodes[identifier]
        if node.id in scope and (closed or not node.closed):
            rank = _rank(scope.tree, node, code, name)
            if rank is not None:
                found.append((rank, node.position, node))
    return [node for _rank_, _position, node in sorted(found)[:limit]]


def _rank(tree: Tree, node: Node, code: str, name: str) -> int | None:
    if not code:
        return node.level
    names = (name_form(node.name), name_form(node.short_name))
    own_code = code_form(node.code)
    if own_code == code or (name and name in names):
        return 0
    if own_code.startswith(code) or any(name and form.startswith(name) for form in names):
        return 1
    if code in own_code or any(name and name in form for form in names):
        return 2
    if name and name in name_form(path_text(tree, node.id)):
        return 3
    return None


class UnitLookup:
    """Which units a text in a sheet may mean: by code, name, short name, or a path with any of the superiors left out.

    Built once for a version of the tree and restricted to a scope when asked, so a thousand rows cost a thousand
    look-ups.
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.by_code = {code_form(node.code): node.id for node in tree.nodes.values()}
        self.by_name: dict[str, list[int]] = {}
        forms: dict[int, list[tuple[str, ...]]] = {}
        for identifier in tree.ids:
            node = tree.nodes[identifier]
            above = forms[node.parent_id] if node.parent_id is not None else []
            forms[identifier] = [*above, (node.name, node.short_name)]
            for spelling in set(spellings(forms[identifier])):
                self.by_name.setdefault(spelling, []).append(identifier)

    def find(self, text: str, scope: Iterable[int] | Scope | None = None, *, closed: bool = False) -> list[int]:
        """Ids in tree order: one when the text is clear, several when it is ambiguous, none when it is unknown in the
        scope.

        A code wins over a name. Closed units only when asked for: a roster names units that exist.
        """
        nodes = self.tree.nodes
        inside = None if scope is None else (scope if isinstance(scope, Scope) else frozenset(scope))

        def fits(identifier: int) -> bool:
            return (closed or not nodes[identifier].closed) and (inside is None or identifier in inside)

        by_code = self.by_code.get(code_form(text))
        if by_code is not None and fits(by_code):
            return [by_code]
        return [identifier for identifier in self.by_name.get(name_form(text), ()) if fits(identifier)]


@lru_cache(maxsize=1)
def _lookup(tree: Tree) -> UnitLookup:
    return UnitLookup(tree)


def unit_lookup() -> UnitLookup:
    """The look-up for the current tree, built once per version and process."""
    return _lookup(current_tree())


def resolve_unit(actor: "Actor", text: str, permission: Permission = Permission.UNIT_VIEW) -> list[Node]:
    """Units the text may mean among those where the actor holds `permission`: none, one, or several to ask about."""
    scope = scope_of(actor, permission)
    lookup = unit_lookup()
    return [lookup.tree.nodes[identifier] for identifier in lookup.find(text, scope)]
