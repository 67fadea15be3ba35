"""Cells: one row per unit and day that has anything, a column per thing counted, empty where there is nothing.

No foreign key is checked: the cells follow from facts, whose own keys are, and a check per row would be most of the
price of a rebuild. The trigger on units clears the cells of a deleted one.
"""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from stats.catalogue.columns import COLUMNS, Column


class DayCell(models.Model):
    """A unit's day. The columns are those of `stats.catalogue.columns.COLUMNS`; NULL stands for nothing.

    NULL instead of 0 keeps rows short (most columns of most days are empty) and lets sums skip them.
    """

    pk = models.CompositePrimaryKey("unit_id", "day")
    unit = models.ForeignKey(
        "corps.Unit",
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("unit"),
    )
    day = models.DateField(_("day"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.unit_id} {self.day}"


def _field(column: Column) -> "models.Field[Any, Any]":
    kind = models.BigIntegerField if column.wide else models.IntegerField
    return kind(null=True)


for _column in COLUMNS.values():
    DayCell.add_to_class(_column.name, _field(_column))


class OwnDay(DayCell):
    """What was counted from the facts of this very unit."""

    class Meta:
        verbose_name = _("own cell")
        verbose_name_plural = _("own cells")


class TotalDay(DayCell):
    """The unit with everything below it. Every node has rows of its own, so that a table reads just those."""

    class Meta:
        verbose_name = _("total cell")
        verbose_name_plural = _("total cells")
        indexes: ClassVar = [
            # How many people there are is the sum since the beginning; only days on which somebody came or went count.
            models.Index(
                fields=("unit", "day"),
                include=("people", "guards", "property_staff", "building_heads", "shop_heads"),
                condition=models.Q(joined__isnull=False) | models.Q(departed__isnull=False),
                name="total_stock_by_unit_day",
            ),
        ]
