"""Posts of a unit (commissar, captain, deputy, instructor) and the terms for which people hold them."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from corps.enums import SINGLE_HOLDER_POSTS, PostKind
from corps.models.history import tracked
from corps.models.querysets import ScopedQuerySet
from corps.models.units import Unit


class DateRange(models.Func):
    """`daterange(start, end, '[)')` as an expression for constraints."""

    function = "DATERANGE"
    output_field = DateRangeField()


@tracked()
class Post(models.Model):
    """A post that a unit has; `title` is what the corps calls it (政治委员, 队长 …)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts", verbose_name=_("unit"))
    kind = models.CharField(_("kind"), max_length=12, choices=PostKind.choices)
    title = models.CharField(_("title"), max_length=40)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ("unit", "kind", "title")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("unit", "kind", "title"), name="one_post_per_title"),
            models.UniqueConstraint(
                fields=("unit", "kind"),
                condition=models.Q(kind__in=[kind.value for kind in SINGLE_HOLDER_POSTS]),
                name="one_commissar_one_captain",
            ),
        ]

    def __str__(self) -> str:
        return self.title


@tracked()
class Term(models.Model):
    """Somebody holds a post from a day on, until (not including) another. One holder at a time."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="terms", verbose_name=_("post"))
    holder = models.CharField(_("holder"), max_length=40)
    position = models.CharField(
        _("position"),
        max_length=80,
        blank=True,
        help_text=_("The office that brings the post, for example deputy secretary of the political-legal committee."),
    )
    account = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="terms", verbose_name=_("account")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        ordering = ("post", "-starts_on")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gt=models.F("starts_on")),
                name="term_period",
            ),
            ExclusionConstraint(
                name="one_holder_at_a_time",
                expressions=[
                    (models.F("post"), RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on", models.Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} · {self.post}"
