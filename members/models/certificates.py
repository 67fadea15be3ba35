"""Kinds of certificate, and what a duty or a piece of equipment asks of whoever does or holds it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from corps.models.history import tracked


@tracked()
class CertificateKind(models.Model):
    """A kind of certificate of the corps. Without `valid_months` it never expires; `warn_days` before, it is named."""

    corps = models.ForeignKey("corps.Corps", models.PROTECT, related_name="+", verbose_name=_("corps"))
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=60)
    valid_months = models.PositiveSmallIntegerField(_("valid for months"), null=True, blank=True)
    warn_days = models.PositiveSmallIntegerField(_("warn days before"), default=60)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("kind of certificate")
        verbose_name_plural = _("kinds of certificate")
        ordering = ("corps", "name")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("corps", "name"), name="one_certificate_kind_per_name"),
            models.CheckConstraint(
                condition=models.Q(valid_months__isnull=True) | models.Q(valid_months__gt=0),
                name="certificate_kind_valid_for_some_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class Requirement(models.Model):
    """What somebody must fulfil: all of its certificates, valid insurance, an age within bounds (whole years)."""

    corps = models.ForeignKey("corps.Corps", models.PROTECT, related_name="+", verbose_name=_("corps"))
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=60)
    min_age = models.PositiveSmallIntegerField(_("at least years old"), null=True, blank=True)
    max_age = models.PositiveSmallIntegerField(_("at most years old"), null=True, blank=True)
    insured = models.BooleanField(_("must be insured"), default=False)
    certificates = models.ManyToManyField(
        CertificateKind, through="RequiredCertificate", related_name="+", verbose_name=_("certificates")
    )

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        ordering = ("corps", "name")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("corps", "name"), name="one_requirement_per_name"),
            models.CheckConstraint(
                condition=models.Q(min_age__isnull=True)
                | models.Q(max_age__isnull=True)
                | models.Q(max_age__gte=models.F("min_age")),
                name="requirement_ages_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class RequiredCertificate(models.Model):
    """A requirement asks for a kind of certificate."""

    requirement = models.ForeignKey(
        Requirement, models.CASCADE, related_name="certificate_links", verbose_name=_("requirement")
    )
    kind = models.ForeignKey(CertificateKind, models.PROTECT, related_name="+", verbose_name=_("kind of certificate"))

    class Meta:
        verbose_name = _("required certificate")
        verbose_name_plural = _("required certificates")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("requirement", "kind"), name="one_certificate_per_requirement")
        ]

    def __str__(self) -> str:
        return f"{self.requirement} · {self.kind}"
