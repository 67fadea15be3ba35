"""Differences between stored figures and facts, as officers see them: only to read, nobody mends them by hand."""

from typing import Any, Final

from django.contrib import admin
from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from corps.admin.base import ProjectAdmin, UnitText, verbatim
from corps.admin.filters import UnitFilter, by_choice
from corps.permissions import Permission
from stats.catalogue import MEASURES
from stats.models import Discrepancy
from stats.models.discrepancies import Table

#: What a column counts, in the words of the measure that reads the fewest others beside it.
_MEANINGS: Final[dict[str, Promise]] = {
    column: measure.name
    for measure in sorted(MEASURES.values(), key=lambda one: -len(one.columns))
    for column in measure.columns
}


@admin.register(Discrepancy)
class DiscrepancyAdmin(UnitText, ProjectAdmin):
    """Open ones first; one is settled by a check that finds stored and counted equal."""

    view_permission = Permission.RESULT_VIEW
    keeps_history = False
    list_display = ("found_at", "unit_column", "day", "table", "column_name", "stored", "counted", "settled_at")
    list_filter = (UnitFilter, by_choice("table", gettext_lazy("stored figure"), Table.choices))
    ordering: Any = (F("settled_at").desc(nulls_first=True), "-found_at", "-id")
    sortable_by = ()
    fields: Any = ("found_at", "unit", "day", "table", "column_name", "stored", "counted", "settled_at")
    readonly_fields = fields

    @admin.display(description=gettext_lazy("column"))
    def column_name(self, one: Discrepancy) -> str | Promise:
        """What the column counts; its code where no measure reads it."""
        if one.table in {Table.SET, Table.DAYS}:
            return MEASURES["served"].name
        return _MEANINGS.get(one.column) or verbatim(one.column)
