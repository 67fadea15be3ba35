"""The frame of writes on shifts: whose right, in which order things are locked, and what the database refuses in words.

Order of locks, the same everywhere so that nobody waits in a ring: the tree (shared), shifts by their keys, members by
their keys, then rows. Members are held by advisory locks: an import that writes all of them shall not stop a check-in.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.operations.context import acting
from corps.operations.tree import hold_tree
from corps.permissions import Permission
from corps.queries.scope import allowed, scope_of
from duties.models import Shift, ShiftUnit
from duties.queries.free import Clash, not_free
from members.models import Member

if TYPE_CHECKING:
    from corps.actors import Actor

_MEMBERS = 0x5957_0001
_WEEKS = 0x5957_0002
_KEYS = 2**31 - 1
_ONE_PLACE = ("one_planned_place_at_a_time", "one_place_at_a_time")
# Deadlock, serialisation failure, lock not available: somebody else was at the same rows.
_BUSY = {"40P01", "40001", "55P03"}


@dataclass(frozen=True, slots=True)
class Right:
    """Where an actor may do something about a shift: `whole` at its organiser, else for own people of a joint unit."""

    unit_id: int
    whole: bool


@contextmanager
def writing(*, actor: "Actor", action: str, permission: Permission, unit_id: int, reason: str = "") -> Iterator[None]:
    """An act that holds the tree; two writers who stop each other get a clear refusal instead of a failure."""
    try:
        with acting(actor=actor, action=action, permission=permission, unit_id=unit_id, reason=reason):
            hold_tree()
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) not in _BUSY:
            raise
        raise Refusal(
            _("Somebody else was changing the same shifts at this moment."),
            code="duty.busy",
            remedy=_("Nothing was changed. Please try again."),
        ) from error


@contextmanager
def writing_shift(
    *, actor: "Actor", action: str, permission: Permission, shift_id: int, reason: str = "", joint: bool = False
) -> Iterator[tuple[Shift, Right]]:
    """An act on one shift, which is locked and read afresh; `joint` lets units that take part do it for their people.

    Raises `Http404` for a shift the actor does not see, `PermissionDenied` for one seen without the right.
    """
    right = right_on(actor=actor, shift_id=shift_id, permission=permission, joint=joint)
    with writing(actor=actor, action=action, permission=permission, unit_id=right.unit_id, reason=reason):
        yield take_shift(shift_id), right


def right_on(*, actor: "Actor", shift_id: int, permission: Permission, joint: bool = False) -> Right:
    """Where the actor holds the permission for this shift. Raises `Http404` or `PermissionDenied`."""
    unit_id = Shift.objects.filter(pk=shift_id).values_list("unit_id", flat=True).first()
    if unit_id is None:
        raise Http404("no such shift")
    if allowed(actor, permission, unit_id):
        return Right(unit_id, whole=True)
    if joint:
        for part in joint_ids(shift_id):
            if allowed(actor, permission, part):
                return Right(part, whole=False)
    if Shift.objects.visible_to(actor).filter(pk=shift_id).exists():
        raise PermissionDenied(f"{permission} for shift {shift_id}")
    raise Http404("no such shift")


def joint_ids(shift_id: int) -> list[int]:
    """The units that take part in the shift beside its organiser."""
    return list(ShiftUnit.objects.filter(shift_id=shift_id).order_by("unit_id").values_list("unit_id", flat=True))


def take_shift(shift_id: int) -> Shift:
    """Lock the shift and read it as it is now."""
    found: Shift | None = (
        Shift.objects.select_for_update(of=("self",)).select_related("unit", "kind").filter(pk=shift_id).first()
    )
    if found is None:
        raise Http404("no such shift")
    return found


def hold_members(member_ids: Iterable[int]) -> None:
    """Let nobody else plan or record these members until the transaction ends; in the order of their keys."""
    _hold(_MEMBERS, member_ids)


def hold_week(unit_id: int) -> None:
    """Let nobody else copy weeks of the unit until the transaction ends."""
    _hold(_WEEKS, [unit_id])


def _hold(kind: int, ids: Iterable[int]) -> None:
    keys = sorted({identifier % _KEYS for identifier in ids})
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, key) FROM (SELECT key FROM unnest(%s::int[]) AS key ORDER BY key"
                " OFFSET 0) AS keys",
                [kind, keys],
            )


@contextmanager
def one_place_each(clashes: Callable[[], Sequence[Clash]], remedy: str) -> Iterator[None]:
    """Turn the verdict of the exclusion constraints into the sentence that names the other shift."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if not any(name in str(error) for name in _ONE_PLACE):
            raise
        raise not_free(clashes(), remedy) from error


def chosen_members(
    *, actor: "Actor", shift: Shift, right: Right, permission: Permission, member_ids: Iterable[int]
) -> dict[int, Member]:
    """The members by id, if the actor may put each of them on this shift.

    These are members of units where the actor holds the permission; for whoever acts for the organiser also members of
    joint units and of further teams in the units of the shift. Raises `Refusal` for anybody else, without saying
    whether such a member exists.
    """
    wanted = set(member_ids)
    members = Member.objects.select_related("unit")
    scope = scope_of(actor, permission)
    if not scope.everything:
        inside = Q(unit_id__in=sorted(scope.ids))
        if right.whole:
            around = [unit for part in (shift.unit_id, *joint_ids(shift.pk)) for unit in scope.tree.within(part)]
            inside |= Q(unit_id__in=around) | Q(pk__in=_of_teams(wanted, around))
        members = members.filter(inside)
    found = {member.pk: member for member in members.filter(pk__in=wanted, unit__corps_id=shift.unit.corps_id)}
    if len(found) != len(wanted):
        raise Refusal(
            _("%(number)d of the chosen members do not belong to the units of this shift.")
            % {"number": len(wanted) - len(found)},
            code="duty.member.unknown",
            place="members",
            remedy=_("Choose from the list, or have their unit take part in the shift."),
        )
    return found


def _of_teams(member_ids: set[int], unit_ids: Iterable[int]) -> list[int]:
    links = Member.objects.filter(pk__in=member_ids, team_links__unit_id__in=list(unit_ids))
    return list(links.values_list("pk", flat=True))
