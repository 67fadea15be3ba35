"""Alarms that the police counted, by area and month: imported, the only figures not counted from facts."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from corps.models.history import tracked
from corps.models.querysets import ScopedQuerySet
from corps.permissions import Permission
from stats.enums import AlarmImportState, AlarmKind


class AlarmQuerySet(ScopedQuerySet):
    """Figures of units whose results the actor may see."""

    view_permission: ClassVar[Permission] = Permission.RESULT_VIEW


class AlarmImportQuerySet(ScopedQuerySet):
    """Imports into units for which the actor may import alarm figures."""

    view_permission: ClassVar[Permission] = Permission.ALARM_IMPORT


@tracked(exclude=["lines", "problems", "notes"])
class AlarmImport(models.Model):
    """A sheet of figures, as it was read and what came of it; the sheet itself is not kept.

    `lines` are [unit id, kind, month (ISO date), count, sheet, row, column letter]; `problems` are
    [sheet, row, column letter, found, code, parameters], `notes` [code, parameters]. `replaced` says what stood there
    before it was applied: [unit id, kind, month, count or None, import id or None].
    """

    unit = models.ForeignKey("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("unit"))
    state = models.CharField(
        _("state"), max_length=10, choices=AlarmImportState.choices, default=AlarmImportState.READY
    )
    file_name = models.CharField(_("file"), max_length=200)
    digest = models.BinaryField(_("digest"), max_length=32)
    lines = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    replaced = models.JSONField(default=list)
    uploaded_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)

    objects = AlarmImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of alarm figures")
        verbose_name_plural = _("imports of alarm figures")
        ordering = ("-id",)
        indexes: ClassVar = [models.Index(fields=("unit", "-id"), name="alarm_import_by_unit")]

    def __str__(self) -> str:
        return self.file_name


@tracked()
class AlarmFigure(models.Model):
    """How many alarms of a kind an area had in a month; `month` is its first day, `unit` the unit that works there."""

    unit = models.ForeignKey("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("area"))
    kind = models.CharField(_("kind"), max_length=10, choices=AlarmKind.choices)
    month = models.DateField(_("month"))
    count = models.PositiveIntegerField(_("alarms"))
    source = models.ForeignKey(AlarmImport, models.PROTECT, related_name="figures", verbose_name=_("imported with"))

    objects = AlarmQuerySet.as_manager()

    class Meta:
        verbose_name = _("alarm figure")
        verbose_name_plural = _("alarm figures")
        ordering = ("-month", "unit", "kind")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("unit", "kind", "month"), name="one_alarm_figure"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="alarm_month_is_its_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_kind_display()} {self.month:%Y-%m}"
