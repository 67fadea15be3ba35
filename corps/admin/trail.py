"""The action log as a list, and the whole trail with every changed row as pages of a time line; both only to read."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import DropdownFilter
from unfold.paginator import InfinitePaginator

from corps.actions import ACTIONS, action_name
from corps.actors import shown_name
from corps.admin.base import ProjectAdmin, UnitText, verbatim
from corps.admin.filters import DaysFilter, UnitFilter, by_choice
from corps.doors import actor_of
from corps.enums import ActionResult
from corps.models import ActionLog
from corps.permissions import Permission
from corps.queries.trail import Place, trail_page

KINDS = {"member": gettext_lazy("member"), "account": gettext_lazy("account")}
DETAILS = {
    "bytes": gettext_lazy("bytes"),
    "code": gettext_lazy("code"),
    "columns": gettext_lazy("columns"),
    "failures": gettext_lazy("failures"),
    "file": gettext_lazy("file"),
    "format": gettext_lazy("format"),
    "kind": gettext_lazy("kind"),
    "place": gettext_lazy("place"),
    "rows": gettext_lazy("rows"),
    "sessions": gettext_lazy("sessions"),
    "units": gettext_lazy("units"),
}


class ActionFilter(DropdownFilter):
    """Kinds of acts by their name."""

    title = gettext_lazy("action")
    parameter_name = "act"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return list(ACTIONS.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(action=self.value()) if self.value() in ACTIONS else queryset


@admin.register(ActionLog)
class ActionLogAdmin(UnitText, ProjectAdmin):
    """Nobody changes an entry; not even the database would let them."""

    view_permission = Permission.TRAIL_VIEW
    paginator = InfinitePaginator
    keeps_history = False
    list_display = ("at", "actor_word", "action_word", "unit_column", "object_word", "reason", "result", "ip")
    list_filter = (
        UnitFilter,
        ActionFilter,
        by_choice("result", gettext_lazy("result"), ActionResult.choices),
        DaysFilter,
    )
    search_fields = ("actor_name", "reason")
    search_help_text = gettext_lazy("Name or reason")
    ordering = ("-at", "-id")
    sortable_by = ()
    fields = (
        "at",
        "actor_word",
        "action_word",
        "unit_column",
        "object_word",
        "reason",
        "detail_text",
        "result",
        "ip",
        "request_id",
    )
    readonly_fields = ("actor_word", "action_word", "unit_column", "object_word", "detail_text")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        self.prepare(request, [found])
        return found

    @admin.display(description=gettext_lazy("actor"))
    def actor_word(self, entry: Any) -> str:
        """Background work has names that readers do not know."""
        return (
            shown_name(entry.actor_name)
            if entry.account_id is None and entry.result == ActionResult.DONE
            else entry.actor_name
        )

    @admin.display(description=gettext_lazy("action"))
    def action_word(self, entry: Any) -> str:
        """What the trail calls it."""
        return action_name(entry.action)

    @admin.display(description=gettext_lazy("object"))
    def object_word(self, entry: Any) -> str:
        """What it was about."""
        if not entry.object_type:
            return "—"
        try:
            kind = str(apps.get_model(entry.object_type)._meta.verbose_name)
        except (LookupError, ValueError):
            kind = str(KINDS.get(entry.object_type, ""))
        return f"{kind} #{entry.object_id}".strip() if kind else verbatim(f"{entry.object_type} #{entry.object_id}")

    @admin.display(description=gettext_lazy("detail"))
    def detail_text(self, entry: Any) -> str:
        """Plain facts of the act."""
        facts = ((str(DETAILS.get(key, key)), value) for key, value in entry.detail.items())
        return format_html_join("; ", "{}: <span data-verbatim>{}</span>", facts) or "—"

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.rows_view)
        return [path("rows/", page, name="corps_actionlog_rows"), *super().get_urls()]

    def rows_view(self, request: HttpRequest) -> TemplateResponse:
        """Every act in the reader's scope with the rows it changed, newest first, page after page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        page = trail_page(actor_of(request), unit_id=None, after=Place.read(request.GET.get("after", "")))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Row history"),
            "opts": self.opts,
            "entries": page.entries,
            "following": str(page.following) if page.following else "",
            "begun": bool(request.GET.get("after")),
        }
        return TemplateResponse(request, "admin/rows.html", context)
