"""The roster's QuerySets: scoped by the home unit, seen with `member.view`."""

from typing import ClassVar

from corps.models.querysets import ScopedQuerySet
from corps.permissions import Permission


class MemberQuerySet(ScopedQuerySet):
    """Members, restricted to the units where the actor may see members."""

    view_permission: ClassVar[Permission] = Permission.MEMBER_VIEW


class ImportQuerySet(ScopedQuerySet):
    """Imports, restricted to the units where the actor may import."""

    view_permission: ClassVar[Permission] = Permission.MEMBER_IMPORT
