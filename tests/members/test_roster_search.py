"""Search: one word finds by name, pinyin, phone or identity number, and finds nothing it should not."""

import pytest

from members.models import Member
from members.queries.roster import Page, list_members, within
from members.queries.roster.sql import Condition, expected_rows
from tests.cast import Cast
from tests.members.roster import identity_number, person
from tests.members.test_roster_list import names, node

pytestmark = pytest.mark.django_db

NUMBER = identity_number(321)


def search(cast: Cast, typed: str, account: str = "captain_sg", code: str = "sg") -> Page:
    actor = cast.actor(account)
    return list_members(actor=actor, place=within(actor, node(cast, code)), typed=typed)


@pytest.fixture
def people(cast: Cast) -> dict[str, Member]:
    unit = cast.units["sg11"].pk
    made = [
        person(unit, "张伟", phone="13812345678", identity=NUMBER),
        person(unit, "曾小伟", phone="13987654321"),
        person(unit, "王建国", phone="18600001234"),
        person(unit, "艾力·吐尔逊", phone="15000000001"),
        person(unit, "欧阳娜娜", phone=""),
        person(cast.units["sg12"].pk, "张伟业", phone="13812340000"),
    ]
    person(cast.units["zx11"].pk, "张外人", phone="13812349999")
    return {one.name: one for one in made}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("张伟", {"张伟", "张伟业"}),
        ("张", {"张伟", "张伟业"}),
        ("伟", {"张伟", "张伟业", "曾小伟"}),
        ("小伟", {"曾小伟"}),
        ("王建国", {"王建国"}),
        ("建 国", {"王建国"}),
        ("力吐", {"艾力·吐尔逊"}),
        ("艾力·吐", {"艾力·吐尔逊"}),
        ("娜娜", {"欧阳娜娜"}),
        ("龘", set()),
        ("国建", set()),
        ("zhangwei", {"张伟", "张伟业"}),
        ("ZHANG WEI", {"张伟", "张伟业"}),
        ("zengx", {"曾小伟"}),
        ("zw", {"张伟", "张伟业"}),
        ("zxw", {"曾小伟"}),
        ("oynn", {"欧阳娜娜"}),
        ("qqq", set()),
        ("138", {"张伟", "张伟业"}),
        ("13812345678", {"张伟"}),
        ("138-1234-5678", {"张伟"}),
        ("5678", {"张伟"}),
        ("1234", {"王建国"}),
        ("345678", {"张伟"}),
        (NUMBER, {"张伟"}),
        (NUMBER.lower(), {"张伟"}),
        (NUMBER[-4:], {"张伟"}),
        ("430405198505203210", set()),
        ("13", set()),
    ],
)
def test_a_word_finds(cast: Cast, people: dict[str, Member], typed: str, expected: set[str]) -> None:
    assert set(names(search(cast, typed))) == expected


def test_fifteen_digits_find_the_converted_number(cast: Cast) -> None:
    number = identity_number(111)
    person(cast.units["sg11"].pk, "老王", identity=number)
    assert names(search(cast, number[:6] + number[8:17])) == ["老王"]


def test_four_digits_that_mean_two_things_find_both_each_once(cast: Cast) -> None:
    tail = NUMBER[-4:].replace("X", "0")
    both = person(cast.units["sg11"].pk, "张伟", identity=NUMBER, phone=f"1380000{NUMBER[-4:].replace('X', '0')}")
    other = person(cast.units["sg11"].pk, "李娜", phone=f"1390000{tail}")
    found = [row.id for row in search(cast, tail).rows]
    assert sorted(found) == sorted({both.pk, other.pk})


def test_hidden_digits_of_a_phone_cannot_be_guessed_one_by_one(cast: Cast, people: dict[str, Member]) -> None:
    assert set(names(search(cast, "138", "inspector_sg"))) == {"张伟", "张伟业"}
    assert names(search(cast, "1381", "inspector_sg")) == []
    assert names(search(cast, "13812345", "inspector_sg")) == []
    assert names(search(cast, "345678", "inspector_sg")) == []
    assert names(search(cast, "5678", "inspector_sg")) == ["张伟"]
    assert names(search(cast, "13812345678", "inspector_sg")) == ["张伟"]


def test_nobody_outside_the_scope_is_found(cast: Cast, people: dict[str, Member]) -> None:
    assert "张外人" in names(search(cast, "张", "captain_hy", "hy"))
    for typed in ("张外", "zwr", "zhangwai", "13812349999", "9999"):
        assert names(search(cast, typed)) == []
        assert names(search(cast, typed, "captain_hy", "hy")) == ["张外人"]


@pytest.mark.parametrize(
    "typed", ["%", "_", "%%%", "'; DROP TABLE x; --", "\\", "张%", "\x00张", "a" * 500, "😀", "{张}"]
)
def test_strange_words_are_only_words(cast: Cast, people: dict[str, Member], typed: str) -> None:
    search(cast, typed)


def test_the_planner_is_asked_without_reading_the_table(cast: Cast) -> None:
    assert expected_rows(Condition("m.name = %s", ("张伟",))) >= 0
