"""Importing a roster: upload, progress, questions, preview, result, undo; each state of an import is one page."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from corps.doors import actor_of, number_in
from corps.errors import Refusal
from corps.live import ticket
from corps.permissions import Permission
from corps.queries.scope import Node, current_tree
from corps.views.pages import entered, frame, unit_door
from members.enums import ImportState, RowVerdict
from members.exports.sample import sample_name, sample_workbook
from members.forms.imports import ACCEPT, AnswerForm, UploadForm
from members.models import RosterImport
from members.operations import imports as operations
from members.policies.imports import RUNNING, can_apply, can_discard, can_resume, can_undo
from members.queries.figures import forget_figures_above
from members.queries.imports import (
    column_choices,
    counts_by_unit,
    import_notices,
    import_rows,
    imports_seen_by,
    progress_of,
    refusal_of,
    see_import,
)

PAST_SHOWN = 50
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATE_SHAPES = {
    ImportState.UPLOADED: "wait",
    ImportState.READING: "wait",
    ImportState.ASKING: "warn",
    ImportState.READY: "wait",
    ImportState.APPLYING: "wait",
    ImportState.APPLIED: "good",
    ImportState.UNDOING: "wait",
    ImportState.UNDONE: "idle",
    ImportState.DISCARDED: "idle",
    ImportState.FAILED: "stop",
}
NUMBERS = (RowVerdict.NEW, RowVerdict.CHANGED, RowVerdict.SAME, RowVerdict.REJECTED)
TABS = (RowVerdict.REJECTED, RowVerdict.CHANGED, RowVerdict.NEW, RowVerdict.SAME)
NAMED_ON_WORKING_PAGES = (ImportState.UPLOADED, *RUNNING)


@require_GET
@unit_door(Permission.MEMBER_IMPORT)
def imports(request: HttpRequest, unit: Node) -> HttpResponse:
    """Past and running imports into the unit and the units below."""
    before = number_in(request.GET.get("before", ""))
    found = imports_seen_by(actor_of(request), unit.id)
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.defer("questions", "answers", "sheets")[: PAST_SHOWN + 1])
    shown = rows[:PAST_SHOWN]
    values = {
        "imports": [_listed(one) for one in shown],
        "next": f"?before={shown[-1].pk}" if len(rows) > PAST_SHOWN else "",
    }
    return render(request, "members/imports/list.html", frame(request, unit, "imports", **values))


def _listed(one: RosterImport) -> dict[str, Any]:
    state = ImportState(one.state)
    return {
        "id": one.pk,
        "file_name": one.file_name,
        "unit": one.unit.short_name,
        "who": str(one.uploaded_by or ""),
        "at": one.created_at,
        "shape": STATE_SHAPES[state],
        "word": state.label,
        "verdicts": one.counts.get("verdicts", {}),
    }


@unit_door(Permission.MEMBER_IMPORT, refused_as="import.upload")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, unit: Node) -> HttpResponse:
    """Choose a workbook; what is accepted stands beside it."""
    form = UploadForm(entered(request), request.FILES if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        file: UploadedFile[bytes] = form.cleaned_data["file"]
        try:
            made = _upload(request, unit, file)
            return redirect("import", made.pk)
        except Refusal as refusal:
            form.add_error("file", str(refusal))
            earlier = refusal.params.get("import_id")
            if earlier:
                return _upload_page(request, unit, form, reverse("import", args=[earlier]))
    return _upload_page(request, unit, form, "")


def _upload(request: HttpRequest, unit: Node, file: "UploadedFile[bytes]") -> RosterImport:
    limit = settings.ROSTER_UPLOAD_MAX_BYTES
    # One byte more than is allowed is enough to be refused, whatever the size of the file.
    content = file.read(limit + 1)
    return operations.upload_roster(
        actor=actor_of(request), unit_id=unit.id, file_name=file.name or "", content=content
    )


def _upload_page(request: HttpRequest, unit: Node, form: UploadForm, earlier: str) -> HttpResponse:
    values = {
        "form": form,
        "accept": ACCEPT,
        "limit": settings.ROSTER_UPLOAD_MAX_BYTES >> 20,
        "row_limit": settings.ROSTER_ROW_LIMIT,
        "earlier": earlier,
    }
    return render(request, "members/imports/new.html", frame(request, unit, "imports", **values))


@require_GET
@unit_door(Permission.MEMBER_IMPORT)
def sample(request: HttpRequest, unit: Node) -> HttpResponse:
    """An empty roster to fill in."""
    answer = HttpResponse(sample_workbook(), content_type=WORKBOOK)
    return _attached(answer, sample_name())


@login_required
@require_GET
def roster_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """The page of an import, whatever state it is in; the address can be passed on."""
    found = see_import(actor_of(request), import_id)
    state = ImportState(found.state)
    if state in NAMED_ON_WORKING_PAGES:
        return _working(request, found)
    if state == ImportState.ASKING:
        form = AnswerForm(questions=found.questions, columns=column_choices())
        return _asking(request, found, form)
    if state == ImportState.FAILED or (state == ImportState.DISCARDED and not found.counts):
        return _page(request, found, "failed", refusal=refusal_of(found), can_resume=can_resume(found, timezone.now()))
    return _reviewing(request, found)


def _page(request: HttpRequest, found: RosterImport, template: str, **values: Any) -> HttpResponse:
    unit = current_tree().nodes[found.unit_id]
    state = ImportState(found.state)
    common = {
        "import": found,
        "shape": STATE_SHAPES[state],
        "word": state.label,
        "steps": _steps(found),
        "can_discard": can_discard(found),
        "verdicts": found.counts.get("verdicts", {}),
    }
    return render(request, f"members/imports/{template}.html", frame(request, unit, "imports", **common, **values))


def _steps(found: RosterImport) -> list[tuple[str, str]]:
    """Upload, read, answer, review, apply: where this import stands among them."""
    order = [
        (_("Uploaded"), (ImportState.UPLOADED,)),
        (_("Read and checked"), (ImportState.READING, ImportState.ASKING)),
        (_("Reviewed"), (ImportState.READY,)),
        (_("Applied"), (ImportState.APPLYING, ImportState.APPLIED, ImportState.UNDOING, ImportState.UNDONE)),
    ]
    state = ImportState(found.state)
    if state in {ImportState.FAILED, ImportState.DISCARDED}:
        word = _("Discarded") if state == ImportState.DISCARDED else _("Could not be read")
        return [(order[0][0], "done"), (word, "failed")]
    now = next(position for position, (_word, states) in enumerate(order) if state in states)
    finished = state in {ImportState.APPLIED, ImportState.UNDONE}
    return [
        (word, "done" if position < now or finished else "now" if position == now else "todo")
        for position, (word, _states) in enumerate(order)
    ]


def _working(request: HttpRequest, found: RosterImport) -> HttpResponse:
    view = progress_of(found)
    values = {
        "progress": view,
        "topic": f"import:{found.pk}",
        "ticket": ticket([f"import:{found.pk}"]),
        "can_resume": can_resume(found, timezone.now()),
    }
    return _page(request, found, "working", **values)


def _asking(request: HttpRequest, found: RosterImport, form: AnswerForm) -> HttpResponse:
    return _page(request, found, "asking", rows=form.rows(), form=form)


def _reviewing(request: HttpRequest, found: RosterImport) -> HttpResponse:
    actor = actor_of(request)
    verdicts: dict[str, int] = found.counts.get("verdicts", {})
    tab = _tab(request, verdicts)
    after = request.GET.get("after", "")
    rows = import_rows(
        actor,
        found,
        None if tab == "remarked" else tab,
        after=after if _is_cursor(after) else None,
        remarked=tab == "remarked",
    )
    now = timezone.now()
    values = {
        "tab": tab,
        "tabs": _tabs(found, verdicts, tab),
        "numbers": [_number(verdict, verdicts) for verdict in NUMBERS],
        "rows": rows.rows,
        "next": f"?show={tab}&after={rows.next_after}" if rows.next_after else "",
        "several_sheets": len(found.sheets) > 1,
        "units": counts_by_unit(found),
        "notices": import_notices(found),
        "can_apply": can_apply(found),
        "can_undo": can_undo(found, now),
        "written": verdicts.get("new", 0) + verdicts.get("changed", 0),
        "refusal": refusal_of(found),
    }
    return _page(request, found, "review", **values)


def _tab(request: HttpRequest, verdicts: dict[str, int]) -> str:
    """Problems first; then what changes."""
    wanted = request.GET.get("show", "")
    if wanted in [*TABS, "remarked"]:
        return wanted
    return next((tab.value for tab in TABS if verdicts.get(tab.value)), RowVerdict.NEW.value)


def _number(verdict: RowVerdict, verdicts: dict[str, int]) -> dict[str, Any]:
    address = f"?show={verdict.value}"
    return {"label": verdict.label, "count": verdicts.get(verdict.value, 0), "url": address, "key": verdict.value}


def _tabs(found: RosterImport, verdicts: dict[str, int], now: str) -> list[dict[str, Any]]:
    tabs = [_number(verdict, verdicts) for verdict in TABS]
    if found.counts.get("warnings"):
        tabs.insert(
            1,
            {"label": _("With remarks"), "count": found.counts["warnings"], "url": "?show=remarked", "key": "remarked"},
        )
    return [{**tab, "active": tab["key"] == now} for tab in tabs]


def _is_cursor(text: str) -> bool:
    sheet, _dot, row = text.partition(".")
    return all(part.isascii() and part.isdigit() and len(part) < 9 for part in (sheet, row))


@login_required
@require_GET
def progress(request: HttpRequest, import_id: int) -> HttpResponse:
    """The progress bar again; when there is nothing left to wait for, the page itself is asked to reload."""
    found = see_import(actor_of(request), import_id)
    if found.state not in NAMED_ON_WORKING_PAGES:
        forget_figures_above(found.unit_id)
        if request.headers.get("HX-Request") != "true":
            return redirect("import", import_id)
        answer = HttpResponse()
        answer["HX-Redirect"] = reverse("import", args=[import_id])
        return answer
    values = {"import": found, "progress": progress_of(found), "topic": f"import:{found.pk}"}
    return render(request, "members/imports/progress.html", values)


@login_required
@require_POST
def answer(request: HttpRequest, import_id: int) -> HttpResponse:
    """Answers to the questions; what stays open is asked again."""
    actor = actor_of(request)
    found = see_import(actor, import_id)
    form = AnswerForm(request.POST, questions=found.questions, columns=column_choices())
    if not form.is_valid():
        return _asking(request, found, form)
    return _do(
        request, import_id, lambda: operations.answer_questions(actor=actor, import_id=import_id, answers=form.answers)
    )


@login_required
@require_POST
def apply(request: HttpRequest, import_id: int) -> HttpResponse:
    """The one button of the preview."""
    return _do(request, import_id, lambda: operations.apply_import(actor=actor_of(request), import_id=import_id))


@login_required
@require_POST
def discard(request: HttpRequest, import_id: int) -> HttpResponse:
    """Throw the import away; the roster has not been touched."""
    return _do(request, import_id, lambda: operations.discard_import(actor=actor_of(request), import_id=import_id))


@login_required
@require_POST
def resume(request: HttpRequest, import_id: int) -> HttpResponse:
    """Start an interrupted import again."""
    return _do(request, import_id, lambda: operations.resume_import(actor=actor_of(request), import_id=import_id))


@login_required
@require_POST
def undo(request: HttpRequest, import_id: int) -> HttpResponse:
    """Take the whole import back."""
    return _do(request, import_id, lambda: operations.undo_import(actor=actor_of(request), import_id=import_id))


@login_required
@require_GET
def rejects(request: HttpRequest, import_id: int) -> HttpResponse:
    """The rejected rows in their own layout with a column of reasons."""
    see_import(actor_of(request), import_id)
    try:
        name, content = operations.download_rejects(actor=actor_of(request), import_id=import_id)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("import", import_id)
    return _attached(HttpResponse(content, content_type=WORKBOOK), name)


def _attached(answer: HttpResponse, name: str) -> HttpResponse:
    answer.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _do(request: HttpRequest, import_id: int, act: Callable[[], RosterImport]) -> HttpResponse:
    """Run an operation on the import and show it again, wherever it then stands."""
    try:
        act()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("import", import_id)
