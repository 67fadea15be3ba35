"""Rules that only the database can keep: history and log are append-only, an incident goes its way step by step."""

from django.db import migrations

APPEND_ONLY = """
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON incidents_logentry
    FOR EACH ROW EXECUTE FUNCTION corps_refuse_change();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON incidents_logentry
    FOR EACH STATEMENT EXECUTE FUNCTION corps_refuse_change();
ALTER TABLE incidents_logentry ENABLE ALWAYS TRIGGER append_only_rows;
ALTER TABLE incidents_logentry ENABLE ALWAYS TRIGGER append_only_table;
"""

# The same steps as `incidents.policies.life`. What is verified stays as the officer saw it: the verification is withdrawn
# first. Rows may be inserted in any state, because past years are loaded as they were settled.
STEPS = """
CREATE FUNCTION incidents_keep_steps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = NEW.state THEN
        RAISE EXCEPTION 'incident % is %: what it tells cannot be changed', OLD.id, OLD.state
            USING ERRCODE = 'restrict_violation';
    ELSIF (OLD.state, NEW.state) NOT IN (
        ('draft', 'submitted'), ('draft', 'void'),
        ('returned', 'submitted'), ('returned', 'void'),
        ('submitted', 'verified'), ('submitted', 'returned'), ('submitted', 'void'),
        ('verified', 'submitted')
    ) THEN
        RAISE EXCEPTION 'incident %: no step leads from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_steps BEFORE UPDATE ON incidents_incident FOR EACH ROW
    WHEN (OLD.state <> NEW.state OR OLD.state IN ('verified', 'void'))
    EXECUTE FUNCTION incidents_keep_steps();
"""

# Lists run backwards in time: over the whole corps, within a few units, of one category, or of what is not settled yet.
LISTS = """
CREATE INDEX incidents_of_unit_by_time ON incidents_incident (unit_id, occurred_at DESC, id DESC);
CREATE INDEX incidents_of_category_by_time ON incidents_incident (category, occurred_at DESC, id DESC);
CREATE INDEX incidents_unsettled_by_time ON incidents_incident (occurred_at DESC, id DESC) WHERE state <> 'verified';
CREATE INDEX incidents_open_of_recorder ON incidents_incident (recorded_by_id, state)
    WHERE state IN ('draft', 'submitted', 'returned');
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial"), ("corps", "0004_identity_rules")]
    operations = [
        migrations.RunSQL("SELECT corps_protect_history()", migrations.RunSQL.noop),
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
        migrations.RunSQL(STEPS, migrations.RunSQL.noop),
        migrations.RunSQL(LISTS, migrations.RunSQL.noop),
    ]
