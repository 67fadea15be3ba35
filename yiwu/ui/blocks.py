"""Blocks that hold content: cards, notices, empty states, dialogs, identity, facts, time lines, masked values."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from django.template import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from yiwu.ui.library import component, register

NOTICE_ICONS = {"info": "info", "done": "done", "warn": "warn", "error": "error"}


@register.simple_block_tag
def capture(content: str) -> SafeString:
    """Keep markup for a component's argument: `{% capture as x %}…{% endcapture %}{% card actions=x %}`."""
    return mark_safe(content.strip())  # noqa: S308 (rendered by the template engine)


@register.simple_block_tag
def card(
    content: str,
    *,
    title: str = "",
    note: str = "",
    actions: str = "",
    foot: str = "",
    kind: str = "",
    flush: bool = False,
    id: str = "",  # noqa: A002
) -> SafeString:
    """A card.

    `note` stands small beside the title (a count, a period); `kind` is empty, `next` (the one thing to do) or `alarm`
    (what burns); `flush` lets a table touch the edges.
    """
    values = {
        "content": content,
        "title": title,
        "note": note,
        "actions": actions,
        "foot": foot,
        "kind": kind,
        "flush": flush,
        "id": id,
    }
    return component("card", values)


@register.simple_block_tag
def notice(content: str, kind: str = "info", title: str = "", action: str = "") -> SafeString:
    """A sentence that stays: `info`, `done`, `warn` (worth a look) or `error` (a breach; says where, what, remedy)."""
    return component(
        "notice", {"content": content, "kind": kind, "icon": NOTICE_ICONS[kind], "title": title, "action": action}
    )


@register.simple_block_tag
def empty(content: str, title: str = "", picture: str = "roster", action: str = "") -> SafeString:
    """What stands where nothing is yet: the content says what would fill it, `action` is the one button that does.

    `picture` is one of static/img/empty-*.svg: roster, import, units, calm, search.
    """
    return component(
        "empty", {"content": content, "title": title, "picture": f"img/empty-{picture}.svg", "action": action}
    )


@register.simple_block_tag(takes_context=True)
def confirm(
    context: Context,
    content: str,
    *,
    id: str,  # noqa: A002
    title: str,
    action: str,
    button: str,
    danger: bool = True,
) -> SafeString:
    """A dialog that names the object and the consequence before a form is sent to `action`.

    `{% button opens=id %}` opens it; the content may hold further fields (a reason).
    """
    values = {"content": content, "id": id, "title": title, "action": action, "button": button, "danger": danger}
    return component("confirm", {**values, "csrf_token": context.get("csrf_token", "")})


@register.simple_block_tag
def dialog(content: str, id: str, title: str) -> SafeString:  # noqa: A002
    """A plain dialog; its content brings its own form and buttons."""
    return component("dialog", {"content": content, "id": id, "title": title})


@register.simple_block_tag
def identity(content: str, name: str, code: str = "", note: str = "") -> SafeString:
    """Who or what a page is about: name large, code and note beside, then a line of status and labels."""
    return component("identity", {"content": content, "name": name, "code": code, "note": note})


@register.simple_tag
def facts(rows: Iterable[tuple[str, Any]]) -> SafeString:
    """Particulars as label and value; an empty value shows as 未登记 (not recorded)."""
    missing = gettext("not recorded")
    return component(
        "facts",
        {"rows": [(label, value if value not in (None, "") else None) for label, value in rows], "missing": missing},
    )


@register.simple_tag
def timeline(items: Iterable[Mapping[str, Any]]) -> SafeString:
    """What happened, newest first; each item has `at` (moment), `what`, and optionally `who`, `note`, `href`."""
    return component("timeline", {"items": list(items)})


@register.simple_tag(takes_context=True)
def masked(context: Context, value: str, url: str = "", what: str = "") -> SafeString:
    """A masked value; with `url` a button that asks for a reason and shows the full one in its place.

    The address answers a POST of `reason` with `{% revealed full %}`. `what` names the value in the dialog (身份证号).
    """
    values = {"value": value, "url": url, "what": what, "id": f"masked-{uuid4().hex[:8]}"}
    return component("masked", {**values, "csrf_token": context.get("csrf_token", "")})


@register.inclusion_tag("components/revealed.html")
def revealed(value: str) -> dict[str, Any]:
    """A value shown in full after a reason was given, saying that this was recorded."""
    return {"value": value}
