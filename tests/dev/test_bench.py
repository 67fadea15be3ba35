"""The bench: what a line says, when a measure is short, and that the exit status tells it."""

import sys
import types
from collections.abc import Callable

import pytest

from bench import runner
from bench.report import HEADER, Report, interleaved, percentile, seconds
from tests.dev.machine import dev, new_state


def test_a_measure_beside_its_reference(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    measure = report.measure(name="import", ours=4.6, reference=2.0, unit="s", at_most=2.5)
    assert measure.ratio == pytest.approx(2.3)
    assert measure.reached
    assert capsys.readouterr().out.split() == ["import", "4.6", "s", "2", "s", "2.3", "<=", "2.5", "ok"]
    assert report.measure(name="import", ours=5.2, reference=2.0, unit="s", at_most=2.5).line().endswith("short")
    assert len(report.short) == 1


def test_bars_from_below_and_without_reference() -> None:
    report = Report()
    assert report.measure(name="rows a second", ours=50_000, reference=1_000, unit="rows/s", at_least=25).reached
    assert not report.measure(name="rows a second", ours=20_000, reference=1_000, unit="rows/s", at_least=25).reached
    assert report.measure(name="rows written again", ours=0, unit="rows", at_most=0).reached
    assert not report.measure(name="rows written again", ours=1, unit="rows", at_most=0).reached
    assert not report.measure(name="nothing to compare", ours=1, reference=0, unit="s", at_most=2).reached
    assert not report.measure(name="not a number", ours=float("nan"), reference=1, unit="s", at_most=2).reached


def test_lines_are_aligned_under_the_header() -> None:
    report = Report()
    for ours, reference in ((124_000.0, 1.0), (0.00123, 0.5), (61.25, None)):
        line = report.measure(name="x", ours=ours, reference=reference, unit="ms", at_most=9).line()
        assert line.rindex("ok" if line.endswith("ok") else "short") == len(HEADER)


def test_a_measure_needs_exactly_one_bar() -> None:
    with pytest.raises(ValueError, match="either at_most or at_least"):
        Report().measure(name="x", ours=1, unit="s")
    with pytest.raises(ValueError, match="either at_most or at_least"):
        Report().measure(name="x", ours=1, unit="s", at_most=1, at_least=1)


def test_rounds_are_interleaved_and_medians_taken() -> None:
    order: list[str] = []
    times = {"ours": iter([9.0, 1.0, 5.0, 3.0]), "floor": iter([9.0, 2.0, 2.0, 8.0])}

    def work(name: str) -> Callable[[], float]:
        def run() -> float:
            order.append(name)
            return next(times[name])

        return run

    medians = interleaved(3, {"ours": work("ours"), "floor": work("floor")}, warm_up=1)
    assert medians == {"ours": 3.0, "floor": 2.0}
    assert order == ["ours", "floor", "floor", "ours"] * 2


def test_seconds_counts_the_wall_clock_unless_told() -> None:
    assert seconds(lambda: 7.0) == 7.0
    assert 0 <= seconds(lambda: None) < 7.0


def test_percentile() -> None:
    assert percentile([3, 1, 2, 4], 50) == 2
    assert percentile(list(range(1, 101)), 95) == 95
    assert percentile([5], 99) == 5
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


@pytest.mark.parametrize(("ours", "status"), [(1.0, 0), (3.0, 1), (None, 1)])
def test_the_status_tells_whether_every_bar_is_reached(
    monkeypatch: pytest.MonkeyPatch, ours: float | None, status: int
) -> None:
    probe = types.ModuleType("bench.bench_probe")

    def run(report: Report) -> None:
        if ours is not None:
            report.measure(name="probe", ours=ours, reference=1.0, unit="s", at_most=2)

    monkeypatch.setattr(probe, "run", run, raising=False)
    monkeypatch.setitem(sys.modules, "bench.bench_probe", probe)
    assert runner.main(["--one", "probe"]) == status


def test_an_unknown_bench_is_refused_with_the_list() -> None:
    with new_state() as state:
        answer = dev(state, "bench", "nonsense")
        assert answer.returncode == 2
        assert "there is no bench nonsense; there are: " in answer.stderr
