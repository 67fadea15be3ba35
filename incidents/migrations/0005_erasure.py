"""What a settled incident tells cannot be changed, but for the name of somebody who is erased."""

from django.db import migrations

STEPS = """
CREATE OR REPLACE FUNCTION incidents_keep_steps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = NEW.state THEN
        IF corps_is_shredding(TG_TABLE_NAME, to_jsonb(OLD), to_jsonb(NEW)) THEN
            RETURN NEW;
        END IF;
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
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0004_words"), ("corps", "0009_erasure")]
    operations = [migrations.RunSQL(STEPS, migrations.RunSQL.noop)]
