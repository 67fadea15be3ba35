"""What the two corps reported to have done, as amounts of facts to invent: exact where the report is, else just above.

A figure reported as "more than" or "nearly" is met by a number close to it. `tests/stats/test_published.py` compares
what the statistics count with the reports.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from stats.demo.calendar import Slot


@dataclass(frozen=True, slots=True)
class Work:
    """Shifts of some kinds (codes): `sessions` of them, or as many as it takes; `people` person-times, or what comes.

    `size` is the smallest and the largest team. `wide` shares of the shifts are organised by units above an area,
    `squad` shares by squads. `materials` are handed out in all of them together. `site` is the kind of site where they
    stand; `days` is "school", "dry" (season), "free" or "" for any day.
    """

    kinds: tuple[str, ...]
    slots: tuple[Slot, ...]
    size: tuple[int, int]
    sessions: int = 0
    people: int = 0
    wide: float = 0.0
    squad: float = 0.0
    materials: int = 0
    site: str = ""
    days: str = ""
    rural: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """The facts of a report, from the founding until (not including) `end`; `least` people can do them plausibly.

    Where `sessions` and `people` are the whole of what was reported, the last of `works` is what the others leave.
    """

    end: date
    least: int
    works: tuple[Work, ...]
    incidents: Mapping[str, int]
    views: tuple[int, ...] = ()
    sessions: int = 0
    people: int = 0


_DAYTIME = (Slot.MORNING, Slot.AFTERNOON)
_GATE = (Slot.ARRIVAL, Slot.LEAVING)
_DARK = (Slot.EVENING, Slot.NIGHT)
_PATROLS = ("patrol", "mobile-watch", "joint-patrol", "fixed-post")

HENGYANG = Report(
    end=date(2022, 11, 3),
    least=200,
    works=(
        # 35,000+ person-times of patrol.
        Work(_PATROLS, (Slot.MORNING, Slot.EVENING), (2, 5), people=21_640, squad=0.7),
        Work(("night",), _DARK, (2, 5), people=9_180, squad=0.4),
        Work(("forest",), _DAYTIME, (2, 4), people=4_412, days="dry", rural=True),
        # 5,883 sessions of mass events, school protection and commercial events.
        Work(("school-in", "school-out"), _GATE, (2, 3), sessions=5_124, site="school", days="school"),
        Work(("mass-event",), (Slot.AFTERNOON, Slot.EVENING), (4, 9), sessions=608, wide=0.6, days="free"),
        Work(("commercial-event",), (Slot.AFTERNOON, Slot.EVENING), (2, 5), sessions=151, site="market"),
        Work(("peak", "traffic"), _GATE, (2, 3), sessions=240),
        Work(("epidemic",), _DAYTIME, (2, 4), sessions=310),
    ),
    incidents={
        "dispute": 2_136,
        "clue": 58,
        "case": 30,
        "publicity": 3_875,
        "help": 412,
        "hazard": 287,
        "rescue": 46,
        "missing": 19,
        "information": 164,
    },
)

TANGXIA = Report(
    end=date(2021, 12, 5),
    least=1_000,
    # 2,330+ activities with 20,000+ person-times, leaflets 30,000+; of these 4,300+ and nearly 2,000 for the epidemic.
    works=(
        Work(("vaccination",), _DAYTIME, (20, 20), people=4_340),
        Work(("mass-testing",), _DAYTIME, (20, 20), people=1_980),
        Work(("school-in", "school-out"), _GATE, (6, 8), sessions=620, people=3_980, site="school", days="school"),
        Work(("publicity", "fraud", "safety-class"), _DAYTIME, (4, 8), people=1_720, materials=30_240),
        Work(("mass-event",), (Slot.AFTERNOON, Slot.EVENING), (8, 16), sessions=46, wide=0.7),
        Work(_PATROLS, (Slot.MORNING, Slot.EVENING), (4, 12)),
    ),
    incidents={"dispute": 318, "help": 122, "hazard": 96, "clue": 21, "information": 210, "work": 21},
    # 21 works: one over 10,000,000 views, eight over 20,000 reads.
    views=(
        *(10_480_000, 61_300, 48_200, 42_700, 38_900, 33_100, 29_600, 25_400, 21_800),
        *(17_900, 15_200, 13_800, 12_100, 9_700, 8_300, 6_900, 5_400, 4_100, 3_300, 2_600, 1_900),
    ),
    sessions=2_338,
    people=20_160,
)

REPORTS: Mapping[str, Report] = {"hengyang": HENGYANG, "tangxia": TANGXIA}
