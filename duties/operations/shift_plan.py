"""What is planned of a shift beside its time: read and checked once, also for many shifts of the same plan."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypedDict

from django.http import Http404
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.models import Site, Unit
from corps.operations.tree import hold_open
from corps.permissions import Permission
from corps.queries.scope import allowed, require
from duties.models import DutyKind, Shift, ShiftUnit
from duties.policies import shifts as policy

if TYPE_CHECKING:
    from corps.actors import Actor


class _Further(TypedDict, total=False):
    site_id: int | None
    route: str
    joint_unit_ids: Iterable[int]
    police: int
    auxiliaries: int
    vehicles: int
    remarks: str


class Planned(_Further):
    """What planning takes beside unit, time and people; what is left out is empty or nought."""

    kind_id: int
    needed: int


class Changes(_Further, total=False):
    """The same for editing; what is left out stays."""

    kind_id: int
    needed: int


def plan_of(shift: Shift) -> Planned:
    """What is planned of a shift as it is now."""
    return {
        "kind_id": shift.kind_id,
        "needed": shift.needed,
        "site_id": shift.site_id,
        "route": shift.route,
        "joint_unit_ids": list(shift.joint_units.values_list("unit_id", flat=True)),
        "police": shift.police,
        "auxiliaries": shift.auxiliaries,
        "vehicles": shift.vehicles,
        "remarks": shift.remarks,
    }


class ShiftPlan:
    """What several shifts have in common, read and checked once."""

    def __init__(
        self,
        *,
        actor: "Actor",
        unit_id: int,
        before: Shift | None = None,
        kind_id: int,
        needed: int,
        site_id: int | None = None,
        route: str = "",
        joint_unit_ids: Iterable[int] = (),
        police: int = 0,
        auxiliaries: int = 0,
        vehicles: int = 0,
        remarks: str = "",
    ) -> None:
        present = set() if before is None else set(before.joint_units.values_list("unit_id", flat=True))
        # A unit that a superior chose and the actor does not see stays: no form could have offered it.
        hidden = {part for part in present if not allowed(actor, Permission.UNIT_VIEW, part)}
        self.joint = sorted((set(joint_unit_ids) | hidden) - {unit_id})
        hold_open([unit_id, *(set(self.joint) - present)])
        self.unit: Unit = Unit.objects.get(pk=unit_id)
        self._check_joint(actor, present)
        policy.check_numbers(needed=needed, police=police, auxiliaries=auxiliaries, vehicles=vehicles)
        policy.check_texts(route=route.strip())
        self.kind = _kind(kind_id)
        policy.check_kind(self.kind, self.unit.corps_id, unchanged=before is not None and before.kind_id == kind_id)
        self.kind_changed = before is None or before.kind_id != kind_id
        self.site = _site(actor, site_id, before)
        if self.site is not None:
            policy.check_site(
                self.site, self.unit.corps_id, unchanged=before is not None and before.site_id == self.site.pk
            )
        self.numbers = {"needed": needed, "police": police, "auxiliaries": auxiliaries, "vehicles": vehicles}
        self.route, self.remarks = route.strip(), remarks.strip()

    def shift(self, starts_at: dt.datetime, ends_at: dt.datetime) -> Shift:
        """A shift of this plan, not saved."""
        shift = Shift(unit=self.unit)
        self.write(shift, starts_at, ends_at)
        return shift

    def write(self, shift: Shift, starts_at: dt.datetime, ends_at: dt.datetime) -> None:
        """Set everything that is planned; what the kind counts as is copied when the kind is chosen."""
        policy.check_period(starts_at, ends_at)
        policy.check_texts(remarks=self.remarks)
        if self.kind_changed:
            shift.kind, shift.category, shift.mechanism = self.kind, self.kind.category, self.kind.mechanism
        shift.site, shift.route, shift.remarks = self.site, self.route, self.remarks
        shift.starts_at, shift.ends_at = starts_at, ends_at
        for name, number in self.numbers.items():
            setattr(shift, name, number)

    def join(self, shifts: Sequence[Shift]) -> None:
        """Let these units, and only these, take part."""
        ShiftUnit.objects.filter(shift__in=shifts).exclude(unit_id__in=self.joint).delete()
        present = set(ShiftUnit.objects.filter(shift__in=shifts).values_list("shift_id", "unit_id"))
        ShiftUnit.objects.bulk_create(
            ShiftUnit(shift=shift, unit_id=unit_id)
            for shift in shifts
            for unit_id in self.joint
            if (shift.pk, unit_id) not in present
        )

    def _check_joint(self, actor: "Actor", present: set[int]) -> None:
        for unit_id in set(self.joint) - present:
            require(actor, Permission.UNIT_VIEW, unit_id)
        if Unit.objects.filter(pk__in=self.joint).exclude(corps_id=self.unit.corps_id).exists():
            raise Refusal(
                _("A joint unit belongs to another corps."),
                code="shift.joint.unknown",
                place="joint_units",
                remedy=_("Choose from the list."),
            )


def _kind(kind_id: int) -> DutyKind:
    found: DutyKind | None = DutyKind.objects.filter(pk=kind_id).first()
    if found is None:
        raise Http404("no such kind of duty")
    return found


def _site(actor: "Actor", site_id: int | None, before: Shift | None) -> Site | None:
    if site_id is None:
        return None
    sites = Site.objects.all() if before is not None and before.site_id == site_id else Site.objects.visible_to(actor)
    found: Site | None = sites.filter(pk=site_id).select_related("unit").first()
    if found is None:
        raise Http404("no such site")
    return found
