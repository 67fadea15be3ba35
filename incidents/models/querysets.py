"""The QuerySets of the incident log: scoped by the unit that recorded the incident."""

from typing import ClassVar

from corps.models.querysets import ScopedQuerySet
from corps.permissions import Permission


class IncidentQuerySet(ScopedQuerySet):
    """Incidents of units where the actor may see incidents."""

    view_permission: ClassVar[Permission] = Permission.INCIDENT_VIEW


class OfIncidentQuerySet(IncidentQuerySet):
    """Rows that belong to an incident, and through it to its unit."""

    unit_path: ClassVar[str] = "incident__unit_id"
