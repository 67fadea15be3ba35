"""Shifts for officers: the list, and the form that plans one or changes its plan."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.paginator import InfinitePaginator

from corps.admin.base import OperationForm, ProjectAdmin, ReadInline, UnitText
from corps.admin.fields import pick_several
from corps.admin.filters import DaysFilter, UnitFilter, by_choice
from corps.doors import actor_of
from corps.models import Site
from corps.permissions import Permission
from duties.admin import shift_acts as acts
from duties.admin.fields import kinds_for
from duties.admin.series import SeriesPage, WeekPage
from duties.enums import DutyCategory, ShiftState
from duties.logic.times import span_text
from duties.models import Assignment, Attendance, Shift, ShiftUnit
from duties.operations import shifts
from duties.policies.shifts import can_change

PLAN = ("starts_at", "ends_at", "needed", "route", "police", "auxiliaries", "vehicles", "remarks")


class ShiftForm(OperationForm):
    """What is planned; the unit is chosen once, the state changes by acts of its own."""

    joint = forms.ModelMultipleChoiceField(Shift.objects.none(), label=_("Joint units"), required=False)

    class Meta:
        model = Shift
        fields = ("unit", "kind", "site", *PLAN)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self.instance.pk is not None:
            self.initial["joint"] = list(self.instance.joint_units.values_list("unit_id", flat=True))


class AssignmentInline(ReadInline):
    """Who is planned."""

    model = Assignment
    verbose_name_plural = _("members on the shift")
    fields = ("member",)
    readonly_fields = ("member",)
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(active=True).select_related("member").order_by("member__pinyin")


class AttendanceInline(ReadInline):
    """Who came."""

    model = Attendance
    verbose_name_plural = _("attendance")
    fields = ("member", "status", "checked_in_at", "checked_out_at", "minutes", "current", "reason")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("member").order_by("member__pinyin", "id")


class JointInline(ReadInline):
    """Which units take part."""

    model = ShiftUnit
    verbose_name_plural = _("joint units")
    fields = ("unit",)
    readonly_fields = ("unit",)
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("unit").order_by("unit__code")


@admin.register(Shift)
class ShiftAdmin(UnitText, ProjectAdmin):
    """Shifts of the reader's units; what is closed or cancelled is read-only."""

    form = ShiftForm
    view_permission = Permission.DUTY_VIEW
    add_permission = Permission.DUTY_PLAN
    change_permission = Permission.DUTY_PLAN
    pages = (
        acts.AssignPage,
        acts.TakeOffPage,
        acts.RecordPage,
        acts.ResultsPage,
        acts.ClosePage,
        acts.ReopenPage,
        acts.CancelPage,
        SeriesPage,
        WeekPage,
    )
    inlines = (AssignmentInline, AttendanceInline, JointInline)
    paginator = InfinitePaginator
    list_display = ("when", "kind", "unit_column", "place", "needed", "planned_column", "state")
    list_filter = (
        UnitFilter,
        by_choice("state", _("state"), ShiftState.choices),
        by_choice("category", _("counts as"), DutyCategory.choices),
        type("StartsFilter", (DaysFilter,), {"field": "starts_at"}),
    )
    list_select_related = ("kind", "site")
    search_fields = ("route", "remarks")
    search_help_text = _("Words of the route or the remarks")
    ordering = ("-day", "-id")
    sortable_by = ()
    autocomplete_fields = ("unit", "site")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("unit", "kind", "site")

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:
        super().prepare(request, rows)
        planned = Assignment.objects.filter(shift__in=rows, active=True).order_by().values("shift_id")
        numbers = dict(planned.annotate(number=models.Count("id")).values_list("shift_id", "number"))
        for row in rows:
            row.planned = numbers.get(row.pk, 0)

    @admin.display(description=_("time"))
    def when(self, shift: Shift) -> str:
        """Its planned period."""
        return span_text(timezone.localtime(shift.starts_at), timezone.localtime(shift.ends_at))

    @admin.display(description=_("site or route"))
    def place(self, shift: Shift) -> str:
        """Where."""
        return str(shift.site or shift.route or "—")

    @admin.display(description=_("planned"))
    def planned_column(self, shift: Any) -> int:
        """How many."""
        return int(shift.planned)

    @admin.display(description=_("organising unit"))
    def unit_text_field(self, shift: Shift) -> str:
        """With its superiors."""
        return self.label_of(shift.unit)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or can_change(obj))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        plan: tuple[Any, ...] = (
            "kind",
            ("starts_at", "ends_at"),
            # Four in a row are wider than a screen of 1440 pixels.
            ("needed", "vehicles"),
            ("police", "auxiliaries"),
            ("site", "route"),
            "remarks",
        )
        if obj is None:
            return [(None, {"fields": ("unit", *plan, "joint")})]
        settled = ("unit_text_field", ("state", "category", "mechanism"))
        done = (("materials", "people_reached"), "summary", ("closed_at", "closed_by"), "cancel_reason")
        writable = ("joint", "reason") if self.has_change_permission(request, obj) else ()
        return [
            (None, {"fields": settled}),
            (None, {"fields": (*plan, *writable)}),
            (_("Results"), {"fields": done}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ()
        return (
            "unit_text_field",
            "state",
            "category",
            "mechanism",
            "materials",
            "people_reached",
            "summary",
            "closed_at",
            "closed_by",
            "cancel_reason",
        )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        form = super().get_form(request, obj, change, **kwargs)
        fields = form.base_fields
        if "joint" in fields:
            unit = ShiftUnit._meta.get_field("unit")
            fields["joint"] = pick_several(self, request, unit, required=False, label=fields["joint"].label)
        if "kind" in fields:
            fields["kind"].queryset = kinds_for(request, obj)
        if "site" in fields and obj is not None and obj.site_id is not None:
            # A site of a superior unit may lie outside the reader's scope; saving the form shall not drop it.
            fields["site"].queryset |= Site.objects.filter(pk=obj.site_id)
        return form

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = form.cleaned_data
        facts = {
            "actor": actor_of(request),
            "kind_id": values["kind"].pk,
            "site_id": values["site"].pk if values["site"] else None,
            "joint_unit_ids": [unit.pk for unit in values["joint"]],
            **{name: values[name] for name in PLAN},
        }
        if adding:
            return shifts.plan_shift(unit_id=values["unit"].pk, **facts)
        return shifts.edit_shift(shift_id=obj.pk, reason=values.get("reason", ""), **facts)
