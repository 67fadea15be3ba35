"""Choices of duties; stored as short frozen codes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Mechanism(models.TextChoices):
    """How a duty is stood: the four ways of the patrol system."""

    FIXED = "fixed", _("Fixed post")
    STANDBY = "standby", _("Mobile standby")
    PEAK = "peak", _("Peak duty")
    JOINT = "joint", _("Joint patrol")


class DutyCategory(models.TextChoices):
    """What a kind of duty counts as in the statistics, whatever the corps calls it."""

    PATROL = "patrol", _("Patrol")
    NIGHT = "night", _("Night-economy patrol")
    FOREST = "forest", _("Forest fire patrol")
    SCHOOL = "school", _("School-gate post")
    EVENT = "event", _("Mass event security")
    COMMERCIAL = "commercial", _("Commercial event security")
    TRAFFIC = "traffic", _("Traffic guidance")
    EPIDEMIC = "epidemic", _("Epidemic control")
    PUBLICITY = "publicity", _("Publicity duty")
    RESCUE = "rescue", _("Rescue standby")
    CONTROL = "control", _("Inspection and rectification")
    ACTIVITY = "activity", _("Other activity")


class ShiftState(models.TextChoices):
    """`duties.policies` says which may follow which."""

    PLANNED = "planned", _("Planned")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


class AttendanceStatus(models.TextChoices):
    """What became of a member's shift."""

    PRESENT = "present", _("Present")
    LATE = "late", _("Late")
    ABSENT = "absent", _("Absent")
    REPLACED = "replaced", _("Replaced")


# Who came: these count as person-times and have hours.
SERVED = (AttendanceStatus.PRESENT, AttendanceStatus.LATE)
