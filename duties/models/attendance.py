"""Attendance: who came, when, for how long. A row is a fact; a correction is a new row with a reason."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from corps.models.history import tracked
from duties.enums import SERVED, AttendanceStatus, DutyCategory, Mechanism
from duties.models.querysets import DutyQuerySet
from duties.models.shifts import Shift


@tracked(exclude=["day", "category", "mechanism"])
class Attendance(models.Model):
    """What became of one member's shift; counts at the member's own unit of that day, also after units have moved.

    `day`, `category` and `mechanism` are the shift's, kept equal by the database. `period` is the time the member was
    there: from checking in until checking out; while nobody has checked out, until the shift's planned end. Only
    `current` rows count; a corrected row keeps standing, points to nothing and is pointed to by `corrects`.
    """

    shift = models.ForeignKey(Shift, models.PROTECT, related_name="attendances", verbose_name=_("shift"))
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="+", db_index=False, verbose_name=_("member")
    )
    unit = models.ForeignKey(
        "corps.Unit", models.PROTECT, related_name="+", db_index=False, verbose_name=_("member's own unit")
    )
    day = models.DateField(_("day"))
    category = models.CharField(_("counts as"), max_length=12, choices=DutyCategory.choices)
    mechanism = models.CharField(_("mechanism"), max_length=10, choices=Mechanism.choices)
    status = models.CharField(_("status"), max_length=10, choices=AttendanceStatus.choices)
    checked_in_at = models.DateTimeField(_("checked in"), null=True, blank=True)
    checked_out_at = models.DateTimeField(_("checked out"), null=True, blank=True)
    period = DateTimeRangeField(_("time there"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=0)
    replaced_by = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("replaced by"),
    )
    current = models.BooleanField(_("counts"), default=True)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by", verbose_name=_("corrects")
    )
    reason = models.CharField(_("reason of the correction"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        "corps.Account",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("recorded by"),
    )
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        ordering = ("-day", "-id")
        # The covering index over (unit, day) that roll-ups read, and the members' own list, stand in migration 0002.
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("shift", "member"), condition=models.Q(current=True), name="one_current_attendance"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status__in=[status.value for status in SERVED], checked_in_at__isnull=False, period__isnull=False
                )
                | (
                    ~models.Q(status__in=[status.value for status in SERVED])
                    & models.Q(checked_in_at__isnull=True, checked_out_at__isnull=True, period__isnull=True, minutes=0)
                ),
                name="attendance_times_by_status",
            ),
            models.CheckConstraint(
                condition=models.Q(checked_out_at__isnull=True)
                | models.Q(checked_out_at__gt=models.F("checked_in_at")),
                name="attendance_out_after_in",
            ),
            models.CheckConstraint(
                condition=models.Q(replaced_by__isnull=True) | models.Q(status=AttendanceStatus.REPLACED),
                name="attendance_replaced_has_status",
            ),
            models.CheckConstraint(
                condition=models.Q(corrects__isnull=True) | ~models.Q(reason=""), name="correction_has_reason"
            ),
            ExclusionConstraint(
                name="one_place_at_a_time",
                expressions=[("member", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=models.Q(current=True, period__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.shift}"
