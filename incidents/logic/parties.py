"""Particulars of a party: their fields, their sealed form, and the mask that everybody may read."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Final

from corps.logic.masking import mask_identity, mask_phone

# Surnames of two characters that are common enough to be met.
_DOUBLE_SURNAMES: Final = frozenset(
    (
        *("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "长孙"),
        *("宇文", "端木", "独孤", "南宫", "申屠", "轩辕", "百里", "呼延", "东郭", "闻人", "澹台", "淳于"),
    )
)
_MOST_STARS: Final = 2
NOTHING_SHOWN: Final = "***"


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is known of an outsider; every field may be empty, but not all of them."""

    name: str = ""
    phone: str = ""
    identity: str = ""
    address: str = ""
    remarks: str = ""

    def __bool__(self) -> bool:
        return any(asdict(self).values())


FIELDS: Final = tuple(field.name for field in fields(Particulars))
LIMITS: Final = {"name": 50, "phone": 40, "identity": 30, "address": 200, "remarks": 500}


def particulars_from(values: Mapping[str, str], base: Particulars | None = None) -> Particulars:
    """`base` with the given fields in place of its own. Raises `TypeError` for a field that does not exist."""
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise TypeError(f"a party has no {', '.join(sorted(unknown))}")
    start = asdict(base) if base is not None else {}
    return Particulars(**{**start, **{name: value.strip() for name, value in values.items()}})


def to_json(particulars: Particulars) -> str:
    """The text that is sealed."""
    return json.dumps(asdict(particulars), ensure_ascii=False, sort_keys=True)


def from_json(text: str) -> Particulars:
    """What `to_json` wrote; a field that was added later is empty."""
    found = json.loads(text)
    return Particulars(**{name: str(found.get(name, "")) for name in FIELDS})


def mask_name(name: str) -> str:
    """`张伟` → `张*`, `欧阳小明` → `欧阳**`, `John Smith` → `J**`: the surname stays, or the first letter."""
    if len(name) < 2:
        return "*" * len(name)
    kept = 2 if name[:2] in _DOUBLE_SURNAMES and len(name) > 2 else 1
    return name[:kept] + "*" * min(len(name) - kept, _MOST_STARS)


def shown(particulars: Particulars) -> str:
    """What everybody who may see the incident reads of a party: `张* · 138****5678`."""
    parts = [mask_name(particulars.name), mask_phone(particulars.phone)]
    if not particulars.name and not particulars.phone:
        parts = [mask_identity(particulars.identity)]
    return " · ".join(part for part in parts if part) or NOTHING_SHOWN
