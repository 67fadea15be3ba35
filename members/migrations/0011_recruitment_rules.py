"""What applicants agreed to stays as it was; the history of recruitment is append-only; names of recruiters are found."""

from django.db import migrations

# A version of the notice is what people consented to: another text is another version.
NOTICES = """
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON members_privacynotice
    FOR EACH ROW EXECUTE FUNCTION corps_refuse_change();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON members_privacynotice
    FOR EACH STATEMENT EXECUTE FUNCTION corps_refuse_change();
ALTER TABLE members_privacynotice ENABLE ALWAYS TRIGGER append_only_rows;
ALTER TABLE members_privacynotice ENABLE ALWAYS TRIGGER append_only_table;
"""

# Rosters name recruiters by a word; their standing counts members by it.
RECRUITED = "CREATE INDEX member_by_recruiter ON members_member (recruiter, unit_id) WHERE recruiter <> ''"


class Migration(migrations.Migration):
    dependencies = [("members", "0010_recruitment"), ("corps", "0004_identity_rules")]
    operations = [
        migrations.RunSQL("SELECT corps_protect_history()", migrations.RunSQL.noop),
        migrations.RunSQL(NOTICES, migrations.RunSQL.noop),
        migrations.RunSQL(RECRUITED, "DROP INDEX member_by_recruiter"),
    ]
