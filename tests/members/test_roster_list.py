"""The roster as a list: scope, order, paging, filters, masking; whatever shape a leg has, the answer is the same."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from corps.queries.scope import Node, current_tree
from members.queries.roster import PAGE_SIZE, Page, RosterFilter, Within, legs, list_members, within
from members.queries.roster.listing import every_id
from tests.cast import Cast
from tests.members.roster import person

pytestmark = pytest.mark.django_db

NAMES = ("王伟", "王芳", "李娜", "张伟", "曾国", "欧阳建国", "赵六", "安乐")


def node(cast: Cast, code: str) -> Node:
    return current_tree().nodes[cast.units[code].pk]


def place(cast: Cast, account: str, code: str) -> Within:
    return within(cast.actor(account), node(cast, code))


def names(page: Page) -> list[str]:
    return [row.name for row in page.rows]


def look(cast: Cast, account: str, code: str, **options: object) -> Page:
    return list_members(actor=cast.actor(account), place=place(cast, account, code), **options)  # type: ignore[arg-type]


def test_only_the_subtree_is_listed_by_pinyin(cast: Cast) -> None:
    person(cast.units["sg11"].pk, "张伟")
    person(cast.units["sg21"].pk, "安乐")
    person(cast.units["zx11"].pk, "王芳")
    assert names(look(cast, "captain_sg", "sg")) == ["安乐", "张伟"]
    assert names(look(cast, "captain_hy", "hy")) == ["安乐", "王芳", "张伟"]
    assert names(look(cast, "captain_sg", "sg11")) == ["张伟"]
    assert names(look(cast, "captain_sg", "sg12")) == []


def test_outside_the_scope_there_is_no_list_and_without_the_right_it_is_refused(cast: Cast) -> None:
    with pytest.raises(Http404):
        place(cast, "captain_sg", "zx11")
    with pytest.raises(PermissionDenied):
        place(cast, "auditor_sg", "sg")
    with pytest.raises(PermissionDenied):
        place(cast, "member_sg11", "sg11")


def test_identity_numbers_are_masked_and_phones_where_the_right_is_missing(cast: Cast) -> None:
    person(cast.units["sg11"].pk, "张伟", identity="430405198505200017", phone="13812345678")
    (row,) = look(cast, "captain_sg", "sg").rows
    assert (row.identity, row.phone) == ("430***********0017", "13812345678")
    (row,) = look(cast, "inspector_sg", "sg").rows
    assert row.phone == "138****5678"


def crowd(cast: Cast, number: int) -> None:
    squads = ("sg11", "sg12", "sg21", "zx11", "zx9")
    for position in range(number):
        person(cast.units[squads[position % len(squads)]].pk, NAMES[position % len(NAMES)])


def pages(cast: Cast, code: str, size: int, typed: str = "") -> Iterator[Page]:
    page = look(cast, "captain_hy", code, size=size, typed=typed)
    yield page
    while page.next:
        page = look(cast, "captain_hy", code, size=size, typed=typed, after=page.next)
        yield page


@pytest.mark.parametrize("typed", ["", "伟", "w", "wang", "139", "1390"])
@pytest.mark.parametrize("code", ["hy", "sg", "sg11"])
def test_pages_hold_everybody_once_forwards_and_backwards(cast: Cast, code: str, typed: str) -> None:
    crowd(cast, 40)
    whole = [row.id for row in look(cast, "captain_hy", code, size=200, typed=typed).rows]
    found = list(pages(cast, code, 3, typed))
    assert [row.id for page in found for row in page.rows] == whole
    assert len(set(whole)) == len(whole) > 0
    before = found[-1]
    backwards = [row.id for row in before.rows]
    while before.previous:
        before = look(cast, "captain_hy", code, size=3, typed=typed, before=before.previous)
        backwards = [row.id for row in before.rows] + backwards
    assert backwards == whole
    assert found[0].previous == ""


@pytest.mark.parametrize("code", ["sg", "hy"])
@pytest.mark.parametrize("shape", list(legs.Shape))
def test_every_shape_gives_the_same_members(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, shape: legs.Shape, code: str
) -> None:
    crowd(cast, 24)
    expected = {row.id for row in look(cast, "captain_hy", code, size=100).rows}
    order = legs.BY_UNIT if shape == legs.Shape.STREAM else legs.BY_NAME

    def forced(name: str, condition: object, *_rest: object) -> legs.Leg:
        return legs.Leg(name, condition, order, shape)  # type: ignore[arg-type]

    monkeypatch.setattr("members.queries.roster.listing.by_name", forced)
    page = look(cast, "captain_hy", code, size=100)
    assert {row.id for row in page.rows} == expected
    first = look(cast, "captain_hy", code, size=5)
    second = look(cast, "captain_hy", code, size=5, after=first.next)
    assert [row.id for row in (*first.rows, *second.rows)] == [row.id for row in page.rows][:10]


@pytest.mark.parametrize("code", ["sg", "hy"])
@pytest.mark.parametrize("typed", ["伟", "吐", "力吐", "力·吐", "无"])
def test_a_name_read_unit_by_unit_is_the_one_that_the_index_finds(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, typed: str, code: str
) -> None:
    crowd(cast, 24)
    person(cast.units["sg21"].pk, "艾力·吐尔逊")
    found = {}
    for shape in (legs.Shape.FEW, legs.Shape.STREAM):

        def forced(name: str, indexed: object, read: object, *_rest: object, one: legs.Shape = shape) -> legs.Leg:
            condition = indexed if one == legs.Shape.FEW else read
            return legs.Leg(name, condition, legs.BY_UNIT, one)  # type: ignore[arg-type]

        monkeypatch.setattr("members.queries.roster.search.few_or_stream", forced)
        found[shape] = [row.id for row in look(cast, "captain_hy", code, size=100, typed=typed).rows]
    assert found[legs.Shape.FEW] == found[legs.Shape.STREAM]
    assert bool(found[legs.Shape.FEW]) == (typed != "无")


@pytest.mark.parametrize("cursor", ["nonsense", "all.0", "all.999999999999999999", "pinyin.1", "all.", "' OR 1=1"])
def test_a_cursor_that_makes_no_sense_gives_the_first_page(cast: Cast, cursor: str) -> None:
    crowd(cast, 6)
    first = look(cast, "captain_sg", "sg")
    assert look(cast, "captain_sg", "sg", after=cursor) == first
    assert look(cast, "captain_sg", "sg", before=cursor) == first


def test_a_cursor_of_somebody_outside_the_scope_tells_nothing(cast: Cast) -> None:
    crowd(cast, 10)
    stranger = person(cast.units["zx11"].pk, "马上")
    first = look(cast, "captain_sg", "sg")
    assert look(cast, "captain_sg", "sg", after=f"all.{stranger.pk}") == first


def test_every_id_walks_all_pages_of_all_legs(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("members.queries.roster.listing.BATCH", 7)
    crowd(cast, 40)
    actor = cast.actor("captain_hy")
    for typed in ("", "伟", "ww", "1390"):
        found = [
            one for batch in every_id(actor=actor, place=place(cast, "captain_hy", "hy"), typed=typed) for one in batch
        ]
        shown = [row.id for row in look(cast, "captain_hy", "hy", size=200, typed=typed).rows]
        assert found == shown


TODAY = dt.date(2022, 11, 10)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (RosterFilter(statuses=("active",)), {"甲"}),
        (RosterFilter(statuses=("active", "left")), {"甲", "乙"}),
        (RosterFilter(occupations=("guard", "shop")), {"甲", "丙"}),
        (RosterFilter(role="safety"), {"乙"}),
        (RosterFilter(sex="2"), {"丙"}),
        (RosterFilter(age_from=30, age_to=40), {"甲"}),
        (RosterFilter(age_from=41), {"乙"}),
        (RosterFilter(education="master"), {"丙"}),
        (RosterFilter(political_status="party"), {"乙"}),
        (RosterFilter(insured="valid"), {"甲", "丙"}),
        (RosterFilter(insured="soon"), {"丙"}),
        (RosterFilter(insured="expired"), {"乙"}),
        (RosterFilter(joined_from=dt.date(2022, 1, 1)), {"甲"}),
        (RosterFilter(joined_to=dt.date(2021, 12, 31)), {"乙"}),
        (RosterFilter(missing="phone"), {"乙"}),
        (RosterFilter(missing="joined"), {"丙"}),
        (RosterFilter(missing="any"), {"乙", "丙"}),
        (RosterFilter(statuses=("active",), sex="2"), set()),
    ],
)
def test_filters_narrow(cast: Cast, monkeypatch: pytest.MonkeyPatch, chosen: RosterFilter, expected: set[str]) -> None:
    monkeypatch.setattr("members.queries.roster.listing.local_today", lambda: TODAY)
    unit = cast.units["sg11"].pk
    common = {"emergency_phone": "13800000000"}
    person(unit, "甲", status="active", birth_date=dt.date(1982, 11, 10), insured_until=dt.date(2023, 6, 1), **common)
    person(
        unit,
        "乙",
        status="left",
        occupation="other",
        roles=["safety"],
        political_status="party",
        birth_date=dt.date(1981, 11, 10),
        insured_until=dt.date(2022, 11, 9),
        joined_on=dt.date(2021, 12, 31),
        phone="",
        **common,
    )
    person(
        unit,
        "丙",
        status="probation",
        occupation="shop",
        sex="2",
        education="master",
        birth_date=dt.date(2000, 1, 1),
        insured_until=TODAY,
        joined_on=None,
        **common,
    )
    assert set(names(look(cast, "captain_sg", "sg", chosen=chosen))) == expected


def test_a_page_is_fifty_and_costs_the_same_queries_however_many_there_are(
    cast: Cast, django_assert_num_queries: object
) -> None:
    person(cast.units["sg11"].pk, "张伟")
    actor, where = cast.actor("captain_sg"), place(cast, "captain_sg", "sg")
    list_members(actor=actor, place=where)
    with django_assert_num_queries(3):  # type: ignore[operator] # the tree's version, the keys, the rows
        list_members(actor=actor, place=where)
    crowd(cast, PAGE_SIZE * 2)
    with django_assert_num_queries(3):  # type: ignore[operator]
        page = list_members(actor=actor, place=where)
    assert len(page.rows) == PAGE_SIZE
