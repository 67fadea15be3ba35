"""The one way in which append-only tables may change: a person is erased, which leaves a trace of its own.

`corps_erasure` says which rows of which table a transaction may shred; it is written by `corps_allow_shredding` inside an act
that erases somebody, is append-only itself, and at the commit asks for the act's entry in the chained action log. Of the rows it
names only what is not technical may change, and only towards less: nothing, the neutral word in place of some text, the year of a date.
Whoever writes SQL can do no more than that, and not without the entry.
"""

from django.db import migrations

TABLE = """
CREATE TABLE corps_erasure (
    id bigserial PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
    act uuid NOT NULL,
    of_table text NOT NULL,
    object text NOT NULL
);
CREATE INDEX corps_erasure_running ON corps_erasure (transaction, of_table, object);

CREATE FUNCTION corps_neutral_word() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT '已注销人员' $$;

CREATE FUNCTION corps_allow_shredding(of_table text, objects text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('pghistory.context_metadata', true)::jsonb ->> 'action' IS DISTINCT FROM 'member.erase' THEN
        RAISE EXCEPTION 'rows of % are shredded only by erasing a person', of_table USING ERRCODE = 'restrict_violation';
    END IF;
    INSERT INTO corps_erasure (act, of_table, object)
    SELECT current_setting('pghistory.context_id')::uuid, of_table, one FROM unnest(objects) AS one;
END $$;
"""

# A new text may only be the old one with pieces of it replaced by the neutral word: the pieces between the words must stand in
# the old text in the same order, the first at its beginning.
LESS = """
CREATE FUNCTION corps_only_less(old text, new text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    pieces text[] := string_to_array(new, corps_neutral_word());
    rest text := old;
    place int;
BEGIN
    IF new = '' OR new = '\\x' OR new = '[]' OR new = '{}' THEN
        RETURN true;
    END IF;
    IF cardinality(pieces) < 2 THEN
        RETURN false;
    END IF;
    FOR number IN 1 .. cardinality(pieces) LOOP
        place := position(pieces[number] IN rest);
        IF pieces[number] = '' THEN
            CONTINUE;
        ELSIF place = 0 OR (number = 1 AND place <> 1) THEN
            RETURN false;
        END IF;
        rest := substr(rest, place + length(pieces[number]));
    END LOOP;
    RETURN true;
END $$;

CREATE FUNCTION corps_is_less(old jsonb, new jsonb) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF new IS NULL OR new = 'null' OR new = '[]' OR new = '{}' THEN
        RETURN true;
    ELSIF old ->> 0 IS NULL AND old = 'null' THEN
        RETURN false;
    ELSIF jsonb_typeof(new) = 'string' THEN
        RETURN corps_only_less(old #>> '{}', new #>> '{}')
            OR ((old #>> '{}') ~ '^\\d{4}-\\d\\d-\\d\\d$' AND new #>> '{}' = left(old #>> '{}', 4) || '-01-01');
    END IF;
    RETURN jsonb_typeof(new) IN ('array', 'object') AND corps_only_less(old::text, new::text);
END $$;
"""

ALLOWED = """
CREATE FUNCTION corps_is_shredding(of_table text, before jsonb, after jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    changed text;
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM corps_erasure e
        WHERE e.transaction = pg_current_xact_id() AND e.of_table = corps_is_shredding.of_table
          AND e.object = coalesce(before ->> 'pgh_obj_id', before ->> 'id')
    ) THEN
        RETURN false;
    END IF;
    FOR changed IN SELECT key FROM jsonb_each(after) WHERE value IS DISTINCT FROM before -> key LOOP
        IF changed LIKE 'pgh\\_%' OR changed IN ('id', 'at', 'digest', 'previous_digest', 'act', 'account_id', 'action', 'result', 'created_at')
            OR NOT corps_is_less(before -> changed, after -> changed) THEN
            RETURN false;
        END IF;
    END LOOP;
    RETURN true;
END $$;

CREATE OR REPLACE FUNCTION corps_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF corps_is_shredding(TG_TABLE_NAME, to_jsonb(OLD), to_jsonb(NEW)) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE FUNCTION corps_refuse_context_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.created_at = now() AND NEW.id = OLD.id AND NEW.created_at = OLD.created_at THEN
        RETURN NEW;
    END IF;
    IF NEW.id = OLD.id AND corps_is_shredding(TG_TABLE_NAME, to_jsonb(OLD) - 'updated_at', to_jsonb(NEW) - 'updated_at') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'pghistory_context is append-only: UPDATE refused' USING ERRCODE = 'restrict_violation';
END $$;
"""

TRACE = """
CREATE FUNCTION corps_check_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM corps_actionlog l WHERE l.act = NEW.act AND l.action = 'member.erase' AND l.result = 'done') THEN
        RAISE EXCEPTION 'an erasure without its entry in the action log' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER check_erasure AFTER INSERT ON corps_erasure
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION corps_check_erasure();
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON corps_erasure
    FOR EACH ROW EXECUTE FUNCTION corps_refuse_change();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON corps_erasure
    FOR EACH STATEMENT EXECUTE FUNCTION corps_refuse_change();
ALTER TABLE corps_erasure ENABLE ALWAYS TRIGGER append_only_rows;
ALTER TABLE corps_erasure ENABLE ALWAYS TRIGGER append_only_table;
"""


class Migration(migrations.Migration):
    dependencies = [("corps", "0008_account_names")]
    operations = [
        migrations.RunSQL(TABLE, migrations.RunSQL.noop),
        migrations.RunSQL(LESS, migrations.RunSQL.noop),
        migrations.RunSQL(ALLOWED, migrations.RunSQL.noop),
        migrations.RunSQL(TRACE, migrations.RunSQL.noop),
    ]
