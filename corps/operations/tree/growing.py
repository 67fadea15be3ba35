"""Founding a corps, creating units, and taking back one that was created by mistake."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from corps.actors import SystemActor
from corps.enums import Level
from corps.errors import Refusal
from corps.models import Corps, Unit
from corps.operations.context import acting
from corps.operations.tree.lock import lock_tree, require_superior, take_unit
from corps.permissions import Permission
from corps.policies import tree as policy
from corps.queries.scope import require

if TYPE_CHECKING:
    from corps.actors import Actor


def found_corps(
    *, actor: "Actor", code: str, name: str, level_names: Iterable[tuple[Level, str]], founded_on: date
) -> Unit:
    """Create a corps with its words for the levels and its root unit; returns the root.

    For the system and the technical administrator only. Raises `Refusal` when the code is taken.
    """
    if not isinstance(actor, SystemActor) and not actor.is_superuser:
        raise PermissionDenied("founding a corps")
    with acting(actor=actor, action="corps.found", reason=name):
        lock_tree()
        policy.check_code(code)
        policy.check_names(name, name)
        corps = Corps.objects.create(code=code, name=name, founded_on=founded_on)
        for level, label in level_names:
            corps.level_names.create(level=level, name=label)
        root = Unit(corps=corps, level=Level.CORPS, name=name, short_name=name, code=code, active_from=founded_on)
        root.save()
        return root


def create_unit(
    *,
    actor: "Actor",
    parent_id: int,
    level: Level,
    name: str,
    short_name: str,
    code: str,
    active_from: date,
    division_code: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
    reason: str = "",
) -> Unit:
    """Create a unit under `parent_id`. Levels may be skipped but not inverted. Raises `Refusal`."""
    name, short_name, code = name.strip(), short_name.strip(), code.strip()
    with acting(
        actor=actor, action="unit.create", reason=reason, permission=Permission.UNIT_STRUCTURE, unit_id=parent_id
    ):
        parent = take_unit(parent_id)
        require(actor, Permission.UNIT_STRUCTURE, parent.pk)
        policy.check_open(parent)
        policy.check_fits(level, parent, place=name)
        policy.check_names(name, short_name)
        policy.check_code(code)
        policy.check_name_free(parent.pk, name)
        unit = Unit(
            corps_id=parent.corps_id,
            parent=parent,
            level=level,
            name=name,
            short_name=short_name,
            code=code,
            active_from=active_from,
            division_code=division_code,
            latitude=latitude,
            longitude=longitude,
        )
        unit.save()
        return unit


def remove_unit(*, actor: "Actor", unit_id: int, reason: str) -> None:
    """Delete a unit that was created by mistake; one on which anything hangs or ever hung is closed instead.

    What hangs on it is asked of the database's own foreign keys, so that upper apps need not be known here. Raises
    `Refusal`.
    """
    with acting(actor=actor, action="unit.remove", reason=reason, unit_id=unit_id):
        unit = take_unit(unit_id)
        require_superior(actor=actor, unit=unit)
        policy.check_not_root(unit)
        try:
            unit.delete()
        except ProtectedError as error:
            raise Refusal(
                _("%(unit)s has been used and stays in the records.") % {"unit": unit.name},
                code="unit.used",
                place=unit.code,
                remedy=_("Close it, or merge it into another unit."),
            ) from error
