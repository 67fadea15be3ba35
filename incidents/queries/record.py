"""What incidents hold about somebody who took part, for the right of access. The caller made sure of the right."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from incidents.models import Participant
from members.logic.record import Section


def sections_of(records: Collection[int]) -> list[Section]:
    """The incidents somebody took part in: kind, time, place and state. What is told of others is not theirs."""
    heads = (_("Time"), _("Kind"), _("Place"), _("Unit"), _("State"))
    rows = Participant.objects.filter(member__in=list(records)).select_related("incident__kind", "unit")
    return [
        Section(
            "incidents",
            _("Incidents taken part in"),
            heads,
            tuple(
                (
                    one.incident.occurred_at,
                    one.incident.kind.name,
                    one.incident.place,
                    one.unit.name,
                    one.incident.get_state_display(),
                )
                for one in rows.order_by("incident__occurred_at", "pk")
            ),
        )
    ]
