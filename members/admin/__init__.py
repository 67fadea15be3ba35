"""Admin pages about people, and about units with their people; importing the modules registers them."""

from members.admin import catalogues, imports, people, units

__all__ = ["catalogues", "imports", "people", "units"]
