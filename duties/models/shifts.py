"""A shift: what is done when, where and by whom it is organised; who is planned for it; what it came to."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from corps.models.history import tracked
from duties.enums import DutyCategory, Mechanism, ShiftState
from duties.models.kinds import DutyKind
from duties.models.querysets import DutyQuerySet, OfShiftQuerySet, ShiftQuerySet

PHOTO_PURPOSE = b"duties.photo"


class LocalDay(models.Func):
    """The date in the corps' own time of a moment: a duty day belongs to the local date of its start."""

    template = "(%(expressions)s AT TIME ZONE 'Asia/Shanghai')::date"
    output_field = models.DateField()


@tracked()
class Series(models.Model):
    """A recurrence as it was planned: these weekdays (0 = Monday) from one date to another, at this time."""

    unit = models.ForeignKey("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("unit"))
    kind = models.ForeignKey(DutyKind, models.PROTECT, related_name="+", verbose_name=_("kind"))
    weekdays = models.PositiveSmallIntegerField(_("weekdays"), help_text=_("Bit 0 is Monday."))
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("series of shifts")
        verbose_name_plural = _("series of shifts")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(weekdays__gt=0, weekdays__lt=128), name="series_weekdays"),
            models.CheckConstraint(condition=models.Q(last_day__gte=models.F("first_day")), name="series_period"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first_day} – {self.last_day}"


@tracked(exclude=["day"])
class Shift(models.Model):
    """One piece of duty; it counts once, at the unit that organises it, when it is closed.

    `category` and `mechanism` are the kind's at the time of planning. Police and auxiliaries of a mixed team are
    counted by number, they are no members. What was done (`materials` … `summary`) is entered before closing.
    """

    unit = models.ForeignKey("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("organising unit"))
    kind = models.ForeignKey(DutyKind, models.PROTECT, related_name="shifts", verbose_name=_("kind"))
    category = models.CharField(_("counts as"), max_length=12, choices=DutyCategory.choices)
    mechanism = models.CharField(_("mechanism"), max_length=10, choices=Mechanism.choices)
    series = models.ForeignKey(
        Series, models.PROTECT, null=True, blank=True, related_name="shifts", verbose_name=_("series")
    )
    site = models.ForeignKey(
        "corps.Site", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("site")
    )
    route = models.CharField(_("route or place"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    day = models.GeneratedField(
        expression=LocalDay("starts_at"), output_field=models.DateField(), db_persist=True, verbose_name=_("day")
    )
    needed = models.PositiveSmallIntegerField(_("needed"))
    police = models.PositiveSmallIntegerField(_("police officers"), default=0)
    auxiliaries = models.PositiveSmallIntegerField(_("auxiliary police"), default=0)
    vehicles = models.PositiveSmallIntegerField(_("vehicles"), default=0)
    remarks = models.CharField(_("remarks"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ShiftState.choices, default=ShiftState.PLANNED)
    materials = models.PositiveIntegerField(_("material handed out"), default=0)
    people_reached = models.PositiveIntegerField(_("people reached"), default=0)
    summary = models.TextField(_("what was done"), max_length=2000, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )
    cancel_reason = models.CharField(_("why it was cancelled"), max_length=200, blank=True)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ("starts_at", "id")
        indexes: ClassVar = [
            models.Index(fields=("unit", "day"), name="shift_by_unit_day"),
            models.Index(fields=("day", "id"), name="shift_by_day"),
            # What is still to be stood or to be closed: few of all shifts, asked for on every first page.
            models.Index(fields=("day", "unit"), condition=models.Q(state="planned"), name="shift_planned"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="shift_period"),
            models.CheckConstraint(
                condition=models.Q(state=ShiftState.CLOSED, closed_at__isnull=False)
                | (~models.Q(state=ShiftState.CLOSED) & models.Q(closed_at__isnull=True)),
                name="shift_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"


@tracked()
class ShiftUnit(models.Model):
    """A further unit that takes part in a joint shift; the shift still counts once, at its organiser."""

    shift = models.ForeignKey(Shift, models.CASCADE, related_name="joint_units", verbose_name=_("shift"))
    unit = models.ForeignKey("corps.Unit", models.PROTECT, related_name="+", verbose_name=_("unit"))

    objects = OfShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("joint unit")
        verbose_name_plural = _("joint units")
        constraints: ClassVar = [models.UniqueConstraint(fields=("shift", "unit"), name="one_part_per_unit")]

    def __str__(self) -> str:
        return f"{self.shift} · {self.unit}"


@tracked()
class Assignment(models.Model):
    """A member is planned for a shift. `period` is the shift's, kept equal by the database, so that it can be guarded.

    `active` is false for whoever was taken off again and for cancelled shifts: such rows free the member.
    """

    shift = models.ForeignKey(Shift, models.CASCADE, related_name="assignments", verbose_name=_("shift"))
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", verbose_name=_("member"))
    period = DateTimeRangeField(_("period"))
    active = models.BooleanField(_("in force"), default=True)

    objects = OfShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("shift", "member"), name="one_assignment_per_shift"),
            ExclusionConstraint(
                name="one_planned_place_at_a_time",
                expressions=[("member", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=models.Q(active=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.shift}"


@tracked(exclude=["sealed"])
class ShiftPhoto(models.Model):
    """A picture of a shift, sealed like an upload; `digest` is SHA-256 of the picture itself."""

    shift = models.ForeignKey(Shift, models.CASCADE, related_name="photos", verbose_name=_("shift"))
    sealed = models.BinaryField(_("picture"))
    content_type = models.CharField(max_length=20)
    digest = models.BinaryField(max_length=32)
    caption = models.CharField(_("caption"), max_length=100, blank=True)
    taken_by = models.ForeignKey(
        "corps.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("added by")
    )
    added_at = models.DateTimeField(_("added at"), auto_now_add=True)

    objects = OfShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo of a shift")
        verbose_name_plural = _("photos of shifts")
        constraints: ClassVar = [models.UniqueConstraint(fields=("shift", "digest"), name="one_photo_once")]

    def __str__(self) -> str:
        return self.caption or str(self.shift)
