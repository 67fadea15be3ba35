"""What the corps owns: kinds, what each member is entitled to, stores, and things that carry a number."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from corps.models.history import tracked
from members.enums import Counting, MemberRole
from members.models.querysets import EquipmentQuerySet


@tracked()
class EquipmentKind(models.Model):
    """A kind of equipment of the corps: counted by quantity, by size where it has sizes, or thing by thing by number.

    `value` is yuan per piece. What is `returnable` must come back before somebody leaves. `most_per_member` is how many
    one member may hold, kept by the database. Whoever is to hold it must fulfil `requirement`.
    """

    corps = models.ForeignKey("corps.Corps", models.PROTECT, related_name="+", verbose_name=_("corps"))
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=40)
    counting = models.CharField(_("counted"), max_length=8, choices=Counting.choices, default=Counting.COUNTED)
    measure = models.CharField(_("unit of measure"), max_length=4, default="件")
    sizes = ArrayField(models.CharField(max_length=8), verbose_name=_("sizes"), default=list, blank=True)
    value = models.DecimalField(
        _("value per piece"), max_digits=10, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    returnable = models.BooleanField(_("to be returned"), default=True)
    most_per_member = models.PositiveSmallIntegerField(_("at most per member"), null=True, blank=True)
    lasts_months = models.PositiveSmallIntegerField(_("lasts months"), null=True, blank=True)
    requirement = models.ForeignKey(
        "members.Requirement", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("requirement")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("kind of equipment")
        verbose_name_plural = _("kinds of equipment")
        ordering = ("corps", "position", "name")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("corps", "name"), name="one_equipment_kind_per_name"),
            models.CheckConstraint(
                condition=models.Q(counting=Counting.COUNTED) | models.Q(sizes=[]), name="numbered_kind_without_sizes"
            ),
            models.CheckConstraint(condition=models.Q(value__gte=0), name="equipment_value_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class Entitlement(models.Model):
    """Who is entitled to how many of a kind. Every condition that is given must hold; without any: every member.

    `unit` means the unit and everything below it; `speciality` the units that have it.
    """

    kind = models.ForeignKey(
        EquipmentKind, models.CASCADE, related_name="entitlements", verbose_name=_("kind of equipment")
    )
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1, validators=[MinValueValidator(1)])
    unit = models.ForeignKey(
        "corps.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    speciality = models.ForeignKey(
        "corps.Speciality", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("speciality")
    )
    role = models.CharField(_("role"), max_length=12, choices=MemberRole.choices, blank=True)
    group = models.ForeignKey(
        "members.FunctionalGroup",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("functional group"),
    )

    class Meta:
        verbose_name = _("entitlement")
        verbose_name_plural = _("entitlements")
        ordering = ("kind", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("kind", "unit", "speciality", "role", "group"),
                nulls_distinct=False,
                name="one_entitlement_per_condition",
            ),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="entitlement_to_something"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} × {self.quantity}"


@tracked()
class Store(models.Model):
    """A store of a unit; from it the unit and everything below it are supplied. Its stock is what the ledger says."""

    unit = models.ForeignKey("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("unit"))
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=40)
    place = models.CharField(_("where it is"), max_length=100, blank=True)
    keeper = models.CharField(_("storekeeper"), max_length=50, blank=True)
    active = models.BooleanField(_("in use"), default=True)

    objects = EquipmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")
        ordering = ("unit", "name")
        constraints: ClassVar = [models.UniqueConstraint(fields=("unit", "name"), name="one_store_per_name")]

    def __str__(self) -> str:
        return f"{self.unit} · {self.name}"


@tracked()
class Article(models.Model):
    """One thing that carries a number: a radio, a drone, a car. The number is unique in the corps."""

    kind = models.ForeignKey(EquipmentKind, models.PROTECT, related_name="+", verbose_name=_("kind of equipment"))
    corps = models.ForeignKey("corps.Corps", models.PROTECT, related_name="+", verbose_name=_("corps"))
    number = models.CharField(_("number"), max_length=40)
    remarks = models.CharField(_("remarks"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("numbered thing")
        verbose_name_plural = _("numbered things")
        ordering = ("corps", "number")
        constraints: ClassVar = [models.UniqueConstraint(fields=("corps", "number"), name="one_article_per_number")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
