"""The unit tree as plain django-mptt has it: the same library, a table of its own, without lock, guard and check."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.apps.registry import Apps
from django.db import connection, models
from mptt.models import MPTTModel, TreeForeignKey

from corps.logic.tree import Fault, Row, find_faults


class PlainUnit(MPTTModel):
    """Only what the tree needs. An own registry keeps the model out of the project's."""

    parent = TreeForeignKey("self", models.PROTECT, null=True, related_name="children")
    rank = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=30, unique=True)
    closed = models.BooleanField(default=False)

    class Meta:
        app_label = "plain"
        apps = Apps()

    class MPTTMeta:
        order_insertion_by: ClassVar[list[str]] = ["code"]

    def __str__(self) -> str:
        return self.code


@contextmanager
def plain_table() -> Iterator[None]:
    """The table exists inside the block."""
    with connection.schema_editor() as editor:
        editor.create_model(PlainUnit)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(PlainUnit)


def plain_faults() -> list[Fault]:
    """What is wrong with the plain tree, by the same judge as ours."""
    columns = ("id", "parent_id", "rank", "code", "tree_id", "lft", "rght", "level")
    found: Any = PlainUnit.objects.values_list(*columns)
    return find_faults(
        Row(pk, parent, 1, rank, code, closed=False, tree_id=tree, lft=lft, rght=rght, depth=depth)
        for pk, parent, rank, code, tree, lft, rght, depth in found
    )
