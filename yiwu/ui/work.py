"""Long work: named steps and a bar that moves by live events and by polling."""

from collections.abc import Iterable
from typing import Any

from django.utils.safestring import SafeString

from yiwu import formatting
from yiwu.ui.library import component, register

STEP_STATES = ("done", "now", "todo", "failed")


@register.simple_tag
def steps(items: Iterable[tuple[str, str]], label: str = "") -> SafeString:
    """Steps of a piece of work: pairs of word and state (`done`, `now`, `todo`, `failed`)."""
    read = list(items)
    for _word, state in read:
        if state not in STEP_STATES:
            raise ValueError(f"no step state {state!r}")
    return component("steps", {"steps": read, "label": label})


@register.simple_tag
def progress(
    label: str,
    done: int,
    total: int | None,
    *,
    unit: str = "",
    left: int | None = None,
    topic: str = "",
    poll: str = "",
    running: bool = True,
    id: str = "progress",  # noqa: A002
) -> SafeString:
    """A bar with counts and time left.

    `total` None: not known yet; `left` is in seconds; while `running`, the element fetches itself again from `poll`
    every few seconds and at once when a live `state` event arrives; live `progress` events of `topic` move the bar
    directly. The address answers with the same tag.
    """
    return component(
        "progress",
        {
            "id": id,
            "label": label,
            "done": done,
            "total": total,
            "done_text": formatting.exact(done),
            "total_text": formatting.exact(total) if total is not None else "",
            "unit": unit,
            "minutes": None if left is None else max(1, round(left / 60)),
            "seconds": left,
            "topic": topic,
            "poll": poll,
            "running": running,
        },
    )


@register.inclusion_tag("components/live.html")
def live(
    url: str, ticket: str, *, events: str = "progress state", reload_on: str = "", since: str = ""
) -> dict[str, Any]:
    """Connects the page to the live stream with a signed ticket; events arrive as `live:<event>` on the body.

    `events` are the names to listen for; the page is loaded again when the one named by `reload_on` arrives. `since`
    (`corps.live.newest`) is the newest event when the page was made: what came later is served first.
    """
    return {"url": url, "ticket": ticket, "events": events, "reload_on": reload_on, "since": since}
