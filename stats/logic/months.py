"""Cutting a period into whole months and the broken ones at its ends."""

import datetime as dt


def month_of(day: dt.date) -> dt.date:
    """The first day of the day's month."""
    return day.replace(day=1)


def next_month(day: dt.date) -> dt.date:
    """The first day of the month after the day's."""
    return dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)


def bits_by_month(first: dt.date, end: dt.date) -> dict[dt.date, int]:
    """The days of [first, end) by month, as bits: the lowest of a month stands for its first day."""
    found: dict[dt.date, int] = {}
    day = first
    while day < end:
        after = min(next_month(day), end)
        number = (after - day).days
        found[month_of(day)] = ((1 << number) - 1) << (day.day - 1)
        day = after
    return found


def whole_months(first: dt.date, end: dt.date) -> tuple[dt.date, dt.date] | None:
    """[first month, month after the last) of the whole months in [first, end), or None when there are none."""
    since = first if first.day == 1 else next_month(first)
    until = month_of(end)
    return (since, until) if since < until else None


def broken_days(first: dt.date, end: dt.date) -> list[tuple[dt.date, dt.date]]:
    """What [first, end) holds beside its whole months, as at most two periods."""
    if first >= end:
        return []
    months = whole_months(first, end)
    if months is None:
        return [(first, end)]
    return [(since, until) for since, until in ((first, months[0]), (months[1], end)) if since < until]
