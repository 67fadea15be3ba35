"""Migrations make many changes of models at once, so that the models of all apps are rendered once for all of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING

from django.db.migrations import CreateModel, RunPython, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.fields import FieldOperation

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState
    from django.db.models import Model


def at_once(*operations: Operation) -> list[Operation]:
    """A migration's operations, in which neighbours that change models are one; what runs code or SQL stays apart."""
    grouped: list[Operation] = []
    for apart, neighbours in groupby(operations, lambda one: isinstance(one, RunPython | RunSQL)):
        some = list(neighbours)
        grouped += some if apart else [AtOnce(some)]
    return grouped


class AtOnce(Operation):
    """Changes of models of which the database sees the result of all, not each for itself.

    Django renders the models of all apps, related as they are, again after every change: with a hundred models this
    costs more than the change, 45 of 50 seconds for an empty database. Here a model comes into being with all fields
    that later operations of the list give it. Constraints and indexes follow in their order all the same, because the
    database names the first of them that a row breaks. No operation may need the state between two others, such as a
    field that is added and renamed.
    """

    def __init__(self, operations: list[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: "ProjectState") -> None:
        """The state after all of them, without rendering; whoever asks for its models renders them."""
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: "BaseDatabaseSchemaEditor",
        from_state: "ProjectState",
        to_state: "ProjectState",
    ) -> None:
        """Whatever has something to do, in the order of the list."""
        of_new_models = self._of_new_models()
        for operation in self.operations:
            if isinstance(operation, CreateModel):
                with _own(operation, to_state.apps.get_model(app_label, operation.name)):
                    operation.database_forwards(app_label, schema_editor, from_state, to_state)
            elif operation not in of_new_models or not isinstance(operation, FieldOperation):
                operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: "BaseDatabaseSchemaEditor",
        from_state: "ProjectState",
        to_state: "ProjectState",
    ) -> None:
        """The same in reverse; with a table goes all that it has."""
        of_new_models = self._of_new_models()
        for operation in reversed(self.operations):
            if operation not in of_new_models:
                operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """One line, as `migrate --plan` and `sqlmigrate` show it."""
        return "; ".join(one.describe() for one in self.operations)

    def _of_new_models(self) -> list[Operation]:
        """What changes models that are made here."""
        new = {one.name_lower for one in self.operations if isinstance(one, CreateModel)}
        return [one for one in self.operations if getattr(one, "model_name_lower", None) in new]


@contextmanager
def _own(operation: CreateModel, model: "type[Model]") -> Iterator[None]:
    """The model with the constraints and indexes that this operation itself gives it."""
    options = model._meta
    later = options.constraints, options.indexes
    options.constraints = list(operation.options.get("constraints", ()))
    options.indexes = list(operation.options.get("indexes", ()))
    try:
        yield
    finally:
        options.constraints, options.indexes = later
