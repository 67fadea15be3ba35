"""Sealing a number again under another key is no edit: it must not look like one to the undo of an import."""

from django.db import migrations

RULE = """
CREATE OR REPLACE FUNCTION members_raise_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('yiwu.resealing', true) = 'on' THEN
        RETURN NEW;
    END IF;
    NEW.revision := nextval('members_revision_sequence');
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0004_closed_units")]
    operations = [migrations.RunSQL(RULE, migrations.RunSQL.noop)]
