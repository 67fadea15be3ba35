"""Roll-ups over three years of a city: 1,219 units, 1,000 squads, 124,000 members, 1 and 10 million attendances with a
tenth as many shifts and incidents.

Facts are loaded as rows of real tables, with what guards their writing left out in this bench's own database: foreign
keys, exclusion and unique constraints are dropped altogether, indexes and triggers only while facts are loaded.
`YIWU_BENCH_FACTS` (for example `100000,1000000`) measures other numbers of facts.
"""

import datetime as dt
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg
from django.db import connection

from bench.facts import load, prepare
from bench.report import Report, interleaved, percentile, seconds
from corps.actors import SYSTEM
from corps.enums import Level
from corps.models import Unit
from incidents.models import IncidentKind
from stats.catalogue import MEASURES
from stats.catalogue.columns import SERVED_PART
from stats.operations import rollups
from stats.queries.figures import figures

FACTS: Final = tuple(int(text) for text in os.environ.get("YIWU_BENCH_FACTS", "1000000,10000000").split(","))
YEAR: Final = (dt.date(2024, 1, 1), dt.date(2025, 1, 1))
A_DAY: Final = dt.date(2024, 5, 14)
COMMITS: Final = 60

# Another member of the same squad instead.
_SWAP = """
UPDATE duties_attendance a SET member_id = CASE WHEN a.member_id + 1000 < last THEN a.member_id + 1000
    ELSE a.member_id - 120000 END
FROM (SELECT max(id) AS last FROM members_member) AS m WHERE a.id = ANY(%s)
"""


def run(report: Report) -> None:
    """Everything at each number of facts; what must stay flat is compared at the end."""
    prepare()
    report.note("facts stand without constraints, and are loaded without triggers (own database)")
    day: dict[int, dict[str, float]] = {}
    for facts in FACTS:
        took = seconds(lambda facts=facts: load(facts))  # type: ignore[misc]
        report.note(f"{facts:,} attendances, {facts // 10:,} shifts, {facts // 10:,} incidents: loaded in {took:.0f} s")
        full = _rebuild(report, facts)
        day[facts] = _a_day(report, facts, full)
        _year(report, facts)
    small, large = min(FACTS), max(FACTS)
    for what, took in day[large].items():
        report.measure(
            name=f"a day's 1,000 keys, {what}: {large:,} : {small:,}"[:52],
            ours=took * 1e3,
            reference=day[small][what] * 1e3,
            unit="ms",
            at_most=2,
        )
    _lag(report)
    found = rollups.check(actor=SYSTEM, sample=60)
    report.note(f"compared with the facts at the end: {found.compared:,} stored figures")
    report.measure(name="  of these differ", ours=len(found.differences), unit="", at_most=0)


def _bare() -> Callable[[], None]:
    """Counting (unit, day) cells of facts and roster and writing nothing."""

    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET work_mem = '512MB'")
            for table, amount in (
                ("duties_attendance", "minutes"),
                ("duties_shift", "materials"),
                ("incidents_incident", "materials"),
            ):
                cursor.execute(
                    f"SELECT count(*) FROM (SELECT unit_id, day, count(*), sum({amount}) FROM {table}"
                    " GROUP BY unit_id, day) AS cells"
                )
                cursor.fetchone()
            cursor.execute(
                "SELECT count(*) FROM (SELECT unit_id, joined_on, count(*) FROM members_member"
                " GROUP BY unit_id, joined_on) AS cells"
            )
            cursor.fetchone()
            cursor.execute("RESET work_mem")

    return work


def _bare_people() -> None:
    """The people of squads' months, each once, and writing nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SET work_mem = '512MB'")
        cursor.execute(
            "SELECT count(*) FROM (SELECT DISTINCT unit_id, date_trunc('month', day::timestamp), member_id"
            f" FROM duties_attendance WHERE {SERVED_PART.condition_sql}) AS people"
        )
        cursor.fetchone()
        cursor.execute("RESET work_mem")


def _rebuild(report: Report, facts: int) -> dict[str, float]:
    """Full rebuilds of sums, with their indexes, and of sets, from nothing, beside the bare GROUP BY."""
    bare, people, sums, sets = [], [], [], []
    done = rollups.Rebuilt()
    for _round in range(3 if 500_000 < facts < 2_000_000 else 2):
        bare.append(seconds(_bare()))
        people.append(seconds(_drop(_bare_people)))
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE stats_ownday, stats_totalday, stats_ownmonth, stats_monthset")
        done = rollups.rebuild(actor=SYSTEM)
        sums.append(done.sums_took)
        sets.append(done.sets_took)
    report.note(f"cells: {done.own:,} own, {done.totals:,} totals; {done.sets:,} sets")
    full = {"sums": statistics.median(sums), "sets": statistics.median(sets)}
    full["both"] = full["sums"] + full["sets"]
    reference = statistics.median(bare)
    # Nearly as many cells are written for a million facts as for ten: only for the most is it counting that costs.
    _share(report, facts, f"full rebuild, {facts:,}: sums : bare GROUP BY", full["sums"], reference, at_most=5)
    _share(report, facts, "  sets : bare DISTINCT of people", full["sets"], statistics.median(people), at_most=5)
    both = reference + statistics.median(people)
    _share(report, facts, "  both : both bare", full["both"], both, at_most=5)
    return full


def _drop(work: Callable[[], Any]) -> Callable[[], None]:
    def run() -> None:
        work()

    return run


def _a_day(report: Report, facts: int, full: dict[str, float]) -> dict[str, float]:
    """The 1,000 cells of a day after a write to every one of them, beside the full rebuild."""
    with connection.cursor() as cursor:
        for table in ("stats_totalday", "stats_ownday", "stats_ownmonth", "stats_monthset"):
            cursor.execute(f"VACUUM ANALYZE {table}")
    took: dict[str, float] = {}
    for what, change, source in (
        ("times corrected", "UPDATE duties_attendance SET minutes = minutes + 1 WHERE id = ANY(%s)", "hours"),
        ("other people", _SWAP, "attendance"),
    ):
        whole, sums, sets = _timed(change, source)
        took[what] = whole
        if source == "attendance":
            took["  sums"], took["  sets"] = sums, sets
        report.note(f"{what}: {whole * 1e3:.0f} ms, of these sums {sums * 1e3:.0f}, sets {sets * 1e3:.0f}")
        name = f"a day's 1,000 keys, {what}, {facts:,} : rebuild"
        _share(report, facts, name, whole, full["both"], at_most=0.01)
    return took


def _timed(change: str, source: str) -> tuple[float, float, float]:
    """Median seconds of draining a day on which one attendance of every squad was changed; of sums and of sets."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (unit_id) id FROM duties_attendance WHERE day = %s AND current AND status = 'present'"
            " ORDER BY unit_id, id",
            [A_DAY],
        )
        rows = [row for (row,) in cursor.fetchall()]
        took = []
        for _round in range(7):
            cursor.execute(change, [rows])
            # A squad that nobody came from that day is counted as well.
            cursor.execute(
                "INSERT INTO stats_dirty (unit_id, day, source) SELECT id, %s, %s FROM corps_unit u"
                " WHERE level = 4 AND NOT EXISTS (SELECT FROM stats_dirty d WHERE d.unit_id = u.id)",
                [A_DAY, source],
            )
            began = time.perf_counter()
            done = rollups.drain(actor=SYSTEM, wait=True)
            took.append((time.perf_counter() - began, done.cells_took, done.sets_took))
            assert done.taken == 1000
    whole, sums, sets = (statistics.median(column) for column in zip(*took, strict=True))
    return whole, sums, sets


def _year(report: Report, facts: int) -> None:
    """The year's table of the detachments: all columns, from their own rows and from the facts."""
    detachments = list(Unit.objects.filter(level=Level.DETACHMENT).values_list("id", flat=True))
    flows = [
        code
        for code, one in MEASURES.items()
        if one.adds_up.value == "flow" and one.parts[0].source.changed != "roster"
    ]

    def ours() -> None:
        assert len(figures(detachments, flows, *YEAR)) == 14 * len(flows)

    def people() -> None:
        figures(detachments, ["served"], *YEAR)

    took = interleaved(
        3, {"ours": ours, "people": people, "facts": _from_facts, "people facts": _people_from_facts}, warm_up=1
    )
    _share(
        report, facts, f"year of 14 detachments, {facts:,}: roll-ups : facts", took["ours"], took["facts"], at_most=0.01
    )
    _share(report, facts, "  people who served: sets : facts", took["people"], took["people facts"], at_most=0.1)


def _from_facts() -> None:
    """One measure of each table per detachment, the least that could be asked: the roll-ups give all of them."""
    with connection.cursor() as cursor:
        for table, amount in (
            ("duties_attendance", "minutes"),
            ("duties_shift", "materials"),
            ("incidents_incident", "materials"),
        ):
            cursor.execute(
                f"SELECT d.id, count(*), sum(f.{amount}) FROM {table} f JOIN corps_unit u ON u.id = f.unit_id"
                " JOIN corps_unit d ON d.level = 2 AND d.tree_id = u.tree_id AND u.lft BETWEEN d.lft AND d.rght"
                " WHERE f.day >= %s AND f.day < %s GROUP BY d.id",
                YEAR,
            )
            cursor.fetchall()


def _people_from_facts() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id, count(DISTINCT f.member_id) FROM duties_attendance f JOIN corps_unit u ON u.id = f.unit_id"
            " JOIN corps_unit d ON d.level = 2 AND d.tree_id = u.tree_id AND u.lft BETWEEN d.lft AND d.rght"
            f" WHERE f.day >= %s AND f.day < %s AND {SERVED_PART.condition_sql.replace('duties_attendance', 'f')}"
            " GROUP BY d.id",
            YEAR,
        )
        cursor.fetchall()


def _bar(report: Report, name: str, ours: float, reference: float, at_most: float) -> None:
    report.measure(name=name, ours=ours * 1e3, reference=reference * 1e3, unit="ms", at_most=at_most)


def _share(report: Report, facts: int, name: str, ours: float, reference: float, *, at_most: float) -> None:
    """A part of the whole: the fewer facts, the less there is to win, so the bar holds for the most of them."""
    if facts == max(FACTS):
        _bar(report, name, ours, reference, at_most)
    else:
        report.note(f"{name}: {ours * 1e3:.1f} of {reference * 1e3:,.0f} ms, {ours / reference:.4f}")


def _lag(report: Report) -> None:
    """From the commit of a fact until the root's stored figure shows it, with a real worker and a real beat."""
    url = os.environ["DATABASE_URL"]
    squad = Unit.objects.filter(level=Level.SQUAD).order_by("?").first()
    root = Unit.objects.get(parent=None)
    kind = IncidentKind.objects.get(code="bench")
    queue = f"bench-{os.getpid()}"
    lags: list[float] = []
    with _processes(queue), psycopg.connect(url, autocommit=True) as hand:
        stored = "SELECT coalesce(sum(incidents_rescue), 0) FROM stats_totalday WHERE unit_id = %s AND day = %s"
        for number in range(COMMITS + 3):
            before = _one(hand, stored, root.pk, A_DAY)
            hand.execute(
                "INSERT INTO incidents_incident (unit_id, kind_id, category, occurred_at, place, account, outcome,"
                " quantity, materials, people_reached, state, recorded_at, verified_at) VALUES (%s, %s, 'rescue',"
                " %s, '', '', '', 1, 0, 0, 'verified', now(), now())",
                [squad.pk, kind.pk, dt.datetime.combine(A_DAY, dt.time(4), dt.UTC)],
            )
            began = time.perf_counter()
            while _one(hand, stored, root.pk, A_DAY) == before:
                if time.perf_counter() - began > 60:
                    raise RuntimeError("no worker counts")
                time.sleep(0.005)
            # The first few also wait for worker and beat to come up.
            if number >= 3:
                lags.append(time.perf_counter() - began)
            # Off the beat of the schedule.
            time.sleep(0.137 * (number % 7))
    report.note(f"lag: median {statistics.median(lags):.2f} s, longest {max(lags):.2f} s of {len(lags)} commits")
    report.measure(name="fact committed -> figure at the root, p95", ours=percentile(lags, 95), unit="s", at_most=2)


def _one(hand: "psycopg.Connection[Any]", statement: str, *values: Any) -> Any:
    row = hand.execute(statement.encode(), values).fetchone()
    return row[0] if row else None


@contextmanager
def _processes(queue: str) -> Iterator[None]:
    """A worker and a beat as production runs them, with a queue of their own."""
    environment = {**os.environ, "YIWU_BENCH_QUEUE": queue}
    base = [sys.executable, "-m", "celery", "--quiet", "-A", "bench.rollup_worker"]
    schedule = f"/tmp/{queue}"  # noqa: S108 (beat keeps its clock there; removed below)
    started = [
        subprocess.Popen([*base, "worker", "--loglevel", "ERROR", "--concurrency", "1"], env=environment),
        subprocess.Popen([*base, "beat", "--loglevel", "ERROR", "-s", schedule, "--pidfile="], env=environment),
    ]
    try:
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(30)
        for ending in ("", ".db", ".dat", ".dir", ".bak"):
            with suppress(FileNotFoundError):
                os.unlink(schedule + ending)  # noqa: PTH108
