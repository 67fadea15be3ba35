"""The action log: append-only, chained, and honest about every way to tamper with it."""

import contextlib
from functools import partial
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from corps.actors import SYSTEM
from corps.crypto import SealBroken
from corps.enums import ActionResult
from corps.errors import Refusal
from corps.models import ActionLog, TrailHead, Unit
from corps.operations.acts import RequestFacts, current_request
from corps.operations.context import acting
from corps.operations.trail import TrailBroken, record
from corps.permissions import Permission
from corps.queries.chain import verify
from tests.cast import Cast
from tests.together import at_once, without_failure

APPEND_ONLY_TABLES = (
    "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'pgh_label'"
    " WHERE c.relkind = 'r'"
)


def write(count: int = 3) -> list[ActionLog]:
    for number in range(count):
        record(actor=SYSTEM, action="test.write", detail={"number": number})
    return list(ActionLog.objects.order_by("id"))


def tamper(sql: str) -> None:
    """What a database owner can do: switch the triggers off, write, switch them on again."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("corps_actionlog", "corps_trailhead"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only_rows")
        cursor.execute(sql)
        for table in ("corps_actionlog", "corps_trailhead"):
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only_rows")


def run_command(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_trail", *arguments, stdout=out)
    return out.getvalue()


def test_an_entry_says_who_what_where_and_from_where(cast: Cast) -> None:
    actor = cast.actor("captain_sg1")
    token = current_request.set(RequestFacts("request-1", "::ffff:192.0.2.7"))
    try:
        record(
            actor=actor,
            action="test.write",
            unit_id=cast.units["sg1"].pk,
            object_type="corps.unit",
            object_id=7,
            reason="核对 430405199001011234，电话13812345678",
            detail={"ratio": 1e22, "when": cast.units["sg1"].active_from, "phone": "13812345678", "nul": "a\0b"},
        )
    finally:
        current_request.reset(token)
    entry = ActionLog.objects.get()
    assert (entry.account, entry.unit, entry.ip, entry.request_id) == (
        actor,
        cast.units["sg1"],
        "192.0.2.7",
        "request-1",
    )
    assert entry.reason == "核对 430***********1234，电话138****5678"
    assert entry.detail["phone"] == "138****5678"
    assert verify().broken is None


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE corps_actionlog SET reason = 'x'",
        "DELETE FROM corps_actionlog",
        "TRUNCATE corps_actionlog",
        "DELETE FROM corps_trailhead",
        "TRUNCATE corps_trailhead",
        "SET session_replication_role = replica; UPDATE corps_actionlog SET reason = 'x'",
        "SET session_replication_role = replica; DELETE FROM corps_unitevent",
        "SET pgtrigger.ignore = '{corps_unitevent:append_only}'; UPDATE corps_unitevent SET name = 'x'",
    ],
)
def test_the_database_refuses_change_even_to_its_owner(cast: Cast, guarded: None, sql: str) -> None:
    write(1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_every_history_table_refuses_change(cast: Cast, guarded: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(APPEND_ONLY_TABLES)
        tables = [name for (name,) in cursor.fetchall()]
    assert {"corps_unitevent", "members_memberevent", "corps_accountevent"} <= set(tables)
    for table in [*tables, "corps_actionlog", "pghistory_context"]:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgtype & 24, tgenabled FROM pg_trigger"
                " WHERE tgrelid = %s::regclass AND tgname LIKE 'append\\_only\\_%%' AND tgname <> 'append_only_table'",
                [table],
            )
            kinds = cursor.fetchall()
        # Bits 8 and 16 of tgtype: DELETE and UPDATE.
        assert sum(kind for kind, _ in kinds) == 24, table
        assert {enabled for _, enabled in kinds} == {"A"}, table


@pytest.mark.django_db(transaction=True)
def test_a_context_does_not_change_after_its_transaction() -> None:
    from tests.cast import assemble

    assemble()
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute("UPDATE pghistory_context SET metadata = '{}'")
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM pghistory_context")


@pytest.mark.parametrize(
    ("sql", "kind", "place"),
    [
        ("UPDATE corps_actionlog SET reason = 'x' WHERE id = {second}", "changed", "second"),
        ("UPDATE corps_actionlog SET at = at + interval '1 second' WHERE id = {second}", "changed", "second"),
        ("UPDATE corps_actionlog SET detail = '{{}}' WHERE id = {third}", "changed", "third"),
        ("DELETE FROM corps_actionlog WHERE id = {second}", "missing", "third"),
        ("DELETE FROM corps_actionlog WHERE id = {first}", "missing", "second"),
        ("DELETE FROM corps_actionlog WHERE id >= {second}", "cut", "third"),
        ("DELETE FROM corps_actionlog", "cut", "third"),
        ("DELETE FROM corps_trailhead", "head", None),
        ("UPDATE corps_trailhead SET entries = entries - 1", "unsealed", None),
        (
            """DELETE FROM corps_actionlog WHERE id = {third};
            UPDATE corps_trailhead SET entries = 2, last_id = {second},
                digest = (SELECT digest FROM corps_actionlog WHERE id = {second})""",
            "unsealed",
            None,
        ),
    ],
)
def test_tampering_is_found_at_its_place(db: None, sql: str, kind: str, place: str | None) -> None:
    first, second, third = (entry.pk for entry in write(3))
    assert verify(batch=2).broken is None
    places = {"first": first, "second": second, "third": third}
    tamper(sql.format(**places))
    broken = verify(batch=2).broken
    assert broken is not None
    assert broken.kind == kind
    assert broken.entry_id == (places[place] if place else None)
    with pytest.raises(CommandError) as raised:
        run_command()
    assert raised.value.returncode == 1


def test_the_command_compares_with_a_digest_noted_elsewhere(db: None) -> None:
    entries = write(3)
    noted = f"{entries[1].pk}:{bytes(entries[1].digest).hex()}"
    assert str(entries[2].pk) in run_command("--expect", noted)
    with pytest.raises(CommandError, match="与外部留存的记录不一致"):
        run_command("--expect", f"{entries[1].pk}:{'0' * 64}")
    with pytest.raises(CommandError):
        run_command("--expect", f"{entries[2].pk + 1}:{'0' * 64}")
    with pytest.raises(CommandError, match="64"):
        run_command("--expect", "7")


def test_a_missing_end_stops_the_writers(db: None) -> None:
    write(2)
    tamper("DELETE FROM corps_trailhead")
    with pytest.raises(TrailBroken):
        record(actor=SYSTEM, action="test.write")


def test_an_entry_inside_an_act_is_written_at_its_end_and_linked(cast: Cast) -> None:
    sg1 = cast.units["sg1"].pk
    before = ActionLog.objects.count()
    with acting(actor=SYSTEM, action="unit.rename", unit_id=sg1) as act:
        record(actor=SYSTEM, action="test.write")
        assert ActionLog.objects.count() == before
        Unit.objects.filter(pk=sg1).update(short_name="青山")
    entry = ActionLog.objects.latest("id")
    assert (entry.act, entry.unit_id) == (act.id, sg1)


def test_a_failed_act_leaves_no_entry_and_a_refused_one_leaves_a_refusal(cast: Cast) -> None:
    actor, sg1 = cast.actor("inspector_sg"), cast.units["sg1"].pk

    def attempt(permission: Permission | None, refusal: Refusal | None) -> None:
        with acting(actor=actor, action="test.act", permission=permission, unit_id=sg1, refusals_recorded=True):
            record(actor=actor, action="test.write")
            if refusal:
                raise refusal

    with pytest.raises(Refusal):
        attempt(None, Refusal("No.", code="test.no", place="x"))
    with pytest.raises(Exception, match=Permission.MEMBER_EDIT):
        attempt(Permission.MEMBER_EDIT, None)
    entries = list(ActionLog.objects.order_by("id").values_list("action", "result", "detail", "unit_id"))
    assert entries == [
        ("test.act", ActionResult.REFUSED, {"code": "test.no", "place": "x"}, sg1),
        ("test.act", ActionResult.REFUSED, {"code": "denied"}, sg1),
    ]


def write_and_fail() -> None:
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        record(actor=SYSTEM, action="test.lost")
        raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
def test_concurrent_writers_make_one_unbroken_chain() -> None:
    writers, each = 8, 25
    verdicts: list[bool] = []

    def work(number: int) -> None:
        for step in range(each):
            if step % 5 == 4:
                write_and_fail()
            record(actor=SYSTEM, action="test.write", detail={"writer": number, "step": step})
            if number == 0:
                verdicts.append(verify(batch=50).broken is None)

    without_failure(at_once(*(partial(work, number) for number in range(writers))))
    assert verdicts == [True] * each
    verdict = verify()
    assert verdict.broken is None
    assert verdict.entries == writers * each
    head = TrailHead.objects.get()
    assert (head.entries, head.last_id, bytes(head.digest)) == (verdict.entries, verdict.last_id, verdict.digest)


def test_sealbroken_is_not_swallowed_as_success(db: None) -> None:
    write(1)
    head = TrailHead.objects.get()
    from corps.crypto import unseal_bytes

    with pytest.raises(SealBroken):
        unseal_bytes(bytes(head.seal), purpose=b"elsewhere")
