"""Kinds of duty: decided, with `duty.kind`, in the corps' top unit."""

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.operations.context import acting
from corps.operations.kinds import editing_kind
from corps.permissions import Permission
from corps.queries.places import root_id
from duties.enums import DutyCategory, Mechanism
from duties.models import DutyKind
from duties.operations.default_kinds import DEFAULTS
from duties.policies.kinds import check_category_stays, check_kind_values
from members.queries.requirements import requirement_of

if TYPE_CHECKING:
    from corps.actors import Actor

_editing = partial(editing_kind, model=DutyKind, permission=Permission.DUTY_KIND)


def add_kind(
    *,
    actor: "Actor",
    corps_id: int,
    code: str,
    name: str,
    category: DutyCategory,
    mechanism: Mechanism,
    needed: int,
    starts: dt.time,
    minutes: int,
    requirement_id: int | None = None,
    reason: str = "",
) -> DutyKind:
    """Enter a kind of duty; `needed`, `starts` and `minutes` are what planning proposes.

    Whoever is put on a shift of it must fulfil the requirement on that day. Raises `Refusal`.
    """
    with acting(
        actor=actor,
        action="duty_kind.add",
        reason=reason,
        permission=Permission.DUTY_KIND,
        unit_id=root_id(corps_id),
    ):
        kind = DutyKind(corps_id=corps_id, code=code.strip())
        kind.name, kind.category, kind.mechanism = name.strip(), category, mechanism
        kind.needed, kind.starts, kind.minutes = needed, starts, minutes
        kind.requirement = requirement_of(kind.corps_id, requirement_id)
        return _write(kind)


def edit_kind(
    *,
    actor: "Actor",
    kind_id: int,
    name: str,
    category: DutyCategory,
    mechanism: Mechanism,
    needed: int,
    starts: dt.time,
    minutes: int,
    requirement_id: int | None = None,
    reason: str = "",
) -> DutyKind:
    """Write a kind as a whole; its category stays once shifts of it exist. Shifts already planned keep what they have,
    and the people on them, whatever a new requirement says.

    Raises `Refusal`.
    """
    with _editing(actor=actor, kind_id=kind_id, action="duty_kind.edit", reason=reason) as kind:
        check_category_stays(kind, category)
        kind.name, kind.category, kind.mechanism = name.strip(), category, mechanism
        kind.needed, kind.starts, kind.minutes = needed, starts, minutes
        kind.requirement = requirement_of(kind.corps_id, requirement_id)
        return _write(kind)


def retire_kind(*, actor: "Actor", kind_id: int, reason: str = "") -> DutyKind:
    """Take a kind out of use: it is offered no more, its shifts stand."""
    with _editing(actor=actor, kind_id=kind_id, action="duty_kind.retire", reason=reason) as kind:
        kind.active = False
        kind.save(update_fields=["active"])
        return kind


def restore_kind(*, actor: "Actor", kind_id: int, reason: str = "") -> DutyKind:
    """Take a kind into use again."""
    with _editing(actor=actor, kind_id=kind_id, action="duty_kind.restore", reason=reason) as kind:
        kind.active = True
        kind.save(update_fields=["active"])
        return kind


def plant_default_kinds(*, actor: "Actor", corps_id: int) -> list[DutyKind]:
    """Enter the customary kinds that the corps does not have yet, by code or by name; returns the new ones."""
    with acting(actor=actor, action="duty_kind.plant", permission=Permission.DUTY_KIND, unit_id=root_id(corps_id)):
        known = set(DutyKind.objects.filter(corps_id=corps_id).values_list("code", flat=True))
        named = set(DutyKind.objects.filter(corps_id=corps_id).values_list("name", flat=True))
        fresh = [
            DutyKind(corps_id=corps_id, **default._asdict())
            for default in DEFAULTS
            if default.code not in known and default.name not in named
        ]
        # Somebody else may plant at the same moment.
        DutyKind.objects.bulk_create(fresh, ignore_conflicts=True)
        return list(DutyKind.objects.filter(corps_id=corps_id, code__in=[kind.code for kind in fresh]))


def _write(kind: DutyKind) -> DutyKind:
    check_kind_values(kind)
    try:
        with transaction.atomic():
            kind.save()
    except IntegrityError as error:
        taken_code = "one_duty_kind_per_code" in str(error)
        raise Refusal(
            _("The code or the name “%(name)s” is on the list already.")
            % {"name": kind.code if taken_code else kind.name},
            code="duty_kind.exists",
            place="code" if taken_code else "name",
            remedy=_("Use the one that exists, or choose another."),
        ) from error
    return kind
