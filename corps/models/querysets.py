"""QuerySets whose first word is who asks: `visible_to(actor)` is the only way in for doors."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from mptt.managers import TreeManager
from mptt.querysets import TreeQuerySet

from corps.models.scope import InUnits, scope_of
from corps.permissions import Permission

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corps.actors import Actor


class ScopedMixin:
    """Restricts rows to the units where the actor holds a permission."""

    #: Path from the model to the id of the unit that decides; overridden where it is not `unit_id`.
    unit_path: ClassVar[str] = "unit_id"
    view_permission: ClassVar[Permission] = Permission.UNIT_VIEW

    def visible_to(self, actor: "Actor", permission: Permission | None = None) -> Self:
        """Rows in units where `actor` may do `permission` (by default: see this kind of row)."""
        scope = scope_of(actor, permission or self.view_permission)
        if scope.everything:
            return self.all()  # type: ignore[attr-defined, no-any-return]
        return self.in_units(scope.ids)

    def in_units(self, unit_ids: "Iterable[int]") -> Self:
        """Rows that belong to any of the units."""
        return self.filter(InUnits(self.unit_path, unit_ids))  # type: ignore[attr-defined, no-any-return]


class ScopedQuerySet(ScopedMixin, models.QuerySet[Any]):
    """For models that hang on a unit by `unit`."""


class UnitQuerySet(ScopedMixin, TreeQuerySet):
    """Units themselves; a unit is seen by whoever holds the permission in it."""

    unit_path = "id"

    @classmethod
    def as_manager(cls) -> Any:
        """A tree manager over this queryset: mptt needs its own manager class."""
        manager = TreeManager.from_queryset(cls)()
        manager._built_with_as_manager = True  # noqa: SLF001 - what Django's own as_manager does
        return manager
