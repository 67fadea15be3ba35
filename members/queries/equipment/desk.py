"""What the storekeeper's desk shows: stores that supply a unit, what lies in them, who may be given something."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, DecimalField, F, Q, Sum
from django.shortcuts import get_object_or_404

from corps.permissions import Permission
from corps.queries.scope import Node, current_tree, scope_of
from members.enums import Counting
from members.logic.ledger import HELD, Place
from members.models import Article, Entitlement, EquipmentKind, Holding, Member, Store
from members.queries.equipment.missing import EQUIPPED

if TYPE_CHECKING:
    from corps.actors import Actor


@dataclass(slots=True)
class Shelved:
    """What lies in one place of a store: a counted kind in a size, or a numbered kind with its things by number.

    `holdings` are the rows of the ledger: id, quantity, and the number of a numbered thing.
    """

    kind: EquipmentKind
    size: str
    quantity: int = 0
    numbers: dict[str, int] = field(default_factory=dict)
    holdings: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def numbered(self) -> bool:
        """Whether its things carry numbers."""
        return self.kind.counting == Counting.NUMBERED


def see_store(actor: "Actor", store_id: int) -> Store:
    """The store with its unit, if the actor may see it; else `Http404`."""
    found: Store = get_object_or_404(Store.objects.visible_to(actor).select_related("unit"), pk=store_id)
    return found


def stores_for(actor: "Actor", unit: Node, permission: Permission = Permission.EQUIPMENT_VIEW) -> list[Store]:
    """Stores in use that supply the unit or part of it, as far as the actor holds the permission there: the unit's own
    first, then those above, the nearest first, then those below.
    """
    tree = current_tree()
    above = [node.id for node in tree.path(unit.id)[::-1]]
    below = [one for one in tree.within(unit.id) if one != unit.id]
    order = {identifier: position for position, identifier in enumerate([*above, *below])}
    scope = scope_of(actor, permission)
    units = [identifier for identifier in order if identifier in scope]
    found = list(Store.objects.in_units(units).filter(active=True).select_related("unit"))
    return sorted(found, key=lambda store: (order[store.unit_id], store.name))


def shelved(
    store_ids: Collection[int], places: Sequence[Place] = (Place.STORE,)
) -> dict[tuple[int, str], list[Shelved]]:
    """What lies in stores, by store and place, in the order of kinds and sizes. One statement."""
    rows = (
        Holding.objects.filter(store__in=store_ids, place__in=[place.value for place in places], quantity__gt=0)
        .select_related("kind", "article")
        .order_by("kind__position", "kind__name", "size", "article__number", "id")
    )
    found: dict[tuple[int, str], dict[tuple[int, str], Shelved]] = {}
    for row in rows:
        lying = found.setdefault((row.store_id, row.place), {})
        one = lying.setdefault((row.kind_id, row.size), Shelved(row.kind, row.size))
        one.quantity += row.quantity
        one.holdings.append((row.pk, row.quantity, row.article.number if row.article_id else ""))
        if row.article_id:
            one.numbers[row.article.number] = row.article_id
    return {key: _by_size(list(lying.values())) for key, lying in found.items()}


def _by_size(rows: list[Shelved]) -> list[Shelved]:
    """Sizes in the order in which their kind names them."""

    def place(row: Shelved) -> tuple[Any, ...]:
        sizes = row.kind.sizes
        return (row.kind.position, row.kind.name, sizes.index(row.size) if row.size in sizes else len(sizes))

    return sorted(rows, key=place)


def kinds_in_use(corps_id: int) -> list[EquipmentKind]:
    """Kinds of the corps that are handed out."""
    return list(EquipmentKind.objects.filter(corps=corps_id, active=True))


def kind_held(unit_ids: Collection[int]) -> dict[str, int]:
    """How many pieces of the units lie in each place of the ledger."""
    rows = Holding.objects.in_units(unit_ids).filter(quantity__gt=0).values_list("place")
    return dict(rows.annotate(pieces=Sum("quantity")).order_by())


def people_held(unit_ids: Collection[int]) -> int:
    """How many members of the units hold anything."""
    rows = Holding.objects.in_units(unit_ids).filter(quantity__gt=0, member__isnull=False)
    return int(rows.aggregate(people=Count("member", distinct=True))["people"])


def value_held(unit_ids: Collection[int]) -> Decimal:
    """What the things in hands are worth, in yuan."""
    rows = Holding.objects.in_units(unit_ids).filter(quantity__gt=0, place__in=[place.value for place in HELD])
    worth = Sum(F("quantity") * F("kind__value"), output_field=DecimalField(max_digits=18, decimal_places=2))
    return Decimal(rows.aggregate(worth=worth)["worth"] or 0)


def any_entitlement(corps_id: int) -> bool:
    """Whether anybody of the corps is entitled to anything."""
    return Entitlement.objects.filter(kind__corps=corps_id, kind__active=True).exists()


def last_sizes(member_ids: Collection[int], kind_ids: Collection[int]) -> dict[tuple[int, int], str]:
    """The size that each member held last of each kind; also of what is long back."""
    rows = Holding.objects.filter(member__in=member_ids, kind__in=kind_ids).exclude(size="").order_by("last_on", "id")
    return {(member, kind): size for member, kind, size in rows.values_list("member_id", "kind_id", "size")}


def equipped_among(unit_ids: Collection[int]) -> Any:
    """Members of the units who may be given equipment, by name."""
    return Member.objects.in_units(unit_ids).filter(status__in=EQUIPPED).order_by("pinyin", "id")


def members_named(unit_ids: Collection[int], words: Sequence[str]) -> dict[str, list[tuple[int, str]]]:
    """For each word the members it may mean: by whole name, pinyin or initials; as id and how to tell them apart."""
    if not words:
        return {}
    lowered = {word.lower() for word in words}
    split = {word: word.rstrip("）)").replace("（", "(").partition("(")[::2] for word in words}
    named_so = Q(name__in={bare for bare, _tail in split.values()}) | Q(pinyin__in=lowered) | Q(initials__in=lowered)
    columns = ("id", "name", "pinyin", "initials", "identity_tail", "unit__short_name")
    rows = list(equipped_among(unit_ids).filter(named_so).values_list(*columns))
    found: dict[str, list[tuple[int, str]]] = {}
    for word, (bare, tail) in split.items():
        named = [row for row in rows if row[1] == bare and (not tail or row[4] == tail.upper())]
        named = named or [row for row in rows if word.lower() in (row[2], row[3])]
        found[word] = [(row[0], f"{row[1]}（{row[4]}）{row[5]}") for row in named]
    return found


def known_numbers(corps_id: int, kind_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """Numbered things of the corps, by kind and number."""
    rows = Article.objects.filter(corps=corps_id, kind__in=kind_ids).values_list("kind_id", "number", "id")
    return {(kind_id, number): pk for kind_id, number, pk in rows}


def stores_of_corps(corps_id: int) -> list[Store]:
    """All stores in use of a corps, in the order of the tree; things may be sent to any of them."""
    nodes = current_tree().nodes
    found = list(Store.objects.filter(unit__corps=corps_id, active=True).select_related("unit"))
    return sorted(found, key=lambda store: (nodes[store.unit_id].position, store.name))


def articles_here(store_id: int) -> dict[tuple[int, str], int]:
    """Numbered things that lie in a store, good ones, by kind and number."""
    lying = shelved([store_id]).get((store_id, Place.STORE.value), [])
    return {(one.kind.pk, number): pk for one in lying for number, pk in one.numbers.items()}


def conditions_of(kind_id: int) -> dict[int, tuple[int, int | None, int | None, str, int | None]]:
    """Entitlements to a kind, by id: quantity, unit, speciality, role, group."""
    rows = Entitlement.objects.filter(kind=kind_id).order_by("id")
    columns = ("id", "quantity", "unit_id", "speciality_id", "role", "group_id")
    return {row[0]: row[1:] for row in rows.values_list(*columns)}
