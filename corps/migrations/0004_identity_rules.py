"""History is as append-only as the action log, the trail has an end to hold on to, contexts are found by unit."""

from django.db import migrations

# `ENABLE ALWAYS` keeps a trigger firing under session_replication_role = replica, which would switch ordinary ones off.
# pghistory's own protection can be switched off by any session (pgtrigger.ignore), so it does not suffice here.
PROTECT_TABLES = """
CREATE FUNCTION corps_protect_history() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    history regclass;
BEGIN
    FOR history IN
        SELECT c.oid FROM pg_class c
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
          AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'pgh_label')
          AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'append_only_rows')
    LOOP
        EXECUTE format('CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON %s'
                       ' FOR EACH ROW EXECUTE FUNCTION corps_refuse_change()', history);
        EXECUTE format('CREATE TRIGGER append_only_table BEFORE TRUNCATE ON %s'
                       ' FOR EACH STATEMENT EXECUTE FUNCTION corps_refuse_change()', history);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only_rows', history);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only_table', history);
    END LOOP;
END $$;
SELECT corps_protect_history();
ALTER TABLE corps_actionlog ENABLE ALWAYS TRIGGER append_only_rows;
ALTER TABLE corps_actionlog ENABLE ALWAYS TRIGGER append_only_table;
"""

# pghistory writes a context once and again only in the same transaction, so an older one never changes.
PROTECT_CONTEXTS = """
CREATE FUNCTION corps_refuse_context_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.created_at = now() AND NEW.id = OLD.id AND NEW.created_at = OLD.created_at THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'pghistory_context is append-only: UPDATE refused' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only_update BEFORE UPDATE ON pghistory_context
    FOR EACH ROW EXECUTE FUNCTION corps_refuse_context_change();
CREATE TRIGGER append_only_rows BEFORE DELETE ON pghistory_context
    FOR EACH ROW EXECUTE FUNCTION corps_refuse_change();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON pghistory_context
    FOR EACH STATEMENT EXECUTE FUNCTION corps_refuse_change();
ALTER TABLE pghistory_context ENABLE ALWAYS TRIGGER append_only_update;
ALTER TABLE pghistory_context ENABLE ALWAYS TRIGGER append_only_rows;
ALTER TABLE pghistory_context ENABLE ALWAYS TRIGGER append_only_table;
"""

PROTECT_HEAD = """
CREATE TRIGGER append_only_rows BEFORE DELETE ON corps_trailhead
    FOR EACH ROW EXECUTE FUNCTION corps_refuse_change();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON corps_trailhead
    FOR EACH STATEMENT EXECUTE FUNCTION corps_refuse_change();
ALTER TABLE corps_trailhead ENABLE ALWAYS TRIGGER append_only_rows;
ALTER TABLE corps_trailhead ENABLE ALWAYS TRIGGER append_only_table;
"""

# The trail page walks contexts backwards in time, of all units or of a few, of all accounts or of one.
CONTEXT_INDEXES = """
CREATE INDEX corps_context_by_time ON pghistory_context (created_at DESC, id DESC);
CREATE INDEX corps_context_by_unit
    ON pghistory_context (((metadata ->> 'unit')::bigint), created_at DESC, id DESC);
CREATE INDEX corps_context_by_account
    ON pghistory_context (((metadata ->> 'account')::bigint), created_at DESC, id DESC);
"""


class Migration(migrations.Migration):
    dependencies = [("corps", "0003_identity"), ("pghistory", "0007_auto_20250421_0444")]
    operations = [
        migrations.RunSQL(PROTECT_TABLES, migrations.RunSQL.noop),
        migrations.RunSQL(PROTECT_CONTEXTS, migrations.RunSQL.noop),
        migrations.RunSQL(PROTECT_HEAD, migrations.RunSQL.noop),
        migrations.RunSQL(CONTEXT_INDEXES, migrations.RunSQL.noop),
    ]
