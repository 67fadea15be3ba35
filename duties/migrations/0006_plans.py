"""What follows a shift is planned for the shifts at hand, not for the one that a connection happened to change first."""

from django.db import migrations

# As in 0002, each statement by EXECUTE: a plan kept from one shift compares each of a whole series with every other one.
FOLLOW = """
CREATE OR REPLACE FUNCTION duties_follow_shift() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept boolean;
BEGIN
    EXECUTE $plan$
    SELECT EXISTS (
        SELECT 1 FROM new_shifts n JOIN old_shifts o USING (id) JOIN duties_attendance a ON a.shift_id = n.id
        WHERE n.state = 'cancelled' AND o.state <> 'cancelled' AND a.current
    ) $plan$ INTO kept;
    IF kept THEN
        RAISE EXCEPTION 'a shift with attendance cannot be cancelled' USING ERRCODE = 'restrict_violation';
    END IF;
    EXECUTE $plan$
    UPDATE duties_assignment a
    SET period = tstzrange(n.starts_at, n.ends_at), active = a.active AND n.state <> 'cancelled'
    FROM new_shifts n
    WHERE a.shift_id = n.id
      AND (a.period <> tstzrange(n.starts_at, n.ends_at) OR (a.active AND n.state = 'cancelled')) $plan$;
    EXECUTE $plan$
    UPDATE duties_attendance a
    SET day = n.day, category = n.category, mechanism = n.mechanism,
        period = CASE
            WHEN a.checked_in_at IS NOT NULL AND a.checked_out_at IS NULL THEN tstzrange(a.checked_in_at, n.ends_at)
            ELSE a.period END
    FROM new_shifts n JOIN old_shifts o USING (id)
    WHERE a.shift_id = n.id
      AND (n.starts_at, n.ends_at, n.category, n.mechanism)
          IS DISTINCT FROM (o.starts_at, o.ends_at, o.category, o.mechanism) $plan$;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("duties", "0005_requirement")]
    operations = [migrations.RunSQL(FOLLOW, migrations.RunSQL.noop)]
