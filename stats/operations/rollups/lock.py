"""The one lock of the roll-ups: whoever writes cells holds it until the transaction ends.

Taken before the first read. At READ COMMITTED every later statement sees what was committed before it began, so it sees
all that the last holder wrote (a transaction's lock is given back after its commit is visible) and every fact whose key
it takes. So nobody can write a figure that is older than the one that stands, in any ancestor either.
"""

from django.core.exceptions import PermissionDenied
from django.db import connection

from corps.actors import Actor, SystemActor
from corps.operations.tree import hold_tree

ROLLUP_LOCK = 0x59495755_0010

# A check and a rebuild are held apart by these two, which let readers and drains pass.
HOLD_CELLS = "LOCK TABLE stats_ownday, stats_totalday IN ROW SHARE MODE"
REPLACE_CELLS = "LOCK TABLE stats_ownday, stats_totalday IN EXCLUSIVE MODE"
TAKE_CELLS = "LOCK TABLE stats_ownday, stats_totalday IN ACCESS EXCLUSIVE MODE"


def require_system(actor: Actor) -> None:
    """Counting is no person's act: it changes nothing that anybody decided."""
    if not isinstance(actor, SystemActor):
        raise PermissionDenied("roll-ups are written by background work")


def try_rollups() -> bool:
    """Take the lock if it is free. Answers at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ROLLUP_LOCK])
        (taken,) = cursor.fetchone()
    if taken:
        hold_tree()
    return bool(taken)


def take_rollups() -> None:
    """Wait for the lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ROLLUP_LOCK])
    hold_tree()
