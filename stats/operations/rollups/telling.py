"""Telling open pages: the figures of the running month of every unit that changed.

Topic `figures:<unit id>`, event `figures`, data such as
`{"unit": 7, "month": "2022-11", "figures": {"7:attended": "1,234"}}` for the measures of
`stats.catalogue.FIRST_PAGE`. Sent after the commit; a page that misses it asks by itself a little later.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from decimal import ROUND_HALF_UP, Decimal

from django.db import connection, transaction

from corps.live import publish_all
from corps.queries.scope import local_today
from stats.catalogue import FIRST_PAGE, MEASURES, Adds
from stats.logic.months import month_of, next_month
from stats.queries.figures import Value, figures

EVENT = "figures"
TELLING_LOCK = 0x59495755_0011


def topic_of(unit_id: int) -> str:
    """Where figures of a unit are announced."""
    return f"figures:{unit_id}"


def tell_of(touched: Mapping[int, Collection[dt.date]]) -> None:
    """Announce the figures of units of which a day of the running month changed, or how many people there are."""
    first = month_of(local_today())
    end = next_month(first)
    stocks = any(MEASURES[code].adds_up is Adds.STOCK for code in FIRST_PAGE)
    units = [
        unit_id for unit_id, days in touched.items() if any(day < end and (stocks or day >= first) for day in days)
    ]
    with transaction.atomic():
        # One after the other: an announcement that is read later is also sent later, and the last one a page hears is
        # the newest.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TELLING_LOCK])
        found = figures(units, FIRST_PAGE, first, end)
        publish_all((topic_of(unit_id), EVENT, _announcement(unit_id, first, found)) for unit_id in units)


def _announcement(unit_id: int, first: dt.date, found: Mapping[tuple[int, str], Value]) -> dict[str, object]:
    return {
        "unit": unit_id,
        "month": f"{first:%Y-%m}",
        "figures": {f"{unit_id}:{code}": _text(code, found[unit_id, code]) for code in FIRST_PAGE},
    }


def _text(code: str, value: Value) -> str:
    """As pages write it: separators, half rounded up."""
    if value is None:
        return "—"
    step = Decimal(1).scaleb(-MEASURES[code].digits)
    return f"{Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP):,}"
