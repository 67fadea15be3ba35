"""Signs of life and progress of a running import: to its row, and to whoever watches its page.

A thread of its own beats while the worker's transaction is busy, on another connection: what it writes is seen at
once. It never waits for a lock of the worker and never raises; without Valkey the page polls.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from corps.live import publish_now
from members.operations.imports.claims import Claim

BEAT_SECONDS = 1.0

Listener = Callable[[str, int, int], None]
"""Called with the name of the stage, rows done and rows in all."""

_log = structlog.get_logger(__name__)

_BEAT = """
UPDATE members_rosterimport SET heartbeat_at = clock_timestamp(), stage = %s, rows_done = %s, rows_total = %s,
       stage_started_at = %s
 WHERE id = (SELECT id FROM members_rosterimport WHERE id = %s AND state = %s AND attempts = %s
               FOR NO KEY UPDATE SKIP LOCKED)
"""


def topic(import_id: int) -> str:
    """The live topic of an import's page."""
    return f"import:{import_id}"


class Progress:
    """Use as a context manager around the work; `stage` names what begins, `advance` says how far it is."""

    def __init__(self, held: Claim, listener: Listener | None = None) -> None:
        self._held = held
        self._listener = listener
        self._stage = ""
        self._done = 0
        self._total = 0
        self._began = timezone.now()
        self._told: tuple[str, int, int] | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat_until_stopped, name="import-heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def stage(self, name: str, total: int = 0) -> None:
        """A named step begins; `total` is its number of rows, 0 when unknown."""
        self._stage, self._done, self._total, self._began = name, 0, total, timezone.now()
        if self._listener:
            self._listener(name, 0, total)

    def advance(self, done: int, total: int | None = None) -> None:
        """So many rows of the step are done."""
        self._done = done
        if total is not None:
            self._total = total
        if self._listener:
            self._listener(self._stage, self._done, self._total)

    def _beat_until_stopped(self) -> None:
        try:
            while not self._stop.wait(BEAT_SECONDS):
                self._beat()
        finally:
            with suppress(DatabaseError):
                connection.close()

    def _beat(self) -> None:
        now = (self._stage, self._done, self._total)
        held = self._held
        try:
            with connection.cursor() as cursor:
                cursor.execute(_BEAT, [*now, self._began, held.import_id, held.state, held.token])
        except DatabaseError as error:
            # The worker's own statement meets the same trouble and decides what becomes of the import.
            _log.warning("import_heartbeat_failed", import_id=held.import_id, error=str(error).split("\n")[0])
            with suppress(DatabaseError):
                connection.close()
        if now != self._told:
            self._told = now
            publish_now(
                topic(held.import_id),
                "progress",
                {"state": held.state, "stage": now[0], "rows_done": now[1], "rows_total": now[2]},
            )
