"""A unit's results as a workbook in the customary form, exactly as the page shows them; taking it away is recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from corps.languages import in_chinese
from corps.operations.trail import record
from corps.permissions import Permission
from corps.queries.scope import local_today, require
from stats.catalogue import Adds, Measure
from stats.exports.form import Form, Group, Head, Line, Number, workbook
from stats.logic.periods import Kind, Period, around, label
from stats.queries.figures import Value
from stats.queries.results import Results, change

if TYPE_CHECKING:
    from corps.actors import Actor

ACTION: Final = "result.export"


@dataclass(frozen=True, slots=True)
class Export:
    """A finished file and the name it is downloaded under."""

    content: bytes
    name: str


def export_results(*, actor: "Actor", found: Results, measures: Sequence[Measure]) -> Export:
    """Write the results; needs `result.export` in the unit, and is an entry of its trail."""
    require(actor, Permission.RESULT_EXPORT, found.unit.id)
    title = _("%(unit)s: table of results") % {"unit": found.unit.name}
    content = workbook(_form(actor, found, measures, title))
    with transaction.atomic():
        record(
            actor=actor,
            action=ACTION,
            unit_id=found.unit.id,
            object_type="corps.unit",
            object_id=found.unit.id,
            detail={
                "period": found.period.code,
                "measures": [measure.code for measure in measures],
                "rows": len(found.lines) + 1,
                "format": "xlsx",
            },
        )
    return Export(content, f"{title}-{found.period.code}.xlsx")


def _form(actor: "Actor", found: Results, measures: Sequence[Measure], title: str) -> Form:
    return Form(
        title=title,
        facts=[
            (_("Unit"), found.unit.name),
            (_("Period"), _words(found.period)),
            (_("Filled in by"), str(actor)),
            (_("Filled in on"), _words(around(Kind.DAY, local_today()))),
        ],
        first_head=_("Unit"),
        groups=[
            Group(str(group.label), [_head(measure) for measure in members])
            for group, members in groupby(measures, key=lambda measure: measure.group)
        ],
        lines=_lines(found, measures),
        notes=_notes(found, measures),
        signatures=[_("Responsible for the unit"), _("Reviewed by"), _("Prepared by")],
        name=_("Results"),
    )


def _head(measure: Measure) -> Head:
    return Head(str(measure.name), str(measure.unit), measure.digits)


def _lines(found: Results, measures: Sequence[Measure]) -> list[Line]:
    lines = [Line(_("Total"), _cells(found.total, measures), "total")]
    for comparison, word in zip(found.comparisons, (_("Against the period before"), _("Year on year")), strict=False):
        changes = [_share(measure, comparison.values, found.total) for measure in measures]
        lines += [
            Line(_words(comparison.period.named()), _cells(comparison.values, measures)),
            Line(word, changes, "change"),
        ]
    if found.own:
        lines.append(Line(_("The unit itself"), _cells(found.own, measures)))
    lines += [Line(line.node.short_name, _cells(line.values, measures)) for line in found.lines]
    return lines


def _cells(values: Mapping[str, Value], measures: Sequence[Measure]) -> list[Number | None]:
    return [values.get(measure.code) for measure in measures]


def _share(measure: Measure, before: Mapping[str, Value], now: Mapping[str, Value]) -> float | None:
    """The change as a part of one; of a rate in per cent there is none that a per cent sign would not confuse."""
    found = None if measure.percent else change(before.get(measure.code), now.get(measure.code))
    return None if found is None else found / 100


def _notes(found: Results, measures: Sequence[Measure]) -> list[str]:
    notes = []
    if found.unfinished:
        notes.append(
            _("The period is not over: counted until %(day)s, and compared with as many days.")
            % {"day": _words(around(Kind.DAY, local_today()))}
        )
    if found.counting:
        notes.append(_("Facts recorded a moment ago were still being counted when this table was made."))
    for number, measure in enumerate(measures, 1):
        notes.append(f"{number}. {_('%(label)s: %(value)s') % {'label': measure.name, 'value': measure.definition}}")
    if any(measure.adds_up is Adds.DISTINCT for measure in measures):
        notes.append(_("Distinct people do not add up: who served in two units is one person of the total."))
    return notes


def _words(period: Period) -> str:
    return label(period, chinese=in_chinese())
