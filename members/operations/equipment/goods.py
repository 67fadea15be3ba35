"""What comes into a store from outside and what leaves it for good: goods received, disposal, stock-taking."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.utils.translation import gettext as _

from corps.errors import Refusal
from members.enums import Counting
from members.logic.article_numbers import LONGEST, MOST, WrongNumbers, checked_numbers, numbers_of
from members.logic.ledger import OUTSIDE_CORPS, Act, Line, Place
from members.models import Article, EquipmentKind, Holding, Store, Voucher
from members.operations.equipment.getters import check_lines, enumerated
from members.operations.equipment.posting import Draft, at_store, checked_reason, hold_kinds, shelf
from members.operations.equipment.refusals import where_article
from members.operations.equipment.returning import check_place, check_taken, held_now, line_of, side_of

if TYPE_CHECKING:
    from corps.actors import Actor

_LYING: Final = frozenset({Place.STORE, Place.DAMAGED, Place.REPAIR})


def receive_goods(
    *,
    actor: "Actor",
    store_id: int,
    token: UUID,
    lines: Iterable[Line] = (),
    numbers: Mapping[int, str | Sequence[str]] | None = None,
    on: dt.date | None = None,
    reason: str = "",
) -> Voucher:
    """Goods come into a store: `lines` of counted kinds, and `numbers` of numbered kinds, typed (`001–050、A7`) or as a
    list, of which each is taken as it stands.

    A number that is new makes the thing known; one that left the books before comes back. Raises `Refusal`.
    """
    with at_store(actor=actor, act=Act.RECEIPT, store_id=store_id, token=token, on=on, reason=reason) as (store, draft):
        if draft.repeated:
            return draft.voucher
        lines, numbers = list(lines), numbers or {}
        hold_kinds([*(line.kind_id for line in lines), *numbers])
        wanted = [*lines, *_articles(store, numbers)]
        check_in_use_kinds(check_lines(store, wanted).values())
        for line in wanted:
            draft.move(line, OUTSIDE_CORPS, shelf(store))
        return draft.post()


def dispose(
    *,
    actor: "Actor",
    store_id: int,
    holdings: Mapping[int, int],
    reason: str,
    token: UUID,
    on: dt.date | None = None,
) -> Voucher:
    """Throw away, sell or hand back what lies in a store, damaged or in repair: so many per holding."""
    with at_store(actor=actor, act=Act.DISPOSAL, store_id=store_id, token=token, on=on, reason=reason) as (
        store,
        draft,
    ):
        if draft.repeated:
            return draft.voucher
        for held in held_now(holdings):
            check_of_store(held, store)
            check_place(held, _LYING, _("in the store"))
            check_taken(held, holdings[held.pk])
            draft.move(line_of(held, holdings[held.pk]), side_of(held), OUTSIDE_CORPS)
        return draft.post()


def count_stock(
    *,
    actor: "Actor",
    store_id: int,
    token: UUID,
    counted: Mapping[tuple[int, str], int] | None = None,
    seen: Mapping[int, Collection[int]] | None = None,
    on: dt.date | None = None,
    reason: str = "",
) -> Voucher:
    """Stock-taking: the books follow what was found, and the reason explains the difference.

    `counted` says how many good ones were found, by kind and size; `seen` which articles, by numbered kind. What is in
    neither was not counted and stays. Without a difference no reason is needed: the voucher says that all was there.
    """
    told = reason.strip() or _("No difference")
    with at_store(actor=actor, act=Act.COUNT, store_id=store_id, token=token, on=on, reason=told, alone=True) as (
        store,
        draft,
    ):
        if draft.repeated:
            return draft.voucher
        counted, seen = counted or {}, seen or {}
        hold_kinds([*(kind_id for kind_id, _size in counted), *seen])
        kinds = _check_counted(store, counted, seen)
        books = list(
            Holding.objects.filter(store=store, place=Place.STORE, kind__in=kinds).order_by("pk").select_for_update()
        )
        _check_nothing_later(books, draft)
        _count_quantities(store, draft, books, counted)
        _count_articles(store, draft, books, seen)
        if draft.moves:
            checked_reason(Act.COUNT, reason)
        return draft.post()


def check_of_store(held: Holding, store: Store) -> None:
    """Raises `Refusal` when a holding is not of this store."""
    if held.store_id != store.pk:
        raise Refusal(
            _("Some of this is not of the store “%(store)s”.") % {"store": store},
            code="equipment.other_store",
            place="lines",
            remedy=_("Choose from the list of this store."),
        )


def check_in_use_kinds(kinds: Iterable[EquipmentKind]) -> None:
    """Raises `Refusal` for a kind that is out of use."""
    retired = [kind.name for kind in kinds if not kind.active]
    if retired:
        raise Refusal(
            _("Out of use: %(kinds)s.") % {"kinds": enumerated(retired)},
            code="equipment.kind_retired",
            place="kind",
            remedy=_("Take the kind into use again, or choose another."),
        )


def _articles(store: Store, typed: Mapping[int, str | Sequence[str]]) -> list[Line]:
    """Lines for numbered things, made known where they are new. Raises `Refusal` for those that are somewhere."""
    lines: list[Line] = []
    corps_id = store.unit.corps_id
    kinds = EquipmentKind.objects.filter(corps=corps_id, counting=Counting.NUMBERED).in_bulk(list(typed))
    for kind_id, text in sorted(typed.items(), key=lambda pair: pair[0]):
        kind = kinds.get(kind_id)
        if kind is None:
            raise Refusal(
                _("This kind of equipment carries no numbers."),
                code="equipment.wrong_kind",
                place="kind",
                remedy=_("Enter the quantity instead."),
            )
        lines += articles_by_number(kind, _typed(kind, text))
    return lines


def articles_by_number(kind: EquipmentKind, numbers: Sequence[str]) -> list[Line]:
    """Things of a numbered kind, entered where their number is new; one that is somewhere already is refused.

    Two who enter the same number at once make one thing; the ledger then lets only one of them receive it.
    """
    Article.objects.bulk_create(
        # In one order: two who enter the same numbers differently would wait for each other.
        [Article(kind=kind, corps_id=kind.corps_id, number=number) for number in sorted(numbers)],
        ignore_conflicts=True,
    )
    found = list(Article.objects.filter(corps=kind.corps_id, number__in=numbers).select_related("kind"))
    present = set(Holding.objects.filter(article__in=found, quantity__gt=0).values_list("article_id", flat=True))
    told = [f"{one.kind} {one.number}（{where_article(one.pk)}）" for one in found if one.pk in present]
    told += [f"{one.kind} {one.number}" for one in found if one.kind_id != kind.pk and one.pk not in present]
    if told:
        raise Refusal(
            _("The number is taken: %(things)s.") % {"things": enumerated(told)},
            code="equipment.number_taken",
            place=kind.name,
            remedy=_("Check the number on the thing; have it returned or transferred if it is the same one."),
        )
    return [Line(kind.pk, 1, article_id=one.pk) for one in sorted(found, key=lambda one: one.number)]


def _typed(kind: EquipmentKind, text: str | Sequence[str]) -> list[str]:
    try:
        found = numbers_of(text) if isinstance(text, str) else checked_numbers(text)
    except WrongNumbers as wrong:
        sentences = {
            "range": _("“%(part)s” is no range of numbers.") % {"part": wrong.part},
            "long": _("The number “%(part)s” is too long.") % {"part": wrong.part},
            "many": _("“%(part)s”: these are too many numbers for one voucher.") % {"part": wrong.part},
            "twice": _("The number “%(part)s” stands there twice.") % {"part": wrong.part},
        }
        raise Refusal(
            sentences[wrong.code],
            code="equipment.numbers",
            place=kind.name,
            remedy=_(
                "Enter single numbers or a range such as 001–050; at most %(most)d, each up to %(long)d characters."
            )
            % {"most": MOST, "long": LONGEST},
        ) from wrong
    if not found:
        raise Refusal(
            _("“%(kind)s”: the numbers are missing.") % {"kind": kind.name},
            code="equipment.numbers",
            place=kind.name,
            remedy=_("Enter single numbers or a range such as 001–050."),
        )
    return found


def _check_counted(
    store: Store, counted: Mapping[tuple[int, str], int], seen: Mapping[int, Collection[int]]
) -> set[int]:
    """The kinds that were counted. Raises `Refusal` for what cannot have been counted."""
    lines = [Line(kind_id, max(quantity, 1), size) for (kind_id, size), quantity in counted.items() if quantity >= 0]
    lines += [Line(kind_id, 1, article_id=article) for kind_id, articles in seen.items() for article in articles]
    if any(quantity < 0 for quantity in counted.values()):
        raise Refusal(
            _("A count cannot be less than nothing."),
            code="equipment.wrong_quantity",
            place="quantity",
            remedy=_("Correct the quantity."),
        )
    if lines or not seen:
        check_lines(store, lines)
    return {kind_id for kind_id, _size in counted} | set(seen)


def _check_nothing_later(books: Sequence[Holding], draft: Draft) -> None:
    later = max((held.last_on for held in books), default=draft.voucher.on)
    if later > draft.voucher.on:
        raise Refusal(
            _("Things were moved on %(day)s, after the day of the count.") % {"day": later},
            code="equipment.backdated",
            place="on",
            remedy=_("Count once more and enter the day of that count."),
        )


def _count_quantities(
    store: Store, draft: Draft, books: Sequence[Holding], counted: Mapping[tuple[int, str], int]
) -> None:
    there = {(held.kind_id, held.size): held.quantity for held in books if held.article_id is None}
    for (kind_id, size), quantity in counted.items():
        difference = quantity - there.get((kind_id, size), 0)
        if difference:
            sides = (OUTSIDE_CORPS, shelf(store)) if difference > 0 else (shelf(store), OUTSIDE_CORPS)
            draft.move(Line(kind_id, abs(difference), size), *sides)


def _count_articles(store: Store, draft: Draft, books: Sequence[Holding], seen: Mapping[int, Collection[int]]) -> None:
    there = {held.article_id: held.kind_id for held in books if held.article_id and held.quantity}
    for article_id, kind_id in there.items():
        if kind_id in seen and article_id not in set(seen[kind_id]):
            draft.move(Line(kind_id, 1, article_id=article_id), shelf(store), OUTSIDE_CORPS)
    for kind_id, articles in seen.items():
        for article_id in set(articles) - there.keys():
            draft.move(Line(kind_id, 1, article_id=article_id), OUTSIDE_CORPS, shelf(store))
