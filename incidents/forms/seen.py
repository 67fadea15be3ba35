"""What somebody has read of several incidents, as a list sends it back: `12.340 15.352`, incident and log entry."""

import re
from collections.abc import Mapping

_PAIR = re.compile(r"(\d{1,18})\.(\d{1,18})", re.ASCII)


def seen_text(seen: Mapping[int, int]) -> str:
    """For a hidden field."""
    return " ".join(f"{incident_id}.{entry_id}" for incident_id, entry_id in seen.items())


def seen_in(text: str) -> dict[int, int]:
    """Incident → the last entry of its log that was read; what makes no sense was not read."""
    found = (_PAIR.fullmatch(pair) for pair in text.split())
    return {int(pair[1]): int(pair[2]) for pair in found if pair is not None}
