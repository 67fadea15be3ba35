"""Rules that only the database can keep: the trail refuses changes, the tree stays a tree, scopes notice every write."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION corps_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON corps_actionlog
    FOR EACH ROW EXECUTE FUNCTION corps_refuse_change();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON corps_actionlog
    FOR EACH STATEMENT EXECUTE FUNCTION corps_refuse_change();
"""

SCOPE_VERSION = """
CREATE SEQUENCE corps_scope_sequence;
CREATE TABLE corps_scope_version (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version bigint NOT NULL
);
INSERT INTO corps_scope_version (version) VALUES (nextval('corps_scope_sequence'));
CREATE FUNCTION corps_raise_scope_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE corps_scope_version SET version = nextval('corps_scope_sequence');
    RETURN NULL;
END $$;
CREATE TRIGGER raise_scope_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON corps_unit
    FOR EACH STATEMENT EXECUTE FUNCTION corps_raise_scope_version();
CREATE TRIGGER raise_scope_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON corps_appointment
    FOR EACH STATEMENT EXECUTE FUNCTION corps_raise_scope_version();
"""


class Migration(migrations.Migration):
    dependencies = [("corps", "0001_initial")]
    operations = [
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
        migrations.RunSQL(SCOPE_VERSION, migrations.RunSQL.noop),
    ]
