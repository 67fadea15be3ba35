"""The incident log for police liaison officers."""

from incidents.admin import incidents, kinds

__all__ = ["incidents", "kinds"]
