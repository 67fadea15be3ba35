"""The trail as pages: journey of an edit to the superior's screen, doors, filters, paging."""

from typing import Any

import pytest
from django.test import Client

from corps.actions import ACTIONS
from corps.enums import ActionResult
from corps.models import Site
from corps.operations.context import acting
from corps.operations.trail import record
from corps.operations.tree import rename_unit
from corps.views.trail_words import ACTION_KINDS
from tests.cast import Cast


def page(cast: Cast, who: str, path: str) -> Any:
    client = Client()
    client.force_login(cast.accounts[who])
    return client.get(path)


def test_an_edit_reaches_the_superiors_trail_with_old_and_new(cast: Cast) -> None:
    rename_unit(
        actor=cast.actor("liaison_sg"),
        unit_id=cast.units["sg11"].pk,
        name="建设新村中队",
        short_name="建设",
        reason="按民政部门批复更名",
    )
    listed = page(cast, "captain_hy", "/u/hy/trail/")
    assert listed.status_code == 200
    html = listed.content.decode()
    for text in ("liaison sg", "按民政部门批复更名", "一中队", "建设新村中队"):
        assert text in html
    link = next(entry["href"] for entry in listed.context["entries"] if "更名" in entry["reason"])
    act = page(cast, "captain_hy", link)
    assert act.status_code == 200
    assert "建设新村中队" in act.content.decode()
    assert page(cast, "captain_zx", link).status_code == 404
    assert page(cast, "inspector_sg", link).status_code == 404


@pytest.mark.parametrize(
    ("who", "unit", "status"),
    [
        ("captain_sg", "sg", 200),
        ("captain_sg", "sg11", 200),
        ("auditor_sg", "sg", 200),
        ("captain_sg", "hy", 404),
        ("captain_sg", "zx", 404),
        ("inspector_sg", "sg", 403),
        ("admin", "hy", 403),
        ("nobody", "sg", 404),
    ],
)
def test_who_may_open_it(cast: Cast, who: str, unit: str, status: int) -> None:
    assert page(cast, who, f"/u/{unit}/trail/").status_code == status


def test_strangers_are_sent_to_the_entrance(cast: Cast) -> None:
    response = Client().get("/u/sg/trail/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/")


def test_filters_and_nonsense_in_the_address(cast: Cast) -> None:
    record(actor=cast.actor("captain_sg"), action="member.reveal_identity", unit_id=cast.units["sg"].pk)
    record(
        actor=cast.actor("captain_sg1"),
        action="appointment.make",
        unit_id=cast.units["sg1"].pk,
        result=ActionResult.REFUSED,
    )

    def acts(query: str) -> list[str]:
        response = page(cast, "captain_sg", f"/u/sg/trail/?{query}")
        assert response.status_code == 200
        return [str(entry["what"]) for entry in response.context["entries"]]

    revealed, refused = str(ACTIONS["member.reveal_identity"]), str(ACTIONS["appointment.make"])
    assert acts("kind=people") == [revealed]
    assert acts("kind=refused") == [refused]
    assert acts("who=captain sg1") == [refused]
    assert acts("since=2001-01-01&until=2001-01-02") == []
    for query in ("kind=x", "since=abc", "until=2022-02-31", "after=~~", "after=x"):
        assert revealed in acts(query), query


def test_a_large_act_is_read_page_by_page(cast: Cast) -> None:
    unit = cast.units["sg1"]
    with acting(actor=cast.actor("captain_sg1"), action="site.add", unit_id=unit.pk) as act:
        Site.objects.bulk_create(Site(unit=unit, kind="school", name=f"第{n}小学") for n in range(120))
        act_id = act.id
    listed = page(cast, "captain_sg", "/u/sg/trail/")
    assert any("120" in entry["further"] for entry in listed.context["entries"])
    path, seen = f"/acts/{act_id}/", []
    while path:
        response = page(cast, "captain_sg", path)
        assert response.status_code == 200
        seen += [row.name for row in response.context["rows"].first]
        path = f"/acts/{act_id}/{response.context['older']}" if response.context["older"] else ""
    assert sorted(seen) == sorted(f"第{n}小学" for n in range(120))


def test_every_named_action_belongs_to_a_kind() -> None:
    beginnings = tuple(prefix for _name, prefixes in ACTION_KINDS.values() for prefix in prefixes)
    assert [code for code in ACTIONS if not code.startswith(beginnings)] == []
