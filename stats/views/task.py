"""One thing that waits on the first page."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Task:
    """What it is, why, where it is done, and of when it is."""

    shape: str
    what: str
    note: str
    url: str
    button: str
    at: dt.datetime | None = None
