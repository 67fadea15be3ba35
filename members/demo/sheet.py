"""Write invented people down as a roster: a CSV file with the headers a real sheet has."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from members.demo.people import Person
from members.logic.roster_columns import BY_KEY

# Columns of the roster that the sheet fills, in the order people expect to see them.
_KEYS = (
    *("unit", "name", "identity", "sex", "birth_date", "phone", "occupation", "employer", "address", "grid"),
    *("political_status", "education", "skills", "roles", "groups", "teams", "joined_on"),
    *("status", "status_reason", "status_on", "emergency_name", "emergency_phone"),
    *("insurer", "policy_number", "insured_until", "recruiter", "partner"),
)
HEADERS = tuple(BY_KEY[key].chinese for key in _KEYS)


def cells(person: Person) -> list[str]:
    """Give the cells of a person's row, all as text, in the order of `HEADERS`."""
    return [_text(getattr(person, key)) for key in _KEYS]


def write(people: Iterable[Person], *, told: Callable[[int], None] = lambda _count: None) -> bytes:
    """Make a sheet of one header row and a row for each person; `told` hears of every thousand people."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(HEADERS)
    for count, person in enumerate(people, start=1):
        writer.writerow(cells(person))
        if count % 1000 == 0:
            told(count)
    return file.getvalue().encode("utf-8-sig")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "、".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)
