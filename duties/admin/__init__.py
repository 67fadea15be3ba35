"""Duties for police liaison officers."""

from duties.admin import attendance, kinds, shifts

__all__ = ["attendance", "kinds", "shifts"]
