"""SIGKILL of the worker, of PostgreSQL and of Valkey amid a drain, and Valkey away: figures follow their facts.

Real servers, a real worker and a real beat. The drain is brought to a stand by a lock that the test holds; then
something is killed, and what the tables hold is looked at.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest

from tests.dev.machine import PATIENCE_SECONDS, await_, data_of, new_state, services
from tests.members.imports.test_kills import VICTIMS, World, held, recover, strike
from yiwu.services import orphans
from yiwu.services.places import ROOT

# The drain has counted own cells and comes to the totals.
AMID = "LOCK TABLE stats_totalday IN SHARE MODE"
# It has written everything but the people of months.
AT_THE_END = "LOCK TABLE stats_monthset IN SHARE MODE"
# It has counted what the unit itself has, and comes to the stock of those above.
IN_THE_STORES = "LOCK TABLE stats_totalstock IN SHARE MODE"

KIND = """
INSERT INTO incidents_incidentkind (corps_id, code, name, category, asks_quantity, active)
SELECT id, 'dispute', '纠纷', 'dispute', '', true FROM corps_corps
"""
DUTY = """
INSERT INTO duties_dutykind (corps_id, code, name, category, mechanism, needed, starts, minutes, active)
SELECT id, 'patrol', '巡逻', 'patrol', 'fixed', 2, '08:00', 60, true FROM corps_corps
"""
INCIDENT = """
INSERT INTO incidents_incident (unit_id, kind_id, category, occurred_at, place, account, outcome, quantity, materials,
    people_reached, state, recorded_at, verified_at)
SELECT u.id, k.id, 'dispute', timestamptz '2026-03-14 08:00+08', '', '…', '', 1, 0, 0, 'verified', now(), now()
FROM corps_unit u CROSS JOIN incidents_incidentkind k WHERE u.code = 'sg11'
"""
MEMBER = """
INSERT INTO members_member (unit_id, name, identity_sealed, identity_index, identity_tail, identity_head, sex,
    birth_date, phone, occupation, employer, address, political_status, education, skills, roles, status, status_reason,
    emergency_name, emergency_phone, insurer, policy_number, recruiter, remarks, pinyin, initials, name_grams,
    updated_at)
SELECT u.id, '王芳', '', sha256(random()::text::bytea), '0000', '430', '2', '1990-01-01', '', 'guard', '', '', '', '',
    '{}', '{}', 'active', '', '', '', '', '', '', '', '', '', '{}', now()
FROM corps_unit u WHERE u.code = 'sg11'
"""
# Somebody new comes to a shift of their own.
ATTENDANCE = f"""
WITH member AS ({MEMBER} RETURNING id, unit_id), shift AS (
    INSERT INTO duties_shift (unit_id, kind_id, category, mechanism, route, starts_at, ends_at, needed, police,
        auxiliaries, vehicles, remarks, state, materials, people_reached, summary, cancel_reason)
    SELECT m.unit_id, k.id, 'patrol', 'fixed', '', '2026-03-14 08:00+08', '2026-03-14 09:00+08', 2, 0, 0, 0, '',
        'planned', 0, 0, '', ''
    FROM member m CROSS JOIN duties_dutykind k RETURNING id
)
SELECT shift.id, member.id, member.unit_id FROM shift, member
"""  # noqa: S608 (a constant)
CAME = """
INSERT INTO duties_attendance (shift_id, member_id, unit_id, day, category, mechanism, status, checked_in_at, period,
    minutes, current, reason, recorded_at)
VALUES (%s, %s, %s, '2026-03-14', 'patrol', 'fixed', 'present', '2026-03-14 08:00+08',
    tstzrange('2026-03-14 08:00+08', '2026-03-14 09:00+08'), 60, true, '', now())
"""
STORE = """
WITH kind AS (
    INSERT INTO members_equipmentkind (corps_id, name, counting, measure, sizes, value, returnable, position, active)
    SELECT id, '反光背心', 'counted', '件', '{}', 0, true, 0, true FROM corps_corps RETURNING id
)
INSERT INTO members_store (unit_id, name, place, keeper, active)
SELECT u.id, '装备库', '', '', true FROM corps_unit u, kind WHERE u.code = 'sg11'
"""
GOODS = """
WITH voucher AS (
    INSERT INTO members_voucher (act, unit_id, "on", reason, token)
    SELECT 'receipt', unit_id, '2026-03-14', '', gen_random_uuid() FROM members_store RETURNING id, unit_id, "on"
)
INSERT INTO members_movement (voucher_id, "on", kind_id, size, quantity, from_place, to_place, to_store_id, to_unit_id)
SELECT v.id, v."on", k.id, '', 3, '', 'store', s.id, v.unit_id
FROM voucher v, members_store s, members_equipmentkind k
"""
STORED = """
SELECT coalesce(sum(t.incidents_dispute), 0) || ' ' || coalesce(sum(t.attended), 0) || ' ' || coalesce(sum(t.people), 0)
    || ' ' || coalesce((SELECT sum(number) FROM stats_monthset WHERE unit_id = u.id), 0)
    || ' ' || coalesce((SELECT sum(store) FROM stats_totalstock WHERE unit_id = u.id AND span = 3), 0)
FROM corps_unit u LEFT JOIN stats_totalday t ON t.unit_id = u.id WHERE u.code = 'hy' GROUP BY u.id
"""
COUNTED = """
SELECT (SELECT count(*) FROM incidents_incident WHERE state = 'verified') || ' '
    || (SELECT count(*) FROM duties_attendance WHERE current AND status IN ('present', 'late')) || ' '
    || (SELECT count(*) FROM members_member WHERE status <> 'left') || ' '
    || (SELECT count(DISTINCT member_id) FROM duties_attendance WHERE current) || ' '
    || (SELECT coalesce(sum(quantity), 0) FROM members_movement)
"""


TWENTY_MESSAGES = "from yiwu.celery import app; [app.send_task('stats.drain_dirty') for _ in range(20)]"


class Counting(World):
    """The servers with worker and beat."""

    beat: "subprocess.Popen[bytes] | None" = None

    def start_beat(self) -> None:
        command = ["-m", "celery", "--quiet", "-A", "yiwu.celery", "beat", "--loglevel", "ERROR", "--pidfile="]
        self.beat = subprocess.Popen(
            [sys.executable, *command, "-s", str(self.folder / "beat")],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
        )

    def record(self) -> None:
        """An incident, somebody new, an attendance and goods in one transaction: a drain counts all of it or none."""
        with self.connect() as connection:
            connection.execute(INCIDENT)
            row = connection.execute(ATTENDANCE.encode()).fetchone()
            connection.execute(CAME, row)
            connection.execute(GOODS)

    def await_counted(self) -> None:
        """Until the root shows what the facts say; then every stored figure is compared."""
        await_(self.settled, "the figures to follow the facts")
        answer = subprocess.run(
            [sys.executable, "manage.py", "check_rollups", "--all"],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr

    def settled(self) -> bool:
        """Whether nothing waits and the root's figures are those of the facts."""
        with suppress(psycopg.OperationalError):
            waits = self.fact("SELECT EXISTS (SELECT FROM stats_dirty) OR EXISTS (SELECT FROM stats_stockdirty)")
            return not waits and self.fact(STORED) == self.fact(COUNTED)
        return False


@pytest.fixture(scope="module")
def counting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counting]:
    """Servers of their own with the cast, a worker and a beat."""
    with new_state() as state, services(state) as running:
        world = Counting(running, tmp_path_factory.mktemp("beat"))
        try:
            world.ask("plant")
            with world.connect() as connection:
                connection.execute(KIND)
                connection.execute(DUTY)
                connection.execute(STORE)
            world.start_worker()
            world.start_beat()
            yield world
        finally:
            world.kill_worker()
            if world.beat is not None:
                world.beat.kill()
                world.beat.wait(PATIENCE_SECONDS)
            world.hand.kill()
            world.hand.wait(PATIENCE_SECONDS)


@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("lock", [AMID, AT_THE_END, IN_THE_STORES], ids=["amid", "at the end", "in the stores"])
def test_killed_amid_a_drain(counting: Counting, lock: str, victim: str) -> None:
    counting.record()
    counting.await_counted()
    before = counting.fact(STORED)
    with held(counting, lock):
        counting.record()
        counting.await_somebody_waiting()
        strike(counting, victim)
        if victim != "postgres":
            # Nothing is half counted, and nothing that must be counted is forgotten. (A killed PostgreSQL gives the
            # lock back, and the drain goes on as soon as it is there again.)
            assert counting.fact(STORED) == before
            assert counting.fact("SELECT EXISTS (SELECT FROM stats_dirty) AND EXISTS (SELECT FROM stats_stockdirty)")
    recover(counting, victim)
    counting.await_counted()
    assert counting.fact(STORED) != before


def test_valkey_away_for_a_while(counting: Counting) -> None:
    counting.await_counted()
    pids = orphans.in_folder("valkey-server", data_of(counting.running.state) / "valkey")
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        for _time in range(3):
            counting.record()
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    counting.await_counted()


def test_two_workers_and_messages_delivered_twice(counting: Counting) -> None:
    first = counting.worker
    counting.start_worker()
    second, counting.worker = counting.worker, first
    try:
        for _time in range(10):
            counting.record()
            subprocess.run(
                [sys.executable, "-c", TWENTY_MESSAGES],
                cwd=ROOT,
                env=counting.environment,
                check=True,
                timeout=PATIENCE_SECONDS,
            )
        counting.await_counted()
    finally:
        assert second is not None
        os.killpg(second.pid, signal.SIGKILL)
        second.wait(PATIENCE_SECONDS)
