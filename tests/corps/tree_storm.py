"""A storm of structural writes from many writers at once, the same for our operations and for plain django-mptt."""

import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from django.db import OperationalError, connection, transaction

from corps.actors import SYSTEM
from corps.enums import Level
from corps.errors import Refusal
from corps.models import Unit
from corps.operations import tree
from tests.cast import SINCE
from tests.corps.plain_tree import PlainUnit
from tests.together import PATIENCE_SECONDS, at_once, without_failure

#: Brigades the storm begins with, spread over this many detachments.
BRIGADES, DETACHMENTS = 12, 4
#: Every act of a storm waits for those before it.
STORM_SECONDS = 300.0


class World(Protocol):
    """A tree to write to. Every call is one transaction; a refusal or a deadlock is an answer, not an error."""

    def brigades(self) -> list[int]:
        """Ids of open brigades."""

    def detachments(self) -> list[int]:
        """Ids of detachments."""

    def create(self, parent: int, code: str) -> None:
        """A squad under a brigade."""

    def move(self, unit: int, parent: int) -> None:
        """A brigade under another detachment."""

    def merge(self, source: int, target: int) -> None:
        """One brigade into another."""

    def close(self, unit: int) -> None:
        """A unit, if it is empty."""


class OurWorld:
    """Through `corps.operations.tree`."""

    def brigades(self) -> list[int]:
        return list(Unit.objects.filter(level=Level.BRIGADE, active_until=None).values_list("pk", flat=True))

    def detachments(self) -> list[int]:
        return list(Unit.objects.filter(level=Level.DETACHMENT).values_list("pk", flat=True))

    def create(self, parent: int, code: str) -> None:
        tree.create_unit(
            actor=SYSTEM, parent_id=parent, level=Level.SQUAD, name=code, short_name=code, code=code, active_from=SINCE
        )

    def move(self, unit: int, parent: int) -> None:
        tree.move_unit(actor=SYSTEM, unit_id=unit, parent_id=parent)

    def merge(self, source: int, target: int) -> None:
        tree.merge_units(actor=SYSTEM, source_id=source, target_id=target, reason="storm")

    def close(self, unit: int) -> None:
        tree.close_unit(actor=SYSTEM, unit_id=unit, reason="storm")


class PlainWorld:
    """As an application with stock django-mptt would do it: each act atomic, nothing more."""

    def brigades(self) -> list[int]:
        return list(PlainUnit.objects.filter(rank=3, closed=False).values_list("pk", flat=True))

    def detachments(self) -> list[int]:
        return list(PlainUnit.objects.filter(rank=2).values_list("pk", flat=True))

    @transaction.atomic
    def create(self, parent: int, code: str) -> None:
        PlainUnit(parent=PlainUnit.objects.get(pk=parent), rank=4, code=code).save()

    @transaction.atomic
    def move(self, unit: int, parent: int) -> None:
        found = PlainUnit.objects.get(pk=unit)
        found.parent = PlainUnit.objects.get(pk=parent)
        found.save()

    @transaction.atomic
    def merge(self, source: int, target: int) -> None:
        for child in PlainUnit.objects.filter(parent_id=source):
            child.refresh_from_db()
            child.parent = PlainUnit.objects.get(pk=target)
            child.save()
        PlainUnit.objects.filter(pk=source).update(closed=True)

    @transaction.atomic
    def close(self, unit: int) -> None:
        if not PlainUnit.objects.filter(parent_id=unit).exists():
            PlainUnit.objects.filter(pk=unit).update(closed=True)


@dataclass
class Report:
    """What happened to the acts of the writers."""

    done: int = 0
    refused: int = 0
    deadlocks: int = 0
    errors: list[str] = field(default_factory=list)

    def add(self, other: "Report") -> None:
        """Sum up."""
        self.done += other.done
        self.refused += other.refused
        self.deadlocks += other.deadlocks
        self.errors += other.errors


def act(world: World, writer: str, number: int, rng: random.Random) -> None:
    """One act at random: mostly creates, then moves, some mergers and closures."""
    brigades = world.brigades()
    chance = rng.random()
    if chance < 0.5 or len(brigades) < 4:
        world.create(rng.choice(brigades), f"{writer}-{number}")
    elif chance < 0.8:
        world.move(rng.choice(brigades), rng.choice(world.detachments()))
    elif chance < 0.9:
        world.merge(*rng.sample(brigades, 2))
    else:
        world.close(rng.choice(brigades))


def write(world: World, writer: str, acts: int) -> Report:
    """Do `acts` acts on a connection of one's own."""
    report = Report()
    rng = random.Random(writer)
    try:
        for number in range(acts):
            try:
                act(world, writer, number, rng)
                report.done += 1
            except Refusal:
                report.refused += 1
            except OperationalError:
                report.deadlocks += 1
    except Exception as error:  # noqa: BLE001 - a thread's failure is the test's to report
        report.errors.append(f"{writer}: {error!r}")
    finally:
        connection.close()
    return report


def in_threads(world: World, name: str, writers: int, acts: int) -> Report:
    """The storm from threads of this process."""
    works = [partial(write, world, f"{name}t{index}", acts) for index in range(writers)]
    reports = at_once(*works, seconds=STORM_SECONDS)
    without_failure(reports)
    total = Report()
    for report in reports:
        total.add(report)
    return total


def main(writer: str, acts: int) -> None:
    """A writer in a process of its own: waits for a line on standard input, prints its report."""
    sys.stdin.readline()
    report = write(OurWorld(), writer, acts)
    print(report.done, report.refused, report.deadlocks, ";".join(report.errors), flush=True)


def in_processes(name: str, writers: int, acts: int) -> Report:
    """The storm from processes with Django set up for themselves, on the database of the test."""
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    environment = {**os.environ, "DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}"}
    processes = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                f"import django; django.setup(); import tests.corps.tree_storm as s; s.main('{name}p{index}', {acts})",
            ],
            cwd=Path(__file__).parents[2],
            env={"DJANGO_SETTINGS_MODULE": "yiwu.settings", **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for index in range(writers)
    ]
    total, until = Report(), time.monotonic() + STORM_SECONDS
    try:
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        for process in processes:
            out, _err = process.communicate(timeout=max(0.0, until - time.monotonic()))
            done, refused, deadlocks, errors = out.strip("\n").split(" ", 3) if out else ("0", "0", "0", "no report")
            total.add(Report(int(done), int(refused), int(deadlocks), [errors] if errors else []))
    finally:
        # Who still writes would be in the way of whatever comes after.
        for process in processes:
            process.kill()
            process.wait(PATIENCE_SECONDS)
    return total
