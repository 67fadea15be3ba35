"""The stock report against entitlement: figures by kind, the list of lacks behind them, and the workbook."""

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.test import Client

from corps.actors import SYSTEM
from corps.queries.scope import current_tree, local_today
from members.models import Member
from members.queries import figures
from members.queries.equipment import parts
from members.queries.equipment.holdings import value_at_risk
from members.queries.equipment.missing import list_lacks
from members.queries.figures import figures_of
from stats.operations import rollups
from tests.cast import Cast
from tests.members.equipment import stage
from tests.members.equipment.desk import Desk, desk_of
from tests.members.roster import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(cast: Cast) -> Desk:
    """Six of sg11 are entitled to a vest and a light each, one of sg12 as well; three hold vests, one of them two."""
    desk = desk_of(cast)
    person(cast.units["sg12"].pk, "钱进", status="active")
    for name in ("张伟", "王芳"):
        desk.give(name, desk.vests())
    desk.give("李娜", desk.vests(2), extra_reason="夜间另配一件")
    return desk


def rows(answer: Any) -> dict[str, tuple[int, int, int, int, int]]:
    return {
        row["name"]: (row["entitled"], row["held"], row["missing"], row["people"], row["lacking"])
        for row in answer.context["entitled_rows"]
    }


def test_each_kind_stands_with_what_is_due_held_and_missing(client: Client, desk: Desk) -> None:
    client.force_login(desk.cast.actor("captain_sg1"))
    rollups.drain_all(actor=SYSTEM)
    page = client.get("/u/sg1/stock/")
    assert 'id="stock-entitled"' in page.content.decode()
    # The second vest of one is no vest of another.
    assert rows(page) == {"反光背心": (7, 3, 4, 7, 4), "肩灯": (7, 0, 7, 7, 7)}
    assert rows(client.get("/u/sg12/stock/")) == {"反光背心": (1, 0, 1, 1, 1), "肩灯": (1, 0, 1, 1, 1)}
    assert rows(client.get("/u/sg1/stock/entitled/")) == rows(page)
    fragment = client.get("/u/sg1/stock/entitled/", headers={"HX-Request": "true"}).content.decode()
    assert fragment.lstrip().startswith('<div class="y-stack" id="entitled">')


def test_of_a_large_unit_it_comes_later_also_when_its_roster_was_counted(
    client: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(desk.cast.actor("captain_sg1"))
    figures_of(desk.cast.actor("captain_sg1"), current_tree().nodes[desk.cast.units["sg1"].pk])
    monkeypatch.setattr(figures, "SMALL_SUBTREE", 0)
    page = client.get("/u/sg1/stock/")
    assert "entitled_rows" not in page.context
    assert 'hx-get="/u/sg1/stock/entitled/"' in page.content.decode()
    rollups.drain_all(actor=SYSTEM)
    assert 'hx-get="/u/sg1/stock/entitled/"' in client.get("/u/sg1/stock/").content.decode()
    assert "counted" not in client.get("/u/sg1/equipment/").context


def test_what_is_in_hands_is_told_by_kind_with_its_worth_and_what_is_late(client: Client, desk: Desk) -> None:
    desk.give("刘敏", desk.one_radio(), due_on=local_today())
    client.force_login(desk.cast.actor("captain_sg1"))
    page = client.get("/u/sg1/stock/")
    found = {row["name"]: (row["quantity"], row["value"], row["overdue"]) for row in page.context["risk_rows"]}
    assert found == {"反光背心": (4, 240, 0), "对讲机": (1, 900, 0)}
    assert page.context["risk_value"] == 1140
    for row in page.context["risk_rows"]:
        assert client.get(row["url"]).status_code == 200
    tomorrow = value_at_risk([desk.cast.units["sg11"].pk], local_today() + dt.timedelta(days=1))
    assert [(one.overdue, int(one.overdue_value)) for one in tomorrow] == [(0, 0), (1, 900)]


def test_a_day_of_the_past_is_not_measured_by_what_is_due_today(client: Client, desk: Desk) -> None:
    client.force_login(desk.cast.actor("captain_sg1"))
    page = client.get(f"/u/sg1/stock/?on={stage.days_ago(1)}")
    assert "entitled_rows" not in page.context
    assert f"/u/sg1/equipment/holdings/?on={stage.days_ago(1)}" in page.content.decode()


def test_what_is_missing_opens_the_list_of_who_lacks_it(client: Client, desk: Desk) -> None:
    client.force_login(desk.cast.actor("captain_sg1"))
    for row in client.get("/u/sg1/stock/").context["entitled_rows"]:
        page = client.get(row["url"])
        assert page.status_code == 200
        assert len(page.context["rows"]) == row["lacking"]
        assert sum(one["missing"] for one in page.context["rows"]) == row["missing"]
    names = [one["name"] for one in client.get(f"/u/sg1/equipment/missing/{desk.vest.pk}/").context["rows"]]
    assert names == ["陈曦", "刘敏", "赵磊", "钱进"], "by unit, then by name"
    assert client.get(f"/u/sg1/equipment/missing/{desk.vest.pk}/?after=x").status_code == 200
    assert client.get("/u/sg1/equipment/missing/999999/").status_code == 404


def test_who_is_off_duty_lacks_nothing(client: Client, desk: Desk) -> None:
    Member.objects.filter(pk=desk.people["赵磊"].pk).update(status="suspended")
    client.force_login(desk.cast.actor("captain_sg1"))
    assert rows(client.get("/u/sg1/stock/"))["反光背心"] == (6, 3, 3, 6, 3)


def test_pages_of_lacks_leave_nobody_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "UNITS_AT_ONCE", 1)
    unit, after, found = current_tree().nodes[desk.cast.units["hy"].pk], "", []
    for _page in range(20):
        lacks, after = list_lacks(unit, desk.light.pk, after=after, size=2)
        assert len(lacks) <= 2
        found += [one.member for one in lacks]
        if not after:
            break
    assert sorted(found) == sorted([*desk.people, "钱进"])


def test_without_entitlements_there_is_nothing_to_measure_by(client: Client, cast: Cast) -> None:
    client.force_login(cast.actor("captain_sg1"))
    page = client.get("/u/sg1/stock/")
    assert page.context["entitled_rows"] == []
    assert page.context["risk_rows"] == []
    assert "stock-entitled" not in page.content.decode()


def test_the_workbook_has_it_for_today(client: Client, desk: Desk) -> None:
    client.force_login(desk.cast.actor("captain_sg1"))
    book = openpyxl.load_workbook(io.BytesIO(client.post("/u/sg1/stock/export/").content))
    assert len(book.worksheets) == 3
    lines = {row[0]: row[1:6] for row in book.worksheets[2].values if row[0]}
    assert lines["反光背心 (件)"] == (7, 3, 4, 7, 4)
