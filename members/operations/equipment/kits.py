"""A whole kit for many members in one voucher: what each lacks against the entitlements, set by set.

However many members: one statement locks them, one writes the movements from what is lacking, one the confirmations.
"""

import datetime as dt
import json
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db import IntegrityError, connection
from django.utils.translation import gettext as _

from corps.errors import Refusal
from members.logic.ledger import Act
from members.models import EquipmentKind, Store, Voucher
from members.operations.equipment.getters import (
    ask_to_confirm,
    check_due,
    check_requirements,
    enumerated,
    hold_getters,
)
from members.operations.equipment.posting import COLUMNS, at_store, booking
from members.operations.equipment.refusals import thing_words
from members.queries.equipment.missing import LACKING, choice

if TYPE_CHECKING:
    from corps.actors import Actor

# What each lacks and is not left out of, with the size: the member's own where it is given, the one given for all, the
# one last held, or the one given for whoever's size nobody knows.
# Sizes are looked up in one value: a join that the planner takes for small compares each with each.
# Numbered things are dealt out from the store in the order of their numbers: from one list a kind, because nothing
# tells the planner how many they are, and a join by kind and place would compare each with each.
_KIT: Final = (
    LACKING
    + """, sized AS (
    SELECT l.member_id, l.unit_id, l.kind_id, l.quantity, k.counting = 'numbered' AS numbered,
        CASE WHEN k.sizes = '{}' THEN '' ELSE coalesce(
            %(sizes)s::jsonb ->> format('%%s:%%s', l.member_id, l.kind_id), %(sizes)s::jsonb ->> l.kind_id::text, (
            SELECT h.size FROM members_holding h
            WHERE h.member_id = l.member_id AND h.kind_id = l.kind_id AND h.size = ANY(k.sizes)
            ORDER BY h.last_on DESC, h.id DESC LIMIT 1
            ), %(sizes)s::jsonb ->> format('else:%%s', l.kind_id)) END AS size,
        k.sizes
    FROM lacking l JOIN members_equipmentkind k ON k.id = l.kind_id
    WHERE NOT %(left_out)s::jsonb ? format('%%s:%%s', l.member_id, l.kind_id)
), free AS (
    SELECT h.kind_id, array_agg(h.article_id ORDER BY a.number) AS articles
    FROM members_holding h JOIN members_article a ON a.id = h.article_id
    WHERE h.store_id = %(store)s AND h.place = 'store' AND h.quantity > 0
        AND h.kind_id IN (SELECT id FROM members_equipmentkind WHERE counting = 'numbered')
    GROUP BY h.kind_id
), asked AS (
    SELECT s.member_id, s.unit_id, s.kind_id,
        row_number() OVER (PARTITION BY s.kind_id ORDER BY m.unit_id, m.pinyin, m.id, piece) AS place
    FROM sized s JOIN members_member m ON m.id = s.member_id, generate_series(1, s.quantity) AS piece
    WHERE s.numbered
), kit AS (
    SELECT member_id, unit_id, kind_id, size, NULL::bigint AS article_id, quantity, sizes FROM sized WHERE NOT numbered
    UNION ALL
    SELECT asked.member_id, asked.unit_id, asked.kind_id, '', free.articles[asked.place], 1, '{}'
    FROM asked LEFT JOIN free USING (kind_id)
)
"""
)
_PROBLEMS: Final = (
    _KIT
    + """
SELECT 'size', kit.kind_id, '', count(*), array_agg(m.name ORDER BY m.pinyin, m.id)
FROM kit JOIN members_member m ON m.id = kit.member_id
WHERE kit.size IS NULL OR (kit.sizes <> '{}' AND kit.size <> ALL(kit.sizes)) GROUP BY kit.kind_id
UNION ALL
SELECT 'number', kind_id, '', count(*), NULL FROM kit
WHERE article_id IS NULL AND kind_id IN (SELECT kind_id FROM sized WHERE numbered) GROUP BY kind_id
UNION ALL
SELECT 'stock', wanted.kind_id, wanted.size, wanted.quantity - coalesce(h.quantity, 0), NULL
FROM (SELECT kind_id, size, sum(quantity) AS quantity FROM kit WHERE article_id IS NULL AND size IS NOT NULL
      AND kind_id NOT IN (SELECT kind_id FROM sized WHERE numbered) GROUP BY kind_id, size) AS wanted
LEFT JOIN members_holding h ON h.store_id = %(store)s AND h.place = 'store' AND h.kind_id = wanted.kind_id
    AND h.size = wanted.size AND h.article_id IS NULL AND h.unit_id = %(unit)s
WHERE wanted.quantity > coalesce(h.quantity, 0)
"""
)
_ISSUE: Final = (
    _KIT
    + f"""INSERT INTO members_movement ({COLUMNS})
SELECT %(voucher)s, %(on)s::date, kind_id, size, article_id, quantity, 'store', %(store)s, %(unit)s, NULL,
    'member', %(store)s, unit_id, member_id, %(due_on)s::date, NULL
FROM kit"""
)
_ASKED_OF: Final = (
    LACKING
    + """SELECT l.kind_id, array_agg(l.member_id) FROM lacking l
JOIN members_equipmentkind k ON k.id = l.kind_id
WHERE k.requirement_id IS NOT NULL AND NOT %(left_out)s::jsonb ? format('%%s:%%s', l.member_id, l.kind_id)
GROUP BY l.kind_id"""
)


def issue_kit(
    *,
    actor: "Actor",
    store_id: int,
    member_ids: Collection[int],
    token: UUID,
    kind_ids: Collection[int] | None = None,
    sizes: Mapping[int, str] | None = None,
    own_sizes: Mapping[tuple[int, int], str] | None = None,
    unknown_sizes: Mapping[int, str] | None = None,
    left_out: Collection[tuple[int, int]] = (),
    on: dt.date | None = None,
    due_on: dt.date | None = None,
    reason: str = "",
) -> Voucher:
    """Give each of the members what is missing against the entitlements, of all kinds or of `kind_ids`.

    `sizes` are for everybody, by kind; `own_sizes` by member and kind; without either it is the size last held, or for
    whoever never held one that of `unknown_sizes`, by kind. `left_out` are members with a kind they get none of. All of
    it or nothing. Raises `Refusal`: as `issue`, when nobody lacks anything, and naming what the store has too few of.
    """
    with at_store(actor=actor, act=Act.ISSUE, store_id=store_id, token=token, on=on, reason=reason) as (store, draft):
        voucher = draft.voucher
        if draft.repeated:
            return voucher
        check_due(voucher.on, due_on)
        people = hold_getters(actor=actor, store=store, member_ids=member_ids)
        given = {str(kind): size for kind, size in (sizes or {}).items()}
        given |= {f"{member}:{kind}": size for (member, kind), size in (own_sizes or {}).items()}
        given |= {f"else:{kind}": size for kind, size in (unknown_sizes or {}).items()}
        values = {
            **choice(member_ids=member_ids, kind_ids=kind_ids),
            "sizes": json.dumps(given),
            "left_out": json.dumps({f"{member}:{kind}": 1 for member, kind in left_out}),
            "store": store.pk,
            "unit": store.unit_id,
            "voucher": voucher.pk,
            "on": voucher.on,
            "due_on": due_on,
        }
        if EquipmentKind.objects.filter(corps=store.unit.corps_id, active=True).exclude(requirement=None).exists():
            check_requirements(people, dict(_rows(_ASKED_OF, values)), voucher.on)
        if not _written(store, values):
            raise Refusal(
                _("Nobody on the list lacks anything."),
                code="equipment.nothing_missing",
                place="members",
                remedy=_("Choose other members, or issue single things and say why they get more."),
            )
        ask_to_confirm(voucher)
        return voucher


def _written(store: Store, values: dict[str, Any]) -> int:
    """Write the movements, and say how many. What is missing is told apart only when the database has refused: a size
    nobody knows, or more than there is.
    """
    try:
        with booking(), connection.cursor() as cursor:
            cursor.execute(_ISSUE, values)
            return int(cursor.rowcount)
    except (Refusal, IntegrityError):
        _check_there(store, values)
        raise


def _check_there(store: Store, values: dict[str, Any]) -> None:
    """Raises `Refusal` for sizes nobody knows, or naming all that the store has too few of."""
    problems = _rows(_PROBLEMS, values)
    if not problems:
        return
    kinds = EquipmentKind.objects.in_bulk({row[1] for row in problems})
    unsized = [row for row in problems if row[0] == "size"]
    if unsized:
        told = [f"{kinds[row[1]].name}（{enumerated(row[4])}）" for row in unsized]
        raise Refusal(
            _("The size is not known: %(what)s.") % {"what": "；".join(told)},
            code="equipment.wrong_size",
            place="sizes",
            remedy=_("Choose a size for each of them, or leave the kind out of the list."),
            params={"kinds": [row[1] for row in unsized]},
        )
    told = [
        _("%(thing)s: %(n)d %(measure)s")
        % {"thing": thing_words(kinds[kind].name, size), "n": short, "measure": kinds[kind].measure}
        for _what, kind, size, short, _names in problems
    ]
    raise Refusal(
        _("The store “%(store)s” has too few for the list. Short of: %(what)s.")
        % {"store": store, "what": "；".join(told)},
        code="equipment.not_enough",
        place=str(store),
        remedy=_("Choose fewer members or kinds, or have more received first."),
        params={"short": {f"{kind}:{size}": int(short) for _what, kind, size, short, _names in problems}},
    )


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
