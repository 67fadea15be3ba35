"""The invented members: well-formed, plausible, nobody's, and the same every time."""

import os
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from members.demo import hengyang, tangxia
from members.demo.people import People, Person
from members.demo.sheet import HEADERS, cells
from members.enums import Sex
from members.logic.flaws import Flaw
from members.logic.headers import find_header
from members.logic.identity import Identity, age_on, parse_identity
from members.logic.names import read_name
from members.logic.phones import read_mobile
from members.logic.roster_columns import Context
from members.logic.rows import RowCleaner
from tests.together import PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parents[3]
TODAY = date(2026, 11, 21)


def invent(members: int, seed: int = 1) -> list[Person]:
    return list(People(hengyang.build(seed), members=members, seed=seed, today=TODAY))


@pytest.fixture(scope="module")
def people() -> list[Person]:
    return invent(5000)


def test_there_are_exactly_as_many_as_asked_for(people: list[Person]) -> None:
    assert len(people) == 5000
    assert len(invent(1)) == 1
    assert len({person.identity for person in people}) == 5000
    assert len({person.phone for person in people}) == 5000


def test_identity_numbers_pass_the_rosters_own_check(people: list[Person]) -> None:
    for person in people:
        identity = parse_identity(person.identity, TODAY)
        assert isinstance(identity, Identity)
        assert identity.warning is None
        assert identity.birth_date == person.birth_date
        assert identity.sex == {"男": Sex.MALE, "女": Sex.FEMALE}[person.sex]


def test_identity_and_phone_numbers_belong_to_nobody(people: list[Person]) -> None:
    """Sequences kept for people over a hundred, on birth dates after 1950; prefixes that no operator uses."""
    assert {person.identity[14:17] for person in people} <= {"996", "997", "998", "999"}
    assert min(person.birth_date.year for person in people) >= 1950
    assert {person.phone[:3] for person in people} <= {"142", "143", "154"}
    assert all(read_mobile(person.phone) == person.phone for person in people)


def test_names_are_names_and_some_are_rare(people: list[Person]) -> None:
    names = [person.name for person in people]
    assert not any(isinstance(read_name(name), Flaw) for name in names)
    assert any("·" in name for name in names)
    assert any(ord(character) > 0xFFFF for name in names for character in name)
    assert any(name.startswith("欧阳") for name in names)
    assert max(Counter(names).values()) < 15


def test_a_row_is_read_without_a_question_and_without_a_problem(people: list[Person]) -> None:
    rows = [list(HEADERS), *(cells(person) for person in people)]
    header = find_header(rows)
    assert header is not None
    assert not header.unknown
    assert not header.duplicates
    batch = RowCleaner(header.mapping, Context(TODAY)).clean(range(2, len(rows) + 1), rows[1:])
    assert batch.problems == []
    assert len(batch.rows) == len(people)


def test_nobody_joined_as_a_child_or_before_the_corps(people: list[Person]) -> None:
    for person in people:
        assert age_on(person.birth_date, person.joined_on) >= 18
        assert date(2022, 3, 1) <= person.joined_on <= TODAY
        assert person.status_on is None or person.joined_on <= person.status_on <= TODAY


def test_the_corps_looks_like_one(people: list[Person]) -> None:
    ages = sorted(age_on(person.birth_date, TODAY) for person in people)
    assert 38 <= ages[len(ages) // 2] <= 48
    assert 0.55 <= sum(person.sex == "男" for person in people) / len(people) <= 0.75
    assert 0.85 <= sum(person.status == "在队" for person in people) / len(people) <= 0.95
    assert all(person.status_reason for person in people if person.status != "在队")
    assert sum(person.occupation in {"保安员", "物管员", "楼栋长", "店长"} for person in people) == 5000 * 42 // 100
    guards = [person for person in people if person.occupation == "保安员"]
    assert sum(person.sex == "男" for person in guards) / len(guards) > 0.85
    teachers = [person.education for person in people if person.occupation == "教师"]
    assert set(teachers) <= {"大专", "本科", "硕士"}


def test_every_named_unit_grid_group_and_partner_exists(people: list[Person]) -> None:
    city = hengyang.build(1)
    units = {unit.code for unit in city.plan.units}
    assert {person.unit for person in people} <= units
    assert {team for person in people for team in person.teams} <= units
    assert all(person.unit not in person.teams for person in people)
    assert {person.grid for person in people} - {""} <= {grid.code for grid in city.plan.grids}
    assert {group for person in people for group in person.groups} == set(city.groups)
    assert {person.partner for person in people} - {""} == set(city.partners)


def test_the_same_seed_gives_the_same_people() -> None:
    assert invent(300) == invent(300)
    assert invent(300) != invent(300, seed=2)


def test_no_hash_of_this_process_leaks_into_the_city() -> None:
    program = (
        "import datetime, hashlib\n"
        "from members.demo import hengyang, sheet\n"
        "from members.demo.people import People\n"
        "city = hengyang.build(3)\n"
        "people = People(city, members=200, seed=3, today=datetime.date(2026, 11, 21))\n"
        "print(hashlib.sha256(repr(city.plan).encode() + sheet.write(people)).hexdigest())\n"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE_SECONDS,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_tangxia_at_full_size_counts_what_it_reported() -> None:
    people = list(People(tangxia.build(1), members=13_804, seed=1, today=TODAY))
    occupations = Counter(person.occupation for person in people)
    assert [occupations[name] for name in ("保安员", "物管员", "楼栋长", "店长")] == [2833, 278, 2645, 3640]
    groups = Counter(group for person in people for group in person.groups)
    assert groups == {"巡防组": 2698, "流动观察哨": 518, "宣传先锋队": 2570}
    assert sum(bool(person.partner) for person in people) == 623
    assert Counter(person.unit for person in people)["TX-00-001"] == 90


def test_the_people_of_two_cities_never_share_a_number() -> None:
    codes = [
        {code for home in city.homes for code in home.area_codes} | set(city.other_area_codes)
        for city in (hengyang.build(1), tangxia.build(1))
    ]
    assert not codes[0] & codes[1]


def test_tangxia_keeps_its_proportions_when_small() -> None:
    people = list(People(tangxia.build(1), members=1000, seed=1, today=TODAY))
    occupations = Counter(person.occupation for person in people)
    assert [occupations[name] for name in ("保安员", "物管员", "楼栋长", "店长")] == [205, 20, 192, 264]
