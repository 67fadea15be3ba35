"""The database keeps what every member was and where at home, with every change by whatever statement."""

from django.db import migrations

# The present stands in the member's row; a change closes a period of what was before. So adding members writes nothing here, and
# changing a hundred thousand in one statement writes as many rows in three. A period begins where the one before it ends: there
# is no day without a status, and the exclusion constraints see to it that there is none with two.
#
# A status changes on its own date and a home on `moved`, which may lie back: from that day on, what is entered later prevails, and
# periods that began later give way. `back` takes a change back as if it had not been: the present period goes and the one before
# it becomes the present one, which is what undoing an import or a bulk move asks for.
WRITE = """
CREATE FUNCTION members_write_life(
    ids bigint[], units bigint[], homes bigint[], statuses text[], becomes text[], sinces date[], days date[],
    reasons text[], moved date, back boolean, act uuid, at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    ends date[];
    goes_on boolean[];
    toward bigint[] := homes;
BEGIN
    PERFORM set_config('yiwu.writing_life', 'on', true);

    IF back THEN
        -- The period goes on that the change had closed. Where it had closed none, because somebody had come on that very day, it is
        -- taken back as a change of the day on which it was.
        SELECT array_agg((
            SELECT p.unit_id = c.home FROM members_homeperiod p
            WHERE p.member_id = c.id AND c.unit <> c.home ORDER BY upper(p.during) DESC LIMIT 1
        ) IS TRUE ORDER BY c.place)
        INTO goes_on FROM unnest(ids, units, homes) WITH ORDINALITY AS c (id, unit, home, place);
        DELETE FROM members_homeperiod p
        USING unnest(ids, goes_on) AS c (id, goes_on)
        WHERE p.member_id = c.id AND c.goes_on
          AND upper(p.during) = (SELECT max(upper(l.during)) FROM members_homeperiod l WHERE l.member_id = c.id);
        SELECT array_agg(CASE WHEN c.goes_on THEN c.unit ELSE c.home END ORDER BY c.place)
        INTO toward FROM unnest(units, homes, goes_on) WITH ORDINALITY AS c (unit, home, goes_on, place);
    END IF;
    SELECT array_agg((SELECT max(upper(p.during)) FROM members_homeperiod p WHERE p.member_id = c.id) ORDER BY c.place)
    INTO ends FROM unnest(ids) WITH ORDINALITY AS c (id, place);
    IF moved < (now() AT TIME ZONE 'Asia/Shanghai')::date THEN
        DELETE FROM members_homeperiod p
        USING unnest(ids, units, toward) AS c (id, unit, home)
        WHERE p.member_id = c.id AND c.unit <> c.home AND lower(p.during) >= moved;
        UPDATE members_homeperiod p SET during = daterange(lower(p.during), moved)
        FROM unnest(ids, units, toward) AS c (id, unit, home)
        WHERE p.member_id = c.id AND c.unit <> c.home AND p.during @> moved;
    END IF;
    INSERT INTO members_homeperiod (member_id, unit_id, during, context, recorded_at)
    SELECT c.id, c.unit, daterange(c.last, moved), act, at
    FROM unnest(ids, units, toward, ends) AS c (id, unit, home, last)
    WHERE c.unit <> c.home AND (c.last IS NULL OR c.last < moved);
    -- Back where somebody was until that very day: the period goes on, as if there had been nothing in between.
    DELETE FROM members_homeperiod p
    USING unnest(ids, units, toward) AS c (id, unit, home)
    WHERE p.member_id = c.id AND c.unit <> c.home AND p.unit_id = c.home AND upper(p.during) = moved;

    IF NOT back THEN
        SELECT array_agg((SELECT max(upper(p.during)) FROM members_statusperiod p WHERE p.member_id = c.id) ORDER BY c.place)
        INTO ends FROM unnest(ids) WITH ORDINALITY AS c (id, place);
        -- From the day on, what is entered later prevails.
        DELETE FROM members_statusperiod p
        USING unnest(ids, days) AS c (id, day)
        WHERE p.member_id = c.id AND lower(p.during) >= c.day;
        UPDATE members_statusperiod p SET during = daterange(lower(p.during), c.day)
        FROM unnest(ids, days) AS c (id, day)
        WHERE p.member_id = c.id AND p.during @> c.day;
        -- Of whom no other status is known, was active until suspended or gone.
        INSERT INTO members_statusperiod (member_id, status, during, reason, context, recorded_at)
        SELECT c.id, 'active', daterange(NULL, least(c.since, c.day)), '', act, at
        FROM unnest(ids, statuses, becomes, sinces, days, ends) AS c (id, status, becomes, since, day, last)
        WHERE c.status <> c.becomes AND c.status IN ('suspended', 'left') AND c.since IS NOT NULL AND c.last IS NULL;
        INSERT INTO members_statusperiod (member_id, status, during, reason, context, recorded_at)
        SELECT c.id, c.status, daterange(c.begins, c.day), c.reason, act, at
        FROM (
            SELECT n.*, CASE WHEN n.last IS NOT NULL THEN n.last
                WHEN n.status NOT IN ('probation', 'active') THEN n.since END AS begins
            FROM unnest(ids, statuses, becomes, sinces, days, reasons, ends)
                AS n (id, status, becomes, since, day, reason, last)
        ) c
        WHERE c.status <> c.becomes AND (c.begins IS NULL OR c.begins < c.day);
        -- The status stays and its date moves on: so does the end of what was before.
        UPDATE members_statusperiod p SET during = daterange(lower(p.during), c.day)
        FROM unnest(ids, statuses, becomes, days, ends) AS c (id, status, becomes, day, last)
        WHERE p.member_id = c.id AND c.status = c.becomes AND c.last < c.day AND upper(p.during) = c.last;
    END IF;
    -- The same status again without a day in between is one period with the present.
    DELETE FROM members_statusperiod p
    USING unnest(ids, statuses, becomes, days) AS c (id, status, becomes, day)
    WHERE p.member_id = c.id AND p.status = c.becomes
      AND upper(p.during) = (SELECT max(upper(l.during)) FROM members_statusperiod l WHERE l.member_id = c.id)
      AND (upper(p.during) = c.day OR (back AND c.status <> c.becomes));

    PERFORM set_config('yiwu.writing_life', 'off', true);
END $$;
"""

NOTE = """
CREATE FUNCTION members_note_life() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date := (now() AT TIME ZONE 'Asia/Shanghai')::date;
    ids bigint[];
    units bigint[];
    homes bigint[];
    statuses text[];
    becomes text[];
    sinces date[];
    days date[];
    reasons text[];
    moved date := least(coalesce(nullif(current_setting('yiwu.home_since', true), '')::date, today), today);
BEGIN
    -- Planned for the rows at hand: a plan that a connection keeps from one row compares each with every other one.
    EXECUTE $plan$
    SELECT array_agg(n.id), array_agg(o.unit_id), array_agg(n.unit_id), array_agg(o.status), array_agg(n.status),
        array_agg(o.status_on),
        array_agg(CASE
            WHEN o.status <> n.status THEN least(coalesce(n.status_on, $1), $1)
            WHEN o.status_on IS DISTINCT FROM n.status_on AND n.status_on IS NOT NULL THEN least(n.status_on, $1)
        END),
        array_agg(o.status_reason)
    FROM old_rows o JOIN new_rows n USING (id)
    WHERE (o.unit_id, o.status, o.status_on) IS DISTINCT FROM (n.unit_id, n.status, n.status_on) $plan$
    INTO ids, units, homes, statuses, becomes, sinces, days, reasons USING today;
    IF ids IS NOT NULL THEN
        PERFORM members_write_life(ids, units, homes, statuses, becomes, sinces, days, reasons, moved,
            coalesce(current_setting('yiwu.taken_back', true) = 'on', false),
            nullif(current_setting('pghistory.context_id', true), '')::uuid, now());
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note_life AFTER UPDATE ON members_member
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION members_note_life();
"""

# Nobody writes periods but the database itself, and what erases personal data from them, which says so.
GUARD = """
CREATE FUNCTION members_keep_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('yiwu.writing_life', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION '% follows the members and is not written by hand', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_life BEFORE INSERT OR UPDATE OR DELETE ON members_statusperiod
    FOR EACH STATEMENT EXECUTE FUNCTION members_keep_life();
CREATE TRIGGER keep_life BEFORE INSERT OR UPDATE OR DELETE ON members_homeperiod
    FOR EACH STATEMENT EXECUTE FUNCTION members_keep_life();
"""

# What was changed before this ledger existed stands in the history of the members' rows, in order.
EARLIER = """
DO $$
DECLARE
    change record;
BEGIN
    FOR change IN
        SELECT * FROM (
            SELECT e.pgh_obj_id AS id, e.pgh_created_at AS at, e.pgh_context_id AS act,
                e.unit_id AS home, e.status AS becomes, e.status_on AS since,
                lag(e.unit_id) OVER w AS unit, lag(e.status) OVER w AS status, lag(e.status_on) OVER w AS old_since,
                lag(e.status_reason) OVER w AS reason, e.pgh_label AS label
            FROM members_memberevent e JOIN members_member m ON m.id = e.pgh_obj_id
            WINDOW w AS (PARTITION BY e.pgh_obj_id ORDER BY e.pgh_id)
        ) AS told
        WHERE label = 'update' AND unit IS NOT NULL
          AND (unit, status, old_since) IS DISTINCT FROM (home, becomes, since)
        ORDER BY id, at
    LOOP
        PERFORM members_write_life(ARRAY[change.id], ARRAY[change.unit], ARRAY[change.home],
            ARRAY[change.status::text], ARRAY[change.becomes::text], ARRAY[change.old_since],
            ARRAY[CASE
                WHEN change.status <> change.becomes
                    THEN least(coalesce(change.since, change.at::date), (change.at AT TIME ZONE 'Asia/Shanghai')::date)
                WHEN change.old_since IS DISTINCT FROM change.since THEN change.since END],
            ARRAY[change.reason::text], (change.at AT TIME ZONE 'Asia/Shanghai')::date, false, change.act, change.at);
    END LOOP;
END $$;
"""

# Who was turned down or has another record needs no open unit, as who left does not.
CLOSED = """
CREATE OR REPLACE FUNCTION members_refuse_closed_unit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    closed record;
BEGIN
    SELECT u.code INTO closed FROM written w JOIN corps_unit u ON u.id = w.unit_id
    WHERE u.active_until IS NOT NULL AND w.status NOT IN ('left', 'refused', 'merged') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'unit % is closed and takes no members', closed.code USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION members_refuse_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM corps_unit WHERE id = NEW.id AND active_until IS NOT NULL)
        AND EXISTS (SELECT 1 FROM members_member
                    WHERE unit_id = NEW.id AND status NOT IN ('left', 'refused', 'merged')) THEN
        RAISE EXCEPTION 'unit % still has members', NEW.code USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0013_life_cycle")]
    operations = [
        migrations.RunSQL(WRITE, migrations.RunSQL.noop),
        migrations.RunSQL(NOTE, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
        migrations.RunSQL(EARLIER, migrations.RunSQL.noop),
        migrations.RunSQL(CLOSED, migrations.RunSQL.noop),
        migrations.RunSQL("SELECT corps_protect_history()", migrations.RunSQL.noop),
    ]
