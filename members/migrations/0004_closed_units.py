"""Nobody who has not left belongs to a closed unit, whichever door or statement wrote it."""

from django.db import migrations

# Writers of members hold the tree in shared mode (`hold_tree`), so the unit they see is the unit at their commit.
INTO_CLOSED = """
CREATE FUNCTION members_refuse_closed_unit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    closed record;
BEGIN
    SELECT u.code INTO closed FROM written w JOIN corps_unit u ON u.id = w.unit_id
    WHERE u.active_until IS NOT NULL AND w.status <> 'left' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'unit % is closed and takes no members', closed.code USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refuse_closed_unit_insert AFTER INSERT ON members_member REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION members_refuse_closed_unit();
CREATE TRIGGER refuse_closed_unit_update AFTER UPDATE ON members_member REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION members_refuse_closed_unit();
"""

# Deferred, because a merger closes the unit before its members are moved. Installed here, on the table of a lower app that
# need not know of members.
CLOSING = """
CREATE FUNCTION members_refuse_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM corps_unit WHERE id = NEW.id AND active_until IS NOT NULL)
        AND EXISTS (SELECT 1 FROM members_member WHERE unit_id = NEW.id AND status <> 'left') THEN
        RAISE EXCEPTION 'unit % still has members', NEW.code USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER refuse_closing_with_members AFTER UPDATE OF active_until ON corps_unit
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.active_until IS NOT NULL AND OLD.active_until IS NULL)
    EXECUTE FUNCTION members_refuse_closing();
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0003_history_rules"), ("corps", "0006_tree_rules")]
    operations = [
        migrations.RunSQL(INTO_CLOSED, migrations.RunSQL.noop),
        migrations.RunSQL(CLOSING, migrations.RunSQL.noop),
    ]
