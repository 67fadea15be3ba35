"""Every column that can hold words or bytes is declared: destroyed with a person, or harmless and why."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from corps.personal import WORD, harmless_columns, personal_columns

APPS = {"corps", "members", "duties", "incidents", "stats"}
# What the database keeps beside models, and why it names nobody.
BESIDE = {
    "corps_erasure": "names of tables and numbers of rows",
    "corps_scope_version": "a number",
    "corps_tree_holder": "a number",
}


def may_tell(field: Any) -> bool:
    """Whether the column may hold something about a person: words, bytes, an address; codes of a list tell nothing."""
    if isinstance(field, ArrayField):
        return may_tell(field.base_field)
    kinds = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.GenericIPAddressField)
    return isinstance(field, kinds) and not field.choices


def own_models() -> Iterator[type[models.Model]]:
    for model in apps.get_models():
        if model._meta.app_label in APPS and not hasattr(model, "pgh_tracked_model"):
            yield model


def undeclared() -> list[str]:
    shredded: dict[str, set[str]] = {}
    for one in personal_columns():
        shredded.setdefault(one.model, set()).update(
            {field.name for field in apps.get_model(one.model)._meta.concrete_fields} if one.gone else one.columns
        )
    harmless = harmless_columns()
    found = []
    for model in own_models():
        label = model._meta.label
        for field in model._meta.concrete_fields:
            known = field.name in shredded.get(label, ()) or (label, field.name) in harmless or (label, "*") in harmless
            if may_tell(field) and not known:
                found.append(f"{label}.{field.name}")
    return found


def test_every_column_that_can_tell_something_is_declared() -> None:
    assert undeclared() == [], "name it in the app's personal.py: destroyed by an erasure, or harmless and why"


def test_what_is_declared_exists() -> None:
    for one in personal_columns():
        names = {field.name for field in apps.get_model(one.model)._meta.concrete_fields}
        assert set(one.columns) <= names, one
        # The path leads to people.
        apps.get_model(one.model)._base_manager.filter(**{f"{one.of}__in": [0]}, **one.narrowed).query.sql_with_params()
    for model, name in harmless_columns():
        fields = {field.name for field in apps.get_model(model)._meta.concrete_fields}
        assert name == "*" or name in fields, (model, name)


def test_a_forgotten_column_is_noticed(monkeypatch: Any) -> None:
    from corps import personal

    monkeypatch.delitem(personal._personal, ("members.Proposal", "member"))
    assert "members.Proposal.entered" in undeclared()


def test_history_keeps_no_more_than_is_shredded() -> None:
    """Columns of history tables are those of their models, so the declarations reach them."""
    for model in apps.get_models():
        tracked = getattr(model, "pgh_tracked_model", None)
        if tracked is None or model._meta.app_label not in APPS:
            continue
        own = {field.name for field in tracked._meta.concrete_fields}
        more = {field.name for field in model._meta.concrete_fields if not field.name.startswith("pgh_")} - own
        assert more == set(), model


def test_no_table_stands_outside(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = {row[0] for row in cursor.fetchall()}
    ours = {table for table in tables if table.split("_")[0] in APPS}
    known = {model._meta.db_table for model in apps.get_models()}
    many = {field.m2m_db_table() for model in own_models() for field in model._meta.local_many_to_many}
    assert ours - known - many - set(BESIDE) == set()


def test_the_database_knows_the_same_word(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT corps_neutral_word()")
        assert cursor.fetchone() == (WORD,)


def test_only_less_is_less(db: None) -> None:
    cases = [
        ("王小明带队", f"{WORD}带队", True),
        ("由王小明和李四", f"由{WORD}和李四", True),
        ("王小明", WORD, True),
        ("王小明", "", True),
        ("王小明带队", "李四带队", False),
        ("王小明带队", f"{WORD}带队，很好", False),
        ("带队", f"新{WORD}", False),
        ("", "新", False),
    ]
    with connection.cursor() as cursor:
        for old, new, less in cases:
            cursor.execute("SELECT corps_only_less(%s, %s)", [old, new])
            assert cursor.fetchone() == (less,), (old, new)
