"""A corps' own kinds of incident: decided, with `incident.kind`, in its top unit."""

from functools import partial
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.operations.context import acting
from corps.operations.kinds import editing_kind
from corps.permissions import Permission
from corps.queries.places import root_id
from incidents.enums import IncidentCategory
from incidents.logic.default_kinds import DEFAULT_KINDS
from incidents.models import IncidentKind
from incidents.operations.cleaning import InvalidIncident

if TYPE_CHECKING:
    from corps.actors import Actor

CODE_LIMIT, NAME_LIMIT = 20, 40

_editing = partial(editing_kind, model=IncidentKind, permission=Permission.INCIDENT_KIND)


def add_kind(
    *,
    actor: "Actor",
    corps_id: int,
    code: str,
    name: str,
    category: str,
    asks_quantity: str = "",
    reason: str = "",
) -> IncidentKind:
    """Set up a kind. `asks_quantity` names what its quantity means; "" where one incident is one. Raises `Refusal`."""
    with acting(
        actor=actor,
        action="incident_kind.add",
        reason=reason,
        permission=Permission.INCIDENT_KIND,
        unit_id=root_id(corps_id),
    ):
        kind = IncidentKind(corps_id=corps_id, code=code.strip())
        if not kind.code or kind.code != slugify(kind.code) or len(kind.code) > CODE_LIMIT:
            raise InvalidIncident(
                {"code": _("Use 1 to %(limit)d small letters, digits, hyphens or underscores.") % {"limit": CODE_LIMIT}}
            )
        return _write(kind, name, category, asks_quantity)


def edit_kind(
    *, actor: "Actor", kind_id: int, name: str, category: str, asks_quantity: str = "", reason: str = ""
) -> IncidentKind:
    """Write a kind as a whole; what it counts as stays once incidents of it exist. Raises `Refusal`."""
    with _editing(actor=actor, kind_id=kind_id, action="incident_kind.edit", reason=reason) as kind:
        changes_figures = kind.category != category or bool(kind.asks_quantity) != bool(asks_quantity.strip())
        if changes_figures and kind.incidents.exists():
            raise Refusal(
                _("Incidents of the kind “%(kind)s” have been recorded.") % {"kind": kind.name},
                code="incident_kind.in_use",
                place="category",
                remedy=_("What it counts as stays. Take it out of use and set up a new kind instead."),
            )
        return _write(kind, name, category, asks_quantity)


def retire_kind(*, actor: "Actor", kind_id: int, reason: str = "") -> IncidentKind:
    """Take a kind out of use: nothing new is recorded of it, what was recorded stays and counts."""
    with _editing(actor=actor, kind_id=kind_id, action="incident_kind.retire", reason=reason) as kind:
        kind.active = False
        kind.save(update_fields=["active"])
        return kind


def restore_kind(*, actor: "Actor", kind_id: int, reason: str = "") -> IncidentKind:
    """Put a kind back into use."""
    with _editing(actor=actor, kind_id=kind_id, action="incident_kind.restore", reason=reason) as kind:
        kind.active = True
        kind.save(update_fields=["active"])
        return kind


def plant_default_kinds(*, actor: "Actor", corps_id: int) -> int:
    """Add the common kinds that the corps does not have yet, by code and by name; returns how many. May be repeated."""
    with acting(
        actor=actor, action="incident_kind.plant", permission=Permission.INCIDENT_KIND, unit_id=root_id(corps_id)
    ):
        present = IncidentKind.objects.filter(corps=corps_id).values_list("code", "name")
        taken = {word for pair in present for word in pair}
        fresh = [
            IncidentKind(corps_id=corps_id, **one._asdict())
            for one in DEFAULT_KINDS
            if one.code not in taken and one.name not in taken
        ]
        # Two officers may plant at once: whoever comes second finds the kinds there.
        return len(IncidentKind.objects.bulk_create(fresh, ignore_conflicts=True))


def _write(kind: IncidentKind, name: str, category: str, asks_quantity: str) -> IncidentKind:
    problems = {}
    kind.name, kind.asks_quantity = name.strip(), asks_quantity.strip()
    if not 0 < len(kind.name) <= NAME_LIMIT:
        problems["name"] = _("Enter at most %(limit)d characters.") % {"limit": NAME_LIMIT}
    if len(kind.asks_quantity) > NAME_LIMIT:
        problems["asks_quantity"] = _("Enter at most %(limit)d characters.") % {"limit": NAME_LIMIT}
    if category not in IncidentCategory.values:
        problems["category"] = _("Choose from the list what it counts as.")
    if problems:
        raise InvalidIncident(problems)
    kind.category = category
    try:
        with transaction.atomic():
            kind.save()
    except IntegrityError as error:
        by_code = "one_incident_kind_per_code" in str(error)
        raise Refusal(
            _("The corps has a kind of this code or name already: %(what)s.")
            % {"what": kind.code if by_code else kind.name},
            code="incident_kind.exists",
            place="code" if by_code else "name",
            remedy=_("Use the one that exists, or choose another."),
        ) from error
    return kind
