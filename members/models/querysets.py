"""The roster's QuerySets: scoped by the home unit, seen with `member.view`."""

from collections.abc import Iterable
from typing import ClassVar, Self

from django.db.models import Q

from corps.models.querysets import ScopedQuerySet
from corps.models.scope import InUnits, current_tree
from corps.permissions import Permission


class MemberQuerySet(ScopedQuerySet):
    """Members, restricted to the units where the actor may see members."""

    view_permission: ClassVar[Permission] = Permission.MEMBER_VIEW


class ImportQuerySet(ScopedQuerySet):
    """Imports, restricted to the units where the actor may import."""

    view_permission: ClassVar[Permission] = Permission.MEMBER_IMPORT


class EquipmentQuerySet(ScopedQuerySet):
    """Stores, vouchers and holdings, restricted to the units where the actor may see equipment."""

    view_permission: ClassVar[Permission] = Permission.EQUIPMENT_VIEW


class TrainingQuerySet(ScopedQuerySet):
    """Rows of units where the actor may see training."""

    view_permission: ClassVar[Permission] = Permission.TRAINING_VIEW


class SessionQuerySet(TrainingQuerySet):
    """Sessions: seen where they are organised, and below where they are open to the people of units below."""

    def in_units(self, unit_ids: Iterable[int]) -> Self:
        """Sessions that any of the units organises, or a unit above it for everybody below."""
        ids, tree = set(unit_ids), current_tree()
        tops = [one for one in ids if one in tree and tree.nodes[one].parent_id not in ids]
        above = {node.id for top in tops for node in tree.path(top)} - ids
        return self.filter(Q(InUnits("unit_id", ids)) | Q(InUnits("unit_id", above), open_below=True))

    def organised_by(self, unit_ids: Iterable[int]) -> Self:
        """Sessions that any of the units organises."""
        return self.filter(InUnits("unit_id", unit_ids))


class OfMemberQuerySet(TrainingQuerySet):
    """Rows about one member, seen where the member is at home."""

    unit_path: ClassVar[str] = "member__unit_id"
