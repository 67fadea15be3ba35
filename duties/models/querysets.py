"""The QuerySets of duties: scoped by the organising unit (shifts) or the member's own unit (attendance)."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from corps.models.querysets import ScopedQuerySet
from corps.models.scope import InUnits
from corps.permissions import Permission

if TYPE_CHECKING:
    from collections.abc import Iterable


class DutyQuerySet(ScopedQuerySet):
    """Rows of units where the actor may see duties."""

    view_permission: ClassVar[Permission] = Permission.DUTY_VIEW


class ShiftQuerySet(DutyQuerySet):
    """Shifts: seen where they are organised, and where a unit takes part in a joint one."""

    def in_units(self, unit_ids: "Iterable[int]") -> Self:
        """Shifts that any of the units organises or takes part in."""
        ids = sorted(unit_ids)
        parts = apps.get_model("duties", "ShiftUnit").objects.filter(InUnits("unit_id", ids), shift=OuterRef("pk"))
        return self.filter(Q(InUnits("unit_id", ids)) | Q(Exists(parts)))

    def organised_by(self, unit_ids: "Iterable[int]") -> Self:
        """Shifts that any of the units organises: there they count."""
        return self.filter(InUnits("unit_id", unit_ids))


class OfShiftQuerySet(DutyQuerySet):
    """Rows that belong to a shift, and through it to the unit that organises it."""

    unit_path: ClassVar[str] = "shift__unit_id"


class DutyKindQuerySet(models.QuerySet[Any]):
    """Kinds of duty: whoever may see a unit of the corps may know what its duties are called."""

    view_permission: ClassVar[Permission] = Permission.UNIT_VIEW

    def active(self) -> Self:
        """Kinds that may still be planned."""
        return self.filter(active=True)
