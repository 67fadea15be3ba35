"""Many shifts at once: series on days of the week, weeks copied from others, and the series to look at."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.paginator import InfinitePaginator

from corps.admin.base import ProjectAdmin, UnitText
from corps.admin.fields import date_widget, pick_one, time_widget
from corps.admin.filters import UnitFilter
from corps.admin.pages import ActForm, OperationPage
from corps.doors import actor_of
from corps.permissions import Permission
from duties.admin.fields import kinds_for
from duties.logic.times import weekdays_of
from duties.models import Series, Shift
from duties.operations import series, weeks

WEEKDAYS = (
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
)


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
    right = Permission.DUTY_PLAN
    form_class = SeriesForm

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
    right = Permission.DUTY_PLAN
    form_class = WeekForm

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
