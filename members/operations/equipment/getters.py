"""Members who are given something: locked, looked at again, and refused by name where they may not have it."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corps.errors import Refusal
from corps.operations.tree import hold_tree
from corps.permissions import Permission
from corps.queries.scope import scope_of
from members.enums import Counting, MemberStatus
from members.logic.ledger import Line, Place
from members.models import Article, EquipmentKind, Holding, Store, Voucher
from members.operations.equipment.posting import hold_stores, reach_of
from members.operations.equipment.refusals import thing_words
from members.queries.equipment.missing import EQUIPPED, entitled
from members.queries.requirements import refuse_unmet, unmet

if TYPE_CHECKING:
    from corps.actors import Actor

NAMED: Final = 5
MOST_PIECES: Final = 1_000_000
CONFIRM_WITHIN: Final = dt.timedelta(days=7)
"""How long a member has to confirm what was handed over."""

_HOLD: Final = (
    "SELECT id, name, status, unit_id FROM members_member WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
)
_ASK_TO_CONFIRM: Final = """
INSERT INTO members_confirmation (voucher_id, member_id, due_on, how)
SELECT DISTINCT m.voucher_id, m.to_member_id, %(due)s::date, '' FROM members_movement m
WHERE m.voucher_id = %(voucher)s AND m.to_member_id IS NOT NULL ORDER BY m.to_member_id
"""


class Getter(NamedTuple):
    """A member under lock."""

    id: int
    name: str
    status: str
    unit_id: int


def hold_members(member_ids: Collection[int]) -> dict[int, Getter]:
    """Lock members in the order of their ids, as every act of the ledger does, and read them as they are now."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [sorted(set(member_ids))])
        return {row[0]: Getter(*row) for row in cursor.fetchall()}


def hold_for_list(*, store_id: int, member_ids: Collection[int]) -> None:
    """Before several vouchers of one act: take every lock they will need at once and in order: store, members, shelves.

    Else two lists that name the same things in another order could wait for each other.
    """
    hold_tree()
    hold_stores([store_id])
    hold_members(member_ids)
    shelves = Holding.objects.filter(store=store_id, place=Place.STORE).order_by("pk").select_for_update()
    list(shelves.values_list("pk"))


def hold_getters(*, actor: "Actor", store: Store, member_ids: Collection[int]) -> dict[int, Getter]:
    """Lock members who shall be given something from the store. Raises `Refusal` that names who may not have it:
    whoever is not on duty, or not at home in the store's reach.
    """
    found = hold_members(member_ids)
    reach = reach_of(store)
    away = [one for one in found.values() if one.unit_id not in reach]
    unknown = len(set(member_ids) - found.keys())
    if away or unknown:
        seen = scope_of(actor, Permission.MEMBER_VIEW)
        named = [one.name for one in away if one.unit_id in seen]
        raise Refusal(
            _("Not at home in the reach of the store “%(store)s”: %(people)s.")
            % {"store": store, "people": enumerated(named, unnamed=len(away) - len(named) + unknown)},
            code="equipment.out_of_reach",
            place="members",
            remedy=_("Choose members of %(unit)s or of units below it, or another store.") % {"unit": store.unit},
            params={"members": [one.id for one in away if one.unit_id in seen]},
        )
    off = [one for one in found.values() if one.status not in EQUIPPED]
    if off:
        told = [f"{one.name}（{MemberStatus(one.status).label}）" for one in off]
        raise Refusal(
            _("Nothing can be issued to who is not on duty: %(people)s.") % {"people": enumerated(told)},
            code="equipment.not_on_duty",
            place="members",
            remedy=_("Only members on probation and active ones are given equipment. Take the others off the list."),
            params={"members": [one.id for one in off]},
        )
    return found


def check_requirements(people: Mapping[int, Getter], wanted: Mapping[int, Collection[int]], on: dt.date) -> None:
    """`wanted` says which members get which kind. Raises `Refusal` when one lacks what the kind requires."""
    asking = EquipmentKind.objects.filter(pk__in=wanted.keys()).exclude(requirement=None)
    for kind in asking:
        lacking = unmet(kind.requirement_id, wanted[kind.pk], on)
        names = {member_id: people[member_id].name for member_id in lacking}
        refuse_unmet(lacking, names, what=kind.name, code="equipment.requirement")


def check_not_double(people: Mapping[int, Getter], lines: Mapping[int, Sequence[Line]]) -> None:
    """Raises `Refusal` for members who would get more of a kind than they are entitled to, naming them."""
    wanted: dict[tuple[int, int], int] = {}
    for member_id, several in lines.items():
        for line in several:
            key = (member_id, line.kind_id)
            wanted[key] = wanted.get(key, 0) + line.quantity
    kind_ids = {kind_id for _member, kind_id in wanted}
    due = entitled(member_ids=lines.keys(), kind_ids=kind_ids)
    held: dict[tuple[int, int], int] = {}
    rows = Holding.objects.filter(member__in=lines.keys(), kind__in=kind_ids, quantity__gt=0)
    for member_id, kind_id, quantity in rows.values_list("member_id", "kind_id", "quantity"):
        held[member_id, kind_id] = held.get((member_id, kind_id), 0) + quantity
    over = [key for key, most in due.items() if key in wanted and held.get(key, 0) + wanted[key] > most]
    if over:
        kinds = dict(EquipmentKind.objects.filter(pk__in=kind_ids).values_list("pk", "name"))
        told = [
            _("%(name)s: “%(kind)s”, holds %(held)d of %(entitled)d")
            % {"name": people[key[0]].name, "kind": kinds[key[1]], "held": held.get(key, 0), "entitled": due[key]}
            for key in over
        ]
        raise Refusal(
            _("This would be more than members are entitled to. %(people)s.") % {"people": enumerated(told, mark="；")},
            code="equipment.double",
            place="members",
            remedy=_("Take them off the list, or say why they get more."),
            params={"members": sorted({key[0] for key in over})},
        )


def check_lines(store: Store, lines: Iterable[Line]) -> dict[int, EquipmentKind]:
    """See that lines make sense: kinds of the corps in use, sizes they have, one number for one thing.

    Returns the kinds by id. Raises `Refusal` that names the line.
    """
    lines = list(lines)
    if not lines:
        raise Refusal(
            _("Nothing has been entered."),
            code="equipment.nothing",
            place="lines",
            remedy=_("Enter at least one kind with its quantity."),
        )
    corps_id = store.unit.corps_id
    kinds = {
        kind.pk: kind for kind in EquipmentKind.objects.filter(corps=corps_id, pk__in={one.kind_id for one in lines})
    }
    articles = Article.objects.filter(pk__in={one.article_id for one in lines if one.article_id})
    kind_of = dict(articles.values_list("pk", "kind_id"))
    for line in lines:
        _check_line(line, kinds.get(line.kind_id), kind_of)
    return kinds


def _check_line(line: Line, kind: EquipmentKind | None, kind_of: Mapping[int, int]) -> None:
    if kind is None:
        raise _wrong_line(_("The kind of equipment does not belong to this corps."), "kind", _("Choose from the list."))
    if not 0 < line.quantity <= MOST_PIECES:
        raise _wrong_line(
            _("“%(kind)s”: the quantity must be between 1 and %(most)d.") % {"kind": kind.name, "most": MOST_PIECES},
            "quantity",
            _("Correct the quantity."),
        )
    if kind.counting == Counting.NUMBERED:
        if line.article_id is None or line.size or kind_of.get(line.article_id) != kind.pk or line.quantity != 1:
            raise _wrong_line(
                _("“%(kind)s” is recorded by number.") % {"kind": kind.name}, "article", _("Choose the number.")
            )
    elif line.article_id is not None:
        raise _wrong_line(
            _("“%(kind)s” carries no numbers.") % {"kind": kind.name}, "article", _("Enter the quantity instead.")
        )
    elif (line.size or kind.sizes) and line.size not in kind.sizes:
        known = "、".join(kind.sizes)
        raise _wrong_line(
            _("“%(thing)s”: there is no such size.") % {"thing": thing_words(kind.name, line.size)}
            if line.size
            else _("“%(kind)s”: the size is missing.") % {"kind": kind.name},
            "size",
            _("Possible sizes: %(sizes)s.") % {"sizes": known} if known else _("Leave the size empty."),
        )


def _wrong_line(message: str, place: str, remedy: str) -> Refusal:
    return Refusal(message, code=f"equipment.wrong_{place}", place=place, remedy=remedy)


def ask_to_confirm(voucher: Voucher) -> None:
    """Whoever was given something by the voucher is to confirm it within the week."""
    due = timezone.localdate(voucher.recorded_at) + CONFIRM_WITHIN
    with connection.cursor() as cursor:
        cursor.execute(_ASK_TO_CONFIRM, {"voucher": voucher.pk, "due": due})


def check_due(on: dt.date, due_on: dt.date | None) -> None:
    """Raises `Refusal` when things are to be back before they are given out."""
    if due_on is not None and due_on < on:
        raise Refusal(
            _("The day of return lies before the day of issue."),
            code="equipment.due_early",
            place="due_on",
            remedy=_("Enter %(day)s or a later day.") % {"day": on},
        )


def enumerated(told: Sequence[str], *, unnamed: int = 0, mark: str = "、") -> str:
    """The first few of a list, and how many more there are."""
    shown = mark.join(told[:NAMED])
    more = max(len(told) - NAMED, 0) + unnamed
    if not more:
        return shown
    if not shown:
        return ngettext("%(n)d person outside your area", "%(n)d people outside your area", more) % {"n": more}
    return _("%(people)s and %(n)d more") % {"people": shown, "n": more}
