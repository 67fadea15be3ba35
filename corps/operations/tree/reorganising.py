"""Merging, splitting, closing and reopening units. A closed unit keeps its place, its facts and its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from corps.models import Account, Appointment, Grid, Site, Term, Unit
from corps.operations.context import acting
from corps.operations.tree.lock import read_unit, require_superior, take_unit
from corps.operations.tree.moving import hang_under
from corps.permissions import Permission
from corps.policies import tree as policy
from corps.queries.scope import local_today, require

if TYPE_CHECKING:
    from corps.actors import Actor


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merger did; `sites_retired` are those the target has under the same kind and name already."""

    source: Unit
    target: Unit
    units: int
    sites: int
    sites_retired: int
    grids: int
    accounts: int
    terms_ended: int
    appointments_ended: int


def merge_units(*, actor: "Actor", source_id: int, target_id: int, reason: str) -> Merged:
    """Merge `source` into `target`: what it has goes over, the unit itself is closed and says into which it went.

    - open units below it hang under the target from now on; refused, with their names, when their level does not allow
      it;
    - sites and grids pass to the target; a site the target already has stays behind, out of use;
    - accounts at home in it are at home in the target;
    - its posts stay with it, their running terms end today, and so do appointments in it: who leads or administers the
      larger unit is a new decision. Terms and appointments that had not begun are withdrawn;
    - closed units below it, and every recorded fact, stay where they are.

    Members are not the corps' business: `members.operations.units.merge_units` moves them in the same act. The right is
    needed in the superior of the source and in the target. Raises `Refusal`.
    """
    with acting(actor=actor, action="unit.merge", reason=reason, unit_id=source_id):
        source = take_unit(source_id)
        require_superior(actor=actor, unit=source)
        target = read_unit(target_id)
        require(actor, Permission.UNIT_STRUCTURE, target.pk)
        children = list(Unit.objects.filter(parent_id=source.pk, active_until=None).order_by("code"))
        policy.check_can_merge(source, target, children)
        _hang_all(children, target_id)
        sites, retired = _hand_over_sites(source, target)
        today = local_today()
        outcome = Merged(
            source=source,
            target=target,
            units=len(children),
            sites=sites,
            sites_retired=retired,
            grids=Grid.objects.filter(unit_id=source.pk).update(unit_id=target.pk),
            accounts=Account.objects.filter(unit_id=source.pk).update(unit_id=target.pk),
            terms_ended=_end_all(Term.objects.filter(post__unit_id=source.pk), today),
            appointments_ended=_end_all(Appointment.objects.filter(unit_id=source.pk), today),
        )
        _close(source, today, merged_into=target.pk)
        return outcome


def split_unit(
    *,
    actor: "Actor",
    unit_id: int,
    name: str,
    short_name: str,
    code: str,
    child_ids: Sequence[int],
    active_from: date | None = None,
    reason: str = "",
) -> Unit:
    """Make a sibling of the unit, of its level, hang the chosen ones of its children under it, and return it.

    The right is needed in the superior. `members.operations.units.split_unit` moves members as well. Raises `Refusal`.
    """
    name, short_name, code = name.strip(), short_name.strip(), code.strip()
    with acting(actor=actor, action="unit.split", reason=reason, unit_id=unit_id):
        unit = take_unit(unit_id)
        require_superior(actor=actor, unit=unit)
        children = [read_unit(identifier) for identifier in dict.fromkeys(child_ids)]
        policy.check_can_split(unit, children)
        policy.check_names(name, short_name)
        policy.check_code(code)
        policy.check_name_free(unit.parent_id, name)
        sibling = Unit(
            corps_id=unit.corps_id,
            parent=read_unit(unit.parent_id),
            level=unit.level,
            name=name,
            short_name=short_name,
            code=code,
            division_code=unit.division_code,
            active_from=active_from or local_today(),
        )
        sibling.save()
        _hang_all(children, sibling.pk)
        return sibling


def close_unit(*, actor: "Actor", unit_id: int, reason: str, further_obstacles: Sequence[str] = ()) -> Unit:
    """Close a unit nothing hangs on any more; `further_obstacles` are found by an upper app that orchestrates this.

    Doors call `members.operations.units.close_unit`, which also looks for members. Raises `Refusal` naming what hangs
    on it.
    """
    with acting(actor=actor, action="unit.close", reason=reason, unit_id=unit_id):
        unit = take_unit(unit_id)
        require_superior(actor=actor, unit=unit)
        today = local_today()
        policy.check_can_close(unit, today, further_obstacles)
        _close(unit, today)
        return unit


def reopen_unit(*, actor: "Actor", unit_id: int, reason: str) -> Unit:
    """Let a closed unit live again in its old place; what went over in a merger stays there. Raises `Refusal`."""
    with acting(actor=actor, action="unit.reopen", reason=reason, unit_id=unit_id):
        unit = take_unit(unit_id)
        require_superior(actor=actor, unit=unit)
        policy.check_can_reopen(unit, unit.parent)
        policy.check_name_free(unit.parent_id, unit.name, but=unit.pk)
        unit.active_until = None
        unit.merged_into = None
        unit.save(update_fields=["active_until", "merged_into"])
        return unit


def _close(unit: Unit, today: date, *, merged_into: int | None = None) -> None:
    """`active_until` is the first day without the unit; one that began today existed for a day."""
    unit.active_until = max(today, unit.active_from + timedelta(days=1))
    unit.merged_into_id = merged_into
    unit.save(update_fields=["active_until", "merged_into"])


def _hang_all(children: Sequence[Unit], parent_id: int) -> None:
    """Each move shifts numbers behind the other instances' backs, so all are read again for the next."""
    for child in children:
        hang_under(read_unit(child.pk), read_unit(parent_id))


def _hand_over_sites(source: Unit, target: Unit) -> tuple[int, int]:
    held = set(Site.objects.filter(unit_id=target.pk).values_list("kind", "name"))
    sites = list(Site.objects.filter(unit_id=source.pk).only("id", "kind", "name"))
    moving = [site.pk for site in sites if (site.kind, site.name) not in held]
    moved = Site.objects.filter(pk__in=moving).update(unit_id=target.pk)
    retired = Site.objects.filter(unit_id=source.pk, active=True).update(active=False)
    return moved, retired


def _end_all(periods: "QuerySet[Any]", today: date) -> int:
    """End what runs, withdraw what has not begun; a period has at least one day. Returns how many."""
    touched = 0
    for period in periods.exclude(ends_on__lte=today):
        touched += 1
        if period.starts_on > today:
            period.delete()
        else:
            period.ends_on = max(today, period.starts_on + timedelta(days=1))
            period.save(update_fields=["ends_on"])
    return touched
