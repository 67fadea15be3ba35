"""Any sequence of operations keeps the tree perfect and equals a list of superiors kept beside it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corps.actors import SYSTEM
from corps.enums import Level
from corps.errors import Refusal
from corps.models import Unit
from corps.models.scope import current_tree
from corps.operations import tree
from corps.queries.tree_faults import tree_faults
from tests.cast import SINCE


@dataclass(frozen=True)
class Known:
    """A unit as the model beside knows it; `parent` is a name."""

    parent: str | None
    level: int
    code: str
    closed: bool = False


class Model:
    """The adjacency list: names to superiors, with the rules in their plainest form."""

    def __init__(self) -> None:
        self.units: dict[str, Known] = {"root": Known(None, 1, "root")}

    def below(self, name: str) -> set[str]:
        """The unit and everything that hangs under it."""
        found = {name}
        while True:
            more = {child for child, unit in self.units.items() if unit.parent in found} - found
            if not more:
                return found
            found |= more

    def open_children(self, name: str) -> list[str]:
        return [child for child, unit in self.units.items() if unit.parent == name and not unit.closed]

    def set(self, name: str, **changes: Any) -> None:
        self.units[name] = replace(self.units[name], **changes)

    def create(self, parent: str, level: int, name: str, code: str) -> bool:
        above = self.units[parent]
        if above.closed or level <= above.level:
            return False
        self.units[name] = Known(parent, level, code)
        return True

    def move(self, name: str, parent: str) -> bool:
        unit, above = self.units[name], self.units[parent]
        if name == "root" or unit.closed or above.closed or parent in self.below(name) or unit.level <= above.level:
            return False
        self.set(name, parent=parent)
        return True

    def merge(self, source: str, target: str) -> bool:
        children = self.open_children(source)
        fits = all(self.units[child].level > self.units[target].level for child in children)
        if source == "root" or self.units[source].closed or self.units[target].closed or not fits:
            return False
        if target in self.below(source):
            return False
        for child in children:
            self.set(child, parent=target)
        self.set(source, closed=True)
        return True

    def split(self, name: str, new: str, code: str) -> bool:
        unit = self.units[name]
        if name == "root" or unit.closed:
            return False
        children = self.open_children(name)[::2]
        self.units[new] = Known(unit.parent, unit.level, code)
        for child in children:
            self.set(child, parent=new)
        return True

    def close(self, name: str) -> bool:
        if self.units[name].closed or self.open_children(name):
            return False
        self.set(name, closed=True)
        return True

    def reopen(self, name: str) -> bool:
        parent = self.units[name].parent
        if not self.units[name].closed or (parent is not None and self.units[parent].closed):
            return False
        self.set(name, closed=False)
        return True

    def recode(self, name: str, code: str) -> bool:
        if self.units[name].closed:
            return False
        self.set(name, code=code)
        return True


VERBS = ("create", "create", "create", "move", "move", "merge", "split", "close", "reopen", "recode")
STEP = st.tuples(
    st.sampled_from(VERBS), st.integers(0, 99), st.integers(0, 99), st.integers(2, 4), st.integers(100, 999)
)


class Runner:
    """Applies each step to both worlds."""

    def __init__(self) -> None:
        self.model = Model()
        root = tree.found_corps(actor=SYSTEM, code="root", name="root", level_names=[], founded_on=SINCE)
        self.ids = {"root": root.pk}
        self.count = 0

    def step(self, verb: str, first: int, second: int, level: int, salt: int) -> None:
        names = list(self.model.units)
        one, other = names[first % len(names)], names[second % len(names)]
        self.count += 1
        new, code = f"u{self.count}", f"{salt}-{self.count}"
        expected = {
            "create": lambda: self.model.create(one, level, new, code),
            "move": lambda: self.model.move(one, other),
            "merge": lambda: self.model.merge(one, other),
            "split": lambda: self.model.split(one, new, code),
            "close": lambda: self.model.close(one),
            "reopen": lambda: self.model.reopen(one),
            "recode": lambda: self.model.recode(one, code),
        }
        before = dict(self.model.units)
        children = [self.ids[child] for child in self.model.open_children(one)[::2]]
        done = expected[verb]()
        real: dict[str, Callable[[], object]] = {
            "create": lambda: tree.create_unit(
                actor=SYSTEM,
                parent_id=self.ids[one],
                level=Level(level),
                name=new,
                short_name=new,
                code=code,
                active_from=SINCE,
            ),
            "move": lambda: tree.move_unit(actor=SYSTEM, unit_id=self.ids[one], parent_id=self.ids[other]),
            "merge": lambda: tree.merge_units(
                actor=SYSTEM, source_id=self.ids[one], target_id=self.ids[other], reason="x"
            ),
            "split": lambda: tree.split_unit(
                actor=SYSTEM, unit_id=self.ids[one], name=new, short_name=new, code=code, child_ids=children
            ),
            "close": lambda: tree.close_unit(actor=SYSTEM, unit_id=self.ids[one], reason="x"),
            "reopen": lambda: tree.reopen_unit(actor=SYSTEM, unit_id=self.ids[one], reason="x"),
            "recode": lambda: tree.change_code(actor=SYSTEM, unit_id=self.ids[one], code=code),
        }
        result: object = None
        try:
            result = real[verb]()
        except Refusal:
            self.model.units = before
        assert done is (result is not None), f"{verb} {one} {other}: the model says {done}, the corps {result}"
        if verb in {"create", "split"} and isinstance(result, Unit):
            self.ids[new] = result.pk
        self.compare()

    def compare(self) -> None:
        """Same superiors, levels and states; perfect numbers; the snapshot in tree order, siblings by code."""
        names = {identifier: name for name, identifier in self.ids.items()}
        found = {
            names[unit.pk]: Known(
                names.get(unit.parent_id), unit.level, unit.code, closed=unit.active_until is not None
            )
            for unit in Unit.objects.all()
        }
        assert found == self.model.units
        assert tree_faults() == []
        snapshot = current_tree()
        for name, identifier in self.ids.items():
            assert {names[below] for below in snapshot.within(identifier)} == self.model.below(name)
            codes = [node.code for node in snapshot.children(identifier)]
            assert codes == sorted(codes)


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=5, max_size=25))
def test_any_sequence_of_operations_equals_the_list_of_superiors(
    db: None, steps: list[tuple[str, int, int, int, int]]
) -> None:
    with transaction.atomic():
        runner = Runner()
        for step in steps:
            runner.step(*step)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        transaction.set_rollback(True)
