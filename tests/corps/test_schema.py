"""Many changes of models at once: the database and the state are what they were one by one, in both directions."""

from typing import Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.compiler import Trigger, UpsertTriggerSql
from pgtrigger.migrations import AddTrigger, RemoveTrigger

from corps.schema import AtOnce, at_once

pytestmark = pytest.mark.django_db

OURS = {"corps", "members", "duties", "incidents", "stats"}
KEY = ("id", models.BigAutoField(primary_key=True))


def trigger(name: str, table: str) -> Trigger:
    return Trigger(
        name=name,
        sql=UpsertTriggerSql(
            func="RETURN NULL;", hash=name, operation="UPDATE", pgid=f"pgt_{name}", table=table, when="AFTER"
        ),
    )


# Two that point at each other, as a record and its history do; what is first made plain gets the rest later.
FIRST: list[Operation] = [
    migrations.CreateModel("Team", [KEY, ("name", models.CharField(max_length=20))]),
    AddTrigger("team", trigger("first", "corps_team")),
]
LATER: list[Operation] = [
    migrations.CreateModel("Player", [KEY, ("shirt", models.IntegerField())]),
    migrations.AddField("Player", "team", models.ForeignKey("corps.team", models.CASCADE)),
    migrations.AddField("Player", "friends", models.ManyToManyField("corps.player")),
    RemoveTrigger("team", "first"),
    migrations.AddField("Team", "captain", models.ForeignKey("corps.player", models.CASCADE, null=True)),
    migrations.AlterField("Team", "name", models.CharField(max_length=40)),
    AddTrigger("team", trigger("second", "corps_team")),
    migrations.AddConstraint("Player", models.UniqueConstraint(fields=("team", "shirt"), name="one_shirt")),
    migrations.AddConstraint(
        "Player", models.CheckConstraint(condition=models.Q(shirt__gt=0), name="shirts_count_from_one")
    ),
    migrations.AddIndex("Player", models.Index(fields=["shirt"], name="player_shirt")),
    migrations.AddConstraint("Team", models.UniqueConstraint(fields=("name",), name="one_name")),
    AddTrigger("player", trigger("third", "corps_player")),
]
CATALOGUES = {
    "columns": "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable"
    " FROM information_schema.columns WHERE table_name ~ '^corps_(team|player)'",
    "constraints": "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE conrelid::regclass::text ~ '^corps_(team|player)'",
    "indexes": "SELECT tablename, indexdef FROM pg_indexes WHERE tablename ~ '^corps_(team|player)'",
    "triggers": "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
    " AND tgrelid::regclass::text ~ '^corps_(team|player)'",
}


def catalogue() -> dict[str, list[Any]]:
    """What the database knows of the two."""
    found = {}
    with connection.cursor() as cursor:
        for name, statement in CATALOGUES.items():
            cursor.execute(statement)
            found[name] = sorted(cursor.fetchall())
        # The first that a row breaks is the one that is named.
        cursor.execute(
            "SELECT indexrelid::regclass::text FROM pg_index"
            " WHERE indrelid::regclass::text ~ '^corps_(team|player)' ORDER BY indexrelid"
        )
        found["order"] = cursor.fetchall()
    return found


def migration(operations: list[Operation]) -> migrations.Migration:
    kind: type[migrations.Migration] = type("Some", (migrations.Migration,), {"operations": operations})
    return kind("0001_some", "corps")


def forwards(state: ProjectState, operations: list[Operation]) -> ProjectState:
    with connection.schema_editor() as editor:
        return migration(operations).apply(state, editor)


def backwards(state: ProjectState, operations: list[Operation]) -> None:
    with connection.schema_editor() as editor:
        migration(operations).unapply(state.clone(), editor)


def test_the_database_is_what_it_is_one_by_one() -> None:
    empty = catalogue()
    before = forwards(ProjectState(), FIRST)
    some = catalogue()
    one_by_one = forwards(before.clone(), LATER)
    all_of_it = catalogue()
    assert [len(rows) for rows in some.values()] < [len(rows) for rows in all_of_it.values()]
    backwards(before, LATER)
    assert catalogue() == some

    together = forwards(before.clone(), at_once(*LATER))
    assert catalogue() == all_of_it
    assert together.models == one_by_one.models
    backwards(before, at_once(*LATER))
    assert catalogue() == some
    backwards(ProjectState(), at_once(*FIRST))
    assert catalogue() == empty


def test_what_runs_sql_or_code_keeps_its_place() -> None:
    sql = migrations.RunSQL("SELECT 1")
    code = migrations.RunPython(migrations.RunPython.noop)
    grouped = at_once(*FIRST, sql, code, *LATER)
    assert [type(one) for one in grouped] == [AtOnce, type(sql), type(code), AtOnce]
    assert "Create model Team" in grouped[0].describe()


def test_no_migration_renders_all_models_again_and_again() -> None:
    """An empty database is ready within seconds, for the first start, for every process that tests."""
    loader = MigrationLoader(None)
    many = {
        f"{app}.{name}": number
        for (app, name), one in loader.disk_migrations.items()
        if app in OURS
        and (number := sum(not isinstance(step, migrations.RunSQL | migrations.RunPython) for step in one.operations))
        > 3
    }
    assert many == {}, "put their operations into corps.schema.at_once"
