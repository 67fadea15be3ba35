"""Write invented people down as a roster: a CSV file with the headers a real sheet has."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path
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


def write(path: Path, people: Iterable[Person]) -> int:
    """Write a sheet of one header row and a row for each person; return the number of people."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        for person in people:
            writer.writerow(cells(person))
            count += 1
    return count


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "、".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)
