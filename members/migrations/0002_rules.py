"""Indexes for listing and search, and the revision that rises with every write."""

from django.db import migrations

REVISION = """
CREATE FUNCTION members_raise_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.revision := nextval('members_revision_sequence');
    RETURN NEW;
END $$;
CREATE TRIGGER raise_revision BEFORE UPDATE ON members_member
    FOR EACH ROW EXECUTE FUNCTION members_raise_revision();
"""

# A group or a further team given or taken is a change of the member, too. Applying and undoing an import touch the member
# row themselves and say so, because a second write of a hundred thousand rows would be for nothing.
LINKS = """
CREATE FUNCTION members_raise_revision_by_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('yiwu.links_in_bulk', true) = 'on' THEN
        RETURN NULL;
    END IF;
    UPDATE members_member SET updated_at = now() WHERE id IN (SELECT member_id FROM touched);
    RETURN NULL;
END $$;
CREATE TRIGGER raise_revision_on_insert AFTER INSERT ON members_groupmembership
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION members_raise_revision_by_link();
CREATE TRIGGER raise_revision_on_delete AFTER DELETE ON members_groupmembership
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION members_raise_revision_by_link();
CREATE TRIGGER raise_revision_on_insert AFTER INSERT ON members_teammembership
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION members_raise_revision_by_link();
CREATE TRIGGER raise_revision_on_delete AFTER DELETE ON members_teammembership
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION members_raise_revision_by_link();
"""

# Staged rows know the id their member will have, so links and undo need no look-up by identity number. A row that
# changes nothing is written again without its values: room in its page and no index on the verdict keep that cheap
# (heap-only tuples), which matters more than a few hundredths of a second when a page of the preview is listed.
STAGING = """
ALTER TABLE members_stagedrow ALTER COLUMN member_id
    SET DEFAULT nextval(pg_get_serial_sequence('members_member', 'id'));
ALTER TABLE members_stagedrow SET (fillfactor = 78, autovacuum_vacuum_insert_threshold = 100000);
"""

# Lists are sorted as Chinese readers expect, by pinyin; they walk (pinyin, name, id) or, for small subtrees, merge fifty
# rows of each unit. The name stands in both indexes so that a search inside a name reads the index alone. Search needs
# one index per kind of word; the unit in the index of initials and phones lets a scope be checked without the row.
INDEXES = """
CREATE INDEX member_by_unit_pinyin ON members_member (unit_id, pinyin, name, id);
CREATE INDEX member_by_pinyin ON members_member (pinyin, name, id);
CREATE INDEX member_by_initials ON members_member (initials, unit_id, id);
CREATE INDEX member_by_phone ON members_member (phone, unit_id, id) WHERE phone <> '';
CREATE INDEX member_by_phone_end ON members_member (reverse(phone)) WHERE phone <> '';
CREATE INDEX member_by_identity_tail ON members_member (identity_tail);
CREATE INDEX member_by_name_gram ON members_member USING gin (name_grams);
"""

# History is read by member and by act. Indexes on what else a member pointed at would double the price of every write.
HISTORY = """
DO $$
DECLARE
    found regclass;
BEGIN
    FOR found IN
        SELECT i.indexrelid FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = 'members_memberevent'::regclass AND NOT i.indisprimary AND i.indnatts = 1
          AND a.attname IN ('account_id', 'grid_id', 'partner_id', 'unit_id')
    LOOP
        EXECUTE format('DROP INDEX %s', found);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]
    operations = [
        migrations.RunSQL(REVISION, migrations.RunSQL.noop),
        migrations.RunSQL(LINKS, migrations.RunSQL.noop),
        migrations.RunSQL(STAGING, migrations.RunSQL.noop),
        migrations.RunSQL(INDEXES, migrations.RunSQL.noop),
        migrations.RunSQL(HISTORY, migrations.RunSQL.noop),
    ]
