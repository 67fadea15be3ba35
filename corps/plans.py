"""Triggers of the history join a statement's old rows with its new ones; their plans must do for one row and for all.

PostgreSQL plans a trigger's statement when a connection first runs it and keeps the plan. Made for one row it is a
nested loop, which compares each old row with each new one: harmless for one, an hour for a hundred thousand members.
Both sides are transition tables without an index, so a nested loop is never better; their functions do without.
"""

from typing import Any

from django.db import connections

_HASH_JOINS = r"""
DO $$
DECLARE
    found regprocedure;
BEGIN
    FOR found IN
        SELECT oid::regprocedure FROM pg_proc
        WHERE prorettype = 'trigger'::regtype AND proname LIKE 'pgtrigger\_%'
          AND prosrc LIKE '%old_values JOIN new_values%'
          AND 'enable_nestloop=off' <> ALL (coalesce(proconfig, '{}'))
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET enable_nestloop = off', found);
    END LOOP;
END $$
"""


def keep_nested_loops_out(*, using: str, **_more: Any) -> None:
    """After migrations, which write the functions of history anew."""
    with connections[using].cursor() as cursor:
        cursor.execute(_HASH_JOINS)
