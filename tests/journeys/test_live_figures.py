"""Journey: a fact is recorded, and a figure on an open page of the city counts up by itself.

In a real browser, with real worker, beat and live processes; the live process is killed in between.
"""

import time
from typing import Any

from playwright.sync_api import Page, expect

from corps.actors import SYSTEM
from corps.live import publish_now
from corps.queries.scope import local_today
from stats.models import TotalDay
from stats.operations.rollups import drain_all
from stats.operations.rollups.telling import EVENT, topic_of
from tests.browser.conftest import PageFor, Visitor
from tests.cast import Cast
from tests.duties.scenes import closed, moment
from tests.journeys.conftest import LiveProcess

SOON = 90_000

# What the page hears, kept by the page itself; and a mark that a reload would wipe.
LISTEN = """() => {
  window.heard = [];
  window.sameDocument = true;
  document.body.addEventListener('live:figures', (event) => window.heard.push(event.detail));
}"""


def serve(cast: Cast, unit: str) -> None:
    """One member of the unit serves today, on a shift that is closed."""
    closed(cast, unit, starts_at=moment(local_today(), 0), hours=0.02)


def figure(page: Page, cast: Cast, unit: str) -> Any:
    return page.locator(f'[data-live-figure="{cast.units[unit].pk}:attended"] [data-value]')


def watching(page_for: PageFor, cast: Cast, account: str, unit: str, shown: str) -> Visitor:
    """Somebody at the first page of a unit, where the figure says `shown` and the stream is open."""
    visitor = page_for(account)
    visitor.page.set_default_timeout(SOON)
    with visitor.page.expect_response(lambda response: "/live?" in response.url and response.status == 200):
        visitor.go(f"/u/{unit}/")
    visitor.page.evaluate(LISTEN)
    expect(figure(visitor.page, cast, unit)).to_have_text(shown)
    return visitor


def heard(visitor: Visitor, cast: Cast, unit: str) -> list[str]:
    """The numbers of person-times that the page was told, in order."""
    told: list[dict[str, Any]] = visitor.page.evaluate("() => window.heard")
    assert {one["unit"] for one in told} <= {cast.units[unit].pk}
    return [one["figures"][f"{cast.units[unit].pk}:attended"] for one in told]


def test_a_figure_on_an_open_page_counts_up_by_itself(
    live: LiveProcess, page_for: PageFor, cast: Cast, beat: None
) -> None:
    serve(cast, "sg11")
    serve(cast, "zx9")
    counted(cast, 2)
    city = watching(page_for, cast, "liaison_hy", "hy", "2")
    own = watching(page_for, cast, "captain_sg", "sg", "1")
    beside = watching(page_for, cast, "captain_zx", "zx", "1")

    try:
        count_up(cast, live, {"hy": city, "sg": own, "zx": beside})
    finally:
        for visitor in (city, own, beside):
            forgive_the_lost_stream(visitor)


def count_up(cast: Cast, live: LiveProcess, visitors: dict[str, Visitor]) -> None:
    """One more serves, then two while the live process is dead."""
    serve(cast, "sg12")
    for unit, number in (("hy", "3"), ("sg", "2")):
        told(visitors[unit], cast, unit, number)
    assert heard(visitors["zx"], cast, "zx") == [], "a reader of another unit is told nothing"

    live.kill()
    serve(cast, "sg21")
    serve(cast, "zx11")
    counted(cast, 5)
    live.start()
    for unit, number in (("hy", "5"), ("sg", "3"), ("zx", "2")):
        told(visitors[unit], cast, unit, number)
        # What follows from the figures comes a moment later, by itself.
        expect(visitors[unit].page.locator("#trend tbody tr:last-child td")).to_have_text(number)
        assert visitors[unit].page.evaluate("() => window.sameDocument"), "nobody reloaded the page"
    expect(visitors["hy"].page.locator("#month .y-bars tbody tr")).to_contain_text(["石鼓支队", "蒸湘支队"])


def test_a_page_that_was_told_a_wrong_figure_finds_back(live: LiveProcess, page_for: PageFor, cast: Cast) -> None:
    """The server would say that nothing changed since it made the part; the page knows that it was moved."""
    serve(cast, "sg11")
    drain_all(actor=SYSTEM, wait=True)
    visitor = watching(page_for, cast, "captain_sg", "sg", "1")
    unit = cast.units["sg"].pk
    figures = {f"{unit}:attended": "999"}
    publish_now(topic_of(unit), EVENT, {"unit": unit, "month": f"{local_today():%Y-%m}", "figures": figures})
    wait_until(lambda: heard(visitor, cast, "sg") == ["999"])
    expect(figure(visitor.page, cast, "sg")).to_have_text("1")


def told(visitor: Visitor, cast: Cast, unit: str, number: str) -> None:
    """The stream told the page this number, and the page shows it."""
    wait_until(lambda: number in heard(visitor, cast, unit)[-1:])
    expect(figure(visitor.page, cast, unit)).to_have_text(number)


def counted(cast: Cast, number: int) -> None:
    """Wait until the drain has counted so many person-times of today in the city."""
    cell = TotalDay.objects.filter(unit_id=cast.units["hy"].pk, day=local_today(), attended=number)
    wait_until(cell.exists)


def wait_until(done: Any) -> None:
    """Ask again until it is so; fails after a minute and a half."""
    deadline = time.monotonic() + 90
    while not done():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.1)


def forgive_the_lost_stream(visitor: Visitor) -> None:
    """While the live process was away, the page asked for it in vain; nothing else may have gone wrong."""
    visitor.watch.problems[:] = [problem for problem in visitor.watch.problems if "/live?" not in problem]
