"""Roster pages and searches at 124,000 and 1,240,000 members: every level beside the root, deep pages beside the first,
every search against a fixed bar in the database.

A page is the whole answer of the list's view (rights, query, template) through Django's client. A search is judged by
the time its statements take as the client sees it, one try a word; how long the server's process ran for them (Linux
counts it in nanoseconds) stands in the note below and tells a busy machine from a dear plan. Parallel workers, whose
time the note would miss, are switched off.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.db import connection
from django.test import Client
from django.utils import translation

from bench.crowd import GIVEN, SURNAMES, gather
from bench.report import Report, interleaved, percentile
from corps.models import Account, Appointment
from corps.queries.scope import Node, current_tree, local_today
from corps.roles import Role
from members.queries.roster import Within, list_members, within
from members.queries.roster.listing import PAGE_SIZE

SIZES: Final = (124_000, 1_240_000)
LEVELS: Final = {"root": "B0", "detachment": "B1-3", "brigade": "B2-17", "squad": "B3-400"}
ROUNDS: Final = 25
SEARCH_BAR_MS: Final = 5.0
LEVEL_BAR: Final = 3.0
DEEP_BAR: Final = 2.0
SEARCHES: Final = 200


def run(report: Report) -> None:
    """Measure at both sizes; the larger crowd grows out of the smaller."""
    for size in SIZES:
        gather(size)
        account = _account()
        places = {level: within(account, _node(code)) for level, code in LEVELS.items()}
        with translation.override("zh-hans"):
            _levels(report, size, account, places)
            _depth(report, size, account, places)
            _searches(report, size, account, places)


def _account() -> Account:
    account, made = Account.objects.get_or_create(username="bench", defaults={"display_name": "bench"})
    if made:
        unit_id = _node("B0").id
        Appointment.objects.create(account=account, role=Role.LIAISON, unit_id=unit_id, starts_on=local_today())
    return account


def _node(code: str) -> Node:
    return next(node for node in current_tree().nodes.values() if node.code == code)


def _label(size: int) -> str:
    return f"{size / 1000:,.0f}k"


def _levels(report: Report, size: int, account: Account, places: dict[str, Within]) -> None:
    """The first page of every level, drawn, beside the root's; and that nothing is counted on the way."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(account)

    def draw(code: str) -> Callable[[], None]:
        def work() -> None:
            answer = client.get(f"/u/{code}/roster/", headers={"HX-Request": "true"})
            if answer.content.count(b"<tr data-row") != PAGE_SIZE:
                raise AssertionError(f"the page of {code} holds {answer.content.count(b'<tr data-row')} rows")

        return work

    with _statements() as seen:
        for code in LEVELS.values():
            draw(code)()
    counting = [sql for sql, _seconds in seen if "COUNT(" in sql.upper()]
    report.measure(name=f"statements that count, first pages at {_label(size)}", ours=len(counting), unit="", at_most=0)
    taken = interleaved(ROUNDS, {level: draw(code) for level, code in LEVELS.items()}, warm_up=3)
    bare = interleaved(ROUNDS, {level: _listing(account, place) for level, place in places.items()}, warm_up=3)
    for level in LEVELS:
        if level == "root":
            continue
        name = f"first page p50, {level} beside root, {_label(size)}"
        report.measure(
            name=name, ours=taken[level] * 1000, reference=taken["root"] * 1000, unit="ms", at_most=LEVEL_BAR
        )
        name = f"  the list alone, without the page, {level}"
        report.measure(name=name, ours=bare[level] * 1000, reference=bare["root"] * 1000, unit="ms", at_most=LEVEL_BAR)


def _listing(account: Account, place: Within, **options: Any) -> Callable[[], None]:
    def work() -> None:
        list_members(actor=account, place=place, **options)

    return work


def _depth(report: Report, size: int, account: Account, places: dict[str, Within]) -> None:
    """A page that begins behind 80 % of the list, beside the first."""
    for level in ("root", "detachment", "squad"):
        place = places[level]
        cursor = _cursor_at(place, 0.8)
        deep = interleaved(
            ROUNDS,
            {"first": _listing(account, place), "deep": _listing(account, place, after=cursor)},
            warm_up=3,
        )
        name = f"page at 80 % depth beside page one, {level}, {_label(size)}"
        report.measure(name=name, ours=deep["deep"] * 1000, reference=deep["first"] * 1000, unit="ms", at_most=DEEP_BAR)


def _cursor_at(place: Within, share: float) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM members_member WHERE unit_id = ANY(%s)", [list(place.ids)])
        (number,) = cursor.fetchone()
        cursor.execute(
            "SELECT id FROM members_member WHERE unit_id = ANY(%s) ORDER BY pinyin, name, id OFFSET %s LIMIT 1",
            [list(place.ids), int(number * share)],
        )
        (identifier,) = cursor.fetchone()
    return f"all.{identifier}"


def _words(dice: random.Random) -> dict[str, list[str]]:
    """Search words by kind: common and rare, present and absent."""

    def name(characters: int) -> str:
        return SURNAMES[int(dice.random() ** 2 * len(SURNAMES))] + "".join(
            GIVEN[int(dice.random() ** 1.5 * len(GIVEN))] for _ in range(characters - 1)
        )

    def letters(number: int) -> str:
        return "".join(dice.choice("abcdfghjklmnpqrstwxyz") for _ in range(number))

    def digits(number: int) -> str:
        return "".join(dice.choice("0123456789") for _ in range(number))

    heads = ("138", "139", "150", "151", "158", "159", "186", "187", "188", "199")
    return {
        "name of one character": [*(dice.choice(SURNAMES + GIVEN) for _ in range(SEARCHES - 2)), "龘", "䶮"],
        "name of two characters": [name(2) for _ in range(SEARCHES)],
        "two characters inside a name": [dice.choice(GIVEN) + dice.choice(GIVEN) for _ in range(SEARCHES)],
        "name of three characters": [name(3) for _ in range(SEARCHES)],
        "name that does not exist": [dice.choice("龘犇垚骉") + dice.choice("鑫淼焱") for _ in range(SEARCHES)],
        "pinyin": [_sound(dice, name(2)) for _ in range(SEARCHES)],
        "pinyin initials": [letters(dice.choice((1, 2, 3))) for _ in range(SEARCHES)],
        "phone prefix": [(dice.choice(heads) + digits(8))[: dice.choice((3, 4, 5, 7, 11))] for _ in range(SEARCHES)],
        "last four digits": [digits(4) for _ in range(SEARCHES)],
        "identity number": [f"43040519800101{digits(3)}0" for _ in range(SEARCHES)],
    }


def _sound(dice: random.Random, name: str) -> str:
    from members.logic.search import name_pinyin

    pinyin = name_pinyin(name)[0]
    return pinyin[: dice.randint(2, len(pinyin))]


def _searches(report: Report, size: int, account: Account, places: dict[str, Within]) -> None:
    """Time in the database of every search, by kind of word, over all levels: the 95th percentile against the bar."""
    server = _server()
    for kind, words in _words(random.Random(20221103)).items():
        taken: list[float] = []
        felt: list[float] = []
        found = 0
        for number, word in enumerate(words):
            place = list(places.values())[number % len(places)]
            with _statements() as seen:
                began = _server_ran(server)
                page = list_members(actor=account, place=place, typed=word)
                taken.append((_server_ran(server) - began) * 1000)
            found += bool(page.rows)
            felt.append(sum(spent for _sql, spent in seen) * 1000)
        report.measure(
            name=f"search in the database p95, {kind}, {_label(size)}",
            ours=percentile(felt, 95),
            unit="ms",
            at_most=SEARCH_BAR_MS,
        )
        report.note(
            f"p50 {statistics.median(felt):.2f}, worst {max(felt):.2f}; the server's process ran p50"
            f" {statistics.median(taken):.2f}, p95 {percentile(taken, 95):.2f} ms;"
            f" {found} of {len(words)} found somebody"
        )


def _server() -> Path:
    """Where Linux keeps the running time of the server process of this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    return Path(f"/proc/{process}/schedstat")


def _server_ran(server: Path) -> float:
    """Seconds the server process has run so far."""
    return int(server.read_text().split()[0]) / 1e9


@contextmanager
def _statements() -> Iterator[list[tuple[str, float]]]:
    """Statements run inside, with the seconds each spent in the database and on the way there."""
    seen: list[tuple[str, float]] = []

    def watch(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            seen.append((sql, time.perf_counter() - began))

    with connection.execute_wrapper(watch):
        yield seen
