"""Structural writes of the unit tree, all under one advisory lock.

django-mptt reads a neighbour's lft and rght and shifts rows by them; two writers at once corrupt the tree. So every
function here takes `TREE_LOCK` for the transaction before it reads anything; nothing else writes structure.
"""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext as _

from corps.enums import Level
from corps.errors import Refusal
from corps.models import Corps, Unit
from corps.operations.context import acting
from corps.permissions import Permission

if TYPE_CHECKING:
    from corps.actors import Actor

TREE_LOCK = 0x59495755_0002


def lock_tree() -> None:
    """Wait for the tree; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TREE_LOCK])


def found_corps(
    *, actor: "Actor", code: str, name: str, level_names: Iterable[tuple[Level, str]], founded_on: date
) -> Unit:
    """Create a corps with its words for the levels and its root unit; returns the root."""
    with acting(actor=actor, action="corps.found"):
        lock_tree()
        corps = Corps.objects.create(code=code, name=name, founded_on=founded_on)
        for level, label in level_names:
            corps.level_names.create(level=level, name=label)
        root = Unit(corps=corps, level=Level.CORPS, name=name, short_name=name, code=code, active_from=founded_on)
        root.save()
        return root


def create_unit(
    *, actor: "Actor", parent_id: int, level: Level, name: str, short_name: str, code: str, active_from: date
) -> Unit:
    """Create a unit under `parent_id`. Levels may be skipped but not inverted. Raises `Refusal`."""
    with acting(actor=actor, action="unit.create", permission=Permission.UNIT_STRUCTURE, unit_id=parent_id):
        lock_tree()
        parent = Unit.objects.get(pk=parent_id)
        if level <= parent.level:
            raise Refusal(
                _("A unit can only hang under a unit of a higher level."),
                code="unit.level_inverted",
                place=name,
                remedy=_("Choose a superior unit of a higher level."),
            )
        unit = Unit(
            corps_id=parent.corps_id,
            parent=parent,
            level=level,
            name=name,
            short_name=short_name,
            code=code,
            active_from=active_from,
        )
        unit.save()
        return unit
