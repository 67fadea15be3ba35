"""Duties for police liaison officers."""

from duties.admin import attendance, kinds, series, shifts

__all__ = ["attendance", "kinds", "series", "shifts"]
