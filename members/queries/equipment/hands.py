"""Who holds what: a list that is searched, narrowed and walked page by page."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import F, Q
from django.shortcuts import get_object_or_404

from corps.queries.scope import Node, current_tree
from members.logic.ledger import HELD, Place
from members.models import Holding
from members.queries.equipment.held import RELATED, SOON, HandsFilter
from members.queries.equipment.past import every_held_on, page_held_on
from members.queries.figures import SMALL_SUBTREE

if TYPE_CHECKING:
    from corps.actors import Actor

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class Hands:
    """A page of holdings; `next` is the cursor of the page after it, empty at the end."""

    rows: list[Holding]
    next: str


def list_hands(unit: Node, chosen: HandsFilter, today: dt.date, *, after: str = "", size: int = PAGE_SIZE) -> Hands:
    """A page of what members and units hold in `unit` and below: by name in a small subtree, newest first in a large
    one, where sorting everybody by name would take longer than reading the page. As of a past day: unit by unit.
    """
    if chosen.on is not None:
        return Hands(*page_held_on(unit, chosen, chosen.on, after=after, size=size))
    ids = current_tree().within(unit.id)
    found = _narrowed(Holding.objects.in_units(ids), chosen, today)
    named = len(ids) <= SMALL_SUBTREE
    if named:
        found = found.annotate(sorted_by=F("member__pinyin")).order_by("sorted_by", "member_id", "id")
    else:
        found = found.order_by("-id")
    start = _position(after)
    if start is not None:
        found = found[start : start + size + 1] if named else found.filter(pk__lt=start)[: size + 1]
    else:
        found = found[: size + 1]
    rows = list(found.select_related(*RELATED))
    more = len(rows) > size
    rows = rows[:size]
    if not more:
        return Hands(rows, "")
    return Hands(rows, str((start or 0) + size) if named else str(rows[-1].pk))


def every_hand(unit: Node, chosen: HandsFilter, today: dt.date) -> Iterator[Holding]:
    """All that a list would show, for an export."""
    if chosen.on is not None:
        yield from every_held_on(unit, chosen, chosen.on)
        return
    found = _narrowed(Holding.objects.in_units(current_tree().within(unit.id)), chosen, today)
    rows = found.select_related(*RELATED).order_by("unit", "member__pinyin", "kind", "id")
    yield from rows.iterator(chunk_size=2000)


def stock_of_units(unit_ids: Collection[int]) -> Iterator[Holding]:
    """What lies in the stores of the units, damaged and repaired things as well, for an export."""
    lying = (Place.STORE.value, Place.DAMAGED.value, Place.REPAIR.value)
    rows = Holding.objects.in_units(unit_ids).filter(place__in=lying, quantity__gt=0).select_related(*RELATED)
    yield from rows.order_by("store", "kind__position", "kind", "size", "id").iterator(chunk_size=2000)


def see_holding(actor: "Actor", holding_id: int) -> Holding:
    """A holding where the actor may see equipment; else `Http404`."""
    found: Holding = get_object_or_404(Holding.objects.visible_to(actor).select_related(*RELATED), pk=holding_id)
    return found


def hands_by_id(unit: Node, holding_ids: Collection[int]) -> list[Holding]:
    """Holdings of the unit and below that are in hands still, of those with these ids."""
    found = _narrowed(Holding.objects.in_units(current_tree().within(unit.id)), HandsFilter(), dt.date.min)
    return list(found.filter(pk__in=holding_ids).select_related(*RELATED).order_by("member__pinyin", "kind", "id"))


def lying_in(store_id: int, place: Place) -> list[Holding]:
    """What lies in one place of a store, thing by thing."""
    rows = Holding.objects.filter(store=store_id, place=place.value, quantity__gt=0).select_related(*RELATED)
    return list(rows.order_by("kind__position", "kind__name", "size", "article__number", "id"))


def in_hands(member_ids: Collection[int]) -> list[Holding]:
    """What members hold now, by kind."""
    rows = Holding.objects.filter(member__in=member_ids, quantity__gt=0).select_related(*RELATED)
    return list(rows.order_by("kind__position", "kind__name", "size", "article__number", "id"))


def _narrowed(found: Any, chosen: HandsFilter, today: dt.date) -> Any:
    places = [chosen.place] if chosen.place in HELD else [place.value for place in HELD]
    found = found.filter(place__in=places, quantity__gt=0)
    if chosen.kind_id is not None:
        found = found.filter(kind=chosen.kind_id)
    if chosen.member_id is not None:
        found = found.filter(member=chosen.member_id)
    if chosen.due == "over":
        found = found.filter(due_on__lt=today)
    elif chosen.due == "soon":
        found = found.filter(due_on__gte=today, due_on__lte=today + SOON)
    elif chosen.due == "any":
        found = found.filter(due_on__isnull=False)
    typed = chosen.typed.strip()
    if typed:
        low = typed.lower()
        found = found.filter(
            Q(member__name__startswith=typed)
            | Q(member__pinyin__startswith=low)
            | Q(member__initials__startswith=low)
            | Q(article__number__icontains=typed)
            | Q(kind__name__icontains=typed)
        )
    return found


def _position(cursor: str) -> int | None:
    return int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) <= 18 else None
