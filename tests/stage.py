"""Setting the stage quickly: the rows a first build wrote are kept in memory and copied back for every later test.

Building the cast takes some hundred statements; copying it back takes one COPY a table. Rows come back exactly as the
operations wrote them, history included, so a test cannot tell the difference.
"""

from collections.abc import Callable

from django.db import connection, transaction

# Counted in the scope of all connections: the version of the tree, and marks of the lock. They are kept as they are.
KEPT_APART = {"django_migrations", "corps_scope_version", "corps_tree_holder"}


class Snapshot:
    """Rows of the tables that were empty before a build and are not after it."""

    def __init__(self) -> None:
        self.rows: dict[str, bytes] = {}

    def take(self, build: Callable[[], object]) -> None:
        """Run `build` and remember what it wrote."""
        before = filled_tables()
        build()
        changed = filled_tables() - before
        with connection.cursor() as cursor:
            for table in sorted(changed - KEPT_APART):
                with cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT binary)') as copy:
                    self.rows[table] = b"".join(bytes(block) for block in copy)

    def put_back(self) -> None:
        """Write the remembered rows; triggers and checks ran when they were first written."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table, rows in self.rows.items():
                with cursor.copy(f'COPY "{table}" FROM STDIN (FORMAT binary)') as copy:
                    copy.write(rows)
            cursor.execute("SET LOCAL session_replication_role = origin")
            cursor.execute("UPDATE corps_scope_version SET version = nextval('corps_scope_sequence')")


def filled_tables() -> set[str]:
    """Names of the tables that hold rows."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        questions = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in names)  # noqa: S608 - names come from the database
        cursor.execute(questions)
        return {name for (name,) in cursor.fetchall()}
