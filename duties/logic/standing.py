"""Who may be put on duty, by the status on the roster. Codes in, answers out."""

import datetime as dt

ON_DUTY = ("probation", "active")
# Somebody who left or was suspended later than the day in question was still free to serve on it.
_ENDED = ("left", "suspended")


def may_serve(status: str, status_on: dt.date | None, day: dt.date) -> bool:
    """Whether a member of this status (in force since `status_on`) may be on duty on the day."""
    return status in ON_DUTY or (status in _ENDED and status_on is not None and day < status_on)
