"""Where a request comes from, behind as many proxies as the installation says it has."""

import ipaddress
import re

from django.conf import settings
from django.http import HttpRequest

_WITH_PORT = re.compile(r"^\[(?P<six>[^\]]+)\](?::\d+)?$|^(?P<four>\d+\.\d+\.\d+\.\d+):\d+$")


def client_ip(request: HttpRequest) -> str | None:
    """The address of the client, or None when it cannot be known (a Unix socket without a proxy).

    Each trusted proxy appends the address it was called from to `X-Forwarded-For`; so with n proxies the client is the
    nth entry from the right, and everything left of it is the client's own invention. Fewer entries than proxies mean
    that somebody came past them: then only the address of the connection itself counts.
    """
    count = settings.PROXY_COUNT
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if count and len(forwarded) >= count:
        return _normal(forwarded[-count])
    return _normal(request.META.get("REMOTE_ADDR", ""))


def network_of(address: str | None) -> str:
    """Whom an address stands for when something is counted: an IPv6 address for its /64 network, because one line has
    all of them; "" where the address is not known.
    """
    if not address or ":" not in address:
        return address or ""
    return str(ipaddress.ip_network(f"{address.partition('%')[0]}/64", strict=False))


def _normal(text: str) -> str | None:
    with_port = _WITH_PORT.match(text)
    if with_port:
        text = with_port["six"] or with_port["four"]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return address.compressed
