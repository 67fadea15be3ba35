"""Numbers as heroes: figures with change and spark line, compositions as bars, charts with their table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from yiwu import formatting
from yiwu.ui.library import component, register

SPARK_WIDTH = 88
SPARK_HEIGHT = 28
MOST_SERIES = 5


@register.simple_block_tag
def figures(content: str) -> SafeString:
    """A row of figures that share one frame."""
    return format_html('<div class="y-figures">{}</div>', content)


@register.simple_tag
def figure(
    name: str,
    value: Any,
    unit: str = "",
    *,
    change: Any = None,
    versus: str = "",
    trend: Sequence[float] = (),
    href: str = "",
    note: str = "",
    live: str = "",
    digits: int = 0,
) -> SafeString:
    """A hero number.

    `value` None shows a dash; `unit` is the unit of measure (人, 人次); `change` is in per cent against what `versus`
    names (较上月); `trend` are past values, oldest first; `href` leads to the facts; `digits` are the decimals of the
    exact number; `live` names the figure for live updates: it is shown exactly, so that one more is seen.
    """
    exact = formatting.exact(value, digits) if value is not None else "—"
    return component(
        "figure",
        {
            "name": name,
            "known": value is not None,
            "text": formatting.headline(value, digits) if value is not None and not live else exact,
            "full": f"{exact} {unit}".strip() if value is not None else "",
            "unit": unit,
            "change": formatting.signed(change) if change is not None else "",
            "versus": versus or gettext("against last month"),
            "spark": spark(trend, name) if len(trend) > 1 else "",
            "href": href,
            "note": note,
            "live": live,
        },
    )


def spark_points(values: Sequence[float]) -> list[tuple[float, float]]:
    """Coordinates of a spark line in a box of 88 × 28 with a margin of 3; a flat series runs through the middle."""
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = (SPARK_WIDTH - 6) / (len(values) - 1)
    flat = high == low
    return [
        (
            round(3 + index * step, 1),
            SPARK_HEIGHT / 2 if flat else round(SPARK_HEIGHT - 3 - (value - low) / span * (SPARK_HEIGHT - 6), 1),
        )
        for index, value in enumerate(values)
    ]


@register.simple_tag
def spark(values: Sequence[float], name: str = "") -> SafeString:
    """A spark line of at least two values, oldest first; read out as first and last value."""
    numbers = [float(value) for value in values]
    if len(numbers) < 2:
        return mark_safe("")
    points = spark_points(numbers)
    label = gettext("%(name)s: from %(first)s to %(last)s") % {
        "name": name,
        "first": formatting.exact(numbers[0]),
        "last": formatting.exact(numbers[-1]),
    }
    return format_html(
        '<svg class="y-spark" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<polyline points="{}"></polyline><circle cx="{}" cy="{}" r="2.5"></circle></svg>',
        SPARK_WIDTH,
        SPARK_HEIGHT,
        label,
        format_html_join(" ", "{},{}", points),
        *points[-1],
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a composition; `share` is per cent of the whole, `length` per cent of the longest bar."""

    label: str
    count: int
    share: str
    length: str
    href: str
    rest: bool


def bar_rows(rows: Iterable[Any], total: int | None = None) -> list[Bar]:
    """Bars in the given order; a row is `(label, count)`, `(label, count, href)` or a mapping with `rest` as well."""
    read = [row if isinstance(row, dict) else dict(zip(("label", "count", "href"), row, strict=False)) for row in rows]
    counts = [int(row["count"]) for row in read]
    whole = sum(counts) if total is None else total
    longest = max(counts, default=0)
    return [
        Bar(
            label=str(row["label"]),
            count=count,
            share=f"{formatting.exact(count * 100 / whole, 1)} %" if whole else "—",
            length=f"{count * 100 / longest:.2f}" if longest else "0",
            href=str(row.get("href") or ""),
            rest=bool(row.get("rest")),
        )
        for row, count in zip(read, counts, strict=True)
    ]


@register.simple_tag
def bars(rows: Iterable[Any], caption: str = "", unit: str = "", total: int | None = None) -> SafeString:
    """A composition as ordered bars with count and share: picture and table in one. Rows as in `bar_rows`."""
    return component("bars", {"bars": bar_rows(rows, total), "caption": caption, "unit": unit})


@register.simple_tag
def chart(
    id: str,  # noqa: A002
    title: str,
    categories: Sequence[Any],
    series: Sequence[dict[str, Any]],
    *,
    kind: str = "line",
    unit: str = "",
    digits: int = 0,
) -> SafeString:
    """A chart drawn by charts.js, its table one tap away; the page puts `{% chart_scripts %}` into its `scripts` block.

    `kind` is `line`, `bar` or `rows` (ordered horizontal bars); `series` are mappings with `name` and `values` (None
    for a gap), at most five; `digits` are the decimals of their numbers. Raises `ValueError` for more series: beyond
    five a table reads better.
    """
    if len(series) > MOST_SERIES:
        raise ValueError(f"a chart shows at most {MOST_SERIES} series, not {len(series)}")
    named = [{"name": str(one["name"]), "values": [_plain(value, digits) for value in one["values"]]} for one in series]
    words = [str(category) for category in categories]
    return component(
        "chart",
        {
            "id": id,
            "data_id": f"{id}-data",
            "title": title,
            "unit": unit,
            "series": named,
            "digits": digits,
            "rows": [(word, [one["values"][index] for one in named]) for index, word in enumerate(words)],
            "data": {"kind": kind, "unit": unit, "categories": words, "series": named},
        },
    )


def _plain(value: Any, digits: int) -> int | float | None:
    """As JSON and the axis of a chart take it."""
    if value is None:
        return None
    number = formatting.rounded(value, digits)
    return float(number) if digits else int(number)


@register.inclusion_tag("components/chart_scripts.html")
def chart_scripts() -> dict[str, Any]:
    """The two scripts a page with charts loads."""
    return {}
