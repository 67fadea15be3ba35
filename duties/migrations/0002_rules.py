"""What the database itself keeps: planned and recorded rows follow their shift; indexes that roll-ups and members read."""

from django.db import migrations

# Assignments repeat the shift's period so that an exclusion constraint can guard it; attendance repeats day, category and
# mechanism so that roll-ups read one table. Statement triggers, so that COPY and bulk writes stay linear.
FOLLOW = """
CREATE FUNCTION duties_follow_shift() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM new_shifts n JOIN old_shifts o USING (id) JOIN duties_attendance a ON a.shift_id = n.id
        WHERE n.state = 'cancelled' AND o.state <> 'cancelled' AND a.current
    ) THEN
        RAISE EXCEPTION 'a shift with attendance cannot be cancelled' USING ERRCODE = 'restrict_violation';
    END IF;
    UPDATE duties_assignment a
    SET period = tstzrange(n.starts_at, n.ends_at), active = a.active AND n.state <> 'cancelled'
    FROM new_shifts n
    WHERE a.shift_id = n.id
      AND (a.period <> tstzrange(n.starts_at, n.ends_at) OR (a.active AND n.state = 'cancelled'));
    UPDATE duties_attendance a
    SET day = n.day, category = n.category, mechanism = n.mechanism,
        period = CASE
            WHEN a.checked_in_at IS NOT NULL AND a.checked_out_at IS NULL THEN tstzrange(a.checked_in_at, n.ends_at)
            ELSE a.period END
    FROM new_shifts n JOIN old_shifts o USING (id)
    WHERE a.shift_id = n.id
      AND (n.starts_at, n.ends_at, n.category, n.mechanism)
          IS DISTINCT FROM (o.starts_at, o.ends_at, o.category, o.mechanism);
    RETURN NULL;
END $$;
CREATE TRIGGER follow_shift AFTER UPDATE ON duties_shift
    REFERENCING OLD TABLE AS old_shifts NEW TABLE AS new_shifts
    FOR EACH STATEMENT EXECUTE FUNCTION duties_follow_shift();
"""

# Whoever writes rows says the shift's values; others are refused. The shifts are locked in the order of their keys, so that
# none of them changes between this check and the commit.
AGREE = """
CREATE FUNCTION duties_assignment_agrees() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong bigint;
BEGIN
    PERFORM 1 FROM (
        SELECT id FROM duties_shift WHERE id IN (SELECT shift_id FROM written) ORDER BY id FOR SHARE
    ) AS held;
    SELECT w.id INTO wrong FROM written w JOIN duties_shift s ON s.id = w.shift_id
    WHERE w.period IS DISTINCT FROM tstzrange(s.starts_at, s.ends_at) OR (w.active AND s.state = 'cancelled') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'assignment % does not agree with its shift', wrong USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER agree_insert AFTER INSERT ON duties_assignment REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION duties_assignment_agrees();
CREATE TRIGGER agree_update AFTER UPDATE ON duties_assignment REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION duties_assignment_agrees();

CREATE FUNCTION duties_attendance_agrees() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong bigint;
BEGIN
    PERFORM 1 FROM (
        SELECT id FROM duties_shift WHERE id IN (SELECT shift_id FROM written) ORDER BY id FOR SHARE
    ) AS held;
    SELECT w.id INTO wrong FROM written w JOIN duties_shift s ON s.id = w.shift_id
    WHERE (w.day, w.category, w.mechanism) IS DISTINCT FROM (s.day, s.category, s.mechanism)
       OR (w.current AND s.state = 'cancelled')
       OR (w.checked_in_at IS NOT NULL
           AND w.period IS DISTINCT FROM tstzrange(w.checked_in_at, coalesce(w.checked_out_at, s.ends_at)))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'attendance % does not agree with its shift', wrong USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER agree_insert AFTER INSERT ON duties_attendance REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION duties_attendance_agrees();
CREATE TRIGGER agree_update AFTER UPDATE ON duties_attendance REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION duties_attendance_agrees();
"""

# Roll-ups recount a unit's day from the index alone; a member's own list walks the second one.
INDEXES = """
CREATE INDEX attendance_by_unit_day ON duties_attendance (unit_id, day)
    INCLUDE (category, mechanism, status, minutes, member_id) WHERE current;
CREATE INDEX attendance_by_member ON duties_attendance (member_id, day DESC);
"""

# History is read by row and by act; indexes on what else a row pointed at would raise the price of every write.
HISTORY = """
DO $$
DECLARE
    found regclass;
BEGIN
    FOR found IN
        SELECT i.indexrelid FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid IN ('duties_shiftevent'::regclass, 'duties_shiftunitevent'::regclass,
                             'duties_assignmentevent'::regclass, 'duties_attendanceevent'::regclass)
          AND NOT i.indisprimary AND i.indnatts = 1 AND a.attname NOT IN ('pgh_obj_id', 'pgh_context_id')
    LOOP
        EXECUTE format('DROP INDEX %s', found);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("duties", "0001_initial")]
    operations = [
        migrations.RunSQL(FOLLOW, migrations.RunSQL.noop),
        migrations.RunSQL(AGREE, migrations.RunSQL.noop),
        migrations.RunSQL(INDEXES, migrations.RunSQL.noop),
        migrations.RunSQL(HISTORY, migrations.RunSQL.noop),
        migrations.RunSQL("SELECT corps_protect_history()", migrations.RunSQL.noop),
    ]
