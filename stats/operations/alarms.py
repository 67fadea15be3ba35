"""Police alarm figures from a sheet: read in a child process, previewed, applied as a whole, taken back as a whole.

Figures of months that are there already are replaced; the import keeps what it replaced. All of a sheet is taken or
nothing: a table of statistics with holes would be worse than none.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.actors import account_id
from corps.errors import Refusal
from corps.operations.context import acting
from corps.operations.trail import record
from corps.permissions import Permission
from corps.queries.scope import Tree, current_tree, local_today
from members.logic.messages import file_message
from members.reading import FileRefused, Limits, read_cells
from stats.enums import AlarmImportState
from stats.logic.alarm_sheets import Found, Line, Problem, Sheet, read_sheets
from stats.logic.alarm_words import area_keys
from stats.models import AlarmFigure, AlarmImport
from stats.policies import check_can_apply_alarms, check_can_discard_alarms, check_can_undo_alarms

if TYPE_CHECKING:
    from corps.actors import Actor

MIB: Final = 1 << 20
#: A year of a city is a few hundred rows; a larger sheet is something else.
LIMITS: Final = Limits(
    file_size=4 * MIB,
    unpacked_size=64 * MIB,
    rows=5_000,
    columns=200,
    memory=1024 * MIB,
    processor=20,
    waiting=30.0,
)
MOST_FIGURES: Final = 20_000
MOST_PROBLEMS: Final = 200
MOST_NOTES: Final = 100

#: Of the advisory lock that holds imports of a corps apart; the corps' key is its second half.
_LOCK: Final = 0x414C4152

_Key = tuple[int, str, dt.date]
_Was = tuple[int | None, int | None]
_Before = dict[_Key, _Was]


def upload_alarms(*, actor: "Actor", unit_id: int, file_name: str, content: bytes) -> AlarmImport:
    """Read a sheet for the areas of a unit and keep what it says for review; no figure is written yet.

    Raises `Refusal` (`alarms.file`) for a file that cannot be read.
    """
    with acting(
        actor=actor,
        action="alarms.upload",
        permission=Permission.ALARM_IMPORT,
        unit_id=unit_id,
        refusals_recorded=True,
    ):
        found = _read(content)
        lines = _placed(found, unit_id)
        one = AlarmImport.objects.create(
            unit_id=unit_id,
            file_name=PurePath(file_name.replace("\\", "/")).name[-200:] or "alarms",
            digest=hashlib.sha256(content).digest(),
            lines=lines,
            problems=[list(problem) for problem in found.problems[:MOST_PROBLEMS]],
            notes=[list(note) for note in found.notes[:MOST_NOTES]],
            uploaded_by_id=account_id(actor),
        )
        _note(actor, "alarms.upload", one, {"figures": len(lines), "problems": len(found.problems)})
    return one


def apply_alarms(*, actor: "Actor", import_id: int) -> AlarmImport:
    """Write the figures of a reviewed import; those of the same area, kind and month are replaced. Raises `Refusal`."""
    unit_id = _visible(actor, import_id).unit_id
    with acting(actor=actor, action="alarms.apply", permission=Permission.ALARM_IMPORT, unit_id=unit_id):
        one = _locked(import_id)
        check_can_apply_alarms(one)
        wanted: dict[_Key, int] = {(line[0], line[1], dt.date.fromisoformat(line[2])): line[3] for line in one.lines}
        standing = _standing(wanted)
        one.replaced = [
            [*_plain(key), *((old.count, old.source_id) if (old := standing.get(key)) else (None, None))]
            for key in wanted
        ]
        AlarmFigure.objects.bulk_create(
            [
                AlarmFigure(unit_id=unit, kind=kind, month=month, count=count, source=one)
                for (unit, kind, month), count in wanted.items()
            ],
            update_conflicts=True,
            unique_fields=["unit", "kind", "month"],
            update_fields=["count", "source"],
        )
        one.state = AlarmImportState.APPLIED
        one.applied_at = timezone.now()
        one.save(update_fields=["state", "applied_at", "replaced"])
        _note(actor, "alarms.apply", one, {"figures": len(wanted), "replaced": len(standing)})
    return one


def discard_alarms(*, actor: "Actor", import_id: int) -> AlarmImport:
    """Throw a reviewed import away. Raises `Refusal` once its figures are written."""
    unit_id = _visible(actor, import_id).unit_id
    with acting(actor=actor, action="alarms.discard", permission=Permission.ALARM_IMPORT, unit_id=unit_id):
        one = _locked(import_id)
        check_can_discard_alarms(one)
        one.state = AlarmImportState.DISCARDED
        one.save(update_fields=["state"])
        _note(actor, "alarms.discard", one, {})
    return one


def undo_alarms(*, actor: "Actor", import_id: int, reason: str) -> int:
    """Put back what stood there before an import; figures that a later import replaced stay as they are.

    Gives how many figures stayed. Raises `Refusal` without a reason, and for an import that is not applied.
    """
    unit_id = _visible(actor, import_id).unit_id
    if not reason.strip():
        raise Refusal(
            _("An import is taken back for a reason."),
            code="reason.needed",
            place="reason",
            remedy=_("Write down why."),
        )
    with acting(actor=actor, action="alarms.undo", reason=reason, permission=Permission.ALARM_IMPORT, unit_id=unit_id):
        one = _locked(import_id)
        check_can_undo_alarms(one)
        before = _before(one)
        mine = {key: figure for key, figure in _standing(before).items() if figure.source_id == one.pk}
        earlier: dict[int, _Before] = {}
        restored, removed = [], []
        for key, figure in mine.items():
            count, source = _still_valid(key, before[key], earlier)
            if count is None or source is None:
                removed.append(figure.pk)
            else:
                figure.count, figure.source_id = count, source
                restored.append(figure)
        AlarmFigure.objects.bulk_update(restored, ["count", "source"])
        AlarmFigure.objects.filter(pk__in=removed).delete()
        one.state = AlarmImportState.UNDONE
        one.save(update_fields=["state"])
        _note(actor, "alarms.undo", one, {"restored": len(restored), "removed": len(removed)})
        return len(before) - len(mine)


def _before(one: AlarmImport) -> _Before:
    return {
        (unit, kind, dt.date.fromisoformat(month)): (count, source) for unit, kind, month, count, source in one.replaced
    }


def _still_valid(key: _Key, was: _Was, earlier: dict[int, _Before]) -> _Was:
    """What stood there before, past imports that were taken back meanwhile."""
    count, source = was
    while source is not None:
        if source not in earlier:
            found = AlarmImport.objects.get(pk=source)
            earlier[source] = _before(found) if found.state == AlarmImportState.UNDONE else {}
        if key not in earlier[source]:
            break
        count, source = earlier[source][key]
    return count, source


def _visible(actor: "Actor", import_id: int) -> AlarmImport:
    found: AlarmImport = get_object_or_404(AlarmImport.objects.visible_to(actor), pk=import_id)
    return found


def _locked(import_id: int) -> AlarmImport:
    """The import with its row locked; imports of a corps are applied and undone one after the other."""
    unit_id = AlarmImport.objects.values_list("unit_id", flat=True).get(pk=import_id)
    with connection.cursor() as cursor:
        corps_id = current_tree().nodes[unit_id].corps_id
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, corps_id])
    one: AlarmImport = AlarmImport.objects.select_for_update().get(pk=import_id)
    return one


def _note(actor: "Actor", action: str, one: AlarmImport, detail: dict[str, Any]) -> None:
    record(
        actor=actor,
        action=action,
        unit_id=one.unit_id,
        object_type="stats.alarmimport",
        object_id=one.pk,
        detail={"file": one.file_name, **detail},
    )


def _plain(key: _Key) -> tuple[int, str, str]:
    return key[0], key[1], key[2].isoformat()


def _standing(keys: Iterable[_Key]) -> dict[_Key, AlarmFigure]:
    """The figures of these areas, kinds and months that are there, locked in the order of their keys."""
    wanted = set(keys)
    found = AlarmFigure.objects.filter(
        unit__in={unit for unit, _kind, _month in wanted}, month__in={month for _unit, _kind, month in wanted}
    )
    rows = found.order_by("pk").select_for_update()
    by_key = {(figure.unit_id, figure.kind, figure.month): figure for figure in rows}
    return {key: figure for key, figure in by_key.items() if key in wanted}


# -- reading ----------------------------------------------------------------------------------------------------------


def _read(content: bytes) -> Found:
    try:
        sheets = read_cells(content, limits=LIMITS)
    except FileRefused as refused:
        message = file_message(refused.code, dict(refused.params), _)
        raise Refusal(message.text, code="alarms.file", place="file", remedy=message.remedy) from refused
    found = read_sheets([Sheet(one.name, one.rows, one.merged, one.formulas) for one in sheets])
    if len(found.lines) > MOST_FIGURES:
        raise Refusal(
            _("The sheet holds more than %(most)d figures.") % {"most": MOST_FIGURES},
            code="alarms.file",
            place="file",
            remedy=_("Split it by years."),
        )
    return found


def _placed(found: Found, unit_id: int) -> list[list[Any]]:
    """Give every figure its unit; what fits none, lies ahead or stands twice becomes a problem."""
    areas = Areas(current_tree(), unit_id)
    this_month = local_today().replace(day=1)
    seen: dict[_Key, Line] = {}
    lines: list[list[Any]] = []
    unknown: set[tuple[str, str]] = set()
    for line in found.lines:
        month = dt.date(line.year, line.month, 1)
        units = areas.meant(line.area)
        if len(units) != 1:
            # One word for a whole row is enough.
            if (line.sheet, line.area) not in unknown:
                unknown.add((line.sheet, line.area))
                names = "、".join(areas.shown(unit) for unit in units[:5])
                code = "area_ambiguous" if units else "area_unknown"
                found.problems.append(_problem(line, code, line.area, units=names))
            continue
        key = (units[0], line.kind, month)
        if month > this_month:
            found.problems.append(_problem(line, "month_ahead", f"{month:%Y-%m}"))
        elif first := seen.get(key):
            found.problems.append(_problem(line, "twice", str(line.number), row=first.row, sheet=first.sheet))
        else:
            seen[key] = line
            lines.append([*_plain(key), line.number, line.sheet, line.row, line.column])
    return lines


def _problem(line: Line, code: str, shown: str, **params: str | int) -> Problem:
    return Problem(line.sheet, line.row, line.column, shown[:40], code, params)


class Areas:
    """Which unit an area of a sheet is: by code, full name, short name, or name without what kind of place it is."""

    def __init__(self, tree: Tree, unit_id: int) -> None:
        self._tree = tree
        self._by_code: dict[str, int] = {}
        self._by_name: dict[str, list[int]] = {}
        for identifier in tree.within(unit_id):
            node = tree.nodes[identifier]
            if node.closed:
                continue
            self._by_code[node.code.lower()] = identifier
            for key in {*area_keys(node.name), *area_keys(node.short_name)}:
                self._by_name.setdefault(key, []).append(identifier)

    def meant(self, text: str) -> list[int]:
        """The units that may be meant: the highest that bear the name; a longer form of the name wins."""
        if (identifier := self._by_code.get(text.strip().lower())) is not None:
            return [identifier]
        for key in area_keys(text):
            found = self._by_name.get(key, [])
            if found:
                top = min(self._tree.nodes[one].level for one in found)
                return [one for one in found if self._tree.nodes[one].level == top]
        return []

    def shown(self, unit_id: int) -> str:
        """A unit with its code."""
        node = self._tree.nodes[unit_id]
        return f"{node.name}（{node.code}）"
