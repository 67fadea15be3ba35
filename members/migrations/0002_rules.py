"""Indexes for listing and search, and the revision that rises with every write."""

from django.db import migrations

REVISION = """
CREATE SEQUENCE members_revision_sequence;
CREATE FUNCTION members_raise_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.revision := nextval('members_revision_sequence');
    RETURN NEW;
END $$;
CREATE TRIGGER raise_revision BEFORE INSERT OR UPDATE ON members_member
    FOR EACH ROW EXECUTE FUNCTION members_raise_revision();
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
CREATE INDEX staged_row_by_import ON members_stagedrow (roster_import_id, verdict, sheet, row);
CREATE INDEX row_problem_by_import ON members_rowproblem (roster_import_id, sheet, row);
CREATE INDEX import_change_by_import ON members_importchange (roster_import_id);
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]
    operations = [
        migrations.RunSQL(REVISION, migrations.RunSQL.noop),
        migrations.RunSQL(INDEXES, migrations.RunSQL.noop),
    ]
