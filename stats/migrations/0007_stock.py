"""Stock of equipment by unit, kind, size and day, month or year; what movements change is noted to be counted again."""

import django.db.models.deletion
from django.db import migrations, models

from corps.schema import at_once

# A statement writes few days, kinds and units, however many movements: a list for ten thousand members notes a key per
# squad and kind. Movements are never changed and never go.
MOVEMENTS = """
CREATE FUNCTION stats_note_movements() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stats_stockdirty (unit_id, kind_id, day, below)
    SELECT DISTINCT side.unit_id, moved.kind_id, moved."on", false
    FROM moved CROSS JOIN LATERAL (VALUES (from_unit_id), (to_unit_id)) AS side (unit_id)
    WHERE side.unit_id IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER stats_note_insert AFTER INSERT ON members_movement
    REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION stats_note_movements();
"""

# A unit that changes its superior takes its stock with it: as with cells (0003), all its stored days are noted for both
# superiors. Months and years follow from days. A move renumbers hundreds of units: see PLANS.
TREE = """
CREATE FUNCTION stats_note_stock_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE $plan$
    INSERT INTO stats_stockdirty (unit_id, kind_id, day, below)
    SELECT DISTINCT parent.id, t.kind_id, t.start, true
    FROM old_rows o JOIN new_rows n USING (id)
    CROSS JOIN LATERAL (VALUES (o.parent_id), (n.parent_id)) AS parent (id)
    JOIN stats_totalstock t ON t.unit_id = n.id AND t.span = 1
    WHERE o.parent_id IS DISTINCT FROM n.parent_id AND parent.id IS NOT NULL $plan$;
    RETURN NULL;
END $$;

CREATE FUNCTION stats_note_stock_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stats_stockdirty (unit_id, kind_id, day, below)
    SELECT DISTINCT o.parent_id, t.kind_id, t.start, true
    FROM old_rows o JOIN stats_totalstock t ON t.unit_id = o.id AND t.span = 1
    WHERE o.parent_id IS NOT NULL;
    DELETE FROM stats_ownstock s USING old_rows o WHERE s.unit_id = o.id;
    DELETE FROM stats_totalstock s USING old_rows o WHERE s.unit_id = o.id;
    RETURN NULL;
END $$;

CREATE FUNCTION stats_note_stock_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM stats_ownstock;
    DELETE FROM stats_totalstock;
    RETURN NULL;
END $$;

CREATE TRIGGER stats_note_stock_update AFTER UPDATE ON corps_unit
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION stats_note_stock_update();
CREATE TRIGGER stats_note_stock_delete AFTER DELETE ON corps_unit REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION stats_note_stock_delete();
CREATE TRIGGER stats_note_stock_truncate AFTER TRUNCATE ON corps_unit
    FOR EACH STATEMENT EXECUTE FUNCTION stats_note_stock_truncate();
"""

# A plan that a connection keeps from the change of one row compares each of many with every other one. Old and new rows of members are
# joined without a nested loop (see corps.plans); where totals are read as well, the statement is planned for the rows at hand.
PLANS = """
ALTER FUNCTION stats_note_roster_update() SET enable_nestloop = off;
CREATE OR REPLACE FUNCTION stats_note_units_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE $plan$
    INSERT INTO stats_dirty (unit_id, day, source)
    SELECT DISTINCT parent.id, t.day, 'tree'
    FROM old_rows o JOIN new_rows n USING (id)
    CROSS JOIN LATERAL (VALUES (o.parent_id), (n.parent_id)) AS parent (id)
    JOIN stats_totalday t ON t.unit_id = n.id
    WHERE o.parent_id IS DISTINCT FROM n.parent_id AND parent.id IS NOT NULL $plan$;
    RETURN NULL;
END $$;
"""

# As for the keys and cells of 0003.
STORAGE = """
ALTER TABLE stats_stockdirty SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 5000);
ALTER TABLE stats_ownstock SET (fillfactor = 90);
ALTER TABLE stats_totalstock SET (fillfactor = 90);
"""

EARLIER = """
INSERT INTO stats_stockdirty (unit_id, kind_id, day, below)
SELECT DISTINCT side.unit_id, m.kind_id, m."on", false
FROM members_movement m CROSS JOIN LATERAL (VALUES (m.from_unit_id), (m.to_unit_id)) AS side (unit_id)
WHERE side.unit_id IS NOT NULL;
"""

_UNIT = models.ForeignKey(
    db_constraint=False,
    db_index=False,
    on_delete=django.db.models.deletion.DO_NOTHING,
    related_name="+",
    to="corps.unit",
    verbose_name="unit",
)
_KIND = models.ForeignKey(
    db_constraint=False,
    db_index=False,
    on_delete=django.db.models.deletion.DO_NOTHING,
    related_name="+",
    to="members.equipmentkind",
    verbose_name="kind of equipment",
)


def _columns() -> "list[tuple[str, models.Field[object, object]]]":
    return [
        ("unit", _UNIT.clone()),
        ("kind", _KIND.clone()),
        ("size", models.CharField(blank=True, max_length=8, verbose_name="size")),
        ("store", models.IntegerField(verbose_name="In store")),
        ("damaged", models.IntegerField(verbose_name="Damaged")),
        ("repair", models.IntegerField(verbose_name="In repair")),
        ("transit", models.IntegerField(verbose_name="On its way")),
        ("member", models.IntegerField(verbose_name="Held by members")),
        ("use", models.IntegerField(verbose_name="In the unit's use")),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("corps", "0008_account_names"),
        ("members", "0008_ledger_rules"),
        ("stats", "0006_days_of_people"),
    ]
    operations = at_once(
        migrations.CreateModel(
            name="StockDirty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("unit_id", models.BigIntegerField(verbose_name="unit")),
                ("kind_id", models.BigIntegerField(verbose_name="kind of equipment")),
                ("day", models.DateField(verbose_name="day")),
                ("below", models.BooleanField(verbose_name="units below")),
            ],
            options={"verbose_name": "stock to count again", "verbose_name_plural": "stocks to count again"},
        ),
        migrations.AlterField(
            model_name="discrepancy",
            name="table",
            field=models.CharField(
                choices=[
                    ("own", "own cell"),
                    ("total", "total cell"),
                    ("set", "people of a month"),
                    ("days", "days of a month's people"),
                    ("stock", "stock of equipment"),
                ],
                max_length=5,
                verbose_name="stored figure",
            ),
        ),
        migrations.CreateModel(
            name="OwnStock",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "unit_id",
                        "kind_id",
                        "day",
                        "size",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                *_columns(),
            ],
            options={"verbose_name": "own stock", "verbose_name_plural": "own stocks"},
        ),
        migrations.CreateModel(
            name="TotalStock",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "unit_id",
                        "span",
                        "start",
                        "kind_id",
                        "size",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "span",
                    models.SmallIntegerField(choices=[(1, "day"), (2, "month"), (3, "year")], verbose_name="span"),
                ),
                ("start", models.DateField(verbose_name="first day")),
                *_columns(),
            ],
            options={"verbose_name": "total stock", "verbose_name_plural": "total stocks"},
        ),
        migrations.RunSQL(MOVEMENTS, migrations.RunSQL.noop),
        migrations.RunSQL(TREE, migrations.RunSQL.noop),
        migrations.RunSQL(PLANS, migrations.RunSQL.noop),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL(EARLIER, migrations.RunSQL.noop),
    )
