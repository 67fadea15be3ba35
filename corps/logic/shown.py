"""How a value of a tracked row is shown to somebody who reads the trail. Plain Python."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from corps.logic.masking import mask_phone, mask_text

PLACE = ZoneInfo("Asia/Shanghai")


def shown(value: Any, *, choices: dict[Any, Any] | None = None, phone: bool = False) -> str:
    """Text for a cell: choices by their label, lists joined, times at the corps' place, personal numbers masked."""
    if isinstance(value, list | tuple):
        return "、".join(shown(one, choices=choices, phone=phone) for one in value)
    if choices and value in choices:
        return str(choices[value])
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, datetime):
        return value.astimezone(PLACE).strftime("%Y-%m-%d %H:%M")
    text = "" if value is None else str(value)
    return mask_phone(text) if phone else mask_text(text)
