"""The admin's door to the roster import: upload, progress, questions, preview, apply, undo; one page per import."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from unfold.paginator import InfinitePaginator

from corps.admin.base import ProjectAdmin, UnitText, verbatim
from corps.admin.fields import dress, pick_one
from corps.admin.filters import UnitFilter, by_choice
from corps.admin.pages import ActForm, OperationPage
from corps.doors import actor_of
from corps.errors import Refusal
from corps.permissions import Permission
from members.enums import ImportState, RowVerdict
from members.exports.sample import sample_name, sample_workbook
from members.forms.imports import ACCEPT, AnswerForm
from members.models import RosterImport
from members.operations import imports as operations
from members.policies.imports import RUNNING, can_apply, can_discard, can_resume, can_undo
from members.queries.imports import (
    column_choices,
    counts_by_unit,
    import_notices,
    import_rows,
    progress_of,
    refusal_of,
)

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORKING = (ImportState.UPLOADED, *RUNNING)
TABS = (RowVerdict.REJECTED, RowVerdict.CHANGED, RowVerdict.NEW, RowVerdict.SAME)


class UploadForm(ActForm):
    """Into which unit, and the workbook."""

    file = forms.FileField(label=_("Workbook"), allow_empty_file=True, widget=forms.FileInput(attrs={"accept": ACCEPT}))

    def build(self) -> None:
        unit = RosterImport._meta.get_field("unit")
        self.fields["unit"] = pick_one(
            self.admin,
            self.request,
            unit,
            label=_("Unit"),
            help_text=_("Rows may name this unit and those below it."),
        )
        self.order_fields(["unit", "file"])
        limits = {"size": settings.ROSTER_UPLOAD_MAX_BYTES >> 20, "rows": settings.ROSTER_ROW_LIMIT}
        self.fields["file"].help_text = (
            _(".xlsx, .xls, .et or .csv, up to %(size)s MB and %(rows)s rows; no passwords, macros or formulas.")
            % limits
        )


class UploadPage(OperationPage):
    """Choose a workbook; nothing is written before the preview is applied."""

    name = "upload"
    title = _("Import a roster")
    icon = "upload"
    on_list = True
    form_class = UploadForm
    right = Permission.MEMBER_IMPORT
    notes = (
        _("The sheet as it is: title rows above the header, columns in any order, everyday heads."),
        _("Nothing is written before you have seen what would change."),
    )

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        file = values["file"]
        # One byte more than is allowed is enough to be refused, whatever the size of the file.
        content = file.read(settings.ROSTER_UPLOAD_MAX_BYTES + 1)
        try:
            made = operations.upload_roster(
                actor=actor_of(request), unit_id=values["unit"].pk, file_name=file.name or "", content=content
            )
        except Refusal as refusal:
            refusal.place = refusal.place if refusal.place in {"unit", "file"} else "file"
            raise
        return redirect("admin:members_rosterimport_change", made.pk)


class ImportPage(OperationPage):
    """An act on an import; pressing the button is all it asks."""

    form_class = ActForm
    right = Permission.MEMBER_IMPORT

    def act(self, request: HttpRequest, obj: Any) -> None:
        """Call the operation."""
        raise NotImplementedError

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        self.act(request, obj)
        return redirect(self.row_url(obj))


class ApplyPage(ImportPage):
    """Write what the preview shows."""

    name = "apply"
    title = _("Apply")
    icon = "check"

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return can_apply(obj)

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        verdicts = obj.counts.get("verdicts", {})
        return [
            _("%(new)d people are added, %(changed)d changed; %(rejected)d rows are left out.")
            % {
                "new": verdicts.get("new", 0),
                "changed": verdicts.get("changed", 0),
                "rejected": verdicts.get("rejected", 0),
            },
            str(_("Afterwards the whole import can be undone for seven days.")),
        ]

    def act(self, request: HttpRequest, obj: Any) -> None:
        operations.apply_import(actor=actor_of(request), import_id=obj.pk)


class UndoPage(ImportPage):
    """Take the whole import back."""

    name = "undo"
    title = _("Undo the import")
    icon = "undo"
    danger = True

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return can_undo(obj, timezone.now())

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        verdicts = obj.counts.get("verdicts", {})
        return [
            _(
                "%(n)d people go back to what they were before the import. Whoever was edited by hand since stays as "
                "edited and is listed."
            )
            % {"n": verdicts.get("new", 0) + verdicts.get("changed", 0)}
        ]

    def act(self, request: HttpRequest, obj: Any) -> None:
        operations.undo_import(actor=actor_of(request), import_id=obj.pk)


class DiscardPage(ImportPage):
    """Throw it away."""

    name = "discard"
    title = _("Discard")
    icon = "delete"

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return can_discard(obj)

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [_("%(file)s is removed from the server; the roster stays as it is.") % {"file": obj.file_name}]

    def act(self, request: HttpRequest, obj: Any) -> None:
        operations.discard_import(actor=actor_of(request), import_id=obj.pk)


class ResumePage(ImportPage):
    """Start an interrupted one again."""

    name = "resume"
    title = _("Start again")
    icon = "redo"

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return can_resume(obj, timezone.now())

    def act(self, request: HttpRequest, obj: Any) -> None:
        operations.resume_import(actor=actor_of(request), import_id=obj.pk)


class RejectsPage(ImportPage):
    """The rejected rows in their own layout with a column of reasons."""

    name = "rejects"
    title = _("Download rejected rows")
    icon = "download"
    notes = (_("Correct the rows in the workbook and import it again."),)

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return bool(obj.counts.get("verdicts", {}).get("rejected"))

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        name, content = operations.download_rejects(actor=actor_of(request), import_id=obj.pk)
        return attached(content, name)


class SamplePage(OperationPage):
    """An empty roster to fill in."""

    name = "sample"
    title = _("Download a sample")
    icon = "description"
    on_list = True
    right = Permission.MEMBER_IMPORT

    def view(self, request: HttpRequest, object_id: str | None = None) -> HttpResponseBase:
        if not self.permitted(request, None):
            raise PermissionDenied
        return attached(sample_workbook(), sample_name())


def attached(content: bytes, name: str) -> HttpResponse:
    """A workbook to save."""
    answer = HttpResponse(content, content_type=WORKBOOK)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    answer["Cache-Control"] = "no-store"
    return answer


@admin.register(RosterImport)
class RosterImportAdmin(UnitText, ProjectAdmin):
    """Imports of the reader's units; an import's page is whatever its state asks for."""

    view_permission = Permission.MEMBER_IMPORT
    keeps_history = False
    paginator = InfinitePaginator
    pages = (UploadPage, SamplePage, ApplyPage, RejectsPage, ResumePage, UndoPage, DiscardPage)
    list_display = ("file_column", "state", "unit_column", "new", "changed", "rejected", "uploaded_by", "created_at")
    list_filter = (UnitFilter, by_choice("state", _("state"), ImportState.choices))
    search_fields = ("file_name",)
    search_help_text = _("File")
    ordering = ("-id",)
    sortable_by = ()
    list_select_related = ("uploaded_by", "unit")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("uploaded_by", "unit")

    @admin.display(description=_("file"))
    def file_column(self, one: RosterImport) -> str:
        """Its name, as uploaded."""
        return verbatim(one.file_name)

    @admin.display(description=_("New"))
    def new(self, one: RosterImport) -> Any:
        """Rows of new people."""
        return one.counts.get("verdicts", {}).get("new", "—")

    @admin.display(description=_("Changed"))
    def changed(self, one: RosterImport) -> Any:
        """Rows that change somebody."""
        return one.counts.get("verdicts", {}).get("changed", "—")

    @admin.display(description=_("Rejected"))
    def rejected(self, one: RosterImport) -> Any:
        """Rows that cannot be taken."""
        return one.counts.get("verdicts", {}).get("rejected", "—")

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """The page of an import; a POST answers its questions."""
        if object_id is None:
            raise PermissionDenied
        found: RosterImport = self.get_object(request, unquote(object_id))
        if not self.may(request, Permission.MEMBER_IMPORT, found):
            raise PermissionDenied
        form = None
        if found.state == ImportState.ASKING:
            sent = request.POST if request.method == "POST" else None
            form = AnswerForm(sent, questions=found.questions, columns=column_choices())
            for field in form.fields.values():
                dress(field)
            if sent is not None and form.is_valid():
                return self._answer(request, found, form)
        return TemplateResponse(request, "admin/import.html", self._context(request, found, form))

    def _answer(self, request: HttpRequest, found: RosterImport, form: AnswerForm) -> HttpResponse:
        try:
            operations.answer_questions(actor=actor_of(request), import_id=found.pk, answers=form.answers)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect("admin:members_rosterimport_change", found.pk)

    def _context(self, request: HttpRequest, found: RosterImport, form: AnswerForm | None) -> dict[str, Any]:
        state = ImportState(found.state)
        buttons = self.buttons(request, found)
        apply_url = reverse("admin:members_rosterimport_apply", args=[found.pk])
        context = {
            **self.admin_site.each_context(request),
            "title": found.file_name,
            "opts": self.opts,
            "import": found,
            "word": state.label,
            "working": state in WORKING,
            "progress": progress_of(found),
            "form": form,
            "rows": form.rows() if form else [],
            "refusal": refusal_of(found),
            "apply_url": apply_url if can_apply(found) else "",
            "actions_detail": [button for button in buttons if button["path"] != apply_url],
            "back": reverse("admin:members_rosterimport_changelist"),
        }
        if state not in WORKING and state != ImportState.ASKING and found.counts:
            context |= self._preview(request, found)
        return context

    def _preview(self, request: HttpRequest, found: RosterImport) -> dict[str, Any]:
        verdicts: dict[str, int] = found.counts.get("verdicts", {})
        wanted = request.GET.get("show", "")
        tab = wanted if wanted in TABS else next((one.value for one in TABS if verdicts.get(one)), TABS[2].value)
        page = import_rows(actor_of(request), found, tab, after=request.GET.get("after") or None)
        return {
            "verdicts": verdicts,
            "tab": tab,
            "tabs": [
                {"key": one.value, "label": RowVerdict(one).label, "count": verdicts.get(one.value, 0)} for one in TABS
            ],
            "preview": page.rows,
            "next": page.next_after,
            "units": counts_by_unit(found),
            "notices": import_notices(found),
            "written": verdicts.get("new", 0) + verdicts.get("changed", 0),
        }
