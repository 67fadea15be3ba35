"""Attendance whose times or kind alone changed leaves the people of a month as they are, and says so."""

from django.db import migrations, models

# An update touches people when a row's unit, day, member, status or validity differs. A cell that both kinds of change touch is noted as
# the larger one, which the alphabet puts first. (A row whose key changed has no partner and counts as such too.)
HOURS = """
CREATE FUNCTION stats_note_attendance_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stats_dirty (unit_id, day, source)
    SELECT v.unit_id, v.day, min(CASE
        WHEN (o.unit_id, o.day, o.member_id, o.status, o.current)
            IS DISTINCT FROM (n.unit_id, n.day, n.member_id, n.status, n.current) THEN 'attendance'
        ELSE 'hours' END)
    FROM old_rows o FULL JOIN new_rows n USING (id)
    CROSS JOIN LATERAL (VALUES (o.unit_id, o.day), (n.unit_id, n.day)) AS v (unit_id, day)
    WHERE v.unit_id IS NOT NULL
    GROUP BY v.unit_id, v.day;
    RETURN NULL;
END $$;
DROP TRIGGER stats_note_update ON duties_attendance;
CREATE TRIGGER stats_note_update AFTER UPDATE ON duties_attendance
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION stats_note_attendance_update();
"""


class Migration(migrations.Migration):
    dependencies = [("stats", "0004_alarms")]
    operations = [
        migrations.AlterField(
            model_name="dirty",
            name="source",
            field=models.CharField(
                choices=[
                    ("shift", "shifts"),
                    ("attendance", "attendance"),
                    ("hours", "hours of attendance"),
                    ("incident", "incidents"),
                    ("roster", "roster"),
                    ("tree", "units below"),
                ],
                max_length=10,
                verbose_name="what changed",
            ),
        ),
        migrations.RunSQL(HOURS, migrations.RunSQL.noop),
    ]
