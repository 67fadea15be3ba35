"""What the database refuses of the ledger, said in words: store, kind, size or number, and what is left."""

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db import DataError, IntegrityError
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.models import Unit
from corps.operations.acts import current_act
from corps.permissions import Permission
from corps.queries.scope import scope_of
from members.enums import EquipmentPlace
from members.logic.ledger import Place
from members.models import Article, EquipmentKind, Holding, Member, Store

if TYPE_CHECKING:
    from members.logic.ledger import Moved


def told(error: IntegrityError | DataError, moved: "Sequence[Moved]") -> Refusal | None:
    """The `Refusal` that says what the database means; None where it is no answer to a user."""
    diagnosis = getattr(error.__cause__, "diag", None)
    rule = getattr(diagnosis, "constraint_name", None)
    detail = getattr(diagnosis, "message_detail", None) or ""
    if isinstance(error, DataError):
        return _too_many_pieces()
    found = _BY_RULE.get(rule or "")
    return found(detail, moved) if found else None


def reversed_already() -> Refusal:
    """Somebody reversed the voucher before."""
    return Refusal(
        _("This voucher has been reversed already."),
        code="equipment.reversed",
        place="voucher",
        remedy=_("Load the page again; it shows the reversal."),
    )


def where_article(article_id: int) -> str:
    """Where a numbered thing is by the ledger, in words: a member, a unit or a store. Anybody who types a number gets
    to read this: a member is named only to whoever may see the members of that unit.
    """
    held = (
        Holding.objects.filter(article=article_id, quantity__gt=0)
        .select_related("store", "store__unit", "member", "unit")
        .first()
    )
    if held is None:
        return _("nowhere: the ledger has it no more")
    if held.member_id and not _may_name(held.unit_id):
        return _("held by a member of %(unit)s") % {"unit": held.unit}
    return place_words(held)


def _may_name(unit_id: int) -> bool:
    act = current_act()
    return act is not None and unit_id in scope_of(act.actor, Permission.MEMBER_VIEW)


def place_words(held: Holding) -> str:
    """A place of the ledger in words."""
    if held.member_id:
        return str(held.member)
    if held.place == Place.USE:
        return _("in use by %(unit)s") % {"unit": held.unit}
    return f"{held.store}（{EquipmentPlace(held.place).label}）"


def thing_words(kind: str, size: str = "", number: str = "") -> str:
    """A thing in words: its kind with its size or number."""
    return " ".join(part for part in (kind, size, number) if part)


def _not_enough(detail: str, moved: "Sequence[Moved]") -> Refusal:
    held, wanted = _place_of(detail, moved)
    if held is None:
        return Refusal(
            _("There is not enough where things shall be taken from."),
            code="equipment.not_enough",
            place="store",
            remedy=_("Enter fewer, or have more received or returned first."),
        )
    thing = thing_words(held.kind.name, held.size, held.article.number if held.article else "")
    params = {"kind": held.kind_id, "size": held.size, "article": held.article_id, "left": held.quantity}
    if held.article_id:
        return Refusal(
            _("%(thing)s is not there any more: %(place)s.")
            % {"thing": thing, "place": where_article(held.article_id)},
            code="equipment.article_elsewhere",
            place=str(held.store),
            remedy=_("Choose another number, or have it returned first."),
            params=params,
        )
    told = (
        _("%(place)s has only %(left)d %(measure)s of %(thing)s, %(wanted)d are needed.")
        if wanted
        else _("%(place)s has only %(left)d %(measure)s of %(thing)s, more are needed.")
    )
    return Refusal(
        told
        % {
            "place": place_words(held),
            "left": held.quantity,
            "measure": held.kind.measure,
            "thing": thing,
            "wanted": wanted,
        },
        code="equipment.not_enough",
        place=str(held.store),
        remedy=_("Enter fewer, or have more received or returned first."),
        params=params,
    )


def _backdated(detail: str, moved: "Sequence[Moved]") -> Refusal | None:
    held, _wanted = _place_of(detail, moved)
    if held is None:
        return None
    thing = thing_words(held.kind.name, held.size, held.article.number if held.article else "")
    return Refusal(
        _("%(place)s: %(thing)s was moved on %(day)s; nothing can be taken from there on an earlier day.")
        % {"place": place_words(held), "thing": thing, "day": held.last_on},
        code="equipment.backdated",
        place="on",
        remedy=_("Enter %(day)s or a later day.") % {"day": held.last_on},
        params={"kind": held.kind_id, "last_on": held.last_on.isoformat()},
    )


def _too_many_for_member(detail: str, moved: "Sequence[Moved]") -> Refusal:
    member_id, kind_id = (int(part) for part in detail.split())
    kind, member = EquipmentKind.objects.get(pk=kind_id), Member.objects.get(pk=member_id)
    return Refusal(
        _("%(name)s would hold more of “%(kind)s” than the %(most)d one member may hold.")
        % {"name": member.name, "kind": kind.name, "most": kind.most_per_member or 0},
        code="equipment.most_per_member",
        place=member.name,
        remedy=_("Take the old one back first."),
        params={"member": member_id, "kind": kind_id},
    )


def _two_places(detail: str, moved: "Sequence[Moved]") -> Refusal:
    number = re.search(r"=\((\d+)\)", detail)
    article = Article.objects.select_related("kind").filter(pk=int(number[1])).first() if number else None
    return Refusal(
        _("%(thing)s is in another place already: %(place)s.")
        % {"thing": str(article or ""), "place": where_article(article.pk) if article else ""},
        code="equipment.article_elsewhere",
        place=article.number if article else "",
        remedy=_("Choose another number, or have it returned first."),
        params={"article": article.pk if article else None},
    )


def _too_many_pieces() -> Refusal:
    return Refusal(
        _("So many pieces cannot be recorded."),
        code="equipment.quantity",
        place="quantity",
        remedy=_("Enter a smaller number."),
    )


_BY_RULE: "Final[dict[str, Callable[[str, Sequence[Moved]], Refusal | None]]]" = {
    "holding_not_negative": _not_enough,
    "holding_not_backdated": _backdated,
    "holding_within_most": _too_many_for_member,
    "article_in_one_place": _two_places,
    "holding_of_one_article": _two_places,
    "members_voucher_reverses_id_key": lambda _detail, _moved: reversed_already(),
}


def _place_of(detail: str, moved: "Sequence[Moved]") -> tuple[Holding | None, int]:
    """The place that the database means by its key, as it is now, and how many were to be taken from there.

    A place that never held anything has no row: it is told from the movements, where they are known.
    """
    wanted, unknown = 0, None
    for move in moved:
        if str(_key(move)) == detail:
            wanted += move.line.quantity
            unknown = move
    related = ("kind", "article", "store", "store__unit", "unit", "member")
    held = Holding.objects.select_related(*related).filter(key=UUID(detail)).first()
    if held is not None:
        return held, wanted
    if unknown is None:
        return None, wanted
    line, here = unknown.line, unknown.here
    return (
        Holding(
            kind=EquipmentKind.objects.get(pk=line.kind_id),
            size=line.size,
            article=Article.objects.get(pk=line.article_id) if line.article_id else None,
            store=Store.objects.select_related("unit").get(pk=here.store_id),
            unit=Unit.objects.get(pk=here.unit_id),
            member=Member.objects.get(pk=here.member_id) if here.member_id else None,
            place=here.place,
            quantity=0,
        ),
        wanted,
    )


def _key(move: "Moved") -> UUID:
    """The key of the place things are taken from, as migration 0008 makes it."""
    line, here = move.line, move.here
    parts: tuple[Any, ...] = (
        here.unit_id,
        here.place,
        here.store_id,
        here.member_id or 0,
        (move.transfer_id or 0) if here.place == Place.TRANSIT else 0,
        (move.due_on if here.place in {Place.MEMBER, Place.USE} else None) or "1970-01-01",
        line.kind_id,
        line.size,
        line.article_id or 0,
    )
    return UUID(hashlib.md5("|".join(map(str, parts)).encode(), usedforsecurity=False).hexdigest())
