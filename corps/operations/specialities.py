"""The list of specialities of a corps: units choose among them; decided in the corps' top unit."""

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.models import Speciality
from corps.operations.context import acting
from corps.permissions import Permission
from corps.queries.places import root_id

if TYPE_CHECKING:
    from corps.actors import Actor


def add_speciality(*, actor: "Actor", corps_id: int, name: str, reason: str = "") -> Speciality:
    """Put a speciality on the list. Raises `Refusal` for one that stands there already."""
    with acting(
        actor=actor,
        action="speciality.add",
        reason=reason,
        permission=Permission.UNIT_STRUCTURE,
        unit_id=root_id(corps_id),
    ):
        return _write(Speciality(corps_id=corps_id), name)


def rename_speciality(*, actor: "Actor", speciality_id: int, name: str, reason: str = "") -> Speciality:
    """Call it otherwise; units keep it. Raises `Refusal`."""
    speciality = _speciality(speciality_id)
    with acting(
        actor=actor,
        action="speciality.rename",
        reason=reason,
        permission=Permission.UNIT_STRUCTURE,
        unit_id=root_id(speciality.corps_id),
    ):
        return _write(speciality, name)


def remove_speciality(*, actor: "Actor", speciality_id: int, reason: str) -> None:
    """Take it from the list; one that units have stays. Raises `Refusal`."""
    speciality = _speciality(speciality_id)
    with acting(
        actor=actor,
        action="speciality.remove",
        reason=reason,
        permission=Permission.UNIT_STRUCTURE,
        unit_id=root_id(speciality.corps_id),
    ):
        units = speciality.unit_links.count()
        if units:
            raise Refusal(
                _("%(n)d units have the speciality “%(name)s”.") % {"n": units, "name": speciality.name},
                code="speciality.in_use",
                place="name",
                remedy=_("Take it from these units first."),
            )
        speciality.delete()


def _write(speciality: Speciality, name: str) -> Speciality:
    speciality.name = name.strip()
    if not 0 < len(speciality.name) <= 40:
        raise Refusal(
            _("A speciality needs a name."),
            code="speciality.name_missing",
            place="name",
            remedy=_("Enter at most %(limit)d characters.") % {"limit": 40},
        )
    try:
        with transaction.atomic():
            speciality.save()
    except IntegrityError as error:
        raise Refusal(
            _("“%(name)s” is on the list already.") % {"name": speciality.name},
            code="speciality.exists",
            place="name",
            remedy=_("Use the one that exists."),
        ) from error
    return speciality


def _speciality(speciality_id: int) -> Speciality:
    found = Speciality.objects.filter(pk=speciality_id).first()
    if found is None:
        raise Http404("no such speciality")
    return found
