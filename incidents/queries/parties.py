"""One party of an incident, masked."""

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404

from incidents.models import Party

if TYPE_CHECKING:
    from corps.actors import Actor


def party_of(actor: "Actor", party_id: int) -> Party:
    """The party with its incident, if the actor may see the incident; else `Http404`. Nothing is unsealed."""
    rows = Party.objects.visible_to(actor).select_related("incident__kind").defer("sealed")
    found: Party = get_object_or_404(rows, pk=party_id)
    return found
