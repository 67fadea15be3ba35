"""From names in a sheet to ids: units within the actor's scope; groups, partner organisations, grids of the corps."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final, NamedTuple

from corps.models import Grid
from corps.queries.scope import Node, Scope
from members.models import FunctionalGroup, PartnerOrganisation

OPTIONS: Final = 40


class Trouble(NamedTuple):
    """Why a name leads to no id: code and parameters of the sentence, or the units it may mean."""

    code: str
    options: tuple[int, ...] = ()


def compact(text: str) -> str:
    """The form in which names are compared: without blanks, lower case."""
    return "".join(text.split()).lower()


class UnitResolver:
    """Units by code, by name or short name, or by a path of names; only open units of the scope are found.

    A name that several units bear means the one below the import's own unit if there is exactly one; otherwise it is
    ambiguous. `answers` (name → unit id) were given by people earlier, for this unit or one above it.
    """

    def __init__(self, scope: Scope, unit_id: int, answers: Mapping[str, int]) -> None:
        self.scope = scope
        self.tree = scope.tree
        self.corps_id = self.tree.nodes[unit_id].corps_id
        self.below = frozenset(self.tree.within(unit_id))
        self.answers = {compact(text): meant for text, meant in answers.items()}
        self._codes: dict[str, Node] = {}
        self._names: dict[str, list[Node]] = defaultdict(list)
        for node in self.tree.nodes.values():
            if node.corps_id == self.corps_id:
                self._codes[compact(node.code)] = node
                for name in {compact(node.name), compact(node.short_name)} - {""}:
                    self._names[name].append(node)

    def find(self, text: str) -> int | Trouble:
        """The id of the unit meant, or why there is none."""
        key = compact(text)
        code = self._codes.get(key)
        candidates = [code] if code is not None else self._candidates(key)
        inside = [node for node in candidates if node.id in self.scope]
        alive = [node for node in inside if not node.closed]
        below = [node for node in alive if node.id in self.below]
        answered = self._answered(key)
        if answered is not None and (answered in self.below or not below):
            return answered
        if not alive:
            return Trouble("unit_closed" if inside else "unit_outside" if candidates else "unit_unknown")
        near = below or alive
        if len(near) > 1:
            return Trouble("unit_ambiguous", tuple(node.id for node in near[:OPTIONS]))
        return near[0].id

    def _answered(self, key: str) -> int | None:
        meant = self.answers.get(key)
        return meant if meant is not None and meant in self.scope and not self.tree.nodes[meant].closed else None

    def _candidates(self, key: str) -> list[Node]:
        parts = [part for part in key.split("/") if part]
        if not parts:
            return []
        return [node for node in self._names.get(parts[-1], ()) if self._lies_under(node, parts[:-1])]

    def _lies_under(self, node: Node, names: list[str]) -> bool:
        """Whether the names, read upward, are those of ancestors in order; levels may be left out."""
        wanted = list(names)
        for ancestor in reversed(self.tree.path(node.id)[:-1]):
            if wanted and wanted[-1] in {compact(ancestor.name), compact(ancestor.short_name), compact(ancestor.code)}:
                wanted.pop()
        return not wanted


class NameResolver:
    """Things of the corps by their exact name (blanks aside), some also by code."""

    def __init__(self, unknown: str, ambiguous: str, rows: list[tuple[int, tuple[str, ...]]]) -> None:
        self._unknown = unknown
        self._ambiguous = ambiguous
        self._ids: dict[str, set[int]] = defaultdict(set)
        for identifier, names in rows:
            for name in names:
                self._ids[compact(name)].add(identifier)

    def find(self, text: str) -> int | Trouble:
        """The id, or why there is none."""
        found = self._ids.get(compact(text), set())
        if len(found) == 1:
            return next(iter(found))
        return Trouble(self._ambiguous if found else self._unknown)


def groups_of(corps_id: int) -> NameResolver:
    """Functional groups of the corps."""
    rows = FunctionalGroup.objects.filter(corps=corps_id).values_list("id", "name")
    return NameResolver("group_unknown", "group_unknown", [(identifier, (name,)) for identifier, name in rows])


def partners_of(corps_id: int) -> NameResolver:
    """Partner organisations of the corps."""
    rows = PartnerOrganisation.objects.filter(corps=corps_id).values_list("id", "name")
    return NameResolver("partner_unknown", "partner_unknown", [(identifier, (name,)) for identifier, name in rows])


def grids_of(corps_id: int) -> NameResolver:
    """Grids of the corps, by name or code."""
    rows = Grid.objects.filter(corps=corps_id).values_list("id", "name", "code")
    return NameResolver(
        "grid_unknown", "grid_ambiguous", [(identifier, (name, code)) for identifier, name, code in rows]
    )
