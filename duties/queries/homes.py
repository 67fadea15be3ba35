"""Where members were at home on an earlier day, from the history of the roster."""

import datetime as dt
from collections.abc import Collection

from django.apps import apps


def homes_on(member_ids: Collection[int], moment: dt.datetime) -> dict[int, int]:
    """Unit by member: the home unit at the moment; of somebody who was entered into the roster later, the first."""
    events = apps.get_model("members", "MemberEvent")._default_manager.filter(pgh_obj_id__in=member_ids)
    homes: dict[int, int] = {}
    known = events.order_by("pgh_created_at", "pgh_id").values_list("pgh_obj_id", "unit_id", "pgh_created_at")
    for member_id, unit_id, since in known:
        if member_id not in homes or since <= moment:
            homes[member_id] = unit_id
    return homes
