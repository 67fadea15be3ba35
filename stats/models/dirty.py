"""Keys of cells whose facts have changed and which wait to be counted again."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Changed(models.TextChoices):
    """Which table was written."""

    SHIFT = "shift", _("shifts")
    ATTENDANCE = "attendance", _("attendance")
    HOURS = "hours", _("hours of attendance")
    INCIDENT = "incident", _("incidents")
    ROSTER = "roster", _("roster")
    TREE = "tree", _("units below")


class Dirty(models.Model):
    """A unit and a day to count again. Written by triggers in the transaction of the fact, taken by the drain.

    `source` says which table of facts was written, so that the others are not read for nothing; with `hours` the same
    people came as before, with `tree` no fact changed, but what hangs below the unit did. A key may stand here many
    times; counting it once settles all of them.
    """

    unit_id = models.BigIntegerField(_("unit"))
    day = models.DateField(_("day"))
    source = models.CharField(_("what changed"), max_length=10, choices=Changed.choices)

    class Meta:
        verbose_name = _("cell to count again")
        verbose_name_plural = _("cells to count again")

    def __str__(self) -> str:
        return f"{self.unit_id} {self.day}"
