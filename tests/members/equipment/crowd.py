"""Many who press at once: threads with their own connections, all from the same moment."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence

from django.db import connection

from corps.errors import Refusal


def at_once(works: Sequence[Callable[[], object]]) -> Counter[str]:
    """Run each in a thread of its own, all from the same moment; counts how they ended."""
    gate = threading.Barrier(len(works))
    ended: Counter[str] = Counter()

    def run(work: Callable[[], object]) -> None:
        try:
            # Connected before the gate opens: else who connects first is done before the others have begun.
            connection.ensure_connection()
            gate.wait(timeout=60)
            work()
            ended["done"] += 1
        except Refusal as refusal:
            ended[refusal.code] += 1
        except Exception as error:  # noqa: BLE001 - whatever it is, it is counted and turns the test red
            ended[repr(error)] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended
