"""What a measurement says: ours beside a reference taken in the same run, and whether the ratio reaches its bar."""

import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

NAME_WIDTH = 52
HEADER = f"{'name':<{NAME_WIDTH}}  {'ours':>14}  {'reference':>14}  {'ratio':>8}  {'bar':>9}  "

# A callable to be timed: it may return the seconds it wants counted, when only a part of it is meant.
Work = Callable[[], float | None]


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the report. `ratio` is ours / reference; without a reference it is ours itself, in `unit`."""

    name: str
    ours: float
    reference: float | None
    unit: str
    at_most: float | None
    at_least: float | None

    @property
    def ratio(self) -> float:
        if self.reference is None:
            return self.ours
        if self.reference == 0:
            return 0.0 if self.ours == 0 else float("inf")
        return self.ours / self.reference

    @property
    def reached(self) -> bool:
        if self.at_most is not None and not self.ratio <= self.at_most:
            return False
        return self.at_least is None or self.ratio >= self.at_least

    def line(self) -> str:
        """`name  ours  reference  ratio  bar  ok|short`, aligned."""
        reference = "-" if self.reference is None else f"{_number(self.reference)} {self.unit}"
        ratio = "-" if self.reference is None else _number(self.ratio)
        bar = f"<= {_number(self.at_most)}" if self.at_most is not None else f">= {_number(self.at_least or 0)}"
        ours = f"{_number(self.ours)} {self.unit}"
        verdict = "ok" if self.reached else "short"
        return f"{self.name:<{NAME_WIDTH}}  {ours:>14}  {reference:>14}  {ratio:>8}  {bar:>9}  {verdict}"


def _number(value: float) -> str:
    """Three figures that matter; whole numbers whole, with separators."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) >= 1:
        return f"{int(value):,}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


@dataclass(slots=True)
class Report:
    """Collects measures and prints each at once."""

    measures: list[Measure] = field(default_factory=list)

    def measure(
        self,
        *,
        name: str,
        ours: float,
        unit: str,
        reference: float | None = None,
        at_most: float | None = None,
        at_least: float | None = None,
    ) -> Measure:
        """Add one line.

        The bar (`at_most` or `at_least`, exactly one) holds for ours / reference, or for ours where there is no
        reference. Returns the measure.
        """
        if (at_most is None) == (at_least is None):
            raise ValueError(f"{name}: give either at_most or at_least")
        measure = Measure(name, ours, reference, unit, at_most, at_least)
        self.measures.append(measure)
        print(measure.line(), flush=True)
        return measure

    def note(self, text: str) -> None:
        """A line for the reader that is no measure."""
        print(f"  {text}", flush=True)

    @property
    def short(self) -> list[Measure]:
        """The measures that missed their bar."""
        return [measure for measure in self.measures if not measure.reached]


@contextmanager
def stopwatch() -> Iterator[list[float]]:
    """Seconds spent in the block, appended to the list it yields."""
    took: list[float] = []
    began = time.perf_counter()
    yield took
    took.append(time.perf_counter() - began)


def seconds(work: Work) -> float:
    """Seconds one run of `work` takes (or says it took)."""
    began = time.perf_counter()
    said = work()
    return time.perf_counter() - began if said is None else said


def interleaved(rounds: int, works: Mapping[str, Work], *, warm_up: int = 0) -> dict[str, float]:
    """Median seconds of each of `works`; every round runs all of them, so that noise hits all alike.

    `warm_up` rounds are run before and not counted.
    """
    taken: dict[str, list[float]] = {name: [] for name in works}
    for number in range(warm_up + rounds):
        # Every other round backwards: nobody always runs on the caches of the same neighbour.
        names: Sequence[str] = list(works) if number % 2 == 0 else list(works)[::-1]
        for name in names:
            took = seconds(works[name])
            if number >= warm_up:
                taken[name].append(took)
    return {name: statistics.median(values) for name, values in taken.items()}


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0–100) per cent of `values` do not exceed."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)]
