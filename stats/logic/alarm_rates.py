"""Rates of change as police statistics print them, and sums over areas of which some were counted as a whole."""

from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

_HUNDREDTH: Final = Decimal("0.01")


def rate(before: int, now: int) -> Decimal | None:
    """The change in per cent with two decimals, half rounded away from zero; None where there was nothing before.

    8,312 then and 6,229 now is -25.06.
    """
    if before == 0:
        return None
    return (Decimal(now - before) * 100 / before).quantize(_HUNDREDTH, ROUND_HALF_UP)


class Sum(NamedTuple):
    """A sum over areas; `areas` are those whose own figures it was added up from."""

    alarms: int
    areas: frozenset[int]


def summed(unit: int, figures: Mapping[int, int], children: Callable[[int], Iterable[int]]) -> Sum | None:
    """The figure of an area: its own where it has one, else the sum of what lies below; None where nothing is known."""
    if unit in figures:
        return Sum(figures[unit], frozenset((unit,)))
    parts = [part for child in children(unit) if (part := summed(child, figures, children)) is not None]
    if not parts:
        return None
    return Sum(sum(part.alarms for part in parts), frozenset().union(*(part.areas for part in parts)))
