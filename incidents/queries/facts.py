"""The facts behind figures: what was verified, where and when."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet

from incidents.enums import IncidentState
from incidents.models import Incident


def verified(
    unit_ids: Iterable[int], first: dt.date, end: dt.date, category: str | None = None
) -> "QuerySet[Incident]":
    """Verified incidents of exactly these units, from `first` until before `end`, of one category or of all.

    The caller has made sure that the reader may see the units.
    """
    rows: QuerySet[Incident] = Incident.objects.in_units(unit_ids).filter(
        state=IncidentState.VERIFIED, day__gte=first, day__lt=end
    )
    return rows if category is None else rows.filter(category=category)
