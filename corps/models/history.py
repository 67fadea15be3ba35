"""One way to track rows: statement-level triggers, so that bulk and COPY writes are seen and stay linear.

pghistory's default row-level triggers are quadratic under COPY; deletes are not tracked unless named.
"""

from collections.abc import Callable
from typing import Any

import pghistory


def tracked(*, exclude: list[str] | None = None) -> Callable[[Any], Any]:
    """Class decorator: every insert, update and delete of the model writes an event row with the acting context.

    `exclude` names fields that hold no decision of anybody (derived, technical) or must not be copied (passwords).
    """
    track: Callable[[Any], Any] = pghistory.track(
        pghistory.InsertEvent("insert", level=pghistory.Statement),
        pghistory.UpdateEvent("update", level=pghistory.Statement),
        pghistory.DeleteEvent("delete", level=pghistory.Statement),
        exclude=exclude or [],
        append_only=True,
    )
    return track
