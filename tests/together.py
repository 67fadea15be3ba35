"""Acts of several people in the same moment: threads with connections of their own, and how each of them ended."""

import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from django.core.cache import caches
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from corps.errors import Refusal

# Far longer than any act takes on a busy machine: what has not ended by then stands still.
PATIENCE_SECONDS = 120.0


class Act(threading.Thread):
    """One act in a thread of its own. When it has ended, `answer` is what it returned or the exception it raised."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.work = work
        self.answer: Any = None
        self.database: BaseDatabaseWrapper | None = None

    def run(self) -> None:
        self.database = connections[DEFAULT_DB_ALIAS]
        try:
            self.answer = self.work()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test looks at it
            self.answer = error
        finally:
            connections.close_all()
            caches.close_all()

    def result(self) -> Any:
        """What the act returned, once it has ended; raises what it raised."""
        await_end([self])
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    def stop(self) -> None:
        """Break off the statement it stands in: its locks would be in the way of whatever comes after."""
        line = self.database and self.database.connection
        if line:
            line.cancel()


def begin(work: Callable[[], Any]) -> Act:
    """Start an act and go on beside it."""
    act = Act(work)
    act.start()
    return act


def at_once(*works: Callable[[], Any], database: bool = True, seconds: float = PATIENCE_SECONDS) -> list[Any]:
    """Run each from the same moment; what each returned or the exception it raised, in the order of `works`.

    Without `database` where a test has none.
    """
    gate = threading.Barrier(len(works), timeout=seconds)

    def behind_the_gate(work: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> Any:
            try:
                if database:
                    # Connected before the gate opens: else who connects first is done before the others have begun.
                    connection.ensure_connection()
                gate.wait()
            except BaseException:
                gate.abort()  # nobody waits for who does not come
                raise
            return work()

        return run

    acts = [begin(behind_the_gate(work)) for work in works]
    await_end(acts, seconds)
    return [act.answer for act in acts]


def behind(first: Callable[[], Any], second: Callable[[], Any]) -> Any:
    """`second` begins when `first` is done but not committed; what it returned in the end or the exception it raised.

    `first` is committed when `second` waits for it or has ended.
    """
    with transaction.atomic():
        first()
        act = begin(second)
        await_waiting(act)
    await_end([act])
    return act.answer


def ways(answers: Sequence[Any]) -> list[str]:
    """How acts ended, in their order: "done", the code of a refusal, or whatever else was raised."""
    return [_way(answer) for answer in answers]


def _way(answer: Any) -> str:
    if isinstance(answer, Refusal):
        return answer.code
    return repr(answer) if isinstance(answer, BaseException) else "done"


def count_ways(answers: Sequence[Any]) -> Counter[str]:
    """How often acts ended in which way."""
    return Counter(ways(answers))


def without_failure(answers: Sequence[Any], *but: type[BaseException]) -> None:
    """Demand that nothing was raised, `but` these; what else was is shown with where it came from."""
    failures = [answer for answer in answers if isinstance(answer, BaseException) and not isinstance(answer, but)]
    if failures:
        raise BaseExceptionGroup(f"{len(failures)} of {len(answers)} failed", failures)


def await_end(acts: Sequence[Act], seconds: float = PATIENCE_SECONDS) -> None:
    """Return when all have ended; fail when one stands still, and tell where."""
    until = time.monotonic() + seconds
    for act in acts:
        act.join(max(0.0, until - time.monotonic()))
    still = [act for act in acts if act.is_alive()]
    if still:
        places = "\n".join("".join(traceback.format_stack(sys._current_frames().get(act.ident or 0))) for act in still)
        for act in still:
            act.stop()
        raise AssertionError(f"{len(still)} of {len(acts)} have not ended after {seconds:.0f} s:\n{places}")


def await_waiting(act: Act) -> None:
    """Return when somebody waits for what this connection holds, or the act has ended."""
    until = time.monotonic() + PATIENCE_SECONDS
    while act.is_alive() and not somebody_waits():
        assert time.monotonic() < until, "it neither waits nor ends"
        time.sleep(0.01)


def somebody_waits() -> bool:
    """Whether another connection to this database waits for what this one holds."""
    with connection.cursor() as cursor:
        # Not pg_stat_activity: it shows a transaction for ever the connections there were at its first look, so who
        # connects only then would wait unseen.
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])
