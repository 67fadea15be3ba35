"""Alarms: a stored figure that differs from what the facts say."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from corps.models.querysets import ScopedQuerySet
from corps.permissions import Permission


class DiscrepancyQuerySet(ScopedQuerySet):
    """Alarms of units whose results the actor may see."""

    view_permission: ClassVar[Permission] = Permission.RESULT_VIEW


class Table(models.TextChoices):
    """Which of the stored figures differed."""

    OWN = "own", _("own cell")
    TOTAL = "total", _("total cell")
    SET = "set", _("people of a month")
    DAYS = "days", _("days of a month's people")
    STOCK = "stock", _("stock of equipment")


class Discrepancy(models.Model):
    """A check found another figure stored than the facts give. It is open until a later check finds both equal.

    `day` is the month's first day for people of a month and their days, and the first day of the time a row of stock
    covers; `stored` and `counted` are None where there is no row.
    """

    table = models.CharField(_("stored figure"), max_length=5, choices=Table.choices)
    unit = models.ForeignKey("corps.Unit", models.CASCADE, related_name="+", verbose_name=_("unit"))
    day = models.DateField(_("day"))
    column = models.CharField(_("column"), max_length=40)
    stored = models.BigIntegerField(_("stored"), null=True)
    counted = models.BigIntegerField(_("counted"), null=True)
    found_at = models.DateTimeField(_("found at"), auto_now_add=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    objects = DiscrepancyQuerySet.as_manager()

    class Meta:
        verbose_name = _("difference in the statistics")
        verbose_name_plural = _("differences in the statistics")
        ordering = ("-found_at", "-id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("table", "unit", "day", "column"),
                condition=models.Q(settled_at__isnull=True),
                name="one_open_alarm_per_cell",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.day}"
