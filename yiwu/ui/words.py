"""The smallest components: icons, status, badges, numbers, times."""

import datetime as dt
from typing import Any

from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from yiwu import formatting
from yiwu.icons import ICONS, SPRITE
from yiwu.ui.library import register

# Each status has a shape of its own, so that it can be told without colour: disc, tick, dash, ring, triangle, cross.
STATUS_SHAPES = {
    "on": '<circle cx="6" cy="6" r="5"/>',
    "good": '<path fill="none" stroke-width="2" d="M1 6.5 4.5 10 11 2.5"/>',
    "idle": '<path fill="none" stroke-width="2" d="M1.5 6h9"/>',
    "wait": '<circle cx="6" cy="6" r="4.5" stroke-width="1.5"/>',
    "warn": '<path d="M6 1 11.5 11H.5z"/>',
    "stop": '<path fill="none" stroke-width="2" d="m2 2 8 8m0-8-8 8"/>',
    "alarm": '<path d="M6 0 12 6 6 12 0 6z"/>',
}


@register.simple_tag
def icon(name: str, *, label: str = "", large: bool = False) -> SafeString:
    """An icon of our set; decoration unless `label` names it. Raises `ValueError` for an unknown name."""
    if name not in ICONS:
        raise ValueError(f"no icon {name!r}; yiwu.icons.ICONS lists them")
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    size = " y-icon-large" if large else ""
    return format_html('<svg class="y-icon{}" {}><use href="{}#{}"></use></svg>', size, spoken, static(SPRITE), name)


@register.simple_tag
def status(kind: str, word: str) -> SafeString:
    """A state as shape and word; kinds: `on` duty, `good`, `idle`, `wait`, `warn`, `stop` (breach), `alarm`."""
    shape = mark_safe(STATUS_SHAPES[kind])  # noqa: S308 (a constant)
    return format_html(
        '<span class="y-status y-status-{}"><svg viewBox="0 0 12 12" aria-hidden="true">{}</svg>{}</span>',
        kind,
        shape,
        word,
    )


@register.simple_tag
def level_badge(level: int, word: str) -> SafeString:
    """The rank of a unit in the corps' own word; `level` is 1 (corps) to 4 (squad)."""
    return format_html('<span class="y-level y-level-{}">{}</span>', int(level), word)


@register.simple_tag
def tag(word: str) -> SafeString:
    """A quiet label: a role, a group, a category."""
    return format_html('<span class="y-tag">{}</span>', word)


@register.filter
def exact(value: Any, digits: int = 0) -> str:
    """`124000` → `124,000`; nothing for no value."""
    return "" if value in (None, "") else formatting.exact(value, digits)


@register.filter
def signed(value: Any, digits: int = 1) -> str:
    """`12.44` → `+12.4`."""
    return "" if value in (None, "") else formatting.signed(value, digits)


@register.simple_tag
def headline(value: Any, unit: str = "") -> SafeString:
    """`124000` → 12.4 万, the exact number in the title and for screen readers."""
    full = formatting.exact(value)
    after = format_html(" <small>{}</small>", unit) if unit else ""
    return format_html(
        '<span class="y-num" title="{}">{}{}</span>', f"{full} {unit}".strip(), formatting.headline(value), after
    )


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """`2022年11月3日`."""
    return formatting.day(value) if value else ""


@register.filter
def day_short(value: dt.date | dt.datetime | None) -> str:
    """`11-03 周四`."""
    return formatting.day_short(value) if value else ""


@register.filter
def moment(value: dt.datetime | None) -> str:
    """`11-03 周四 19:30`."""
    return formatting.moment(value) if value else ""


@register.simple_tag
def when(value: dt.datetime | None) -> SafeString:
    """A moment in a `<time>` element, the full date in its title."""
    if value is None:
        return mark_safe("—")
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{}" class="y-num">{}</time>',
        local.isoformat(timespec="seconds"),
        f"{formatting.day(local)} {local:%H:%M:%S}",
        formatting.moment(value),
    )


# Looked for in this order: the browsers of phones and desks here name themselves after the one they are built on.
_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("wxwork", "企业微信"),
    ("DingTalk", "钉钉"),
    ("QQBrowser", "QQ"),
    ("QIHU", "360"),
    ("UCBrowser", "UC"),
    ("HuaweiBrowser", "HUAWEI"),
    ("MiuiBrowser", "MIUI"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@register.filter
def device(user_agent: str) -> str:
    """What a browser says about itself in two words: `Chrome · Windows`, or that it is unknown."""
    found = [next((name for mark, name in marks if mark in user_agent), "") for marks in (_BROWSERS, _SYSTEMS)]
    return " · ".join(word for word in found if word) or gettext("unknown device")
