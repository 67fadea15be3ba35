"""Filters of admin lists: a unit with everything below it, and choices as drop-downs."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.contrib.filters.forms import AutocompleteDropdownForm

from corps.admin.fields import DATE_WIDGET, LabelledChoiceField, page_of
from corps.admin.scopes import scope_for
from corps.models import Post, Unit
from corps.models.scope import InUnits


class _UnitFilterForm(forms.Form):
    """The picker, searching; 1,219 units are nothing to scroll through."""

    class Media(AutocompleteDropdownForm.Media):
        pass


class UnitFilter(admin.SimpleListFilter):
    """Rows of a unit and everything below it; the picker offers what the reader may see."""

    title = _("unit")
    parameter_name = "unit"
    template = "unfold/filters/filters_field.html"
    form_class = _UnitFilterForm
    unit_path = "unit_id"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        self.request, self.model_admin = request, model_admin
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Never empty, or the filter would not be shown."""
        return [("", "")]

    def has_output(self) -> bool:
        return True

    @property
    def unit_id(self) -> int | None:
        """The unit chosen, if it is one the reader may see."""
        text = self.value() or ""
        if not text.isdecimal() or len(text) > 15:
            return None
        return int(text) if int(text) in scope_for(self.request, self.model_admin.view_permission) else None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.unit_id is None:
            return queryset
        tree = scope_for(request, self.model_admin.view_permission).tree
        return queryset.filter(InUnits(self.unit_path, tree.within(self.unit_id)))

    def choices(self, changelist: Any) -> Iterator[Any]:
        other = page_of(self.model_admin, Unit)
        form = _UnitFilterForm({self.parameter_name: self.unit_id or ""})
        form.fields[self.parameter_name] = LabelledChoiceField.labelled(other.option_label)(
            label=_("Unit and everything below it"),
            required=False,
            queryset=other.get_queryset(self.request),
            widget=AutocompleteSelect(
                Post._meta.get_field("unit"),  # any foreign key to units serves the picker
                self.model_admin.admin_site,
                attrs={"class": "unfold-filter-autocomplete"},
            ),
        )
        yield {"form": form}


class UnitItselfFilter(UnitFilter):
    """The same for the list of units."""

    unit_path = "id"


class ChoiceFilter(DropdownFilter):
    """A drop-down over fixed choices of a column."""

    field = ""
    options: Any = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return self.options

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return (
            queryset.filter(**{self.field: value}) if value in {str(code) for code, _word in self.options} else queryset
        )


def by_choice(field: str, name: Any, options: Any) -> type[ChoiceFilter]:
    """A filter class for a column with choices."""
    return type(
        "ChoiceFilter", (ChoiceFilter,), {"title": name, "parameter_name": field, "field": field, "options": options}
    )


class DaysFilter(admin.SimpleListFilter):
    """Moments between two days, both included, at the corps' place."""

    title = _("time")
    parameter_name = "since"
    template = "unfold/filters/filters_field.html"
    field = "at"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        self.until = (params.pop("until", None) or [""])[-1]
        super().__init__(request, params, model, model_admin)
        self.form = _DaysForm({"since": self.value() or "", "until": self.until})

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Never empty, or the filter would not be shown."""
        return [("", "")]

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return ["since", "until"]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        self.form.is_valid()
        since, until = self.form.cleaned_data.get("since"), self.form.cleaned_data.get("until")
        if since:
            queryset = queryset.filter(**{f"{self.field}__gte": _midnight(since)})
        if until:
            queryset = queryset.filter(**{f"{self.field}__lt": _midnight(until + timedelta(days=1))})
        return queryset

    def choices(self, changelist: Any) -> Iterator[Any]:
        yield {"form": self.form}


class _DaysForm(forms.Form):
    since = forms.DateField(label=_("Since"), required=False, widget=DATE_WIDGET)
    until = forms.DateField(label=_("Until"), required=False, widget=DATE_WIDGET)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
