"""Progress of commands: a bar on a terminal, few plain lines elsewhere."""

import io

from django.core.management.base import OutputWrapper

from members.management.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_terminal_gets_a_bar_that_ends_with_the_time() -> None:
    out = Terminal()
    clock = Clock()
    progress = Progress(OutputWrapper(out), clock)
    for done in range(0, 1001, 250):
        clock.now += 1
        progress.show("Reading", done, 1000)
    progress.finish()
    said = out.getvalue()
    assert "50% 500/1,000" in said
    assert "█" in said
    assert said.endswith("Reading 4.0 s\n")
    assert said.count("\n") == 1


def test_a_log_gets_a_line_every_few_seconds_only() -> None:
    out = io.StringIO()
    clock = Clock()
    progress = Progress(OutputWrapper(out), clock)
    for done in range(120):
        clock.now += 0.125
        progress.show("Reading", done, 120)
    progress.show("Checking", 0, 0)
    progress.finish()
    assert out.getvalue().splitlines() == ["Reading 40/120", "Reading 80/120", "Reading 14.9 s", "Checking 0.0 s"]


def test_finishing_nothing_says_nothing() -> None:
    out = io.StringIO()
    Progress(OutputWrapper(out)).finish()
    assert out.getvalue() == ""
