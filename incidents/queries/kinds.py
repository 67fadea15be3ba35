"""Kinds of incident a corps records, and what the codes of other systems mean."""

from corps.models import Grid
from incidents.models import IncidentKind


def kinds_of(corps_id: int, *, retired: bool = False) -> list[IncidentKind]:
    """The kinds in use, in the order of what they count as; those out of use only when asked for."""
    kinds = IncidentKind.objects.filter(corps=corps_id)
    return list(kinds if retired else kinds.filter(active=True))


def kind_id_of(corps_id: int, code: str) -> int:
    """The key of the kind with this code; 0, which no row has, for an unknown one."""
    return IncidentKind.objects.filter(corps=corps_id, code=code).values_list("pk", flat=True).first() or 0


def grid_id_of(corps_id: int, code: str) -> int:
    """The same for a grid of the corps."""
    return Grid.objects.filter(corps=corps_id, code=code).values_list("pk", flat=True).first() or 0
