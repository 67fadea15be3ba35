"""Incidents for officers: the log of their units, and the form that records one or changes what is told."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.paginator import InfinitePaginator

from corps.admin.base import OperationForm, ProjectAdmin, ReadInline, UnitText
from corps.admin.filters import DaysFilter, UnitFilter, by_choice
from corps.doors import actor_of
from corps.permissions import Permission
from incidents.admin import acts, verification
from incidents.enums import IncidentCategory, IncidentState
from incidents.models import Incident, LogEntry, Participant, Party
from incidents.operations import incidents
from incidents.policies.life import Step, can
from incidents.queries.log import last_entry_id, line_of, with_last_entry
from incidents.queries.words import telling

PLAIN = (
    "occurred_at",
    "place",
    "latitude",
    "longitude",
    "account",
    "outcome",
    "quantity",
    "materials",
    "people_reached",
)


class IncidentForm(OperationForm):
    """What is told; the unit is chosen once, the state changes by acts of its own."""

    # The last entry of the log when the page was drawn: nobody writes over what they have not read.
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Incident
        fields = (
            "unit",
            "kind",
            "occurred_at",
            "place",
            "latitude",
            "longitude",
            "grid",
            "account",
            "outcome",
            "quantity",
            "materials",
            "people_reached",
        )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self.instance.pk is not None:
            self.initial["seen"] = last_entry_id(self.instance)


class ParticipantInline(ReadInline):
    """Who took part."""

    model = Participant
    verbose_name_plural = _("participants")
    fields = ("member", "unit")
    readonly_fields = ("member", "unit")
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("member", "unit")


class PartyInline(ReadInline):
    """Masked."""

    model = Party
    verbose_name_plural = _("parties")
    fields = ("role", "shown")
    readonly_fields = ("role", "shown")
    show_change_link = False


class LogInline(ReadInline):
    """What happened to the incident, line by line."""

    model = LogEntry
    verbose_name_plural = _("log")
    fields = ("at", "kind", "author", "text", "changes_text")
    readonly_fields = ("at", "kind", "author", "text", "changes_text")
    show_change_link = False
    ordering = ("id",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("author")

    @admin.display(description=_("changes"))
    def changes_text(self, entry: LogEntry) -> str:
        """Old → new, field by field."""
        return format_html_join(
            "\n", "<div>{}：{} → {}</div>", [(one.label, one.old, one.new) for one in line_of(entry).changes]
        )


@admin.register(Incident)
class IncidentAdmin(UnitText, ProjectAdmin):
    """The log of the reader's units; the state changes only by acts, and what is verified is read-only."""

    form = IncidentForm
    change_form_after_template = "admin/incidents/seen.html"
    view_permission = Permission.INCIDENT_VIEW
    add_permission = Permission.INCIDENT_RECORD
    change_permission = Permission.INCIDENT_RECORD
    pages = (
        verification.VerifyPage,
        verification.ReturnPage,
        acts.SubmitPage,
        verification.WithdrawPage,
        acts.NotePage,
        acts.PartyPage,
        acts.RevealPage,
        acts.VoidPage,
        verification.VerifyQueuePage,
        verification.ReturnQueuePage,
    )
    inlines = (ParticipantInline, PartyInline, LogInline)
    paginator = InfinitePaginator
    list_display = ("occurred_at", "kind", "place", "unit_column", "state", "quantity", "recorded_by", "verified_by")
    list_filter = (
        UnitFilter,
        by_choice("state", _("state"), IncidentState.choices),
        by_choice("category", _("counts as"), IncidentCategory.choices),
        type("OccurredFilter", (DaysFilter,), {"field": "occurred_at"}),
    )
    list_select_related = ("kind", "recorded_by", "verified_by")
    search_fields = ("account", "place", "outcome")
    search_help_text = _("Words of the account, the outcome or the place")
    ordering = ("-occurred_at", "-id")
    sortable_by = ()
    autocomplete_fields = ("unit", "grid")

    def get_queryset(self, request: HttpRequest) -> Any:
        return with_last_entry(super().get_queryset(request)).select_related("unit", "kind", "grid")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """By the index of words, which Django's own comparison in capitals would miss."""
        return telling(queryset, search_term), False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or can(Step.EDIT, obj))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        told = (
            ("kind", "occurred_at"),
            ("place", "grid"),
            ("latitude", "longitude"),
            "account",
            "outcome",
            ("quantity", "materials", "people_reached"),
        )
        if obj is None:
            return [(None, {"fields": ("unit", *told)})]
        settled = ("unit_text_field", ("state", "recorded_by"), ("verified_by", "verified_at"), "shift")
        reason = ("reason",) if self.has_change_permission(request, obj) else ()
        return [(None, {"fields": settled}), (None, {"fields": (*told, *reason)})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else ("unit_text_field", "state", "recorded_by", "verified_by", "verified_at", "shift")

    @admin.display(description=_("unit"))
    def unit_text_field(self, incident: Incident) -> str:
        """With its superiors."""
        return str(incident.unit)

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        names = set(form.cleaned_data) if adding else set(form.changed_data)
        told = {name: form.cleaned_data[name] for name in names & set(PLAIN)}
        if "kind" in names:
            told["kind_id"] = form.cleaned_data["kind"].pk
        if "grid" in names:
            told["grid_id"] = form.cleaned_data["grid"].pk if form.cleaned_data["grid"] else None
        actor = actor_of(request)
        if adding:
            return incidents.record_incident(actor=actor, unit_id=form.cleaned_data["unit"].pk, **told)
        return incidents.edit_incident(
            actor=actor,
            incident_id=obj.pk,
            seen=form.cleaned_data.get("seen"),
            reason=form.cleaned_data.get("reason", ""),
            **told,
        )
