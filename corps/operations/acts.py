"""What runs at this moment, for whoever asks: the request an act comes from, and the act itself."""

import uuid
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field

from corps.actors import Actor


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """Where an act comes from: filled by the middleware for pages and the API, empty for background work."""

    request_id: str = ""
    ip: str | None = None


@dataclass(slots=True)
class Act:
    """A running operation. `id` is the primary key of the pghistory context its row events link to.

    `at_the_end` runs as the last statements of the transaction: what takes a lock that everybody needs waits.
    """

    actor: Actor
    action: str
    reason: str
    unit_id: int | None = None
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    at_the_end: list[Callable[[], None]] = field(default_factory=list)


NO_REQUEST = RequestFacts()
current_request: ContextVar[RequestFacts] = ContextVar("current_request", default=NO_REQUEST)
running_act: ContextVar[Act | None] = ContextVar("current_act", default=None)


def current_act() -> Act | None:
    """The operation that is running, if any."""
    return running_act.get()
