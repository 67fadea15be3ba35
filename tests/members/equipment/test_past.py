"""Who held what at the end of a day: counted from the movements, where things counted on that day."""

import datetime as dt
import io
from dataclasses import dataclass
from typing import Any

import openpyxl
import pytest
from django.test import Client

from corps.actors import SYSTEM
from corps.queries.scope import current_tree, local_today
from members.logic.ledger import Line
from members.models import Holding
from members.operations import life
from members.operations.equipment.issuing import issue_to_unit
from members.operations.equipment.returning import take_back
from members.queries.equipment import parts, past
from members.queries.equipment.hands import every_hand, list_hands
from members.queries.equipment.held import HandsFilter
from tests.cast import Cast
from tests.members.equipment import stage

pytestmark = pytest.mark.django_db


@dataclass
class Story:
    """Twenty days ago 张伟 gets two vests and the radio, five days later 李娜 a vest for ten days, the squad three for
    its use; ten days ago 张伟 gives one vest back; today he moves to sg12 with the rest.
    """

    scene: stage.Scene
    cast: Cast


@pytest.fixture
def story(cast: Cast) -> Story:
    scene = stage.build(cast)
    vest = scene.vest.pk
    radio = Line(scene.radio.pk, article_id=scene.radio_1.pk)
    stage.give(scene.store, scene.zhang, Line(vest, 2), radio, on=stage.days_ago(20))
    stage.give(scene.store, scene.li, Line(vest), on=stage.days_ago(15), due_on=stage.days_ago(5))
    issue_to_unit(
        actor=SYSTEM,
        store_id=scene.store.pk,
        unit_id=cast.units["sg11"].pk,
        lines=[Line(vest, 3)],
        token=stage.token(),
        on=stage.days_ago(15),
    )
    held = stage.holding(scene.zhang, scene.vest)
    take_back(
        actor=SYSTEM,
        store_id=scene.store.pk,
        holdings={held.pk: (1, 0)},
        token=stage.token(),
        on=stage.days_ago(10),
    )
    life.transfer(actor=SYSTEM, member_id=scene.zhang.pk, unit_id=cast.units["sg12"].pk, reason="住址变动")
    return Story(scene, cast)


def held(story: Story, code: str, days: int, **chosen: Any) -> list[tuple[str, str, int]]:
    unit = current_tree().nodes[story.cast.units[code].pk]
    rows = every_hand(unit, HandsFilter(on=stage.days_ago(days), **chosen), local_today())
    return [(str(one.member or ""), one.kind.name, one.quantity) for one in rows]


ZHANG, LI = "张伟", "李娜"
VEST, RADIO = "反光背心", "对讲机"


def test_each_day_has_what_was_in_hands_at_its_end(story: Story) -> None:
    assert held(story, "sg1", 21) == []
    assert held(story, "sg1", 20) == [(ZHANG, VEST, 2), (ZHANG, RADIO, 1)]
    everything = [(LI, VEST, 1), (ZHANG, VEST, 2), (ZHANG, RADIO, 1), ("", VEST, 3)]
    assert held(story, "sg1", 11) == everything
    everything[1] = (ZHANG, VEST, 1)
    assert held(story, "sg1", 10) == everything
    assert held(story, "sg1", 1) == everything


def test_things_count_where_they_counted_then(story: Story) -> None:
    assert held(story, "sg12", 1) == []
    assert (ZHANG, RADIO, 1) in held(story, "sg11", 1)
    now = [one.member_id for one in every_hand(_node(story, "sg12"), HandsFilter(), local_today())]
    assert now == [story.scene.zhang.pk] * 2


def test_the_list_is_narrowed_as_of_the_day(story: Story) -> None:
    assert held(story, "sg1", 11, typed="张") == [(ZHANG, VEST, 2), (ZHANG, RADIO, 1)]
    assert held(story, "sg1", 11, typed="r-001") == [(ZHANG, RADIO, 1)]
    assert held(story, "sg1", 11, kind_id=story.scene.radio.pk) == [(ZHANG, RADIO, 1)]
    assert held(story, "sg1", 11, place="use") == [("", VEST, 3)]
    assert held(story, "sg1", 11, due="soon") == [(LI, VEST, 1)]
    assert held(story, "sg1", 11, due="over") == []
    assert held(story, "sg1", 4, due="over") == [(LI, VEST, 1)]


def test_the_end_of_today_is_what_the_books_say(story: Story) -> None:
    rows = list(past.every_held_on(_node(story, "hy"), HandsFilter(), local_today()))
    now = Holding.objects.filter(place__in=("member", "use"), quantity__gt=0)
    assert {one.pk: one.quantity for one in rows} == dict(now.values_list("pk", "quantity"))


def test_pages_follow_one_another_over_units(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "UNITS_AT_ONCE", 1)
    chosen, after, found = HandsFilter(on=stage.days_ago(1)), "", []
    for _page in range(10):
        page = list_hands(_node(story, "hy"), chosen, local_today(), after=after, size=1)
        found += [one.pk for one in page.rows]
        after = page.next
        if not after:
            break
    assert found == [one.pk for one in every_hand(_node(story, "hy"), chosen, local_today())]
    assert len(found) == 4


def test_the_page_the_workbook_and_the_api_show_the_day(client: Client, story: Story) -> None:
    client.force_login(story.cast.actor("captain_sg1"))
    day = stage.days_ago(11)
    page = client.get("/u/sg1/equipment/holdings/", {"on": day.isoformat()}).content.decode()
    assert page.count("<tr data-row") == 4
    assert 'name="id"' not in page, "what was held then is not taken back now"
    export = client.post("/u/sg1/equipment/holdings/export/", {"query": f"on={day}"})
    assert day.isoformat() in export["Content-Disposition"]
    content = b"".join(export.streaming_content)  # type: ignore[attr-defined]
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.values)
    assert {(row[0], row[2], row[5]) for row in rows[1:] if row[0] == ZHANG} == {(ZHANG, VEST, 2), (ZHANG, RADIO, 1)}
    answer = client.get("/api/v1/holdings/", {"unit": "sg1", "on": day.isoformat()})
    assert sum(one["quantity"] for one in answer.json()["results"]) == 7


@pytest.mark.parametrize("on", ["gestern", "2022-13-01", (local_today() + dt.timedelta(days=1)).isoformat()])
def test_what_is_no_day_until_today_is_said(client: Client, story: Story, on: str) -> None:
    client.force_login(story.cast.actor("captain_sg1"))
    answer = client.get("/u/sg1/equipment/holdings/", {"on": on})
    assert "不是今天或以前的日期" in answer.content.decode()
    assert client.get("/api/v1/holdings/", {"unit": "sg1", "on": on}).status_code in {400, 409, 422}


def _node(story: Story, code: str) -> Any:
    return current_tree().nodes[story.cast.units[code].pk]
