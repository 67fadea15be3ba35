"""Recruitment for officers: applications, pages, notices, recruiters."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from corps.admin.base import CodeColumn, OperationForm, ProjectAdmin, UnitText
from corps.admin.corps_wide import CorpsWide
from corps.admin.pages import MayReasonForm, OperationPage, ReasonForm
from corps.doors import actor_of
from corps.permissions import Permission
from members.models import Application, JoinPage, PrivacyNotice, Recruiter
from members.operations.recruitment import pages as page_operations
from members.operations.recruitment import recruiters as recruiter_operations
from members.operations.recruitment.deciding import decide
from members.queries.recruitment import candidate, steps_for


class StepPage(OperationPage):
    """A decision on one application."""

    right = Permission.MEMBER_ADMIT
    step = ""

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return self.step in steps_for(obj, obj.duplicate_of)

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        decide(actor=actor_of(request), application_ids=[obj.pk], step=self.step, reason=values["reason"])
        return _("The decision is recorded.")


class VetPage(StepPage):
    """The vetting was passed."""

    name = step = "vet"
    title = _("Vetted")
    icon = "verified_user"
    form_class = MayReasonForm


class ProbationPage(StepPage):
    """Probation begins."""

    name = step = "probation"
    title = _("Take on probation")
    icon = "hourglass_top"
    form_class = MayReasonForm


class AdmitPage(StepPage):
    """A member from today on."""

    name = step = "admit"
    title = _("Admit")
    icon = "how_to_reg"
    form_class = MayReasonForm


class RefusePage(StepPage):
    """Turned down; why is read by the applicant."""

    name = step = "refuse"
    title = _("Refuse")
    icon = "person_off"
    danger = True
    form_class = ReasonForm
    notes = (_("The applicant reads the reason on the own page."),)


class TakeUpPage(StepPage):
    """The earlier record of the same person goes on."""

    name = "take-up"
    step = "take_up"
    title = _("Take up again")
    icon = "restart_alt"
    form_class = MayReasonForm
    notes = (_("The earlier record of this person becomes that of an applicant again."),)


@admin.register(Application)
class ApplicationAdmin(UnitText, ProjectAdmin):
    """Who asked to join; decided on by the pages of the row."""

    view_permission = Permission.MEMBER_ADMIT
    pages = (VetPage, ProbationPage, AdmitPage, RefusePage, TakeUpPage)
    list_display = ("name_column", "phone_column", "unit_column", "state", "known_column", "source", "applied_at")
    list_filter = ("state", "source")
    ordering = ("-applied_at",)
    sortable_by = ()
    fields = (
        "name_column",
        "phone_column",
        "identity_column",
        "unit",
        "state",
        "known_column",
        "source",
        "recruiter",
        "applied_at",
        "decided_at",
        "decided_by",
        "reason",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.select_related("member", "duplicate_of", "unit", "recruiter", "decided_by")

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:
        super().prepare(request, rows)
        for row in rows:
            row.told = candidate(actor_of(request), row)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        found.told = candidate(actor_of(request), found)
        return found

    def option_label(self, obj: Any) -> str:
        return str(obj.told.name) if hasattr(obj, "told") else str(obj)

    @admin.display(description=_("name"))
    def name_column(self, row: Any) -> str:
        """As entered."""
        return row.told.name or "—"

    @admin.display(description=_("phone"))
    def phone_column(self, row: Any) -> str:
        """Masked for readers without the right."""
        return row.told.phone or "—"

    @admin.display(description=_("identity number"))
    def identity_column(self, row: Any) -> str:
        """Masked."""
        return row.told.identity or "—"

    @admin.display(description=_("already on a roster"), boolean=True)
    def known_column(self, row: Any) -> bool:
        """The identity number stood there before."""
        return bool(row.told.known)


class JoinPageForm(OperationForm):
    """What stands on the page; which units may be chosen is set on the unit's own page."""

    greeting = forms.CharField(label=_("greeting"), max_length=500, required=False, widget=forms.Textarea)

    class Meta:
        model = JoinPage
        fields = ("unit", "is_open", "greeting", "contact")


@admin.register(JoinPage)
class JoinPageAdmin(UnitText, ProjectAdmin):
    """The public pages of the units."""

    form = JoinPageForm
    view_permission = Permission.MEMBER_ADMIT
    add_permission = Permission.MEMBER_ADMIT
    change_permission = Permission.MEMBER_ADMIT
    fields = ("unit", "is_open", "greeting", "contact", "reason")
    list_display = ("unit_column", "is_open", "contact")
    list_filter = ("is_open",)
    autocomplete_fields = ("unit",)
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("unit")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("unit",) if obj is not None else ()

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = form.cleaned_data
        saved = page_operations.set_page(
            actor=actor_of(request),
            unit_id=values["unit"].pk if adding else obj.unit_id,
            is_open=values["is_open"],
            greeting=values["greeting"],
            contact=values["contact"],
            offered=() if adding else obj.offered,
            reason=values["reason"],
        )
        return saved if adding else None


@admin.register(PrivacyNotice)
class PrivacyNoticeAdmin(CorpsWide):
    """The versions of the notice; a change is a new version, and none is ever overwritten."""

    view_permission = Permission.MEMBER_ADMIT
    add_permission = Permission.MEMBER_ADMIT
    list_display = ("version", "published_at", "published_by", "corps")
    list_select_related = ("corps", "published_by")
    ordering = ("corps", "-version")
    sortable_by = ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("corps", "text", "reason") if obj is None else ("corps", "text")

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = form.cleaned_data
        return page_operations.publish_notice(
            actor=actor_of(request), corps_id=values["corps"].pk, text=values["text"], reason=values["reason"]
        )


class RecruiterForm(OperationForm):
    """Who recruits, with which target."""

    target = forms.IntegerField(label=_("target"), min_value=0, max_value=10_000, required=False)

    class Meta:
        model = Recruiter
        fields = ("unit", "name", "category", "target", "station", "account", "active")


@admin.register(Recruiter)
class RecruiterAdmin(CodeColumn, UnitText, ProjectAdmin):
    """Recruiters and their targets; how they stand is shown on the unit's own page."""

    form = RecruiterForm
    view_permission = Permission.MEMBER_ADMIT
    add_permission = Permission.MEMBER_ADMIT
    change_permission = Permission.MEMBER_ADMIT
    list_display = ("name", "category", "target", "code_column", "unit_column", "active")
    list_filter = ("category", "active")
    search_fields = ("name",)
    autocomplete_fields = ("unit", "station", "account")
    sortable_by = ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = ("unit", "name", "category", "target", "station", "account")
        return (*shown, "active", "code_column", "reason") if obj is not None else (*shown, "reason")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code_column",) if obj is not None else ()

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("unit", "station", "account")

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = form.cleaned_data
        common = {
            "actor": actor_of(request),
            "name": values["name"],
            "category": values["category"],
            "target": values["target"],
            "account_id": values["account"].pk if values["account"] else None,
            "station_id": values["station"].pk if values["station"] else None,
            "unit_id": values["unit"].pk,
            "reason": values["reason"],
        }
        if adding:
            return recruiter_operations.add_recruiter(**common)
        recruiter_operations.edit_recruiter(recruiter_id=obj.pk, active=values["active"], **common)
        return None
