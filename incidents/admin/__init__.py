"""The incident log for police liaison officers."""

from incidents.admin import incidents, kinds, merging, people

__all__ = ["incidents", "kinds", "merging", "people"]
