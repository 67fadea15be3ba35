"""The QuerySets of duties: scoped by the organising unit (shifts) or the member's own unit (attendance)."""

from typing import ClassVar

from corps.models.querysets import ScopedQuerySet
from corps.permissions import Permission


class DutyQuerySet(ScopedQuerySet):
    """Rows of units where the actor may see duties."""

    view_permission: ClassVar[Permission] = Permission.DUTY_VIEW


class OfShiftQuerySet(DutyQuerySet):
    """Rows that belong to a shift, and through it to the unit that organises it."""

    unit_path: ClassVar[str] = "shift__unit_id"
