"""What doors show of an import: lists, progress, the preview row by row, problems as sentences.

Everything begins with `visible_to(actor)`: an import is seen by whoever may import in its unit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from corps.languages import in_chinese
from corps.logic.masking import mask_phone
from corps.models import Grid
from corps.permissions import Permission
from corps.queries.scope import allowed, current_tree
from members.enums import (
    Education,
    ImportState,
    MemberRole,
    MemberStatus,
    Occupation,
    PoliticalStatus,
    RowVerdict,
)
from members.logic.messages import CELLS, NOTICES, cell_message, cell_sentence, file_message, notice_sentence
from members.logic.roster_columns import BY_KEY
from members.models import (
    FunctionalGroup,
    GroupMembership,
    ImportChange,
    Member,
    PartnerOrganisation,
    RosterImport,
    RowProblem,
    StagedRow,
    TeamMembership,
)
from members.models.imports import CLEARED_DATE

if TYPE_CHECKING:
    from corps.actors import Actor

PAGE: Final = 50
_NOTHING: Final = "—"
_CHOICES: Final[dict[str, Any]] = {
    "occupation": Occupation,
    "political_status": PoliticalStatus,
    "education": Education,
    "status": MemberStatus,
    "roles": MemberRole,
}
_DATES: Final = frozenset(("joined_on", "status_on", "insured_until"))
_PHONES: Final = frozenset(("phone", "emergency_phone"))
_COLUMNS: Final = {
    "grid": "grid_id",
    "unit": "unit_id",
    "partner": "partner_id",
    "groups": "group_ids",
    "teams": "team_ids",
}

STAGES: Final[Mapping[str, Any]] = {
    "reading": _("Reading the file"),
    "checking": _("Checking against the roster"),
    "waiting": _("Waiting for another import to finish"),
    "checking again": _("Checking once more"),
    "changing": _("Changing members"),
    "adding": _("Adding members"),
    "removing": _("Removing the added members"),
    "restoring": _("Restoring the changed members"),
    "finishing": _("Finishing"),
}
"""Names of the steps of a running import."""


@dataclass(frozen=True)
class ProgressView:
    """How far a running import is; `seconds_left` is an estimate, None when there is nothing to go by."""

    state: str
    stage: str
    stage_name: str
    rows_done: int
    rows_total: int
    percent: int | None
    seconds_left: int | None


@dataclass(frozen=True)
class UnitCounts:
    """Numbers by verdict for one unit; `unit_id` is None for rows whose unit is unknown."""

    unit_id: int | None
    name: str
    path: str
    new: int
    changed: int
    same: int
    rejected: int


@dataclass(frozen=True)
class ProblemView:
    """One problem: where, what was found, what is wrong and what to do; `sentence` says all of it."""

    sheet: str
    row: int
    letter: str
    header: str
    found: str
    text: str
    remedy: str
    sentence: str
    fatal: bool
    code: str


@dataclass(frozen=True)
class ChangeView:
    """One cell that changes."""

    key: str
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class RowView:
    """A row of the preview or of the result."""

    sheet: int
    sheet_name: str
    row: int
    verdict: str
    verdict_name: str
    name: str
    identity: str
    unit: str
    member_id: int | None
    changes: list[ChangeView] = field(default_factory=list)
    problems: list[ProblemView] = field(default_factory=list)


@dataclass(frozen=True)
class RowPage:
    """Some rows, and where the next page begins: a cursor for `import_rows`, None at the end."""

    rows: list[RowView]
    next_after: str | None


def imports_seen_by(actor: "Actor", unit_id: int | None = None) -> "QuerySet[RosterImport]":
    """Imports the actor may see, newest first; with `unit_id` those for the unit and everything below it."""
    found: QuerySet[RosterImport] = RosterImport.objects.visible_to(actor).select_related(
        "unit", "uploaded_by", "applied_by"
    )
    if unit_id is not None:
        found = found.in_units(current_tree().within(unit_id))  # type: ignore[attr-defined]
    return found


def see_import(actor: "Actor", import_id: int) -> RosterImport:
    """One import. Raises `Http404` outside what the actor sees."""
    seen: RosterImport = get_object_or_404(imports_seen_by(actor), pk=import_id)
    return seen


def open_imports(actor: "Actor", unit_id: int) -> "QuerySet[RosterImport]":
    """Imports of the unit and below that wait for somebody: questions, previews, interruptions."""
    waiting = Q(state__in=(ImportState.ASKING, ImportState.READY)) | Q(state=ImportState.FAILED, refusal__passing=True)
    return imports_seen_by(actor, unit_id).filter(waiting)


def progress_of(roster_import: RosterImport) -> ProgressView:
    """How far it is, with an estimate of the time the present step still needs."""
    done, total = roster_import.rows_done, roster_import.rows_total
    running = roster_import.state in {ImportState.READING, ImportState.APPLYING, ImportState.UNDOING}
    percent = min(100, done * 100 // total) if total else None
    left = None
    if running and done and total and roster_import.stage_started_at:
        elapsed = (timezone.now() - roster_import.stage_started_at).total_seconds()
        left = max(0, round(elapsed * (total - done) / done))
    name = STAGES.get(roster_import.stage, "")
    return ProgressView(roster_import.state, roster_import.stage, str(name), done, total, percent, left)


def counts_by_unit(roster_import: RosterImport) -> list[UnitCounts]:
    """Numbers by unit in the order of the tree; rows without a known unit come first."""
    tree = current_tree()
    units: dict[str, dict[str, int]] = roster_import.counts.get("units", {})
    known = sorted((int(key) for key in units if int(key) in tree), key=lambda unit_id: tree.nodes[unit_id].position)
    lines = [_unit_counts(None, gettext("Unit unknown"), "", units["0"])] if "0" in units else []
    for unit_id in known:
        path = [node.name for node in tree.path(unit_id)]
        lines.append(_unit_counts(unit_id, path[-1], " › ".join(path[:-1]), units[str(unit_id)]))
    return lines


def _unit_counts(unit_id: int | None, name: str, path: str, numbers: Mapping[str, int]) -> UnitCounts:
    return UnitCounts(unit_id, name, path, *(numbers.get(verdict.value, 0) for verdict in RowVerdict))


def refusal_of(roster_import: RosterImport) -> tuple[str, str] | None:
    """Why the file as a whole was refused, or the import interrupted: sentence and remedy."""
    if not roster_import.refusal:
        return None
    message = file_message(roster_import.refusal["code"], roster_import.refusal.get("params", {}), gettext)
    return message.text, message.remedy


def import_notices(roster_import: RosterImport) -> list[str]:
    """What was passed over: sheets without a roster, notes below the table, repeated headers."""
    found = RowProblem.objects.filter(import_id=roster_import.pk, fatal=False, column="", code__in=NOTICES)
    sheets = _sheet_names(roster_import)
    sentences = []
    for problem in found.order_by("sheet", "row")[:200]:
        sentence = notice_sentence(problem.code, problem.params, gettext)
        if problem.row:
            place = gettext("Row %(row)s: ") % {"row": problem.row}
            several = f"{sheets.get(problem.sheet, '')} · " if len(sheets) > 1 else ""
            sentence = several + place + sentence
        sentences.append(sentence)
    return sentences


def import_rows(
    actor: "Actor",
    roster_import: RosterImport,
    verdict: str | None = None,
    *,
    unit_id: int | None = None,
    after: str | None = None,
    size: int = PAGE,
    remarked: bool = False,
) -> RowPage:
    """A page of rows in the order of the sheet, rejected ones first when no verdict is asked for.

    `after` is the cursor of the page before. `remarked` asks for rows that are taken with a remark.
    """
    rows = StagedRow.objects.filter(import_id=roster_import.pk)
    if verdict is not None:
        rows = rows.filter(verdict=verdict)
    if unit_id is not None:
        rows = rows.filter(unit_id=unit_id or None) if unit_id else rows.filter(unit_id__isnull=True)
    if remarked:
        remarks = RowProblem.objects.filter(
            import_id=roster_import.pk, sheet=OuterRef("sheet"), row=OuterRef("row"), fatal=False
        )
        rows = rows.filter(Exists(remarks)).exclude(verdict=RowVerdict.REJECTED)
    sheet, _dot, row = (after or "").partition(".")
    # A cursor that makes no sense gives the first page.
    if all(part.isascii() and part.isdigit() and len(part) < 9 for part in (sheet, row)):
        rows = rows.filter(Q(sheet__gt=sheet) | Q(sheet=sheet, row__gt=row))
    found = list(rows.order_by("sheet", "row")[: size + 1])
    shown = found[:size]
    cursor = f"{shown[-1].sheet}.{shown[-1].row}" if len(found) > size else None
    return RowPage(_views(actor, roster_import, shown), cursor)


def problems_of_rows(
    roster_import: RosterImport, rows: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], list[ProblemView]]:
    """Problems by (sheet, row), fatal ones first."""
    wanted = set(rows)
    numbers = {row for _, row in wanted}
    names, columns = _sheet_names(roster_import), _sheet_columns(roster_import)
    problems: dict[tuple[int, int], list[ProblemView]] = {}
    found = RowProblem.objects.filter(import_id=roster_import.pk, row__in=numbers).order_by("-fatal", "id")
    for problem in found:
        place = (problem.sheet, problem.row)
        if place in wanted and problem.code in CELLS:
            problems.setdefault(place, []).append(_problem_view(problem, names, columns))
    return problems


def reasons_by_row(roster_import: RosterImport) -> dict[int, dict[int, str]]:
    """Sheet → row → why it was rejected, for the workbook of rejected rows."""
    names, columns = _sheet_names(roster_import), _sheet_columns(roster_import)
    reasons: dict[int, dict[int, list[str]]] = {}
    found = RowProblem.objects.filter(import_id=roster_import.pk, fatal=True).order_by("sheet", "row", "id")
    for problem in found.iterator(chunk_size=5_000):
        view = _problem_view(problem, names, columns)
        said = f"「{view.header}」" if view.header else ""
        remedy = f"{gettext('; ')}{view.remedy}" if view.remedy else ""
        reasons.setdefault(problem.sheet, {}).setdefault(problem.row, []).append(f"{said}{view.text}{remedy}")
    return {sheet: {row: "\n".join(said) for row, said in rows.items()} for sheet, rows in reasons.items()}


def _problem_view(
    problem: RowProblem, names: Mapping[int, str], columns: Mapping[tuple[int, str], tuple[str, str]]
) -> ProblemView:
    letter, header = columns.get((problem.sheet, problem.column), ("", column_label(problem.column)))
    params = dict(problem.params)
    if "sheet" in params:
        params["sheet"] = names.get(params["sheet"], str(params["sheet"]))
    message = cell_message(problem.code, params, gettext)
    sentence = cell_sentence(problem.row, header, problem.code, params, gettext)
    return ProblemView(
        sheet=names.get(problem.sheet, ""),
        row=problem.row,
        letter=letter,
        header=header,
        found=problem.shown,
        text=message.text,
        remedy=message.remedy,
        sentence=sentence,
        fatal=problem.fatal,
        code=problem.code,
    )


def column_label(key: str) -> str:
    """The name of a roster column in the reader's language; empty for none."""
    column = BY_KEY.get(key)
    if column is None:
        return ""
    return column.chinese if in_chinese() else column.english


def column_choices() -> list[tuple[str, str]]:
    """Every column of the roster, for answering a question about a header: (key, name)."""
    return [(key, column_label(key)) for key in BY_KEY]


def _sheet_names(roster_import: RosterImport) -> dict[int, str]:
    return {sheet["index"]: sheet["name"] for sheet in roster_import.sheets}


def _sheet_columns(roster_import: RosterImport) -> dict[tuple[int, str], tuple[str, str]]:
    return {
        (sheet["index"], key): (place[0], place[1])
        for sheet in roster_import.sheets
        for key, place in sheet["columns"].items()
    }


def _views(actor: "Actor", roster_import: RosterImport, rows: Sequence[StagedRow]) -> list[RowView]:
    names = _sheet_names(roster_import)
    problems = problems_of_rows(roster_import, [(row.sheet, row.row) for row in rows])
    changed = [row for row in rows if row.verdict == RowVerdict.CHANGED]
    seen = _seen_by(actor, rows)
    befores = _befores(roster_import, [row for row in changed if row.member_id in seen])
    words = _Words(rows, befores.values(), phones=allowed(actor, Permission.MEMBER_PHONE, roster_import.unit_id))
    return [
        RowView(
            sheet=row.sheet,
            sheet_name=names.get(row.sheet, ""),
            row=row.row,
            verdict=row.verdict,
            verdict_name=str(RowVerdict(row.verdict).label),
            name=row.name or "",
            identity=f"{row.identity_head}{'*' * 11}{row.identity_tail}" if row.identity_head else "",
            unit=words.unit(row.unit_id) if row.unit_id else (row.unit_text or ""),
            member_id=row.member_id if row.member_id in seen else None,
            changes=words.changes(row, befores.get(row.member_id, {})) if row.member_id in seen else [],
            problems=problems.get((row.sheet, row.row), []),
        )
        for row in rows
    ]


def _seen_by(actor: "Actor", rows: Sequence[StagedRow]) -> set[int]:
    """Ids of the rows' members whom the reader may see: whoever uploaded may be responsible for more units."""
    ids = [row.member_id for row in rows]
    return set(Member.objects.visible_to(actor).filter(id__in=ids).values_list("id", flat=True)) if ids else set()


def _befores(roster_import: RosterImport, rows: Sequence[StagedRow]) -> dict[int, dict[str, Any]]:
    """Member id → old values: from the roster while it is a preview, afterwards as applying kept them."""
    ids = [row.member_id for row in rows]
    if not ids:
        return {}
    if roster_import.state in {ImportState.APPLIED, ImportState.UNDOING, ImportState.UNDONE}:
        kept = ImportChange.objects.filter(roster_import=roster_import, member_id__in=ids, before__isnull=False)
        return {member_id: before or {} for member_id, before in kept.values_list("member_id", "before")}
    plain = [key for key in BY_KEY if key not in {"groups", "teams", "identity", "grid", "unit", "partner"}]
    before: dict[int, dict[str, Any]] = {
        line["id"]: line
        for line in Member.objects.filter(id__in=ids).values("id", "grid_id", "unit_id", "partner_id", *plain)
    }
    for model, other, key in ((GroupMembership, "group_id", "group_ids"), (TeamMembership, "unit_id", "team_ids")):
        for member_id, linked in model.objects.filter(member_id__in=ids).values_list("member_id", other):
            before[member_id].setdefault(key, []).append(linked)
    return before


class _Words:
    """Values of staged rows in words: choices, units, groups, dates."""

    def __init__(self, rows: Iterable[StagedRow], befores: Iterable[Mapping[str, Any]], *, phones: bool) -> None:
        self._tree = current_tree()
        self._phones = phones
        values = [{name: getattr(row, name) for name in _COLUMNS.values()} for row in rows] + list(befores)

        def ids(name: str) -> set[int]:
            found: set[int] = set()
            for value in (line.get(name) for line in values):
                found.update(value if isinstance(value, list) else [value] if value else [])
            return found

        self._names: dict[str, dict[int, str]] = {
            "grid": dict(Grid.objects.filter(id__in=ids("grid_id")).values_list("id", "name")),
            "partner": dict(PartnerOrganisation.objects.filter(id__in=ids("partner_id")).values_list("id", "name")),
            "groups": dict(FunctionalGroup.objects.filter(id__in=ids("group_ids")).values_list("id", "name")),
        }

    def unit(self, unit_id: int | None) -> str:
        node = self._tree.nodes.get(unit_id) if unit_id else None
        return node.name if node else ""

    def changes(self, row: StagedRow, before: Mapping[str, Any]) -> list[ChangeView]:
        changed = []
        for key in row.changed_fields or ():
            column = _COLUMNS.get(key, key)
            old, new = self._word(key, before.get(column)), self._word(key, getattr(row, column))
            changed.append(ChangeView(key, column_label(key), old or _NOTHING, new or _NOTHING))
        return changed

    def _word(self, key: str, value: Any) -> str:
        several = value if isinstance(value, list) else [value]
        return "、".join(word for each in several if each and (word := self._one(key, each)))

    def _one(self, key: str, value: Any) -> str:
        if key in _CHOICES:
            return str(dict(_CHOICES[key].choices).get(value, value))
        if key in {"unit", "teams"}:
            return self._path(value)
        if key in self._names:
            return self._names[key].get(value, "")
        if key in _DATES:
            return _date_word(value)
        return mask_phone(str(value)) if key in _PHONES and not self._phones else str(value)

    def _path(self, unit_id: int) -> str:
        return " › ".join(node.name for node in self._tree.path(unit_id)[1:]) or self.unit(unit_id)


def _date_word(value: Any) -> str:
    day = date.fromisoformat(value) if isinstance(value, str) else value
    return "" if day == CLEARED_DATE else date_format(day, "Y-m-d")
