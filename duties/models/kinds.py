"""Kinds of duty: data of each corps, with defaults for what corps commonly do."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from corps.models.history import tracked
from duties.enums import DutyCategory, Mechanism
from duties.models.querysets import DutyKindQuerySet


@tracked()
class DutyKind(models.Model):
    """A kind of duty as a corps names it; `category` is what it counts as and stays once shifts of the kind exist.

    Whoever is put on a shift of the kind must fulfil `requirement` on its day.
    """

    corps = models.ForeignKey("corps.Corps", models.PROTECT, related_name="+", verbose_name=_("corps"))
    code = models.SlugField(_("code"), max_length=20)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=40)
    category = models.CharField(_("counts as"), max_length=12, choices=DutyCategory.choices)
    mechanism = models.CharField(_("mechanism"), max_length=10, choices=Mechanism.choices)
    needed = models.PositiveSmallIntegerField(_("usually needed"), default=2)
    starts = models.TimeField(_("usually starts"))
    minutes = models.PositiveSmallIntegerField(_("usual length in minutes"))
    requirement = models.ForeignKey(
        "members.Requirement", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("requirement")
    )
    active = models.BooleanField(_("in use"), default=True)

    objects = DutyKindQuerySet.as_manager()

    class Meta:
        verbose_name = _("kind of duty")
        verbose_name_plural = _("kinds of duty")
        ordering = ("corps", "category", "code")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("corps", "code"), name="one_duty_kind_per_code"),
            models.UniqueConstraint(fields=("corps", "name"), name="one_duty_kind_per_name"),
            models.CheckConstraint(condition=models.Q(minutes__gt=0, minutes__lte=1440), name="duty_kind_minutes"),
        ]

    def __str__(self) -> str:
        return self.name
