"""Cursors of lists: every row comes once, and garbage is not found."""

from base64 import b64encode
from typing import Any

import pytest
from django.test import Client, RequestFactory
from rest_framework.request import Request

from corps.api.units import TreeOrder
from tests.cast import Cast


@pytest.fixture
def client(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.accounts["liaison_hy"])
    return client


def test_every_unit_comes_once_in_tree_order(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """All units of a corps have one tree id, so that pages are told apart by the offset alone."""
    monkeypatch.setattr(TreeOrder, "page_size", 2)
    found: list[str] = []
    address: Any = "/api/v1/units/"
    while address:
        page = client.get(address).json()
        found += [unit["code"] for unit in page["results"]]
        address = page["next"]
    assert found == ["hy", "sg", "sg1", "sg11", "sg12", "sg2", "sg21", "zx", "zx1", "zx11", "zx9"]


def test_a_city_has_more_than_a_thousand_units() -> None:
    cursor = b64encode(b"o=1200&p=1").decode()
    decoded = TreeOrder().decode_cursor(Request(RequestFactory().get("/", {"cursor": cursor})))
    assert decoded.offset == 1200


@pytest.mark.parametrize("position", [b"p=abc", b"p=" + b"9" * 40, b"p=-1", b"p=%00", b"o=x&p=1", b"\xff"])
@pytest.mark.parametrize("door", ["units", "imports"])
def test_a_cursor_of_garbage_is_not_found(client: Client, door: str, position: bytes) -> None:
    assert client.get(f"/api/v1/{door}/", {"cursor": b64encode(position).decode()}).status_code == 404
