"""Shifts, who is planned for them, who came, and what was done."""

from duties.models.attendance import Attendance
from duties.models.kinds import DutyKind
from duties.models.shifts import Assignment, Series, Shift, ShiftPhoto, ShiftUnit

__all__ = ["Assignment", "Attendance", "DutyKind", "Series", "Shift", "ShiftPhoto", "ShiftUnit"]
