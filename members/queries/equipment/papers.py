"""Vouchers as papers: lists of them, one with its lines, who has confirmed it, what is on its way, a thing's story."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.shortcuts import get_object_or_404

from corps.models.scope import InUnits
from corps.permissions import Permission
from corps.queries.scope import scope_of
from members.logic.ledger import Act, Place
from members.models import Article, Confirmation, Holding, Movement, Store, Voucher
from members.queries.equipment.bundles import in_part

if TYPE_CHECKING:
    from corps.actors import Actor

PAGE_SIZE: Final = 50
LINES: Final = (
    *("kind", "article", "from_store__unit", "to_store__unit"),
    *("from_unit", "to_unit", "from_member", "to_member"),
)


@dataclass(frozen=True, slots=True)
class Papers:
    """A page of vouchers, newest first; `next` is the cursor of the page after it, empty at the end."""

    rows: list[Voucher]
    next: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A voucher with the lines the reader may see; `whole` says whether these are all. Where there are more than were
    asked for, `many` says so and there are none. `unit_ids` are the units the reader sees of it; None for all.
    """

    voucher: Voucher
    lines: list[Movement]
    whole: bool
    confirmations: list[Confirmation] = field(default_factory=list)
    many: bool = False
    unit_ids: Collection[int] | None = None


def list_vouchers(unit_ids: Collection[int], *, act: str = "", after: str = "", size: int = PAGE_SIZE) -> Papers:
    """Vouchers that the units wrote."""
    found = Voucher.objects.in_units(unit_ids)
    if act:
        found = found.filter(act=act)
    return _page(found, after, size)


def vouchers_of_store(store: Store, *, after: str = "", size: int = PAGE_SIZE) -> Papers:
    """Vouchers of the store's unit that moved something into the store or out of it."""
    lines = Movement.objects.filter(voucher=OuterRef("pk")).filter(Q(from_store=store) | Q(to_store=store))
    return _page(Voucher.objects.filter(Exists(lines), unit=store.unit_id), after, size)


def _page(found: Any, after: str, size: int) -> Papers:
    if after.isascii() and after.isdigit() and len(after) <= 18:
        found = found.filter(pk__lt=int(after))
    rows = list(found.select_related("recorded_by", "reversed_by").order_by("-id")[: size + 1])
    return Papers(rows[:size], str(rows[size - 1].pk) if len(rows) > size else "")


def see_voucher(actor: "Actor", voucher_id: int, *, part: int | None = None, most: int | None = None) -> Paper:
    """A voucher of a unit the actor sees, with all its lines; or the lines of it that concern such a unit or store.

    `part` narrows it to the lines of one unit, `most` to so many. Raises `Http404` when none concerns the actor.
    """
    voucher: Voucher = get_object_or_404(
        Voucher.objects.select_related("unit", "recorded_by", "follows", "reverses", "reversed_by"), pk=voucher_id
    )
    scope = scope_of(actor, Permission.EQUIPMENT_VIEW)
    lines = Movement.objects.filter(voucher=voucher)
    asked = Confirmation.objects.filter(voucher=voucher).select_related("member__unit")
    whole = voucher.unit_id in scope
    if not whole:
        mine = [InUnits(path, scope.ids) for path in _UNIT_PATHS]
        lines = lines.filter(mine[0] | mine[1] | mine[2] | mine[3])
        asked = asked.filter(InUnits("member__unit_id", scope.ids))
    if part is not None:
        lines = lines.filter(in_part(part))
        asked = asked.filter(member__in=lines.exclude(to_member=None).values("to_member"))
    shown = lines.select_related(*LINES).order_by(
        "to_member__pinyin", "to_member", "from_member", "kind__position", "id"
    )
    found = list(shown if most is None else shown[: most + 1])
    if not whole and not found:
        raise Http404("no such voucher")
    unit_ids = None if whole else scope.ids
    if most is not None and len(found) > most:
        return Paper(voucher, [], whole, many=True, unit_ids=unit_ids)
    return Paper(voucher, found, whole, list(asked.order_by("member__pinyin", "member_id")), unit_ids=unit_ids)


_UNIT_PATHS: Final = ("from_unit_id", "to_unit_id", "from_store__unit_id", "to_store__unit_id")


def open_confirmations(
    unit_ids: Collection[int], *, after: str = "", size: int = PAGE_SIZE
) -> tuple[list[Confirmation], str]:
    """A page of hand-overs to members of the units that nobody confirmed, the most overdue first; and the cursor of
    the page after it, empty at the end.
    """
    rows = Confirmation.objects.filter(
        InUnits("member__unit_id", unit_ids), confirmed_at=None, voucher__reversed_by=None
    )
    day, _sign, number = after.partition("_")
    try:
        start = dt.date.fromisoformat(day), int(number[:18])
    except ValueError:
        pass
    else:
        rows = rows.filter(Q(due_on__gt=start[0]) | Q(due_on=start[0], pk__gt=start[1]))
    found = list(rows.select_related("member__unit", "voucher__unit").order_by("due_on", "id")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return found[:size], f"{last.due_on.isoformat()}_{last.pk}" if last is not None else ""


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """A transfer that has not wholly arrived: its voucher, the store it goes to, and what is still on its way."""

    voucher: Voucher
    store: Store
    things: list[Holding]


def on_their_way(unit_ids: Collection[int], *, incoming: bool) -> list[OnTheWay]:
    """Transfers to stores of the units, or from the units, that have not wholly arrived; the oldest first."""
    rows = Holding.objects.filter(place=Place.TRANSIT.value, quantity__gt=0)
    rows = rows.filter(InUnits("store__unit_id" if incoming else "unit_id", unit_ids))
    found: dict[int, OnTheWay] = {}
    related = ("transfer__unit", "transfer__recorded_by", "store__unit", "kind", "article")
    for held in rows.select_related(*related).order_by("transfer", "kind__position", "id"):
        one = found.setdefault(held.transfer_id, OnTheWay(held.transfer, held.store, []))
        one.things.append(held)
    return list(found.values())


def still_on_the_way(sent: Voucher) -> list[tuple[Movement, Holding]]:
    """Lines of a transfer that have not arrived, with what of them is still on its way."""
    rows = Holding.objects.filter(transfer=sent, place=Place.TRANSIT.value, quantity__gt=0).select_related(
        "kind", "article", "store__unit"
    )
    held = {(row.kind_id, row.size, row.article_id): row for row in rows}
    lines = Movement.objects.filter(voucher=sent, to_place=Place.TRANSIT.value).order_by("kind__position", "id")
    return [(line, held[key]) for line in lines if (key := (line.kind_id, line.size, line.article_id)) in held]


def see_transfer(actor: "Actor", voucher_id: int) -> tuple[Voucher, Store]:
    """A sending voucher and the store it goes to, if the actor sees that store; else `Http404`."""
    line = Movement.objects.filter(voucher=voucher_id, voucher__act=Act.SEND.value).select_related("voucher").first()
    if line is None or line.to_store_id is None:
        raise Http404("no such transfer")
    store: Store = get_object_or_404(Store.objects.visible_to(actor).select_related("unit"), pk=line.to_store_id)
    return line.voucher, store


def see_article(actor: "Actor", article_id: int) -> tuple[Article, Holding | None]:
    """A numbered thing and where it is, if it is or was where the actor sees equipment; else `Http404`."""
    article: Article = get_object_or_404(Article.objects.select_related("kind"), pk=article_id)
    scope = scope_of(actor, Permission.EQUIPMENT_VIEW)
    related = ("unit", "store__unit", "member", "kind", "article")
    rows = list(Holding.objects.filter(article=article).select_related(*related).order_by("-quantity", "-last_on"))
    if not any(held.unit_id in scope or held.store.unit_id in scope for held in rows):
        raise Http404("no such thing")
    return article, next((held for held in rows if held.quantity), None)


def story_of_article(article: Article) -> Sequence[Movement]:
    """Everything that happened to a thing, newest first."""
    rows = Movement.objects.filter(article=article).select_related("voucher__recorded_by", "voucher__unit", *LINES)
    return list(rows.order_by("-id"))


def reversible(vouchers: Iterable[Voucher]) -> set[int]:
    """Which of the vouchers may still be reversed, as far as the vouchers themselves say."""
    return {
        one.pk
        for one in vouchers
        if one.act not in {Act.REVERSAL.value, Act.CARRY.value} and getattr(one, "reversed_by", None) is None
    }
