"""Stores and hand-overs from a workbook: read in a child process, previewed, written as a whole or not at all.

Nothing is kept between preview and writing: what was understood travels with the page, signed. The tokens of the
vouchers follow from the content of the sheet, the store and the day, so that the same sheet is written once.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID, uuid5

from django.core import signing
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.operations.context import acting
from corps.operations.trail import record
from corps.permissions import Permission
from corps.queries.scope import current_tree, local_today, require
from members.enums import Counting
from members.logic.equipment_sheets import KindWord, Person, Problem, read_sheet
from members.logic.equipment_sheets import Line as SheetLine
from members.logic.ledger import Line
from members.logic.messages import file_message
from members.models import EquipmentKind, Store, Voucher
from members.operations.equipment.getters import hold_for_list
from members.operations.equipment.goods import receive_goods
from members.operations.equipment.issuing import issue
from members.operations.equipment.posting import reach_of, seen_store
from members.queries.equipment.desk import articles_here
from members.queries.equipment.named import find_people
from members.reading import Cells, FileRefused, Limits, read_cells

if TYPE_CHECKING:
    from corps.actors import Actor

MIB: Final = 1 << 20
LIMITS: Final = Limits(
    file_size=4 * MIB,
    unpacked_size=64 * MIB,
    rows=20_000,
    columns=100,
    memory=1024 * MIB,
    processor=20,
    waiting=30.0,
)
MOST_LINES: Final = 20_000
_SALT: Final = "members.equipment.sheet"
_SIGNED_FOR: Final = 6 * 3600
_NAMESPACE: Final = UUID("6f0f7c1e-5d52-4b0c-9c8e-1b7f7b0a2d31")


class Row(NamedTuple):
    """One thing of a sheet: to whom (0: into the store), which kind, in what size or by what number, how many."""

    member_id: int
    kind_id: int
    size: str
    number: str
    quantity: int
    due_on: str


@dataclass(slots=True)
class Sheet:
    """What a workbook says about a store. `opening` hand-overs were never in its books and are received as well."""

    store_id: int
    people: bool
    opening: bool
    file_name: str
    digest: str
    day: str
    rows: list[Row] = field(default_factory=list)

    def signed(self) -> str:
        """As it travels with the page of the preview."""
        plain = [self.store_id, self.people, self.opening, self.file_name, self.digest, self.day, self.rows]
        return signing.dumps(plain, salt=_SALT, compress=True)

    def token(self, part: str) -> UUID:
        """Of one of its vouchers."""
        return uuid5(_NAMESPACE, f"{self.digest}|{self.store_id}|{self.people}|{self.opening}|{self.day}|{part}")


@dataclass(frozen=True, slots=True)
class Preview:
    """A workbook as it was understood, what cannot be taken, and the voucher if it was written before.

    `tables` are its sheets as they stand, `head_rows` the row of each one's head (0 without any).
    """

    sheet: Sheet
    problems: list[Problem]
    written: Voucher | None
    tables: list[Cells]
    head_rows: list[int]


def read_equipment_sheet(
    *, actor: "Actor", store_id: int, file_name: str, content: bytes, people: bool, opening: bool = False
) -> Preview:
    """Read a workbook for a store; nothing is written. Raises `Refusal` (`equipment.sheet.file`) for a broken file."""
    store = seen_store(actor=actor, store_id=store_id)
    require(actor, Permission.EQUIPMENT_RECORD, store.unit_id)
    today = local_today()
    sheet = Sheet(
        store_id,
        people,
        people and opening,
        file_name.replace("\\", "/").rsplit("/", 1)[-1][-120:],
        "",
        today.isoformat(),
    )
    kinds = [
        KindWord(kind.pk, kind.name, kind.counting == Counting.NUMBERED, tuple(kind.sizes))
        for kind in EquipmentKind.objects.filter(corps=store.unit.corps_id, active=True)
    ]
    problems: list[Problem] = []
    tables = _cells(content)
    head_rows = []
    for place, cells in enumerate(tables):
        found = read_sheet(cells.rows, kinds, today, people=people)
        head_rows.append(found.head_row)
        # A sheet without any head is an explanation or a chart, unless it is the only one.
        if found.lines or (found.problems and found.problems[0].row):
            told = [*found.problems, *_take(sheet, store, found.lines)]
            problems += [one._replace(sheet=place, sheet_name=cells.name) for one in sorted(told, key=_row)]
    if not sheet.rows and not problems:
        problems.append(Problem(0, "", "", "", "people_head" if people else "store_head", {}))
    if len(sheet.rows) > MOST_LINES:
        raise Refusal(
            _("The sheet holds more than %(most)s lines.") % {"most": f"{MOST_LINES:,}"},
            code="equipment.sheet.file",
            place="file",
            remedy=_("Split it into several files."),
        )
    # A workbook that was saved again is another file, and says the same.
    sheet.digest = hashlib.sha256(repr([tuple(row) for row in sheet.rows]).encode()).hexdigest()[:32]
    written = Voucher.objects.filter(token=sheet.token("main")).first()
    return Preview(sheet, problems, written, tables, head_rows)


def sheet_from(text: str) -> Sheet:
    """The sheet that a page of the preview carried. Raises `Refusal` for one that was changed, or is too old."""
    try:
        store_id, people, opening, file_name, digest, day, rows = signing.loads(text, salt=_SALT, max_age=_SIGNED_FOR)
    except signing.BadSignature as error:
        raise Refusal(
            _("This preview is too old, or is not complete."),
            code="equipment.sheet.invalid",
            place="sheet",
            remedy=_("Upload the workbook again."),
        ) from error
    return Sheet(store_id, people, opening, file_name, digest, day, [Row(*row) for row in rows])


def apply_equipment_sheet(*, actor: "Actor", sheet: Sheet) -> list[Voucher]:
    """Write what the preview showed, all of it or nothing; what was written before is given back as it is.

    Raises `Refusal` as receiving goods and issuing do.
    """
    store = seen_store(actor=actor, store_id=sheet.store_id)
    reason = _("From the workbook “%(file)s”") % {"file": sheet.file_name[:100]}
    with acting(
        actor=actor,
        action="equipment.import",
        permission=Permission.EQUIPMENT_RECORD,
        unit_id=store.unit_id,
        reason=reason,
        refusals_recorded=True,
    ):
        hold_for_list(store_id=store.pk, member_ids={row.member_id for row in sheet.rows})
        if not sheet.people:
            vouchers = [_receive(actor, sheet, reason, "main")]
        else:
            vouchers = [_receive(actor, sheet, reason, "opening")] if sheet.opening else []
            vouchers += _issue(actor, sheet, reason)
        record(
            actor=actor,
            action="equipment.import",
            unit_id=store.unit_id,
            object_type="members.store",
            object_id=store.pk,
            detail={"file": sheet.file_name, "lines": len(sheet.rows), "vouchers": [one.pk for one in vouchers]},
        )
    return vouchers


def _cells(content: bytes) -> list[Cells]:
    try:
        return read_cells(content, limits=LIMITS)
    except FileRefused as refused:
        message = file_message(refused.code, dict(refused.params), _)
        raise Refusal(message.text, code="equipment.sheet.file", place="file", remedy=message.remedy) from refused


def _row(problem: Problem) -> int:
    return problem.row


def _take(sheet: Sheet, store: Store, found: Sequence[SheetLine]) -> list[Problem]:
    """Put lines onto the sheet; each row whose person cannot be told is a problem, once."""
    reach = [one for one in current_tree().within(store.unit_id) if one in reach_of(store)]
    meant = find_people(reach, [line.person for line in found if line.person is not None])
    problems: dict[tuple[int, Person], Problem] = {}
    for line in found:
        member_id = 0
        if line.person is not None:
            who = meant[line.person]
            if who.member_id is None:
                said = line.person.name or line.person.identity[-4:]
                problems[line.row, line.person] = Problem(line.row, "", "", said, who.code, who.params)
                continue
            member_id = who.member_id
        due = line.due_on.isoformat() if line.due_on else ""
        sheet.rows.append(Row(member_id, line.kind_id, line.size, line.number, line.quantity, due))
    return list(problems.values())


def _receive(actor: "Actor", sheet: Sheet, reason: str, part: str) -> Voucher:
    lines: dict[tuple[int, str], int] = {}
    numbers: dict[int, list[str]] = {}
    for row in sheet.rows:
        if row.number:
            numbers.setdefault(row.kind_id, []).append(row.number)
        else:
            lines[row.kind_id, row.size] = lines.get((row.kind_id, row.size), 0) + row.quantity
    return receive_goods(
        actor=actor,
        store_id=sheet.store_id,
        lines=[Line(kind_id, quantity, size) for (kind_id, size), quantity in lines.items()],
        numbers=numbers,
        token=sheet.token(part),
        reason=reason,
    )


def _issue(actor: "Actor", sheet: Sheet, reason: str) -> list[Voucher]:
    """One voucher for each day of return; most sheets have one."""
    by_day: dict[str, dict[int, list[Line]]] = {}
    articles = _articles(sheet)
    for row in sheet.rows:
        line = (
            Line(row.kind_id, 1, "", articles[row.kind_id, row.number])
            if row.number
            else Line(row.kind_id, row.quantity, row.size)
        )
        by_day.setdefault(row.due_on, {}).setdefault(row.member_id, []).append(line)
    return [
        issue(
            actor=actor,
            store_id=sheet.store_id,
            member_lines=member_lines,
            token=sheet.token("main" if position == 0 else due),
            due_on=dt.date.fromisoformat(due) if due else None,
            # What people have had for years is as it is, whatever they are entitled to today.
            extra_reason=reason if sheet.opening else "",
            reason=reason,
        )
        for position, (due, member_lines) in enumerate(sorted(by_day.items()))
    ]


def _articles(sheet: Sheet) -> Mapping[tuple[int, str], int]:
    """The things meant by their numbers. Raises `Refusal` for numbers that are not in the store."""
    here = articles_here(sheet.store_id)
    written = Voucher.objects.filter(token=sheet.token("main")).exists()
    strange = [row.number for row in sheet.rows if row.number and (row.kind_id, row.number) not in here]
    if strange and not written:
        raise Refusal(
            _("Not in this store: %(numbers)s.") % {"numbers": "、".join(strange[:10])},
            code="equipment.number.unknown",
            place="sheet",
            remedy=_("Receive them first, or say that they were never in this store's books."),
        )
    return {**here, **{(row.kind_id, row.number): 0 for row in sheet.rows if row.number and written}}
