"""Lists: the table with its keyboard, sortable columns, chips, pager, selection bar."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from yiwu.ui.library import component, register


@register.simple_block_tag
def table(content: str, *, label: str, id: str = "", frozen: bool = True, cards: bool = False) -> SafeString:  # noqa: A002
    """The frame around `<thead>` and `<tbody>`: sticky head, first column frozen, rows walked by j, k and arrows.

    `label` names the table for screen readers. `cards` makes rows into cards on a phone, where only the first cell and
    those of the classes `y-card-end`, `y-card-end-2` and `y-card-more` are shown. A row `<tr data-row>` opens the first
    link inside it on click and Enter.
    """
    return component("table", {"content": content, "label": label, "id": id, "frozen": frozen, "cards": cards})


@register.simple_tag(takes_context=True)
def column(context: Context, label: str, *, sort: str = "", number: bool = False) -> SafeString:
    """A head cell; with `sort` a link that sorts (`?sort=name`, again: `?sort=-name`) and keeps the other filters."""
    kind = ' class="y-num"' if number else ""
    if not sort:
        return format_html('<th scope="col"{}>{}</th>', SafeString(kind), label)
    request: HttpRequest = context["request"]
    now = request.GET.get("sort", "")
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    query["sort"] = f"-{sort}" if now == sort else sort
    order = {sort: "ascending", f"-{sort}": "descending"}.get(now, "")
    state = format_html(' aria-sort="{}"', order) if order else ""
    arrow = {"ascending": " ↑", "descending": " ↓"}.get(order, "")
    return format_html(
        '<th scope="col"{}{}><a href="?{}">{}{}</a></th>', SafeString(kind), state, query.urlencode(), label, arrow
    )


@register.simple_tag
def chips(items: Iterable[Mapping[str, Any]], label: str = "") -> SafeString:
    """Saved filters: mappings with `label`, `url`, and optionally `count`, `active`, `icon`, `removable`."""
    return component("chips", {"items": list(items), "label": label or gettext("Saved filters")})


@register.simple_tag
def pager(previous: str = "", next: str = "", shown: str = "") -> SafeString:  # noqa: A002
    """Keyset paging: addresses of the pages before and after (empty: none), and a sentence on what is shown."""
    return component("pager", {"previous": previous, "next": next, "shown": shown})


@register.simple_block_tag
def selectbar(content: str, table: str) -> SafeString:
    """The bar that appears with the first tick in the table of that id; says how many are ticked."""
    return component("selectbar", {"content": content, "table": table})
