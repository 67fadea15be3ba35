"""Incidents for tests: the common kinds of the cast's corps, and an incident in a unit as an operation writes it."""

import datetime as dt
from typing import Any

from django.utils import timezone

from corps.actors import SYSTEM
from incidents.models import Incident, IncidentKind
from incidents.operations.incidents import record_incident
from incidents.operations.kinds import plant_default_kinds
from tests.cast import Cast


def kind_of(cast: Cast, code: str = "dispute") -> IncidentKind:
    """One of the common kinds, planted at the first call."""
    corps_id = cast.units["hy"].corps_id
    found = IncidentKind.objects.filter(corps=corps_id, code=code).first()
    if found is None:
        plant_default_kinds(actor=SYSTEM, corps_id=corps_id)
        found = IncidentKind.objects.get(corps=corps_id, code=code)
    return found


def yesterday(hour: int = 20, *, days: int = 1) -> dt.datetime:
    """A moment of the evening before, at the corps' place."""
    day = timezone.localdate() - dt.timedelta(days=days)
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))


def incident(cast: Cast, unit: str = "sg11", *, actor: Any = SYSTEM, kind: str = "dispute", **values: Any) -> Incident:
    """A dispute that was settled last night; submitted unless `submit=False`."""
    return record_incident(
        actor=actor,
        **{
            "unit_id": cast.units[unit].pk,
            "kind_id": kind_of(cast, kind).pk,
            "occurred_at": yesterday(),
            "account": "两户人家因停车起了争执，经劝说和好。",
            "place": "和平路口",
            "submit": True,
            **values,
        },
    )
