"""Masks of personal data: what a page or a log line may show of a number. Plain Python."""

import re
from collections.abc import MutableMapping
from typing import Any

_IDENTITY = re.compile(r"(?<!\d)(\d{3})\d{11}(\d{3}[\dXx])(?!\d)")
_PHONE = re.compile(r"(?<!\d)((?:(?:00)?86)?1[3-9]\d)\d{4}(\d{4})(?!\d)")
# What somebody searched for, in the address of a page.
_SEARCHED = re.compile(r"([?&](?:q|who)=)[^&\s\"']+")


def mask_identity(number: str) -> str:
    """`430405198001011234` → `430***********1234`: the first three and the last four characters stay."""
    if len(number) < 8:
        return "*" * len(number)
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"


def mask_phone(number: str) -> str:
    """`13812345678` → `138****5678`; anything shorter than seven characters is hidden whole."""
    if len(number) < 7:
        return "*" * len(number)
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"


def mask_text(text: str) -> str:
    """Mask every identity number and mobile number inside running text."""
    return _PHONE.sub(r"\1****\2", _IDENTITY.sub(r"\1***********\2", text))


def mask_log_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: no number of a person reaches a log, nor what somebody searched for."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = mask_text(_SEARCHED.sub(r"\1***", value))
    return event
