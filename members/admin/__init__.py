"""Admin pages about people, and about units with their people; importing the modules registers them."""

from members.admin import (
    catalogues,
    certificates,
    equipment,
    imports,
    ledger,
    life,
    people,
    recruitment,
    training,
    units,
)

__all__ = [
    "catalogues",
    "certificates",
    "equipment",
    "imports",
    "ledger",
    "life",
    "people",
    "recruitment",
    "training",
    "units",
]
