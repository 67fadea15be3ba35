"""Partner organisations and functional groups of a corps: decided, with `member.edit`, in its top unit."""

from contextlib import AbstractContextManager
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import ProtectedError
from django.http import Http404
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.operations.acts import Act
from corps.operations.context import acting
from corps.operations.named import save_named
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
    left_on: date | None = None,
    reason: str = "",
) -> PartnerOrganisation:
    """Enter an organisation that joined as a body. Raises `Refusal`."""
    with _acting(actor, "partner.add", corps_id, reason):
        _check_stay(joined_on, left_on)
        partner = PartnerOrganisation(
            corps_id=corps_id, total_strength=total_strength, joined_on=joined_on, left_on=left_on
        )
        _write(partner, name)
        return partner


def edit_partner(
    *,
    actor: "Actor",
    partner_id: int,
    name: str,
    total_strength: int | None = None,
    joined_on: date | None = None,
    left_on: date | None = None,
    reason: str = "",
) -> PartnerOrganisation:
    """Write its particulars as a whole. Raises `Refusal`."""
    partner = _partner(partner_id)
    with _acting(actor, "partner.edit", partner.corps_id, reason):
        _check_stay(joined_on, left_on)
        partner.total_strength, partner.joined_on, partner.left_on = total_strength, joined_on, left_on
        _write(partner, name)
        return partner


def remove_partner(*, actor: "Actor", partner_id: int, reason: str) -> None:
    """Delete an organisation with which no member ever came. Raises `Refusal`."""
    partner = _partner(partner_id)
    with _acting(actor, "partner.remove", partner.corps_id, reason):
        _delete(partner)


def add_group(*, actor: "Actor", corps_id: int, name: str, description: str = "", reason: str = "") -> FunctionalGroup:
    """Set up a functional group. Raises `Refusal`."""
    with _acting(actor, "group.add", corps_id, reason):
        group = FunctionalGroup(corps_id=corps_id, description=description.strip())
        _write(group, name)
        return group


def edit_group(*, actor: "Actor", group_id: int, name: str, description: str = "", reason: str = "") -> FunctionalGroup:
    """Write its name and description. Raises `Refusal`."""
    group = _group(group_id)
    with _acting(actor, "group.edit", group.corps_id, reason):
        group.description = description.strip()
        _write(group, name)
        return group


def remove_group(*, actor: "Actor", group_id: int, reason: str) -> None:
    """Delete a group nobody works in. Raises `Refusal`."""
    group = _group(group_id)
    with _acting(actor, "group.remove", group.corps_id, reason):
        _delete(group)


def _check_stay(joined_on: date | None, left_on: date | None) -> None:
    if joined_on is not None and left_on is not None and left_on < joined_on:
        raise Refusal(
            _("The organisation cannot have left before it joined."),
            code="partner.stay",
            place="left_on",
            remedy=_("Check both dates."),
        )


def _acting(actor: "Actor", action: str, corps_id: int, reason: str) -> AbstractContextManager[Act]:
    return acting(
        actor=actor, action=action, reason=reason, permission=Permission.MEMBER_EDIT, unit_id=root_id(corps_id)
    )


def _write(row: PartnerOrganisation | FunctionalGroup, name: str) -> None:
    save_named(row, name, limit=NAME_LIMITS[type(row)], code="catalogue", missing=_("A name is needed."))


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
