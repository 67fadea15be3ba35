"""`./dev test`: checks and tests on servers of their own, which are gone afterwards."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from yiwu.services import kin
from yiwu.services.checks import run_checks
from yiwu.services.chromium import find_chromium
from yiwu.services.places import ROOT
from yiwu.services.postgres import Tuning
from yiwu.services.supervisor import django_environment, throw_away
from yiwu.services.trouble import say

BROWSER_TESTS = Path("tests/browser")


def run_tests(state: Path, arguments: Sequence[str]) -> int:
    """With `arguments`: pytest with them. Without: every check, then all tests in parallel. Returns the exit status."""
    browser = find_chromium()
    with throw_away(state, "test-services", "test", Tuning.for_tests()) as (place, running):
        environment = django_environment(place, running, "test")
        if browser:
            environment["YIWU_CHROMIUM"] = browser
        if arguments:
            return _pytest(environment, list(arguments))
        wrong = run_checks(environment)
        if not browser:
            _announce_no_browser()
        # What a file sets up for all its tests, such as a whole city, is set up once.
        parallel = ["-n", str(os.cpu_count() or 2), "--dist", "loadfile", "--no-loadscope-reorder"]
        status = _pytest(environment, [*parallel, *_without_browser(browser)])
    if not browser:
        _announce_no_browser()
    if wrong:
        say(f"tests ended with {status}; these checks failed before them: {', '.join(wrong)}")
    return status or (1 if wrong else 0)


def _without_browser(browser: str | None) -> list[str]:
    return [] if browser else [f"--ignore={BROWSER_TESTS}"]


def _announce_no_browser() -> None:
    line = f"NO BROWSER: Chromium is not installed, so {BROWSER_TESTS} is LEFT OUT (on Debian: apt install chromium)"
    say("*" * len(line))
    say(line)
    say("*" * len(line))


def _pytest(environment: dict[str, str], arguments: list[str]) -> int:
    return kin.run([sys.executable, "-m", "pytest", *arguments], environment=environment, folder=ROOT)
