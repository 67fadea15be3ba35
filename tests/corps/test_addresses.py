"""The client's address: what proxies say is believed exactly as far as they are trusted."""

from typing import Any

import pytest
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from corps.addresses import client_ip


@pytest.mark.parametrize(
    ("proxies", "forwarded", "remote", "found"),
    [
        (0, "", "192.0.2.1", "192.0.2.1"),
        (0, "203.0.113.9", "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.9", "10.0.0.1", "203.0.113.9"),
        (1, "1.1.1.1, 203.0.113.9", "10.0.0.1", "203.0.113.9"),
        (2, "1.1.1.1, 203.0.113.9, 10.0.0.2", "10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1", "192.0.2.1"),
        (1, "", "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.9:51234", "10.0.0.1", "203.0.113.9"),
        (1, "[2001:DB8::1]:51234", "10.0.0.1", "2001:db8::1"),
        (1, "2001:DB8:0::1", "10.0.0.1", "2001:db8::1"),
        (0, "", "::ffff:192.0.2.1", "192.0.2.1"),
        (1, "<script>", "10.0.0.1", None),
        (0, "", "", None),
    ],
)
def test_the_address_behind_proxies(
    settings: Settings, proxies: int, forwarded: str, remote: str, found: str | None
) -> None:
    settings.PROXY_COUNT = proxies
    more: dict[str, Any] = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert client_ip(RequestFactory().get("/", REMOTE_ADDR=remote, **more)) == found
