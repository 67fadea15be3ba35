"""The list of specialities of a corps: units choose among them; decided in the corps' top unit."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.models import Speciality
from corps.operations.acts import Act
from corps.operations.context import acting
from corps.operations.named import save_named
from corps.permissions import Permission
from corps.queries.places import root_id

if TYPE_CHECKING:
    from corps.actors import Actor


def add_speciality(*, actor: "Actor", corps_id: int, name: str, reason: str = "") -> Speciality:
    """Put a speciality on the list. Raises `Refusal` for one that stands there already."""
    with _acting(actor, "speciality.add", corps_id, reason):
        return _write(Speciality(corps_id=corps_id), name)


def rename_speciality(*, actor: "Actor", speciality_id: int, name: str, reason: str = "") -> Speciality:
    """Call it otherwise; units keep it. Raises `Refusal`."""
    speciality = _speciality(speciality_id)
    with _acting(actor, "speciality.rename", speciality.corps_id, reason):
        return _write(speciality, name)


def remove_speciality(*, actor: "Actor", speciality_id: int, reason: str) -> None:
    """Take it from the list; one that units have stays. Raises `Refusal`."""
    speciality = _speciality(speciality_id)
    with _acting(actor, "speciality.remove", speciality.corps_id, reason):
        units = speciality.unit_links.count()
        if units:
            raise Refusal(
                _("%(n)d units have the speciality “%(name)s”.") % {"n": units, "name": speciality.name},
                code="speciality.in_use",
                place="name",
                remedy=_("Take it from these units first."),
            )
        speciality.delete()


def _acting(actor: "Actor", action: str, corps_id: int, reason: str) -> AbstractContextManager[Act]:
    return acting(
        actor=actor, action=action, reason=reason, permission=Permission.UNIT_STRUCTURE, unit_id=root_id(corps_id)
    )


def _write(speciality: Speciality, name: str) -> Speciality:
    save_named(speciality, name, limit=40, code="speciality", missing=_("A speciality needs a name."))
    return speciality


def _speciality(speciality_id: int) -> Speciality:
    found = Speciality.objects.filter(pk=speciality_id).first()
    if found is None:
        raise Http404("no such speciality")
    return found
