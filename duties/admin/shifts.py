"""Shifts for officers: planned as a form, their people, attendance, results and closing as acts; series to look at."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.paginator import InfinitePaginator

from corps.admin.base import OperationForm, ProjectAdmin, ReadInline, UnitText
from corps.admin.fields import date_widget, pick_one, pick_several
from corps.admin.filters import DaysFilter, UnitFilter, by_choice
from corps.admin.pages import ActForm, OperationPage, ReasonForm
from corps.admin.scopes import scope_for
from corps.doors import actor_of
from corps.models import Site
from corps.permissions import Permission
from duties.admin.fields import members_named, moment_widget, names_field, time_widget
from duties.enums import SERVED, AttendanceStatus, DutyCategory, ShiftState
from duties.logic.times import span_text, weekdays_of
from duties.models import Assignment, Attendance, DutyKind, Series, Shift, ShiftUnit
from duties.operations import assignments, attendance, results, series, shifts, weeks
from duties.policies.closing import missing
from duties.policies.shifts import can_become, can_change

WEEKDAYS = (
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
)
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


class ShiftPage(OperationPage):
    """An act on one shift."""

    right = Permission.DUTY_PLAN

    def permitted(self, request: HttpRequest, obj: Any) -> bool:
        return bool(self.admin.may(request, self.right, obj))

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return can_change(obj)


class AssignForm(ActForm):
    """Who."""

    names = names_field(
        label=_("Names"), help_text=_("Name, pinyin or initials; several with 、 between them."), widget=forms.TextInput
    )


class AssignPage(ShiftPage):
    """Members onto the shift."""

    name = "assign"
    title = _("Put members on the shift")
    icon = "person_add"
    form_class = AssignForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        planned = obj.assignments.filter(active=True).count()
        return [str(_("%(planned)d of %(needed)d are planned.") % {"planned": planned, "needed": obj.needed})]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        actor = actor_of(request)
        ids = members_named(actor, obj, values["names"])
        assignments.assign(actor=actor, shift_id=obj.pk, member_ids=ids)
        return ngettext("%(n)d member is on the shift.", "%(n)d members are on the shift.", len(ids)) % {"n": len(ids)}


class TakeOffForm(ActForm):
    """Whom."""

    def build(self) -> None:
        rows = self.obj.assignments.filter(active=True).select_related("member").order_by("member__pinyin", "id")
        self.fields["member"] = forms.TypedChoiceField(
            label=_("Member"), coerce=int, choices=[(row.member_id, row.member.name) for row in rows]
        )


class TakeOffPage(ShiftPage):
    """A member off the shift."""

    name = "take-off"
    title = _("Take a member off")
    icon = "person_remove"
    form_class = TakeOffForm

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        assignments.take_off(actor=actor_of(request), shift_id=obj.pk, member_id=values["member"])
        return _("The member is free again.")


class RecordForm(ActForm):
    """One choice for each member who is planned and not recorded."""

    def build(self) -> None:
        recorded = self.obj.attendances.filter(current=True).values("member_id")
        rows = self.obj.assignments.filter(active=True).exclude(member_id__in=recorded).select_related("member")
        choices = [("", "—")] + [(one.value, one.label) for one in AttendanceStatus if one != AttendanceStatus.REPLACED]
        for row in rows.order_by("member__pinyin", "id"):
            self.fields[f"member-{row.member_id}"] = forms.ChoiceField(
                label=row.member.name, choices=choices, required=False, initial=AttendanceStatus.PRESENT
            )


class RecordPage(ShiftPage):
    """The list of a shift, as planned; times that differ are put right afterwards."""

    name = "record"
    title = _("Record attendance")
    icon = "fact_check"
    form_class = RecordForm
    right = Permission.DUTY_RECORD

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [str(_("Whoever came is recorded from start to end; other times are entered as a correction."))]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        entries = [
            attendance.Entry(int(name.removeprefix("member-")), AttendanceStatus(status))
            for name, status in values.items()
            if name.startswith("member-") and status
        ]
        made = attendance.record_list(actor=actor_of(request), shift_id=obj.pk, entries=entries)
        return ngettext("%(n)d member is recorded.", "%(n)d members are recorded.", len(made)) % {"n": len(made)}


class ResultsForm(ActForm):
    """What it came to."""

    materials = forms.IntegerField(label=_("Material handed out"), min_value=0)
    people_reached = forms.IntegerField(label=_("People reached"), min_value=0)
    summary = forms.CharField(label=_("What was done"), max_length=2000, required=False)


class ResultsPage(ShiftPage):
    """Results of the shift."""

    name = "results"
    title = _("Enter results")
    icon = "edit_note"
    form_class = ResultsForm
    right = Permission.DUTY_RECORD

    def initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"materials": obj.materials, "people_reached": obj.people_reached, "summary": obj.summary}

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        results.record_results(actor=actor_of(request), shift_id=obj.pk, **values)
        return _("The results are entered.")


class ClosePage(ShiftPage):
    """It counts from now on."""

    name = "close"
    title = _("Close the shift")
    icon = "task_alt"
    form_class = ActForm
    right = Permission.DUTY_RECORD

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        planned = list(obj.assignments.filter(active=True).select_related("member"))
        recorded = list(obj.attendances.filter(current=True).select_related("member"))
        lacking = missing(obj, planned, recorded)
        served = sum(1 for row in recorded if row.status in SERVED)
        return lacking or [str(_("It counts as one session with %(n)d person-times.") % {"n": served})]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        results.close_shift(actor=actor_of(request), shift_id=obj.pk)
        return _("The shift is closed and counts.")


class ReopenPage(ShiftPage):
    """It does not count until it is closed again."""

    name = "reopen"
    title = _("Reopen the shift")
    icon = "lock_open"
    right = Permission.DUTY_RECORD

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return can_become(obj.state, ShiftState.PLANNED)

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [str(_("Until it is closed again it does not count as a session."))]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        results.reopen_shift(actor=actor_of(request), shift_id=obj.pk, reason=values["reason"])
        return _("The shift is open again.")


class CancelPage(ShiftPage):
    """It does not take place."""

    name = "cancel"
    title = _("Cancel the shift")
    icon = "event_busy"
    danger = True
    form_class = ReasonForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        number = obj.assignments.filter(active=True).count()
        return [ngettext("%(n)d member is free again.", "%(n)d members are free again.", number) % {"n": number}]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        shifts.cancel_shift(actor=actor_of(request), shift_id=obj.pk, reason=values["reason"])
        return _("The shift is cancelled.")


class SeriesForm(ActForm):
    """Which unit, what, on which days."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"), coerce=int, choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple
    )
    first_day = forms.DateField(label=_("First day"), widget=date_widget())
    last_day = forms.DateField(label=_("Last day"), widget=date_widget())
    starts = forms.TimeField(label=_("Starts"), widget=time_widget())
    minutes = forms.IntegerField(label=_("Length in minutes"), min_value=1, max_value=1440)
    needed = forms.IntegerField(label=_("People needed"), min_value=1, max_value=9999)
    route = forms.CharField(label=_("Route or place"), max_length=200, required=False)

    def build(self) -> None:
        unit = Shift._meta.get_field("unit")
        kinds = kinds_for(self.request)
        chosen: dict[str, forms.Field] = {
            "unit": pick_one(self.admin, self.request, unit, label=_("Unit")),
            "kind": forms.ModelChoiceField(kinds, label=_("Kind of duty"), widget=forms.Select),
        }
        self.fields = {**chosen, **self.fields}


class SeriesPage(OperationPage):
    """The same shift on several days of the week."""

    name = "series"
    title = _("Plan a series")
    icon = "event_repeat"
    on_list = True
    form_class = SeriesForm

    def permitted(self, request: HttpRequest, obj: Any) -> bool:
        return bool(scope_for(request, Permission.DUTY_PLAN))

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        unit, kind = values.pop("unit"), values.pop("kind")
        made = series.plan_series(actor=actor_of(request), unit_id=unit.pk, kind_id=kind.pk, **values)
        return ngettext("%(n)d shift is planned.", "%(n)d shifts are planned.", len(made)) % {"n": len(made)}


class WeekForm(ActForm):
    """Which week of which unit, into which."""

    from_monday = forms.DateField(label=_("Monday of the week to copy"), widget=date_widget())
    to_monday = forms.DateField(label=_("Monday of the new week"), widget=date_widget())
    with_members = forms.BooleanField(label=_("With the members who are free"), required=False)

    def build(self) -> None:
        unit = pick_one(self.admin, self.request, Shift._meta.get_field("unit"), label=_("Unit"))
        self.fields = {"unit": unit, **self.fields}


class WeekPage(OperationPage):
    """One week like another."""

    name = "copy-week"
    title = _("Copy a week")
    icon = "content_copy"
    on_list = True
    form_class = WeekForm

    def permitted(self, request: HttpRequest, obj: Any) -> bool:
        return bool(scope_for(request, Permission.DUTY_PLAN))

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        unit = values.pop("unit")
        done = weeks.copy_week(actor=actor_of(request), unit_id=unit.pk, **values)
        number = len(done.shifts)
        told = ngettext("%(n)d shift is planned.", "%(n)d shifts are planned.", number) % {"n": number}
        if done.already:
            there = ngettext("%(n)d was there already.", "%(n)d were there already.", done.already)
            told += " " + there % {"n": done.already}
        left_out = "；".join(" ".join(filter(None, (one.member or one.shift, one.reason))) for one in done.left_out)
        return f"{told} {_('Left out: %(names)s.') % {'names': left_out}}" if left_out else told


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
        AssignPage,
        TakeOffPage,
        RecordPage,
        ResultsPage,
        ClosePage,
        ReopenPage,
        CancelPage,
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
    formfield_overrides = {  # noqa: RUF012 - as Django has it
        **ProjectAdmin.formfield_overrides,
        models.DateTimeField: {"form_class": forms.DateTimeField, "widget": moment_widget()},
    }

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
        return str(self.admin_site._registry[type(shift.unit)].option_label(shift.unit))  # noqa: SLF001

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

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return [] if obj is None else list(self.inlines)

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


@admin.register(Series)
class SeriesAdmin(UnitText, ProjectAdmin):
    """Series as they were planned, to look at; their shifts are shifts like any other."""

    view_permission = Permission.DUTY_VIEW
    paginator = InfinitePaginator
    list_display = ("kind", "unit_column", "weekdays_column", "first_day", "last_day")
    list_filter = (UnitFilter,)
    list_select_related = ("kind",)
    ordering = ("-id",)
    sortable_by = ()
    fields = ("unit", "kind", "weekdays_column", "first_day", "last_day")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("unit", "kind")

    @admin.display(description=_("weekdays"))
    def weekdays_column(self, series: Series) -> str:
        """By their names."""
        return "、".join(str(WEEKDAYS[day][1]) for day in weekdays_of(series.weekdays))


def kinds_for(request: HttpRequest, obj: Any = None) -> Any:
    """Kinds in use in the corps of which the reader sees duties, and the one the shift has."""
    scope = scope_for(request, Permission.DUTY_VIEW)
    corps = {scope.tree.nodes[unit_id].corps_id for unit_id in scope.ids}
    mine = DutyKind.objects.filter(corps_id__in=corps)
    return mine.filter(models.Q(active=True) | models.Q(pk=obj.kind_id if obj is not None else None))
