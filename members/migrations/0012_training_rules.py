"""What the database keeps of training: certificates that are never rewritten, their numbers, and the history."""

from django.db import migrations

# A certificate is taken out of force once, with a reason; what it says stays. Another member may only take it over when
# two records of one person become one; the person's own words go when that person is erased.
CERTIFICATES = """
CREATE SEQUENCE members_certificate_number;
CREATE FUNCTION members_keep_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'certificate % is revoked, not deleted', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.kind_id, NEW.number, NEW.issued_on, NEW.valid_until, NEW.session_id, NEW.issuer, NEW.renews_id)
            IS DISTINCT FROM
       (OLD.kind_id, OLD.number, OLD.issued_on, OLD.valid_until, OLD.session_id, OLD.issuer, OLD.renews_id)
       OR (OLD.revoked_on IS NOT NULL AND (NEW.revoked_on, NEW.revoked_reason, NEW.revoked_by_id)
            IS DISTINCT FROM (OLD.revoked_on, OLD.revoked_reason, OLD.revoked_by_id)) THEN
        IF corps_is_shredding(TG_TABLE_NAME, to_jsonb(OLD), to_jsonb(NEW)) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'certificate % is not rewritten', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_certificate BEFORE UPDATE OR DELETE ON members_certificate
    FOR EACH ROW EXECUTE FUNCTION members_keep_certificate();
"""

# History is read by row and by act; indexes on what else a row pointed at would raise the price of every write.
HISTORY = """
DO $$
DECLARE
    found regclass;
BEGIN
    FOR found IN
        SELECT i.indexrelid FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid IN ('members_enrolmentevent'::regclass, 'members_certificateevent'::regclass,
                             'members_quizattemptevent'::regclass, 'members_sessionteacherevent'::regclass)
          AND NOT i.indisprimary AND i.indnatts = 1 AND a.attname NOT IN ('pgh_obj_id', 'pgh_context_id')
    LOOP
        EXECUTE format('DROP INDEX %s', found);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0011_recruitment_rules"), ("corps", "0009_erasure")]
    operations = [
        migrations.RunSQL(CERTIFICATES, migrations.RunSQL.noop),
        migrations.RunSQL(HISTORY, migrations.RunSQL.noop),
        migrations.RunSQL("SELECT corps_protect_history()", migrations.RunSQL.noop),
    ]
