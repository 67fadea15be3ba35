"""Distinct people: sets, because numbers of distinct people cannot be added up."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class OwnMonth(models.Model):
    """Who served in a month by the facts of this very unit, and on which days. `month` is the month's first day.

    `members` are keys of members, rising; `days` has for each of them the bits of the days, the lowest for the first.
    """

    pk = models.CompositePrimaryKey("unit_id", "month")
    unit = models.ForeignKey(
        "corps.Unit", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", verbose_name=_("unit")
    )
    month = models.DateField(_("month"))
    members = ArrayField(models.BigIntegerField())
    days = ArrayField(models.IntegerField())

    class Meta:
        verbose_name = _("days of a month's people")
        verbose_name_plural = _("days of months' people")

    def __str__(self) -> str:
        return f"{self.unit_id} {self.month:%Y-%m}"


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
