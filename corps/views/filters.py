"""Lists that are searched and narrowed by their address: the query without paging, links that change it, chips."""

from collections.abc import Iterable
from typing import Any

from django.http import QueryDict

PAGING = ("after", "before")


def query_text(query: QueryDict) -> str:
    """The address's query without paging and without empty fields, in a steady order."""
    kept = QueryDict(mutable=True)
    for name in sorted(query):
        values = [value for value in query.getlist(name) if value]
        if values and name not in PAGING:
            kept.setlist(name, values)
    return kept.urlencode()


def address(query: QueryDict, **changes: str) -> str:
    """The same list from its beginning, with these fields otherwise."""
    changed = QueryDict(query_text(query), mutable=True)
    for name, value in changes.items():
        changed[name] = value
    return f"?{changed.urlencode()}"


def chips(query: QueryDict, words: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """What narrows the list now, from pairs of field and word; each chip takes its own condition away."""
    found = []
    for name, word in words:
        changed = QueryDict(query_text(query), mutable=True)
        changed.pop(name, None)
        found.append({"label": word, "url": f"?{changed.urlencode()}", "active": True, "removable": True})
    return found
