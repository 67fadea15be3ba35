"""The statistics as liaison officers see them."""

from stats.admin import alarms

__all__ = ["alarms"]
