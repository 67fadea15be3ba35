"""Distinct people: sets, because numbers of distinct people cannot be added up."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MonthSet(models.Model):
    """Who served in a month, of a unit with everything below it. `month` is the month's first day.

    `members` holds the members' keys as `stats.logic.people` packs them, `number` how many they are.
    """

    pk = models.CompositePrimaryKey("unit_id", "month")
    unit = models.ForeignKey(
        "corps.Unit", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", verbose_name=_("unit")
    )
    month = models.DateField(_("month"))
    members = models.BinaryField()
    number = models.IntegerField(_("people"))

    class Meta:
        verbose_name = _("people of a month")
        verbose_name_plural = _("people of months")

    def __str__(self) -> str:
        return f"{self.unit_id} {self.month:%Y-%m}"
