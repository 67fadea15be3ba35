"""Keys of cells whose facts have changed and which wait to be counted again."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Dirty(models.Model):
    """A unit and a day to count again. Written by triggers in the transaction of the fact, taken by the drain.

    A key may stand here many times; counting it once settles all of them.
    """

    unit_id = models.BigIntegerField(_("unit"))
    day = models.DateField(_("day"))

    class Meta:
        verbose_name = _("cell to count again")
        verbose_name_plural = _("cells to count again")

    def __str__(self) -> str:
        return f"{self.unit_id} {self.day}"
