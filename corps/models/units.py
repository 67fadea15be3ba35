"""The unit tree: one corps, its detachments, brigades and squads, and the words the corps uses for them."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from mptt.models import MPTTModel, TreeForeignKey

from corps.enums import Level
from corps.models.history import tracked
from corps.models.querysets import UnitQuerySet


@tracked()
class Corps(models.Model):  # type: ignore[django-manager-missing]  # mptt carries no types
    """One volunteer-police organisation with its own tree and its own words for the levels."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=60)
    division_code = models.CharField(_("division code"), max_length=12, blank=True)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)

    class Meta:
        verbose_name = _("corps")
        verbose_name_plural = _("corps")

    def __str__(self) -> str:
        return self.name


@tracked()
class LevelName(models.Model):
    """What a corps calls a level: 总队 or 总会, 中队 or 工作站."""

    corps = models.ForeignKey(Corps, models.CASCADE, related_name="level_names", verbose_name=_("corps"))
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=20)

    class Meta:
        verbose_name = _("level name")
        verbose_name_plural = _("level names")
        ordering = ("corps", "level")
        constraints: ClassVar = [models.UniqueConstraint(fields=("corps", "level"), name="one_name_per_level")]

    def __str__(self) -> str:
        return self.name


@tracked()
class Speciality(models.Model):
    """What a unit is especially good at: water rescue, first aid, mediation …"""

    corps = models.ForeignKey(Corps, models.CASCADE, related_name="specialities", verbose_name=_("corps"))
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=40)

    class Meta:
        verbose_name = _("speciality")
        verbose_name_plural = _("specialities")
        ordering = ("corps", "name")
        constraints: ClassVar = [models.UniqueConstraint(fields=("corps", "name"), name="one_speciality_per_name")]

    def __str__(self) -> str:
        return self.name


@tracked(exclude=["lft", "rght", "tree_id", "depth"])
class Unit(MPTTModel):
    """A node of the tree. Structure is written only by `corps.operations.tree`, under one advisory lock.

    `level` is the rank (see `Level`); `depth` is mptt's distance from the root, which differs where levels are skipped.
    """

    corps = models.ForeignKey(Corps, models.PROTECT, related_name="units", verbose_name=_("corps"))
    parent = TreeForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("superior unit")
    )
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=80)
    short_name = models.CharField(_("short name"), max_length=30)
    code = models.CharField(_("code"), max_length=30, unique=True)
    division_code = models.CharField(_("division code"), max_length=12, blank=True)
    active_from = models.DateField(_("active from"))
    active_until = models.DateField(
        _("active until"), null=True, blank=True, help_text=_("The first day on which the unit no longer exists.")
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from", verbose_name=_("merged into")
    )
    latitude = models.FloatField(_("latitude"), null=True, blank=True, help_text=_("WGS-84"))
    longitude = models.FloatField(_("longitude"), null=True, blank=True, help_text=_("WGS-84"))
    specialities = models.ManyToManyField(
        Speciality,
        through="corps.UnitSpeciality",
        blank=True,
        related_name="units",
        verbose_name=_("specialities"),
    )
    stations = models.ManyToManyField(
        "corps.Station", through="corps.UnitStation", related_name="units", verbose_name=_("guiding police stations")
    )

    objects = UnitQuerySet.as_manager()

    class MPTTMeta:
        level_attr = "depth"
        order_insertion_by: ClassVar[list[str]] = ["code"]

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = pgettext_lazy("many", "units")
        base_manager_name = "objects"
        # Not unique: PostgreSQL counts the columns of a unique index as key columns, so every shift of lft would make
        # the foreign-key checks of roster writes wait. The check at commit (migration 0006) implies uniqueness.
        indexes: ClassVar = [models.Index(fields=("tree_id", "lft"), name="unit_tree_order")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(lft__lt=models.F("rght")), name="unit_lft_before_rght"),
            models.CheckConstraint(condition=models.Q(level__gte=1, level__lte=4), name="unit_level_known"),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=False) | models.Q(level=Level.CORPS), name="unit_root_is_corps"
            ),
            models.CheckConstraint(
                condition=models.Q(active_until__isnull=True) | models.Q(active_until__gt=models.F("active_from")),
                name="unit_active_period",
            ),
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="unit_coordinates",
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True)
                | (models.Q(active_until__isnull=False) & ~models.Q(merged_into=models.F("id"))),
                name="unit_merged_is_closed",
            ),
            models.UniqueConstraint(
                fields=("corps",), condition=models.Q(parent__isnull=True), name="one_root_per_corps"
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class UnitSpeciality(models.Model):
    """A unit is especially good at something; a model of its own so that its history is kept."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="speciality_links", verbose_name=_("unit"))
    speciality = models.ForeignKey(Speciality, models.CASCADE, related_name="unit_links", verbose_name=_("speciality"))

    class Meta:
        verbose_name = _("unit's speciality")
        verbose_name_plural = _("units' specialities")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=("unit", "speciality"), name="one_speciality_once_per_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} · {self.speciality}"


@tracked()
class UnitStation(models.Model):
    """A police station guides a unit; a unit may have several (dual leadership), one of them first."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="station_links", verbose_name=_("unit"))
    station = models.ForeignKey(
        "corps.Station", models.PROTECT, related_name="unit_links", verbose_name=_("police station")
    )
    primary = models.BooleanField(_("leading station"), default=False)

    class Meta:
        verbose_name = _("guiding station")
        verbose_name_plural = _("guiding stations")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=("unit", "station"), name="station_guides_unit_once"),
            models.UniqueConstraint(fields=("unit",), condition=models.Q(primary=True), name="one_leading_station"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} ← {self.station}"
