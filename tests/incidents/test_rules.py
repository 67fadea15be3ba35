"""What the database keeps whatever statement comes: append-only log and history, an incident's steps, its place."""

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from incidents.enums import IncidentState as S
from incidents.models import Incident, LogEntry
from incidents.policies.life import FROM, Step
from tests.cast import Cast
from tests.incidents.log import incident


def refused(statement: str) -> str:
    """The database's own words."""
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(error.value)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE incidents_logentry SET text = 'x'", "DELETE FROM incidents_logentry", "TRUNCATE incidents_logentry"],
)
def test_the_log_refuses_every_change(cast: Cast, guarded: None, statement: str) -> None:
    incident(cast)
    assert "append-only" in refused(statement)
    assert LogEntry.objects.count() == 2


def test_the_log_refuses_also_where_ordinary_triggers_are_off(cast: Cast) -> None:
    incident(cast)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        assert "append-only" in refused("DELETE FROM incidents_logentry")
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.parametrize("name", ["incident", "incidentkind", "participant", "party"])
def test_history_is_protected(cast: Cast, name: str) -> None:
    table = apps.get_model("incidents", f"{name}Event")._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE 'append_only_%%'"
            " AND tgenabled IN ('A', 'D')",
            [table],
        )
        assert cursor.fetchone() == (2,)


LEADS = {
    Step.SUBMIT: S.SUBMITTED,
    Step.VERIFY: S.VERIFIED,
    Step.RETURN: S.RETURNED,
    Step.WITHDRAW: S.SUBMITTED,
    Step.VOID: S.VOID,
}


@pytest.mark.parametrize("state", list(S))
def test_the_database_knows_the_same_steps_as_the_policy(cast: Cast, state: S) -> None:
    allowed = {LEADS[step] for step, states in FROM.items() if step in LEADS and state in states}
    for wanted in set(S) - {state}:
        made = incident(cast)
        # Rows come in any state; only changes go step by step.
        values = {"unit": made.unit, "kind": made.kind, "category": "dispute", "occurred_at": made.occurred_at}
        at = timezone.now()
        loaded = Incident.objects.create(
            **values, account="x", state=state, verified_at=at if state == S.VERIFIED else None
        )
        row = Incident.objects.filter(pk=loaded.pk)
        change = {"state": wanted, "verified_at": at if wanted == S.VERIFIED else None}
        if wanted in allowed:
            assert row.update(**change) == 1
            continue
        with pytest.raises(DatabaseError), transaction.atomic():
            row.update(**change)


@pytest.mark.parametrize("state", [S.VERIFIED, S.VOID])
def test_what_is_settled_cannot_be_changed_by_any_statement(cast: Cast, state: S) -> None:
    made = incident(cast, submit=False)
    Incident.objects.filter(pk=made.pk).update(state=S.SUBMITTED)
    at = timezone.now() if state == S.VERIFIED else None
    Incident.objects.filter(pk=made.pk).update(state=state, verified_at=at)
    for values in ({"quantity": 500}, {"unit": cast.units["zx11"]}, {"account": "y"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Incident.objects.filter(pk=made.pk).update(**values)


def test_verified_has_a_time_and_half_a_position_is_none(cast: Cast) -> None:
    made = incident(cast)
    for values in ({"state": S.VERIFIED}, {"verified_at": timezone.now()}, {"latitude": 26.9}, {"latitude": 91.0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Incident.objects.filter(pk=made.pk).update(**values)
