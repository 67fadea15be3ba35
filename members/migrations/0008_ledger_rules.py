"""Rules that only the database can keep: the ledger is never changed, and what is where follows from it at once."""

from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON members_movement
    FOR EACH ROW EXECUTE FUNCTION corps_refuse_change();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON members_movement
    FOR EACH STATEMENT EXECUTE FUNCTION corps_refuse_change();
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON members_voucher
    FOR EACH ROW EXECUTE FUNCTION corps_refuse_change();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON members_voucher
    FOR EACH STATEMENT EXECUTE FUNCTION corps_refuse_change();
ALTER TABLE members_movement ENABLE ALWAYS TRIGGER append_only_rows;
ALTER TABLE members_movement ENABLE ALWAYS TRIGGER append_only_table;
ALTER TABLE members_voucher ENABLE ALWAYS TRIGGER append_only_rows;
ALTER TABLE members_voucher ENABLE ALWAYS TRIGGER append_only_table;
"""

# Holdings are written by the trigger on movements, one level down; whoever writes them directly is at the first level.
DERIVED = """
CREATE FUNCTION members_only_by_movements() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'members_holding follows from members_movement: % refused', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER only_by_movements BEFORE INSERT OR UPDATE OR DELETE ON members_holding
    FOR EACH STATEMENT EXECUTE FUNCTION members_only_by_movements();
ALTER TABLE members_holding ENABLE ALWAYS TRIGGER only_by_movements;
ALTER TABLE members_holding ADD CONSTRAINT article_in_one_place
    EXCLUDE USING btree (article_id WITH =) WHERE (quantity > 0 AND article_id IS NOT NULL) DEFERRABLE;
"""

# A statement may bring movements of many days (a ledger taken over from elsewhere). Whatever is taken from a place is
# taken on no earlier day than the last movement there, and what is there runs below zero on no day: then no day of the
# past adds up to less than nothing either. Rows that exist are locked in the order of their number, new ones are written
# in the order of their key, and members before both: two acts at once wait for each other, never in a circle. Each
# statement is planned for the movements at hand (EXECUTE): a plan that a connection keeps from one receipt compares every
# movement of a list for ten thousand people with every other one.
BOOKING = """
CREATE FUNCTION members_refuse_movement(rule text, holding_key uuid) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'movement refused: %', rule
        USING ERRCODE = 'check_violation', CONSTRAINT = rule, DETAIL = holding_key::text;
END $$;
CREATE FUNCTION members_book_movements() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    too_many record;
BEGIN
    EXECUTE $plan$
    SELECT FROM members_member
    WHERE id IN (SELECT to_member_id FROM moved UNION ALL SELECT from_member_id FROM moved)
    ORDER BY id FOR NO KEY UPDATE $plan$;

    EXECUTE $plan$
    WITH sides AS (
        SELECT from_unit_id AS unit_id, from_place AS place, from_store_id AS store_id, from_member_id AS member_id,
            CASE WHEN from_place = 'transit' THEN transfer_id END AS transfer_id,
            CASE WHEN from_place IN ('member', 'use') THEN due_on END AS due_on,
            kind_id, size, article_id, "on", -quantity AS change
        FROM moved WHERE from_place <> ''
        UNION ALL
        SELECT to_unit_id, to_place, to_store_id, to_member_id,
            CASE WHEN to_place = 'transit' THEN transfer_id END,
            CASE WHEN to_place IN ('member', 'use') THEN due_on END,
            kind_id, size, article_id, "on", quantity
        FROM moved WHERE to_place <> ''
    ), days AS (
        SELECT unit_id, place, store_id, member_id, transfer_id, due_on, kind_id, size, article_id, "on",
            sum(change)::integer AS change, min(change) < 0 AS taken
        FROM sides
        GROUP BY unit_id, place, store_id, member_id, transfer_id, due_on, kind_id, size, article_id, "on"
    ), keyed AS (
        SELECT *, md5(concat_ws('|', unit_id, place, store_id, coalesce(member_id, 0), coalesce(transfer_id, 0),
            coalesce(due_on, 'epoch'), kind_id, size, coalesce(article_id, 0)))::uuid AS key
        FROM days
    ), running AS (
        SELECT *, sum(change) OVER (PARTITION BY key ORDER BY "on")::integer AS run FROM keyed
    ), net AS MATERIALIZED (
        SELECT key, unit_id, place, store_id, member_id, transfer_id, due_on, kind_id, size, article_id,
            sum(change)::integer AS change, max("on") AS last_on, min(run) AS low,
            min("on") FILTER (WHERE taken) AS taken_on
        FROM running
        GROUP BY key, unit_id, place, store_id, member_id, transfer_id, due_on, kind_id, size, article_id
    ), present AS MATERIALIZED (
        SELECT h.id, h.key FROM members_holding h JOIN net USING (key) ORDER BY h.id FOR UPDATE OF h
    ), changed AS (
        UPDATE members_holding h SET
            quantity = CASE
                WHEN h.last_on > net.taken_on THEN members_refuse_movement('holding_not_backdated', h.key)
                WHEN h.quantity + net.low < 0 AND net.taken_on IS NOT NULL
                    THEN members_refuse_movement('holding_not_negative', h.key)
                ELSE h.quantity + net.change
            END,
            last_on = greatest(h.last_on, net.last_on)
        FROM present JOIN net USING (key) WHERE h.id = present.id
    )
    INSERT INTO members_holding (key, unit_id, place, store_id, member_id, transfer_id, due_on, kind_id, size, article_id,
        quantity, last_on)
    SELECT key, unit_id, place, store_id, member_id, transfer_id, due_on, kind_id, size, article_id,
        CASE WHEN low < 0 THEN members_refuse_movement('holding_not_negative', key) ELSE change END, last_on
    FROM net WHERE key NOT IN (SELECT key FROM present) ORDER BY key
    ON CONFLICT (key) DO UPDATE SET
        quantity = CASE
            WHEN members_holding.last_on > EXCLUDED.last_on AND EXCLUDED.quantity < 0
                THEN members_refuse_movement('holding_not_backdated', EXCLUDED.key)
            ELSE members_holding.quantity + EXCLUDED.quantity
        END,
        last_on = greatest(members_holding.last_on, EXCLUDED.last_on) $plan$;

    EXECUTE $plan$
    SELECT held.member_id, held.kind_id
    FROM (SELECT DISTINCT moved.to_member_id AS member_id, moved.kind_id, k.most_per_member AS most
          FROM moved JOIN members_equipmentkind k ON k.id = moved.kind_id
          WHERE moved.to_place = 'member' AND k.most_per_member IS NOT NULL) held
    WHERE held.most < (SELECT sum(h.quantity) FROM members_holding h
                       WHERE h.member_id = held.member_id AND h.kind_id = held.kind_id)
    LIMIT 1 $plan$ INTO too_many;
    IF too_many.member_id IS NOT NULL THEN
        RAISE EXCEPTION 'member % would hold too many of kind %', too_many.member_id, too_many.kind_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'holding_within_most',
                  DETAIL = format('%s %s', too_many.member_id, too_many.kind_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER book_movements AFTER INSERT ON members_movement
    REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION members_book_movements();
ALTER TABLE members_movement ENABLE ALWAYS TRIGGER book_movements;
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0007_equipment"), ("corps", "0004_identity_rules")]
    operations = [
        migrations.AddField(model_name="holding", name="key", field=models.UUIDField(unique=True)),
        migrations.AddIndex(
            model_name="holding",
            index=models.Index(
                condition=models.Q(("member__isnull", False)), fields=["member", "kind"], name="holding_by_member"
            ),
        ),
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
        migrations.RunSQL(DERIVED, migrations.RunSQL.noop),
        migrations.RunSQL(BOOKING, migrations.RunSQL.noop),
    ]
