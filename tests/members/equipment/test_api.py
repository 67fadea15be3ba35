"""The API of equipment: kinds, stores, holdings and vouchers read; issue, return, confirm and receive written."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from members.logic.ledger import Line
from members.models import Confirmation, Holding, Movement, Voucher
from members.operations.equipment.transfers import send
from tests.cast import Cast
from tests.members.equipment import stage
from tests.members.equipment.desk import Desk, desk_of, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return desk_of(cast)


@pytest.fixture
def captain(client: Client, desk: Desk) -> Client:
    return signed_in(client, desk.cast, "captain_sg1")


def post(client: Client, name: str, key: int, body: dict[str, Any]) -> Any:
    return client.post(reverse(f"api:{name}", args=[key]), body, content_type="application/json")


def test_kinds_stores_and_stock_are_read(captain: Client, desk: Desk) -> None:
    kinds = captain.get(reverse("api:equipment-kind-list")).json()
    assert [one["name"] for one in kinds] == ["反光背心", "肩灯", "对讲机"]
    (store,) = captain.get(reverse("api:store-list")).json()
    assert (store["name"], store["unit"]) == ("大队装备室", "sg1")
    stock = captain.get(reverse("api:store-detail", args=[desk.store.pk])).json()["stock"]
    assert [one["quantity"] for one in stock if one["name"] == "反光背心"] == [10, 10, 10]
    assert next(one["numbers"] for one in stock if one["name"] == "对讲机")[0] == "对001"


def test_issuing_twice_with_one_token_is_one_voucher_and_it_comes_back(captain: Client, desk: Desk) -> None:
    zhang = desk.people["张伟"]
    body = {
        "token": str(uuid4()),
        "lines": [
            {"member": zhang.pk, "kind": desk.vest.pk, "size": "L"},
            {"member": zhang.pk, "kind": desk.radio.pk, "number": "对004"},
        ],
    }
    first, second = (post(captain, "store-issue", desk.store.pk, body) for _press in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["voucher"]["id"] == second.json()["voucher"]["id"]
    assert {line["number"] for line in first.json()["lines"]} == {"", "对004"}
    held = captain.get(f"{reverse('api:holding-list')}?q=张伟").json()["results"]
    assert {one["kind_name"] for one in held} == {"反光背心", "对讲机"}
    lines = [{"holding": one["id"], "good": 1} for one in held]
    back = post(captain, "store-take-back", desk.store.pk, {"token": str(uuid4()), "lines": lines})
    assert back.status_code == 201
    assert not Holding.objects.filter(member=zhang, quantity__gt=0).exists()
    acts = [one["act"] for one in captain.get(reverse("api:voucher-list")).json()["results"]]
    assert acts[:2] == ["return", "issue"]


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ({"number": "对099"}, 422),
        ({"quantity": 0}, 400),
        ({"kind": 2**62}, 400),
        ({"size": "这个尺码的名称太长了"}, 400),
    ],
)
def test_wrong_lines_are_refused_and_nothing_is_issued(
    captain: Client, desk: Desk, line: dict[str, Any], status: int
) -> None:
    whole = {"member": desk.people["张伟"].pk, "kind": desk.radio.pk, **line}
    answer = post(captain, "store-issue", desk.store.pk, {"token": str(uuid4()), "lines": [whole]})
    assert answer.status_code == status, answer.json()
    assert not Voucher.objects.filter(act="issue").exists()


def test_signatures_and_transfers_are_recorded(captain: Client, desk: Desk) -> None:
    voucher = desk.give("张伟", desk.vests())
    zhang = desk.people["张伟"].pk
    assert post(captain, "voucher-confirm", voucher.pk, {"members": [zhang]}).status_code == 200
    assert Confirmation.objects.get().how == "sheet"
    target = stage.store(desk.cast, "sg11", "中队柜")
    sent = send(
        actor=desk.cast.actor("captain_sg1"),
        from_store_id=desk.store.pk,
        to_store_id=target.pk,
        lines=[Line(desk.light.pk, 4)],
        token=uuid4(),
    )
    line = Movement.objects.get(voucher=sent).pk
    body: dict[str, Any] = {"token": str(uuid4()), "lines": [{"line": line, "good": 3}]}
    assert post(captain, "voucher-receive", sent.pk, body).json()["code"] == "reason.missing"
    assert post(captain, "voucher-receive", sent.pk, {**body, "reason": "少一件"}).status_code == 201
    assert stage.in_store(target, desk.light) == 3


def test_lists_show_only_the_own_units(client: Client, desk: Desk) -> None:
    desk.give("张伟", desk.vests())
    signed_in(client, desk.cast, "captain_zx")
    for name in ("store-list", "holding-list", "voucher-list"):
        found = client.get(reverse(f"api:{name}")).json()
        assert (found if isinstance(found, list) else found["results"]) == [], name
