"""How much of the machine one upload may use."""

from dataclasses import dataclass
from typing import Final

MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one reading; sizes in bytes, times in seconds.

    `waiting` counts only the time during which the parent waits for the child, not the time the parent itself uses.
    """

    file_size: int = 64 * MIB
    unpacked_size: int = 1024 * MIB
    unpacked_ratio: int = 250
    parts: int = 2_000
    rows: int = 300_000
    columns: int = 400
    memory: int = 2048 * MIB
    processor: int = 180
    waiting: float = 300.0
    batch: int = 5_000
