"""The tree protects itself: structure is written only under the tree lock, and is checked as a whole at commit."""

from django.db import migrations

# Taking the lock also writes the transaction's number into a one-row table. Nobody but the holder can have written it last, so "the row
# carries my number" proves the lock more cheaply than a look into pg_locks, and a savepoint that is rolled back takes both away.
LOCK = """
CREATE TABLE corps_tree_holder (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    transaction xid8
);
INSERT INTO corps_tree_holder DEFAULT VALUES;

CREATE FUNCTION corps_holds_tree() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM corps_tree_holder WHERE transaction = pg_current_xact_id())
$$;

CREATE FUNCTION corps_lock_tree() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- The key is corps.operations.tree.lock.TREE_LOCK.
    PERFORM pg_advisory_xact_lock(98171532673026);
    UPDATE corps_tree_holder SET transaction = pg_current_xact_id() WHERE transaction IS DISTINCT FROM pg_current_xact_id();
END $$;
"""

GUARD = """
CREATE FUNCTION corps_refuse_unlocked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF corps_holds_tree() THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NOT EXISTS (
            SELECT 1 FROM old_units o FULL JOIN new_units n ON n.id = o.id
            WHERE (o.id, o.parent_id, o.corps_id, o.level, o.tree_id, o.lft, o.rght, o.depth)
                IS DISTINCT FROM (n.id, n.parent_id, n.corps_id, n.level, n.tree_id, n.lft, n.rght, n.depth)
        ) THEN
            RETURN NULL;
        END IF;
    END IF;
    RAISE EXCEPTION 'the unit tree is written only under its lock: % refused', TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'Use corps.operations.tree.';
END $$;
CREATE TRIGGER tree_guard_insert AFTER INSERT ON corps_unit
    FOR EACH STATEMENT EXECUTE FUNCTION corps_refuse_unlocked();
CREATE TRIGGER tree_guard_delete AFTER DELETE ON corps_unit
    FOR EACH STATEMENT EXECUTE FUNCTION corps_refuse_unlocked();
CREATE TRIGGER tree_guard_update AFTER UPDATE ON corps_unit
    REFERENCING OLD TABLE AS old_units NEW TABLE AS new_units
    FOR EACH STATEMENT EXECUTE FUNCTION corps_refuse_unlocked();
"""

# One pass over all units at the commit of each transaction that took the lock (about 2 ms for 1,219 units), however many rows mptt shifted.
# A node starts right after its elder sibling, or after its parent's start; it ends right after its last child, or after its own start. Where this
# holds everywhere from the roots down, the numbers are the one right numbering, so uniqueness and enclosure need no check of their own.
COMMIT_CHECK = """
CREATE FUNCTION corps_check_tree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fault record;
BEGIN
    SELECT * INTO fault FROM (
        SELECT u.code, CASE
            WHEN u.parent_id IS NULL AND (u.lft <> 1 OR u.depth <> 0 OR u.before IS NOT NULL) THEN 'is not a proper root'
            WHEN p.tree_id <> u.tree_id THEN 'lies in another tree than its superior'
            WHEN p.corps_id <> u.corps_id THEN 'belongs to another corps than its superior'
            WHEN p.level >= u.level THEN 'is not of a lower level than its superior'
            WHEN p.depth + 1 <> u.depth THEN 'has a wrong depth'
            WHEN u.lft <> coalesce(u.before, p.lft) + 1 THEN 'starts at the wrong place'
            WHEN u.rght <> coalesce(c.last_end, u.lft) + 1 THEN 'ends at the wrong place'
            WHEN p.active_until IS NOT NULL AND u.active_until IS NULL THEN 'is open under a closed superior'
        END AS what
        FROM (
            SELECT id, parent_id, tree_id, corps_id, level, depth, lft, rght, code, active_until,
                lag(rght) OVER (PARTITION BY parent_id, CASE WHEN parent_id IS NULL THEN tree_id END ORDER BY lft) AS before
            FROM corps_unit
        ) u
        LEFT JOIN corps_unit p ON p.id = u.parent_id
        LEFT JOIN (SELECT parent_id, max(rght) AS last_end FROM corps_unit GROUP BY parent_id) c ON c.parent_id = u.id
    ) checked WHERE what IS NOT NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the unit tree would be broken: unit % %', fault.code, fault.what
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER check_tree AFTER UPDATE ON corps_tree_holder
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION corps_check_tree();
"""

GRIDS = """
CREATE FUNCTION corps_check_grid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.parent_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM corps_grid p WHERE p.id = NEW.parent_id AND p.level = NEW.level - 1 AND p.corps_id = NEW.corps_id
    ) THEN
        RAISE EXCEPTION 'grid % does not lie in a grid of the level above, in the same corps', NEW.code
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM corps_grid c WHERE c.parent_id = NEW.id AND (c.level <> NEW.level + 1 OR c.corps_id <> NEW.corps_id)
    ) THEN
        RAISE EXCEPTION 'grid % has grids below it that do not fit its level and corps', NEW.code
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER check_grid AFTER INSERT OR UPDATE OF parent_id, level, corps_id ON corps_grid
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION corps_check_grid();
"""


class Migration(migrations.Migration):
    dependencies = [("corps", "0005_tree")]
    operations = [
        migrations.RunSQL(LOCK, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
        migrations.RunSQL(COMMIT_CHECK, migrations.RunSQL.noop),
        migrations.RunSQL(GRIDS, migrations.RunSQL.noop),
        # The history of specialities is new.
        migrations.RunSQL("SELECT corps_protect_history()", migrations.RunSQL.noop),
    ]
