"""Who served on which days, kept per unit and month, so that a corrected day need not read the facts of its month."""

import sys
from array import array
from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# Arrays and sets change often and are read whole: compressing them took most of the time of writing one.
PLAIN = """
ALTER TABLE stats_ownmonth ALTER COLUMN members SET STORAGE EXTERNAL, ALTER COLUMN days SET STORAGE EXTERNAL;
ALTER TABLE stats_monthset ALTER COLUMN members SET STORAGE EXTERNAL;
"""

# The key is the one of stats.operations.rollups.lock: nobody counts meanwhile.
FILL = """
SELECT pg_advisory_xact_lock(x'594957550010'::bigint);
INSERT INTO stats_ownmonth (unit_id, month, members, days)
SELECT unit_id, month, array_agg(member_id ORDER BY member_id), array_agg(days ORDER BY member_id)
FROM (
    SELECT unit_id, date_trunc('month', day::timestamp)::date AS month, member_id,
        bit_or(1 << (extract(day FROM day)::integer - 1)) AS days
    FROM duties_attendance WHERE current AND status IN ('present', 'late') GROUP BY 1, 2, 3
) AS served GROUP BY unit_id, month;
"""

UNITS = """
CREATE OR REPLACE FUNCTION stats_note_units_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stats_dirty (unit_id, day, source)
    SELECT DISTINCT o.parent_id, t.day, 'tree' FROM old_rows o JOIN stats_totalday t ON t.unit_id = o.id
    WHERE o.parent_id IS NOT NULL;
    DELETE FROM stats_ownday c USING old_rows o WHERE c.unit_id = o.id;
    DELETE FROM stats_totalday c USING old_rows o WHERE c.unit_id = o.id;
    DELETE FROM stats_ownmonth c USING old_rows o WHERE c.unit_id = o.id;
    DELETE FROM stats_monthset c USING old_rows o WHERE c.unit_id = o.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION stats_note_units_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM stats_ownday;
    DELETE FROM stats_totalday;
    DELETE FROM stats_ownmonth;
    DELETE FROM stats_monthset;
    RETURN NULL;
END $$;
"""


def shorten_keys(_apps: Any, schema_editor: Any) -> None:
    """Packed keys of 64 bits (tag 1) become keys of 32 bits (tag 2)."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT unit_id, month, members FROM stats_monthset WHERE get_byte(members, 0) = 1")
        for unit_id, month, members in cursor.fetchall():
            keys = array("Q", bytes(members)[1:])
            if sys.byteorder == "big":
                keys.byteswap()
            short = array("I", keys)
            if sys.byteorder == "big":
                short.byteswap()
            cursor.execute(
                "UPDATE stats_monthset SET members = %s WHERE unit_id = %s AND month = %s",
                [b"\x02" + short.tobytes(), unit_id, month],
            )


class Migration(migrations.Migration):
    dependencies = [("corps", "0008_account_names"), ("stats", "0005_hours")]
    operations = [
        migrations.AlterField(
            model_name="discrepancy",
            name="table",
            field=models.CharField(
                choices=[
                    ("own", "own cell"),
                    ("total", "total cell"),
                    ("set", "people of a month"),
                    ("days", "days of a month's people"),
                ],
                max_length=5,
                verbose_name="stored figure",
            ),
        ),
        migrations.CreateModel(
            name="OwnMonth",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "unit_id", "month", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("month", models.DateField(verbose_name="month")),
                (
                    "members",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("days", django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
                (
                    "unit",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="corps.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "days of a month's people",
                "verbose_name_plural": "days of months' people",
            },
        ),
        migrations.RunSQL(PLAIN + UNITS + FILL, migrations.RunSQL.noop),
        migrations.RunPython(shorten_keys, migrations.RunPython.noop),
    ]
