"""The roster as a workbook or a text file: exactly what the list shows, the columns somebody chose, and a trace."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Any

import xlsxwriter
from django.db import connection, transaction
from django.utils.translation import gettext as _

from corps.crypto import unseal
from corps.enums import ActionResult
from corps.errors import Refusal
from corps.logic.masking import mask_phone
from corps.operations.trail import record
from corps.permissions import Permission
from corps.queries.scope import Scope, allowed, local_today, scope_of
from corps.queries.units import path_text
from members.logic.roster_columns import BY_KEY, COLUMNS, KEYS
from members.models.people import IDENTITY_PURPOSE
from members.queries.roster import RosterFilter, Within
from members.queries.roster.listing import every_id
from members.resources import RosterResource

if TYPE_CHECKING:
    from corps.actors import Actor

USUAL = ("name", "identity", "sex", "birth_date", "phone", "occupation", "unit", "joined_on", "status")
FORMATS = ("xlsx", "csv")
_IN_MEMORY = 8 * 1024 * 1024
_WIDE = {"identity": 22, "address": 36, "employer": 26, "unit": 26, "roles": 26, "phone": 14, "remarks": 26}

_ROWS = """
SELECT m.id, m.unit_id, m.name, m.identity_head, m.identity_tail, m.identity_sealed, m.sex, m.birth_date, m.phone,
    m.occupation, m.employer, m.address, g.name AS grid, m.political_status, m.education, m.skills, m.roles,
    m.joined_on,
    m.status, m.status_reason, m.status_on, m.emergency_name, m.emergency_phone, m.insurer, m.policy_number,
    m.insured_until, m.recruiter, p.name AS partner, m.remarks,
    ARRAY(SELECT f.name FROM members_groupmembership l JOIN members_functionalgroup f ON f.id = l.group_id
          WHERE l.member_id = m.id ORDER BY f.name)::text[] AS groups,
    ARRAY(SELECT t.unit_id FROM members_teammembership t WHERE t.member_id = m.id ORDER BY t.unit_id) AS team_ids
FROM members_member m
LEFT JOIN corps_grid g ON g.id = m.grid_id
LEFT JOIN members_partnerorganisation p ON p.id = m.partner_id
WHERE m.id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants exported. `full_identity` needs `member.reveal` and a reason."""

    columns: tuple[str, ...] = USUAL
    kind: str = "xlsx"
    typed: str = ""
    chosen: RosterFilter = field(default_factory=RosterFilter)
    full_identity: bool = False
    reason: str = ""


@dataclass(slots=True)
class Export:
    """A finished file, to be read from its beginning and closed by whoever sends it."""

    file: IO[bytes]
    name: str
    rows: int


def export_roster(*, actor: "Actor", place: Within, wish: Wish) -> Export:
    """Write the members of `place` that the wish names. Needs `member.export` in the unit; the act is recorded.

    Raises `Refusal` for unknown columns, an unknown format, or full identity numbers without the right or a reason.
    """
    _check(actor, place, wish)
    resource = RosterResource([key for key in KEYS if key in wish.columns])
    rows = _rows(actor, place, wish)
    write = {"xlsx": _workbook, "csv": _text}[wish.kind]
    file, number = write(resource, rows, place)
    with transaction.atomic():
        _record(actor, place, wish, number)
    day = local_today().isoformat()
    return Export(file, f"{place.unit.name}-{_('roster')}-{day}.{wish.kind}", number)


def _check(actor: "Actor", place: Within, wish: Wish) -> None:
    unknown = set(wish.columns) - set(BY_KEY)
    if unknown or not wish.columns or wish.kind not in FORMATS:
        raise Refusal(
            _("Choose at least one column and one of the formats offered."),
            code="export.wish",
            place="columns",
            remedy=_("Nothing was exported."),
        )
    if not wish.full_identity:
        return
    if not allowed(actor, Permission.MEMBER_REVEAL, place.unit.id):
        with transaction.atomic():
            _record(actor, place, wish, 0, ActionResult.REFUSED)
        raise Refusal(
            _("You may not see full identity numbers here."),
            code="export.reveal",
            place="full_identity",
            remedy=_("Export them masked, or ask the liaison officer."),
        )
    if not wish.reason.strip():
        raise Refusal(
            _("Full identity numbers leave only with a reason."),
            code="reason.missing",
            place="reason",
            remedy=_("Please say what they are needed for."),
        )


def _record(actor: "Actor", place: Within, wish: Wish, number: int, result: ActionResult = ActionResult.DONE) -> None:
    record(
        actor=actor,
        action="member.export",
        unit_id=place.unit.id,
        object_type="corps.unit",
        object_id=place.unit.id,
        reason=wish.reason,
        detail={
            "rows": number,
            "columns": [column.key for column in COLUMNS if column.key in wish.columns],
            "format": wish.kind,
            "full_identity": wish.full_identity,
            "narrowed": bool(wish.typed or wish.chosen),
        },
        result=result,
    )


def _rows(actor: "Actor", place: Within, wish: Wish) -> Iterator[dict[str, Any]]:
    phones = scope_of(actor, Permission.MEMBER_PHONE)
    tree = place.tree
    # A thousand units stand in a hundred thousand rows.
    path = lru_cache(maxsize=None)(lambda unit_id: path_text(tree, unit_id) if unit_id in tree else "")
    for identifiers in every_id(actor=actor, place=place, typed=wish.typed, chosen=wish.chosen):
        with connection.cursor() as cursor:
            cursor.execute(_ROWS, [identifiers])
            names = [column.name for column in cursor.description or ()]
            found = {values[0]: dict(zip(names, values, strict=True)) for values in cursor.fetchall()}
        for identifier in identifiers:
            if identifier in found:
                yield _shown(found[identifier], path, phones, full_identity=wish.full_identity)


def _shown(row: dict[str, Any], path: Callable[[int], str], phones: Scope, *, full_identity: bool) -> dict[str, Any]:
    """The row with unit names for ids, and with nothing the actor may not see."""
    row["unit"] = path(row["unit_id"])
    row["teams"] = [path(unit_id) for unit_id in row["team_ids"]]
    if full_identity and row["identity_head"]:
        row["identity"] = unseal(row["identity_sealed"], purpose=IDENTITY_PURPOSE)
    else:
        row["identity"] = f"{row['identity_head']}***********{row['identity_tail']}"
    if row["unit_id"] not in phones:
        row["phone"], row["emergency_phone"] = mask_phone(row["phone"]), mask_phone(row["emergency_phone"])
    return row


def _workbook(resource: RosterResource, rows: Iterable[dict[str, Any]], place: Within) -> tuple[IO[bytes], int]:
    """An .xlsx for A4: title, unit and day above the head, page numbers, a line to sign; cells are text throughout."""
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (closed by the sender)
    book: Any = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet(_("Roster"))
    bold, head = book.add_format({"bold": True, "font_size": 14}), book.add_format({"bold": True, "bottom": 1})
    for position, key in enumerate(resource.keys):
        sheet.set_column(position, position, _WIDE.get(key, 12))
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    sheet.freeze_panes(2, 1)
    sheet.set_footer(f"&L{_('Prepared by:')}            {_('Reviewed by:')}            &R&P / &N")
    title = f"{place.unit.name} {_('Roster')} {local_today().isoformat()}"
    sheet.write_string(0, 0, title, bold)
    for position, word in enumerate(resource.get_export_headers(selected_fields=resource.keys)):
        sheet.write_string(1, position, word, head)
    number = 0
    for number, row in enumerate(rows, 1):
        for position, cell in enumerate(resource.line(row)):
            if cell:
                sheet.write_string(number + 1, position, cell)
    book.close()
    file.seek(0)
    return file, number


def _text(resource: RosterResource, rows: Iterable[dict[str, Any]], _place: Within) -> tuple[IO[bytes], int]:
    """CSV in UTF-8 with a mark at its beginning, which spreadsheets need to see that it is UTF-8."""
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (closed by the sender)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(resource.get_export_headers(selected_fields=resource.keys))
    number = 0
    for row in rows:
        writer.writerow(resource.line(row))
        number += 1
    text.detach()
    file.seek(0)
    return file, number
