"""Lists as PostgreSQL writes arrays: for thousands of keys much cheaper than element by element through the driver."""

import datetime as dt
from collections.abc import Iterable


def array_of(values: Iterable[int | dt.date]) -> str:
    """An array of numbers or dates, as text: `{1,2}`."""
    return "{" + ",".join(map(str, values)) + "}"


def array_of_bytes(values: Iterable[bytes]) -> str:
    r"""An array of bytea, as text: `{"\\x00","\\x01ff"}`."""
    return "{" + ",".join(f'"\\\\x{value.hex()}"' for value in values) + "}"
