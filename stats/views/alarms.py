"""Police alarm figures: the table of a unit's areas and months, and taking sheets over with a preview."""

from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from corps.doors import actor_of, number_in
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, current_tree
from corps.views.pages import entered, frame, refused, rights, unit_door
from stats.enums import AlarmImportState, AlarmKind
from stats.forms import ACCEPT, SheetForm
from stats.models import AlarmImport
from stats.operations.alarms import LIMITS, apply_alarms, discard_alarms, undo_alarms, upload_alarms
from stats.policies import can_apply_alarms, can_discard_alarms, can_undo_alarms
from stats.queries.alarms import (
    Alarms,
    AlarmTable,
    KindRate,
    alarm_imports,
    months_of_year,
    preview_of,
    see_alarm_import,
    years_with_alarms,
)

IMPORTS_SHOWN: Final = 12
ROWS_SHOWN: Final = 100
STATE_SHAPES: Final = {
    AlarmImportState.READY: "wait",
    AlarmImportState.APPLIED: "good",
    AlarmImportState.UNDONE: "idle",
    AlarmImportState.DISCARDED: "idle",
}


@require_GET
@unit_door(Permission.RESULT_VIEW)
def alarms(request: HttpRequest, unit: Node) -> HttpResponse:
    """Areas × months of one kind of alarm and year, with rates of change."""
    years = years_with_alarms(unit)
    asked = number_in(request.GET.get("year", ""))
    year = asked if asked in years else (years[0] if years else None)
    actor = actor_of(request)
    values: dict[str, Any] = {"years": [], "table": None, **rights(actor, unit.id, Permission.ALARM_IMPORT)}
    if values["alarm_import"]:
        values["imports"] = [_listed(one) for one in alarm_imports(actor, unit, IMPORTS_SHOWN)]
    if year is not None:
        found = Alarms(unit, months_of_year(unit, year))
        kinds = found.kinds()
        kind = _kind(request, kinds)
        values |= {
            "year": year,
            "years": [
                {"label": _year_word(one), "url": f"?year={one}&kind={kind.value}", "active": one == year}
                for one in years
            ],
            "kinds": [
                {"label": one.kind.label, "url": f"?year={year}&kind={one.kind.value}", "active": one.kind == kind}
                for one in kinds
            ],
            "tiles": [
                {"name": one.kind.label, "rate": one.rate, "href": f"?year={year}&kind={one.kind.value}#alarms"}
                for one in kinds
            ],
            "kind": kind,
            "table": found.table(kind),
            "months": [{"month": month.month} for month in found.months],
            "rows": _rows(found.table(kind), year),
        }
    return render(request, "stats/alarms/table.html", frame(request, unit, "results", **values))


def _kind(request: HttpRequest, kinds: list[KindRate]) -> AlarmKind:
    present = [one.kind for one in kinds]
    wanted = request.GET.get("kind", "")
    return AlarmKind(wanted) if wanted in present else present[0]


def _year_word(year: int) -> str:
    return _("%(year)s") % {"year": year}


def _rows(table: AlarmTable, year: int) -> list[dict[str, Any]]:
    """The total first; areas that have areas of their own lead there."""
    rows = [{"label": _("Total"), "row": table.total, "total": True, "url": ""}]
    for row in table.rows:
        url = f"{reverse('alarms', args=[row.node.code])}?year={year}&kind={table.kind.value}"
        rows.append({"label": row.node.short_name, "row": row, "total": False, "url": url})
    return rows


def _listed(one: AlarmImport) -> dict[str, Any]:
    state = AlarmImportState(one.state)
    return {
        "id": one.pk,
        "file_name": one.file_name,
        "unit": one.unit.short_name,
        "who": str(one.uploaded_by or ""),
        "at": one.uploaded_at,
        "shape": STATE_SHAPES[state],
        "word": state.label,
    }


@unit_door(Permission.ALARM_IMPORT, refused_as="alarms.upload")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, unit: Node) -> HttpResponse:
    """Choose a sheet; what is understood stands beside it."""
    form = SheetForm(entered(request), request.FILES if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            # One byte more than is allowed is enough to be refused, whatever the size of the file.
            content = file.read(LIMITS.file_size + 1)
            made = upload_alarms(actor=actor_of(request), unit_id=unit.id, file_name=file.name or "", content=content)
            return redirect("alarm_import", made.pk)
        except Refusal as refusal:
            form.add_error("file", str(refusal))
    values = {"form": form, "accept": ACCEPT, "limit": LIMITS.file_size >> 20, "kinds": AlarmKind.labels}
    return render(request, "stats/alarms/new.html", frame(request, unit, "results", **values))


@login_required
@require_GET
def alarm_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """What a sheet says, beside what stands there: problems first, then figures that change, then new ones."""
    one = see_alarm_import(actor_of(request), import_id)
    state = AlarmImportState(one.state)
    found = preview_of(one)
    values = {
        "import": one,
        "shape": STATE_SHAPES[state],
        "word": state.label,
        "problems": found.problems,
        "notes": found.notes,
        "changed": found.changed[:ROWS_SHOWN],
        "new": found.new[:ROWS_SHOWN],
        "numbers": [
            (_("New"), len(found.new)),
            (_("Changed"), len(found.changed)),
            (_("Same"), len(found.same)),
            (_("Problems"), len(found.problems)),
        ],
        "written": len(one.lines),
        "more": max(len(found.new), len(found.changed)) > ROWS_SHOWN,
        "can_apply": can_apply_alarms(one),
        "can_discard": can_discard_alarms(one),
        "can_undo": can_undo_alarms(one),
    }
    unit = current_tree().nodes[one.unit_id]
    return render(request, "stats/alarms/import.html", frame(request, unit, "results", **values))


@login_required
@require_POST
def apply(request: HttpRequest, import_id: int) -> HttpResponse:
    """Write the figures."""
    back = reverse("alarm_import", args=[import_id])
    try:
        one = apply_alarms(actor=actor_of(request), import_id=import_id)
    except Refusal as refusal:
        return refused(request, refusal, back)
    count = len(one.lines)
    said = ngettext("%(n)d figure was taken over.", "%(n)d figures were taken over.", count)
    messages.success(request, said % {"n": count})
    return redirect(back)


@login_required
@require_POST
def discard(request: HttpRequest, import_id: int) -> HttpResponse:
    """Throw it away."""
    try:
        one = discard_alarms(actor=actor_of(request), import_id=import_id)
    except Refusal as refusal:
        return refused(request, refusal, reverse("alarm_import", args=[import_id]))
    return redirect("alarms", current_tree().nodes[one.unit_id].code)


@login_required
@require_POST
def undo(request: HttpRequest, import_id: int) -> HttpResponse:
    """Put back what stood there before."""
    back = reverse("alarm_import", args=[import_id])
    try:
        kept = undo_alarms(actor=actor_of(request), import_id=import_id, reason=request.POST.get("reason", ""))
    except Refusal as refusal:
        return refused(request, refusal, back)
    if kept:
        said = ngettext(
            "The import was taken back; %(n)d figure that a later import replaced stays.",
            "The import was taken back; %(n)d figures that a later import replaced stay.",
            kept,
        )
        messages.success(request, said % {"n": kept})
    else:
        messages.success(request, _("The import was taken back."))
    return redirect(back)
