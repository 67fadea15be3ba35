"""Partner organisations and functional groups of a corps: decided, with `member.edit`, in its top unit."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.http import Http404
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.operations.context import acting
from corps.permissions import Permission
from corps.queries.places import root_id
from members.models import FunctionalGroup, PartnerOrganisation

if TYPE_CHECKING:
    from corps.actors import Actor

NAME_LIMITS = {PartnerOrganisation: 80, FunctionalGroup: 60}


def add_partner(
    *,
    actor: "Actor",
    corps_id: int,
    name: str,
    total_strength: int | None = None,
    joined_on: date | None = None,
    reason: str = "",
) -> PartnerOrganisation:
    """Enter an organisation that joined as a body. Raises `Refusal`."""
    with acting(
        actor=actor,
        action="partner.add",
        reason=reason,
        permission=Permission.MEMBER_EDIT,
        unit_id=root_id(corps_id),
    ):
        partner = PartnerOrganisation(corps_id=corps_id, total_strength=total_strength, joined_on=joined_on)
        _write(partner, name)
        return partner


def edit_partner(
    *,
    actor: "Actor",
    partner_id: int,
    name: str,
    total_strength: int | None = None,
    joined_on: date | None = None,
    reason: str = "",
) -> PartnerOrganisation:
    """Write its particulars as a whole. Raises `Refusal`."""
    partner = _partner(partner_id)
    with acting(
        actor=actor,
        action="partner.edit",
        reason=reason,
        permission=Permission.MEMBER_EDIT,
        unit_id=root_id(partner.corps_id),
    ):
        partner.total_strength, partner.joined_on = total_strength, joined_on
        _write(partner, name)
        return partner


def remove_partner(*, actor: "Actor", partner_id: int, reason: str) -> None:
    """Delete an organisation with which no member ever came. Raises `Refusal`."""
    partner = _partner(partner_id)
    with acting(
        actor=actor,
        action="partner.remove",
        reason=reason,
        permission=Permission.MEMBER_EDIT,
        unit_id=root_id(partner.corps_id),
    ):
        _delete(partner)


def add_group(*, actor: "Actor", corps_id: int, name: str, description: str = "", reason: str = "") -> FunctionalGroup:
    """Set up a functional group. Raises `Refusal`."""
    with acting(
        actor=actor, action="group.add", reason=reason, permission=Permission.MEMBER_EDIT, unit_id=root_id(corps_id)
    ):
        group = FunctionalGroup(corps_id=corps_id, description=description.strip())
        _write(group, name)
        return group


def edit_group(*, actor: "Actor", group_id: int, name: str, description: str = "", reason: str = "") -> FunctionalGroup:
    """Write its name and description. Raises `Refusal`."""
    group = _group(group_id)
    with acting(
        actor=actor,
        action="group.edit",
        reason=reason,
        permission=Permission.MEMBER_EDIT,
        unit_id=root_id(group.corps_id),
    ):
        group.description = description.strip()
        _write(group, name)
        return group


def remove_group(*, actor: "Actor", group_id: int, reason: str) -> None:
    """Delete a group nobody works in. Raises `Refusal`."""
    group = _group(group_id)
    with acting(
        actor=actor,
        action="group.remove",
        reason=reason,
        permission=Permission.MEMBER_EDIT,
        unit_id=root_id(group.corps_id),
    ):
        _delete(group)


def _write(row: PartnerOrganisation | FunctionalGroup, name: str) -> None:
    limit = NAME_LIMITS[type(row)]
    row.name = name.strip()
    if not 0 < len(row.name) <= limit:
        raise Refusal(
            _("A name is needed."),
            code="catalogue.name_missing",
            place="name",
            remedy=_("Enter at most %(limit)d characters.") % {"limit": limit},
        )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refusal(
            _("“%(name)s” is on the list already.") % {"name": row.name},
            code="catalogue.exists",
            place="name",
            remedy=_("Use the one that exists."),
        ) from error


def _delete(row: PartnerOrganisation | FunctionalGroup) -> None:
    try:
        row.delete()
    except ProtectedError as error:
        raise Refusal(
            _("Members belong to “%(name)s”.") % {"name": row.name},
            code="catalogue.in_use",
            place="name",
            remedy=_("Take them out of it first."),
        ) from error


def _partner(partner_id: int) -> PartnerOrganisation:
    found = PartnerOrganisation.objects.filter(pk=partner_id).first()
    if found is None:
        raise Http404("no such partner organisation")
    return found


def _group(group_id: int) -> FunctionalGroup:
    found = FunctionalGroup.objects.filter(pk=group_id).first()
    if found is None:
        raise Http404("no such functional group")
    return found
