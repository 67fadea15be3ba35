"""The frame of writes on a session: seen, held, and read as it is now.

Order of locks, the same everywhere: the tree (shared), the session, members by their keys. Members are held by advisory
locks of our own, so that two sessions that end at once do not renew one certificate twice. So many of them at once that
the server's table of locks would feel it are held by one lock on everybody.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection
from django.http import Http404

from corps.operations.context import acting
from corps.operations.tree import hold_tree
from corps.permissions import Permission
from members.models import TrainingSession
from members.queries.training.sessions import require_organiser

if TYPE_CHECKING:
    from corps.actors import Actor

_MEMBERS = 0x5957_0003
_EVERYBODY = 0x5957_0004
_MANY = 500
_KEYS = 2**31 - 1


def see_session(*, actor: "Actor", session_id: int) -> TrainingSession:
    """The session with course and unit. Raises `Http404` for one the actor does not see."""
    rows = TrainingSession.objects.visible_to(actor).select_related("course", "unit")
    found: TrainingSession | None = rows.filter(pk=session_id).first()
    if found is None:
        raise Http404("no such session")
    return found


def take_session(session_id: int) -> TrainingSession:
    """Lock the session and read it as it is now."""
    rows = TrainingSession.objects.select_for_update(of=("self",)).select_related("course", "unit")
    found: TrainingSession | None = rows.filter(pk=session_id).first()
    if found is None:
        raise Http404("no such session")
    return found


@contextmanager
def writing_session(
    *, actor: "Actor", action: str, session_id: int, reason: str = "", refusals_recorded: bool = False
) -> Iterator[TrainingSession]:
    """An act of the organiser on a session, which is locked. Raises `Http404` or `PermissionDenied`."""
    seen = see_session(actor=actor, session_id=session_id)
    require_organiser(actor, seen)
    with acting(
        actor=actor,
        action=action,
        permission=Permission.TRAINING_RECORD,
        unit_id=seen.unit_id,
        reason=reason,
        refusals_recorded=refusals_recorded,
    ):
        hold_tree()
        yield take_session(session_id)


def hold_members(member_ids: Iterable[int]) -> None:
    """Let nobody else issue certificates to these members until the transaction ends; in the order of their keys."""
    keys = sorted({identifier % _KEYS for identifier in member_ids})
    if not keys:
        return
    with connection.cursor() as cursor:
        if len(keys) > _MANY:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_EVERYBODY])
            return
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, 0)", [_EVERYBODY])
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, key) FROM (SELECT key FROM unnest(%s::int[]) AS key ORDER BY key"
            " OFFSET 0) AS keys",
            [_MEMBERS, keys],
        )
