"""Triggers on the tables of facts: every write notes, in its own transaction, which cells must be counted again.

Statement triggers with transition tables: one pass over the written rows, so that COPY and bulk writes stay linear. They note
more than strictly needed (also rows that do not count), because what counts is declared in `stats.catalogue` alone.
"""

from django.db import migrations

# `unit_id` and `day` of the written rows, old and new.
NOTE = """
CREATE FUNCTION stats_note_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stats_dirty (unit_id, day, source)
    SELECT DISTINCT unit_id, day, TG_ARGV[0] FROM new_rows;
    RETURN NULL;
END $$;

CREATE FUNCTION stats_note_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stats_dirty (unit_id, day, source)
    SELECT unit_id, day, TG_ARGV[0] FROM old_rows UNION SELECT unit_id, day, TG_ARGV[0] FROM new_rows;
    RETURN NULL;
END $$;

CREATE FUNCTION stats_note_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stats_dirty (unit_id, day, source)
    SELECT DISTINCT unit_id, day, TG_ARGV[0] FROM old_rows;
    RETURN NULL;
END $$;

-- There are no transition tables for TRUNCATE; every cell is looked at again.
CREATE FUNCTION stats_note_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stats_dirty (unit_id, day, source) SELECT unit_id, day, TG_ARGV[0] FROM stats_ownday;
    RETURN NULL;
END $$;
"""

# People count from the day they joined until the day they left: both days are noted, whichever of them matters. Where the day of joining is
# unknown it is stats.catalogue.UNKNOWN_DAY. An update counts only when one of these columns changed, because rosters are edited for much else.
ROSTER = """
CREATE FUNCTION stats_note_roster_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stats_dirty (unit_id, day, source)
    SELECT unit_id, coalesce(joined_on, DATE '1900-01-01'), 'roster' FROM new_rows
    UNION SELECT unit_id, status_on, 'roster' FROM new_rows WHERE status = 'left' AND status_on IS NOT NULL;
    RETURN NULL;
END $$;

CREATE FUNCTION stats_note_roster_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stats_dirty (unit_id, day, source)
    SELECT DISTINCT v.unit_id, v.day, 'roster'
    FROM old_rows o JOIN new_rows n USING (id)
    CROSS JOIN LATERAL (VALUES
        (o.unit_id, coalesce(o.joined_on, DATE '1900-01-01')), (o.unit_id, o.status_on),
        (n.unit_id, coalesce(n.joined_on, DATE '1900-01-01')), (n.unit_id, n.status_on)
    ) AS v (unit_id, day)
    WHERE v.day IS NOT NULL
      AND (o.unit_id, o.joined_on, o.status, o.status_on, o.occupation)
          IS DISTINCT FROM (n.unit_id, n.joined_on, n.status, n.status_on, n.occupation);
    RETURN NULL;
END $$;

CREATE FUNCTION stats_note_roster_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stats_dirty (unit_id, day, source)
    SELECT unit_id, coalesce(joined_on, DATE '1900-01-01'), 'roster' FROM old_rows
    UNION SELECT unit_id, status_on, 'roster' FROM old_rows WHERE status_on IS NOT NULL;
    RETURN NULL;
END $$;
"""

# A unit that changes its superior takes its totals with it: those of both superiors, and of all above them, are added up again for
# all its days. The stored days are enough: what the drain has not counted yet is noted still, and will be counted along the new
# chain. Nobody counts meanwhile, because drains hold the tree (corps.operations.tree.hold_tree) and this transaction has its lock.
TREE = """
CREATE FUNCTION stats_note_units_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stats_dirty (unit_id, day, source)
    SELECT DISTINCT parent.id, t.day, 'tree'
    FROM old_rows o JOIN new_rows n USING (id)
    CROSS JOIN LATERAL (VALUES (o.parent_id), (n.parent_id)) AS parent (id)
    JOIN stats_totalday t ON t.unit_id = n.id
    WHERE o.parent_id IS DISTINCT FROM n.parent_id AND parent.id IS NOT NULL;
    RETURN NULL;
END $$;

CREATE FUNCTION stats_note_units_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stats_dirty (unit_id, day, source)
    SELECT DISTINCT o.parent_id, t.day, 'tree' FROM old_rows o JOIN stats_totalday t ON t.unit_id = o.id
    WHERE o.parent_id IS NOT NULL;
    DELETE FROM stats_ownday c USING old_rows o WHERE c.unit_id = o.id;
    DELETE FROM stats_totalday c USING old_rows o WHERE c.unit_id = o.id;
    DELETE FROM stats_monthset c USING old_rows o WHERE c.unit_id = o.id;
    RETURN NULL;
END $$;

CREATE FUNCTION stats_note_units_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM stats_ownday;
    DELETE FROM stats_totalday;
    DELETE FROM stats_monthset;
    RETURN NULL;
END $$;
"""


def _triggers(table: str, function: str, argument: str) -> str:
    call = f"{{}}({argument})"
    return f"""
CREATE TRIGGER stats_note_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {call.format(function + "_insert")};
CREATE TRIGGER stats_note_update AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {call.format(function + "_update")};
CREATE TRIGGER stats_note_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {call.format(function + "_delete")};
"""


TRIGGERS = (
    _triggers("duties_shift", "stats_note", "'shift'")
    + _triggers("duties_attendance", "stats_note", "'attendance'")
    + _triggers("incidents_incident", "stats_note", "'incident'")
    + _triggers("members_member", "stats_note_roster", "")
    + """
CREATE TRIGGER stats_note_truncate AFTER TRUNCATE ON duties_shift
    FOR EACH STATEMENT EXECUTE FUNCTION stats_note_truncate('shift');
CREATE TRIGGER stats_note_truncate AFTER TRUNCATE ON duties_attendance
    FOR EACH STATEMENT EXECUTE FUNCTION stats_note_truncate('attendance');
CREATE TRIGGER stats_note_truncate AFTER TRUNCATE ON incidents_incident
    FOR EACH STATEMENT EXECUTE FUNCTION stats_note_truncate('incident');
CREATE TRIGGER stats_note_truncate AFTER TRUNCATE ON members_member
    FOR EACH STATEMENT EXECUTE FUNCTION stats_note_truncate('roster');
CREATE TRIGGER stats_note_update AFTER UPDATE ON corps_unit REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION stats_note_units_update();
CREATE TRIGGER stats_note_delete AFTER DELETE ON corps_unit REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION stats_note_units_delete();
CREATE TRIGGER stats_note_truncate AFTER TRUNCATE ON corps_unit
    FOR EACH STATEMENT EXECUTE FUNCTION stats_note_units_truncate();
"""
)

# Keys come and go all day: what is left of them is cleared early, so that looking for the next ones stays cheap.
DIRTY = """
ALTER TABLE stats_dirty SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 5000);
"""

# Today's cells are written again all day long: room on the page keeps such updates away from the indexes.
CELLS = """
ALTER TABLE stats_ownday SET (fillfactor = 90);
ALTER TABLE stats_totalday SET (fillfactor = 90);
"""

# What was recorded before these triggers existed is counted as well.
EARLIER = """
INSERT INTO stats_dirty (unit_id, day, source)
SELECT DISTINCT unit_id, day, 'shift' FROM duties_shift
UNION ALL SELECT DISTINCT unit_id, day, 'attendance' FROM duties_attendance
UNION ALL SELECT DISTINCT unit_id, day, 'incident' FROM incidents_incident
UNION ALL SELECT DISTINCT unit_id, coalesce(joined_on, DATE '1900-01-01'), 'roster' FROM members_member
UNION ALL SELECT DISTINCT unit_id, status_on, 'roster' FROM members_member
    WHERE status = 'left' AND status_on IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("stats", "0002_dirty_source"),
        ("duties", "0002_rules"),
        ("incidents", "0001_initial"),
        ("members", "0006_count_index"),
        ("corps", "0008_account_names"),
    ]
    operations = [
        migrations.RunSQL(NOTE, migrations.RunSQL.noop),
        migrations.RunSQL(ROSTER, migrations.RunSQL.noop),
        migrations.RunSQL(TREE, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
        migrations.RunSQL(DIRTY, migrations.RunSQL.noop),
        migrations.RunSQL(CELLS, migrations.RunSQL.noop),
        migrations.RunSQL(EARLIER, migrations.RunSQL.noop),
    ]
