"""Kinds of duty: decided, with `duty.kind`, in the corps' top unit."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.operations.context import acting
from corps.permissions import Permission
from corps.queries.places import root_id
from duties.enums import DutyCategory, Mechanism
from duties.models import DutyKind
from duties.operations.default_kinds import DEFAULTS
from duties.policies.kinds import check_category_stays, check_kind_values

if TYPE_CHECKING:
    from corps.actors import Actor


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
    reason: str = "",
) -> DutyKind:
    """Enter a kind of duty; `needed`, `starts` and `minutes` are what planning proposes. Raises `Refusal`."""
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
    reason: str = "",
) -> DutyKind:
    """Write a kind as a whole; its category stays once shifts of it exist. Shifts already planned keep what they have.

    Raises `Refusal`.
    """
    with _editing(actor, kind_id, "duty_kind.edit", reason) as kind:
        check_category_stays(kind, category)
        kind.name, kind.category, kind.mechanism = name.strip(), category, mechanism
        kind.needed, kind.starts, kind.minutes = needed, starts, minutes
        return _write(kind)


def retire_kind(*, actor: "Actor", kind_id: int, reason: str = "") -> DutyKind:
    """Take a kind out of use: it is offered no more, its shifts stand."""
    with _editing(actor, kind_id, "duty_kind.retire", reason) as kind:
        kind.active = False
        kind.save(update_fields=["active"])
        return kind


def restore_kind(*, actor: "Actor", kind_id: int, reason: str = "") -> DutyKind:
    """Take a kind into use again."""
    with _editing(actor, kind_id, "duty_kind.restore", reason) as kind:
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


@contextmanager
def _editing(actor: "Actor", kind_id: int, action: str, reason: str) -> Iterator[DutyKind]:
    corps_id = DutyKind.objects.filter(pk=kind_id).values_list("corps_id", flat=True).first()
    if corps_id is None:
        raise Http404("no such kind of duty")
    with acting(actor=actor, action=action, reason=reason, permission=Permission.DUTY_KIND, unit_id=root_id(corps_id)):
        kind: DutyKind = DutyKind.objects.select_for_update().get(pk=kind_id)
        yield kind


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
