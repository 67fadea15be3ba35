"""Kinds of incident a corps records."""

from incidents.models import IncidentKind


def kinds_of(corps_id: int, *, retired: bool = False) -> list[IncidentKind]:
    """The kinds in use, in the order of what they count as; those out of use only when asked for."""
    kinds = IncidentKind.objects.filter(corps=corps_id)
    return list(kinds if retired else kinds.filter(active=True))
