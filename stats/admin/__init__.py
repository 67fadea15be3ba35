"""The statistics as liaison officers see them."""

from stats.admin import alarms, differences

__all__ = ["alarms", "differences"]
