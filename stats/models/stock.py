"""Stock of equipment: what every unit's ledger comes to, by day, month and year, so that no report sums the ledger.

Rows hold changes. What a unit has at the end of a day is the sum of the years before, of the months before in its
year, and of the days until then in its month: some forty rows a kind and size, however old and long the ledger is.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.enums import EquipmentPlace


class Span(models.IntegerChoices):
    """How long the time is that a row covers."""

    DAY = 1, _("day")
    MONTH = 2, _("month")
    YEAR = 3, _("year")


class Stock(models.Model):
    """By how much each place of a unit rose (or fell, below 0) for one kind and size; a column per place.

    Rows with nothing but 0 do not exist. No foreign key is checked: see `stats.models.cells`.
    """

    unit = models.ForeignKey(
        "corps.Unit", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", verbose_name=_("unit")
    )
    kind = models.ForeignKey(
        "members.EquipmentKind",
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("kind of equipment"),
    )
    size = models.CharField(_("size"), max_length=8, blank=True)
    store = models.IntegerField(EquipmentPlace.STORE.label)
    damaged = models.IntegerField(EquipmentPlace.DAMAGED.label)
    repair = models.IntegerField(EquipmentPlace.REPAIR.label)
    transit = models.IntegerField(EquipmentPlace.TRANSIT.label)
    member = models.IntegerField(EquipmentPlace.MEMBER.label)
    use = models.IntegerField(EquipmentPlace.USE.label)

    class Meta:
        abstract = True


class OwnStock(Stock):
    """What the movements of this very unit came to on a day."""

    pk = models.CompositePrimaryKey("unit_id", "kind_id", "day", "size")
    day = models.DateField(_("day"))

    class Meta:
        verbose_name = _("own stock")
        verbose_name_plural = _("own stocks")

    def __str__(self) -> str:
        return f"{self.unit_id} {self.kind_id} {self.day}"


class TotalStock(Stock):
    """The unit with everything below it, in the day, month or year that begins on `start`."""

    pk = models.CompositePrimaryKey("unit_id", "span", "start", "kind_id", "size")
    span = models.SmallIntegerField(_("span"), choices=Span.choices)
    start = models.DateField(_("first day"))

    class Meta:
        verbose_name = _("total stock")
        verbose_name_plural = _("total stocks")

    def __str__(self) -> str:
        return f"{self.unit_id} {self.kind_id} {self.start}"


class StockDirty(models.Model):
    """A unit, a kind and a day to count again. Written by triggers with the movement, taken by the drain.

    With `below` no movement of the unit was written, but what hangs below it changed.
    """

    unit_id = models.BigIntegerField(_("unit"))
    kind_id = models.BigIntegerField(_("kind of equipment"))
    day = models.DateField(_("day"))
    below = models.BooleanField(_("units below"))

    class Meta:
        verbose_name = _("stock to count again")
        verbose_name_plural = _("stocks to count again")

    def __str__(self) -> str:
        return f"{self.unit_id} {self.kind_id} {self.day}"
