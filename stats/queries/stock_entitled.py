"""What members of a unit and below hold against what they are entitled to, by kind."""

from corps.queries.scope import Node, current_tree
from members.models import EquipmentKind
from members.queries.equipment.missing import Against, against_entitlement


def against(unit: Node) -> list[tuple[EquipmentKind, Against]]:
    """Kinds that anybody of the unit or below is entitled to, in the corps' order."""
    found = against_entitlement(current_tree().within(unit.id))
    kinds = EquipmentKind.objects.filter(pk__in=found).order_by("position", "name")
    return [(kind, found[kind.pk]) for kind in kinds]
