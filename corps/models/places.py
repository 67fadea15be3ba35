"""Places: police stations that guide units, sites where the corps works, grids of community governance."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from corps.enums import GridLevel, SiteKind, StationKind
from corps.models.history import tracked
from corps.models.querysets import ScopedQuerySet
from corps.models.units import Corps, Unit


class Located(models.Model):
    """Coordinates are WGS-84; GCJ-02 appears only at the edge, where a map asks for it."""

    latitude = models.FloatField(_("latitude"), null=True, blank=True, help_text=_("WGS-84"))
    longitude = models.FloatField(_("longitude"), null=True, blank=True, help_text=_("WGS-84"))

    class Meta:
        abstract = True


@tracked()
class Station(Located):
    """A police station (派出所) or a police post (警务室) under one."""

    corps = models.ForeignKey(Corps, models.PROTECT, related_name="stations", verbose_name=_("corps"))
    kind = models.CharField(_("kind"), max_length=10, choices=StationKind.choices, default=StationKind.STATION)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("superior station")
    )
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=80)
    code = models.CharField(_("code"), max_length=30, unique=True)
    division_code = models.CharField(_("division code"), max_length=12, blank=True)
    address = models.CharField(_("address"), max_length=120, blank=True)
    phone = models.CharField(_("duty phone"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("police station")
        verbose_name_plural = _("police stations")
        ordering = ("code",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind=StationKind.POLICE_POST) | models.Q(parent__isnull=True),
                name="station_has_no_superior",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class Site(Located):
    """A place a unit looks after: assembly point, school, estate, enterprise station …"""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="sites", verbose_name=_("unit"))
    kind = models.CharField(_("kind"), max_length=12, choices=SiteKind.choices)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=80)
    address = models.CharField(_("address"), max_length=120, blank=True)
    active = models.BooleanField(_("in use"), default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ("unit", "kind", "name")
        constraints: ClassVar = [models.UniqueConstraint(fields=("unit", "kind", "name"), name="one_site_per_name")]

    def __str__(self) -> str:
        return self.name


@tracked()
class Grid(models.Model):
    """A cell of community governance; three levels, each inside one of the level above."""

    corps = models.ForeignKey(Corps, models.PROTECT, related_name="grids", verbose_name=_("corps"))
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="grids", verbose_name=_("unit"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("superior grid")
    )
    level = models.PositiveSmallIntegerField(_("level"), choices=GridLevel.choices)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=60)
    code = models.CharField(_("code"), max_length=30, unique=True)

    class Meta:
        verbose_name = _("grid")
        verbose_name_plural = _("grids")
        ordering = ("code",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(level=GridLevel.FIRST, parent__isnull=True)
                | models.Q(level__gt=GridLevel.FIRST, parent__isnull=False),
                name="grid_parent_by_level",
            ),
        ]

    def __str__(self) -> str:
        return self.name
