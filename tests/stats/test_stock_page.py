"""The report of stock: who sees it, what stands in it as of which day, the movements behind it, and the workbook."""

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from corps.actors import SYSTEM
from corps.models import ActionLog
from corps.queries.scope import local_today
from members.models import EquipmentKind
from stats.operations import rollups
from tests.cast import Cast
from tests.members.roster import person
from tests.stats.rollups import stock_acts
from tests.stats.rollups.stock_acts import OUTSIDE, movement, receive, shelf, voucher, write

pytestmark = pytest.mark.django_db

FIRST, LATER = dt.date(2026, 3, 10), dt.date(2026, 4, 2)
HOSTILE = "=cmd|' /C calc'!A0"


@pytest.fixture
def story(cast: Cast) -> dict[str, Any]:
    """Vests by size and lights come in at sg; later 3 vests go to a member of sg11, one of them breaks."""
    vest, light, radio = stock_acts.kinds()
    EquipmentKind.objects.filter(pk=vest.pk).update(value=45)
    sg, sg11 = cast.units["sg"].pk, cast.units["sg11"].pk
    receive(sg, FIRST, vest.pk, 10, "L")
    receive(sg, FIRST, vest.pk, 5, "XL")
    receive(sg, FIRST, light.pk, 8)
    member = person(sg11, "王芳")
    by = voucher(sg, LATER, "issue")
    hands = ("member", shelf(sg)[1], sg11, member.pk)
    write([movement(by, vest.pk, 3, shelf(sg), hands, size="L")])
    write([movement(voucher(sg11, LATER), vest.pk, 1, hands, shelf(sg, "damaged"), size="L")])
    rollups.drain_all(actor=SYSTEM)
    return {"vest": vest, "light": light, "radio": radio, "member": member}


def enter(client: Client, cast: Cast, account: str) -> Client:
    client.force_login(cast.actor(account))
    return client


def rows(answer: Any, name: str) -> dict[str, list[Any]]:
    return {row["label"]: [cell["value"] for cell in row["cells"]] for row in answer.context[name]}


@pytest.mark.parametrize(
    ("account", "code", "status"),
    [
        ("captain_sg", "sg", 200),
        ("captain_sg", "sg11", 200),
        ("inspector_sg", "sg", 200),
        ("captain_sg", "zx", 404),
        ("captain_sg11", "sg", 404),
        ("member_sg11", "sg11", 403),
        ("admin", "sg", 403),
    ],
)
def test_stock_is_seen_by_whoever_holds_the_right(
    client: Client, cast: Cast, account: str, code: str, status: int
) -> None:
    assert enter(client, cast, account).get(f"/u/{code}/stock/").status_code == status


def test_kinds_by_place_and_units(client: Client, cast: Cast, story: dict[str, Any]) -> None:
    answer = enter(client, cast, "captain_sg").get("/u/sg/stock/")
    assert rows(answer, "kind_rows") == {
        "反光背心": [12, 1, 0, 0, 2, 0, 15],
        "L": [7, 1, 0, 0, 2, 0, 10],
        "XL": [5, 0, 0, 0, 0, 0, 5],
        "肩灯": [8, 0, 0, 0, 0, 0, 8],
    }
    assert [row["value"] for row in answer.context["kind_rows"]] == [675, 450, 225, None]
    # Vests are in store, damaged and held; lights in store; each with their sum.
    by_unit = rows(answer, "unit_rows")
    total, own, *parts = by_unit.values()
    assert total == [12, 1, 2, 15, 8, 8]
    assert own == [12, 1, 0, 13, 8, 8]
    assert sum(row[3] for row in (own, *parts)) == 15
    chosen = client.get(f"/u/sg/stock/?kind={story['light'].pk}")
    assert next(iter(rows(chosen, "unit_rows").values())) == [8, 0, 0, 0, 0, 0, 8]


def test_as_of_a_past_day(client: Client, cast: Cast, story: dict[str, Any]) -> None:
    enter(client, cast, "captain_sg")
    assert rows(client.get(f"/u/sg/stock/?on={FIRST}"), "kind_rows")["反光背心"] == [15, 0, 0, 0, 0, 0, 15]
    before = client.get("/u/sg/stock/?on=2026-03-09")
    assert before.status_code == 200
    assert before.context["kind_rows"] == []


@pytest.mark.parametrize("text", ["2026-02-30", "tomorrow", "1900-01-01", "9999-12-31"])
def test_a_day_that_makes_no_sense_is_answered_by_today_and_says_so(client: Client, cast: Cast, text: str) -> None:
    answer = enter(client, cast, "captain_sg").get(f"/u/sg/stock/?on={text}")
    assert answer.status_code == 400
    assert answer.context["asked"].day == local_today()
    assert str(answer.context["trouble"]) in answer.content.decode()


def test_every_figure_opens_its_movements(client: Client, cast: Cast, story: dict[str, Any]) -> None:
    """The movements listed add up to the figure, whichever figure it is."""
    answer = enter(client, cast, "captain_sg").get("/u/sg/stock/")
    seen = 0
    for row in (*answer.context["kind_rows"], *answer.context["unit_rows"]):
        for cell in row["cells"]:
            if cell["url"]:
                behind = client.get(cell["url"] + "&recount=1")
                assert behind.status_code == 200
                assert behind.context["value"] == cell["value"]
                assert sum(one["change"] for one in behind.context["rows"]) == cell["value"]
                assert behind.context["recounted"] == {"value": cell["value"], "same": True}
                seen += 1
    assert seen > 20


def test_names_are_for_those_who_may_see_members(client: Client, cast: Cast, story: dict[str, Any]) -> None:
    address = f"/u/sg11/stock/{story['vest'].pk}/?place=member"
    assert "王芳" in enter(client, cast, "captain_sg").get(address).content.decode()


def test_pages_of_movements_leave_none_out(client: Client, cast: Cast) -> None:
    light = stock_acts.kinds()[1]
    sg = cast.units["sg"].pk
    by = voucher(sg, FIRST)
    days = [FIRST - dt.timedelta(days=number % 70) for number in range(120)]
    write(movement(by, light.pk, number + 1, OUTSIDE, shelf(sg), on=day) for number, day in enumerate(days))
    rollups.drain_all(actor=SYSTEM)
    enter(client, cast, "captain_sg")
    base = f"/u/sg/stock/{light.pk}/"
    changes, address = [], base
    while address:
        page = client.get(address).context
        changes += [row["change"] for row in page["rows"]]
        address = base + page["next"] if page["next"] else ""
    assert sorted(changes) == list(range(1, 121))
    assert client.get(base + "?after=nonsense").status_code == 200
    assert client.get(base + "?place=nowhere").status_code == 404
    assert client.get("/u/sg/stock/999999/").status_code == 404


def test_what_waits_to_be_counted_is_said(client: Client, cast: Cast, story: dict[str, Any]) -> None:
    receive(cast.units["sg11"].pk, LATER, story["light"].pk, 2)
    enter(client, cast, "captain_sg")
    assert client.get("/u/sg/stock/").context["found"].counting
    assert not client.get(f"/u/sg/stock/?on={FIRST}").context["found"].counting


def test_the_number_of_queries_is_that_of_one_report(client: Client, cast: Cast, story: dict[str, Any]) -> None:
    enter(client, cast, "captain_sg")
    client.get("/u/sg/stock/")
    with CaptureQueriesContext(connection) as few:
        client.get("/u/sg11/stock/")
    with CaptureQueriesContext(connection) as many:
        client.get("/u/sg/stock/")
    assert len(many) <= len(few)
    assert len([one for one in many.captured_queries if "stats_totalstock" in one["sql"]]) == 1
    assert not [one for one in many.captured_queries if "members_movement" in one["sql"]]


def test_the_workbook_is_the_customary_form(client: Client, cast: Cast, story: dict[str, Any]) -> None:
    EquipmentKind.objects.filter(pk=story["light"].pk).update(name=HOSTILE)
    answer = enter(client, cast, "captain_sg").post(f"/u/sg/stock/export/?on={LATER}")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert len(book.worksheets) == 2
    kinds, units = book.worksheets
    assert {"A1:I1", "A4:A5", "B4:E4", "F4:G4", "H4:I4"} <= {str(cells) for cells in kinds.merged_cells.ranges}
    found = {row[0].value: [cell.value for cell in row[1:]] for row in kinds.iter_rows(min_row=6)}
    assert found["反光背心 (件)"] == [12, 1, "—", "—", 2, "—", 15, 675]
    assert "2026年4月2日" in str(kinds["F2"].value or "") + str([cell.value for row in kinds["A2:I3"] for cell in row])
    for sheet in (kinds, units):
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} == {"s", "n"}
        assert not [cell for cell in cells if str(cell.value).startswith("=")]
    entry = ActionLog.objects.filter(action="stock.export").get()
    assert entry.detail["on"] == "2026-04-02"
