"""The corps' kinds of equipment, who is entitled to what, and the stores of its units."""

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NamedTuple

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.models import Speciality, Unit
from corps.operations.context import acting
from corps.operations.named import save_named
from corps.operations.tree import hold_open, hold_tree
from corps.permissions import Permission
from corps.queries.scope import current_tree
from members.enums import Counting, MemberRole
from members.models import Entitlement, EquipmentKind, FunctionalGroup, Holding, Store
from members.operations.equipment.posting import seen_store
from members.queries.requirements import requirement_of

if TYPE_CHECKING:
    from corps.actors import Actor

MOST_VALUE = Decimal(10_000_000)


class Condition(NamedTuple):
    """Who is entitled to how many; what is left out does not matter."""

    quantity: int = 1
    unit_id: int | None = None
    speciality_id: int | None = None
    role: str = ""
    group_id: int | None = None


def create_kind(*, actor: "Actor", corps_id: int, name: str, counting: str, **particulars: Any) -> EquipmentKind:
    """A new kind of equipment; `particulars` as for `edit_kind`. The right is needed in the corps' top unit."""
    with _of_corps(actor, corps_id, "equipment.kind"):
        kind = EquipmentKind(corps_id=corps_id, counting=Counting(counting))
        _fill(kind, particulars)
        _save(kind, name)
        return kind


def edit_kind(*, actor: "Actor", kind_id: int, **particulars: Any) -> EquipmentKind:
    """Change a kind: `name`, `measure`, `sizes` (list), `value` (yuan), `returnable`, `most_per_member`,
    `lasts_months`, `requirement_id`, `position`, `active`. What is left out stays. Raises `Refusal`: a size that is
    still somewhere cannot go, and no kind goes out of use while the corps has any of it.
    """
    seen = get_object_or_404(EquipmentKind, pk=kind_id)
    with _of_corps(actor, seen.corps_id, "equipment.kind"):
        kind = EquipmentKind.objects.select_for_update().get(pk=kind_id)
        name = str(particulars.pop("name", kind.name))
        gone = set(kind.sizes) - set(particulars.get("sizes", kind.sizes))
        _fill(kind, particulars)
        held = Holding.objects.filter(kind=kind, quantity__gt=0)
        if gone and (there := held.filter(size__in=gone).first()):
            raise Refusal(
                _("There are still things of the size “%(size)s”.") % {"size": there.size},
                code="equipment.size_held",
                place="sizes",
                remedy=_("Keep the size, or dispose of them first."),
            )
        if bool(kind.sizes) != bool(seen.sizes) and held.exists():
            raise Refusal(
                _("The corps has things of “%(kind)s” that were counted otherwise.") % {"kind": kind.name},
                code="equipment.size_held",
                place="sizes",
                remedy=_("Enter a new kind instead."),
            )
        if not kind.active and held.exists():
            raise Refusal(
                _("The corps still has things of “%(kind)s”.") % {"kind": kind.name},
                code="equipment.kind_held",
                place="active",
                remedy=_("Dispose of them first."),
            )
        _save(kind, name)
        return kind


def set_entitlements(*, actor: "Actor", kind_id: int, conditions: Iterable[Condition]) -> list[Entitlement]:
    """Make these, and only these, the entitlements to a kind. Raises `Refusal` for what is not of this corps."""
    seen = get_object_or_404(EquipmentKind, pk=kind_id)
    with _of_corps(actor, seen.corps_id, "equipment.entitlement"):
        kind = EquipmentKind.objects.select_for_update().get(pk=kind_id)
        wanted = list(dict.fromkeys(conditions))
        _check_conditions(kind, wanted)
        present = {
            (one.quantity, one.unit_id, one.speciality_id, one.role, one.group_id): one
            for one in Entitlement.objects.filter(kind=kind)
        }
        for key, one in present.items():
            if key not in {tuple(condition) for condition in wanted}:
                one.delete()
        Entitlement.objects.bulk_create(
            Entitlement(kind=kind, **condition._asdict()) for condition in wanted if tuple(condition) not in present
        )
        return list(Entitlement.objects.filter(kind=kind))


def create_store(*, actor: "Actor", unit_id: int, name: str, place: str = "", keeper: str = "") -> Store:
    """A store of a unit. Raises `Refusal` for a name the unit has already, or a closed unit."""
    with acting(actor=actor, action="equipment.store", permission=Permission.EQUIPMENT_RECORD, unit_id=unit_id):
        hold_open([unit_id])
        store = Store(unit_id=unit_id, place=place.strip()[:100], keeper=keeper.strip()[:50])
        save_named(store, name, limit=40, code="equipment.store", missing=_("The name of the store is missing."))
        return store


def edit_store(
    *,
    actor: "Actor",
    store_id: int,
    name: str | None = None,
    place: str | None = None,
    keeper: str | None = None,
    active: bool | None = None,
) -> Store:
    """Change a store; a store goes out of use only when nothing is in it, on its way to it, or out in hands."""
    seen = seen_store(actor=actor, store_id=store_id)
    with acting(actor=actor, action="equipment.store", permission=Permission.EQUIPMENT_RECORD, unit_id=seen.unit_id):
        hold_tree()
        store: Store = Store.objects.select_for_update().get(pk=store_id)
        store.place = store.place if place is None else place.strip()[:100]
        store.keeper = store.keeper if keeper is None else keeper.strip()[:50]
        if active is False and Holding.objects.filter(store=store, quantity__gt=0).exists():
            raise Refusal(
                _("The store “%(store)s” still has things, in it or in people's hands.") % {"store": store.name},
                code="equipment.store_holds",
                place="active",
                remedy=_("Take them back and send them to another store first."),
            )
        store.active = store.active if active is None else active
        save_named(
            store,
            store.name if name is None else name,
            limit=40,
            code="equipment.store",
            missing=_("The name of the store is missing."),
        )
        return store


def _of_corps(actor: "Actor", corps_id: int, action: str) -> Any:
    """An act on a list of the whole corps: the right is needed in its top unit."""
    top = next((node.id for node in current_tree().roots() if node.corps_id == corps_id), None)
    return acting(actor=actor, action=action, permission=Permission.EQUIPMENT_KIND, unit_id=top or 0)


def _fill(kind: EquipmentKind, particulars: dict[str, Any]) -> None:
    for key, value in particulars.items():
        if key in {"returnable", "active"}:
            setattr(kind, key, bool(value))
        elif key in {"most_per_member", "lasts_months", "position"}:
            setattr(kind, key, _whole(key, value))
        elif key == "measure":
            kind.measure = str(value).strip()[:4] or "件"
        elif key == "value":
            kind.value = _value(value)
        elif key == "sizes":
            kind.sizes = _sizes(kind, value)
        elif key == "requirement_id":
            kind.requirement = requirement_of(kind.corps_id, value)
        else:
            raise TypeError(f"{key} cannot be set here")


def _whole(key: str, value: Any) -> int | None:
    if value in {None, ""}:
        return 0 if key == "position" else None
    if not 0 <= int(value) <= 30_000 or (key != "position" and not int(value)):
        raise _wrong(key, _("The number must be between 1 and 30,000."), _("Correct the number, or leave it empty."))
    return int(value)


def _value(value: Any) -> Decimal:
    try:
        found = Decimal(str(value or 0)).quantize(Decimal("0.01"))
    except InvalidOperation:
        found = Decimal(-1)
    # "NaN" is a decimal, and no amount.
    if not found.is_finite() or not 0 <= found <= MOST_VALUE:
        raise _wrong("value", _("The value is no amount of money."), _("Enter yuan per piece, such as 128.50."))
    return found


def _sizes(kind: EquipmentKind, value: Sequence[str]) -> list[str]:
    sizes = list(dict.fromkeys(size.strip() for size in value if size.strip()))
    if kind.counting == Counting.NUMBERED and sizes:
        raise _wrong("sizes", _("Things with numbers have no sizes here."), _("Leave the sizes empty."))
    if any(len(size) > 8 for size in sizes):
        raise _wrong("sizes", _("A size has at most 8 characters."), _("Shorten it, such as XL or 175."))
    return sizes


def _save(kind: EquipmentKind, name: str) -> None:
    save_named(kind, name, limit=40, code="equipment.kind", missing=_("The name of the kind of equipment is missing."))


def _check_conditions(kind: EquipmentKind, wanted: Sequence[Condition]) -> None:
    corps = {"corps": kind.corps_id}
    units = {one.unit_id for one in wanted if one.unit_id is not None}
    specialities = {one.speciality_id for one in wanted if one.speciality_id is not None}
    groups = {one.group_id for one in wanted if one.group_id is not None}
    known = (
        Unit.objects.filter(pk__in=units, **corps).count() == len(units)
        and Speciality.objects.filter(pk__in=specialities, **corps).count() == len(specialities)
        and FunctionalGroup.objects.filter(pk__in=groups, **corps).count() == len(groups)
        and {one.role for one in wanted} <= {"", *MemberRole.values}
    )
    if not known:
        raise _wrong("entitlements", _("Part of an entitlement is not of this corps."), _("Choose from the lists."))
    if any(not 0 < one.quantity <= 1_000 for one in wanted):
        raise _wrong(
            "entitlements", _("An entitlement is to at least 1 and at most 1,000."), _("Correct the quantity.")
        )
    if len({one._replace(quantity=0) for one in wanted}) < len(wanted):
        raise _wrong("entitlements", _("The same condition stands there twice."), _("Leave one of the two lines."))


def _wrong(place: str, message: str, remedy: str) -> Refusal:
    return Refusal(message, code=f"equipment.wrong_{place}", place=place, remedy=remedy)
