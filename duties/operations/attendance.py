"""Who came: checking in and out, the captain's list, and corrections, which are new rows with a reason."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.actors import account_id
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import allowed
from duties.enums import SERVED, AttendanceStatus, ShiftState
from duties.logic.times import minutes_between
from duties.models import Assignment, Attendance, Shift
from duties.operations.holding import (
    Right,
    chosen_members,
    hold_members,
    one_place_each,
    right_on,
    take_shift,
    writing,
    writing_shift,
)
from duties.policies import attendance as policy
from duties.policies.people import check_on_duty
from duties.policies.shifts import check_can_change, check_reason
from duties.queries.fitness import check_fit
from duties.queries.free import Clash, attended_clashes, planned_clashes
from duties.queries.homes import homes_on
from duties.queries.shifts import attendance_of

if TYPE_CHECKING:
    from corps.actors import Actor
    from members.models import Member


@dataclass(frozen=True, slots=True)
class Entry:
    """What a list says of one member. Without times a member who came was there from start to end of the shift."""

    member_id: int
    status: AttendanceStatus
    checked_in_at: dt.datetime | None = None
    checked_out_at: dt.datetime | None = None
    replaced_by_id: int | None = None


def check_in(*, actor: "Actor", shift_id: int, member_id: int, at: dt.datetime, late: bool = False) -> Attendance:
    """A member has come, planned for the shift or not. Raises `Refusal`: recorded already, elsewhere at that time,
    no longer on duty, or a time that does not belong to the shift.
    """
    status = AttendanceStatus.LATE if late else AttendanceStatus.PRESENT
    entry = Entry(member_id, status, checked_in_at=at)
    return _record_one(actor, shift_id, entry, action="attendance.check_in")


def check_out(*, actor: "Actor", shift_id: int, member_id: int, at: dt.datetime) -> Attendance:
    """A member who was checked in leaves: the open row is completed. Raises `Refusal`."""
    with _recording(actor, shift_id, action="attendance.check_out") as (shift, right):
        list_ = _List(actor, shift, right, [])
        row = list_.take_row(member_id)
        if row is None or row.checked_in_at is None:
            raise Refusal(
                _("The member has not been checked in."),
                code="attendance.not_in",
                place="member",
                remedy=_("Check the member in first."),
            )
        if row.checked_out_at is not None:
            raise _recorded(row)
        return list_.complete(row, at)


def mark_absent(*, actor: "Actor", shift_id: int, member_id: int) -> Attendance:
    """A member who was expected has not come. Raises `Refusal`."""
    entry = Entry(member_id, AttendanceStatus.ABSENT)
    return _record_one(actor, shift_id, entry, action="attendance.absent")


def mark_replaced(*, actor: "Actor", shift_id: int, member_id: int, by_member_id: int) -> Attendance:
    """Somebody else came instead: the one is free again, the other is planned in the place. Raises `Refusal`."""
    entry = Entry(member_id, AttendanceStatus.REPLACED, replaced_by_id=by_member_id)
    return _record_one(actor, shift_id, entry, action="attendance.replaced")


def record_list(*, actor: "Actor", shift_id: int, entries: Iterable[Entry]) -> list[Attendance]:
    """Record a whole list at once, all of it or nothing; what is recorded the same way already stays.

    A row without checking out is completed by an entry with it; whatever else differs is refused, because records are
    corrected with a reason and not overwritten.
    """
    with _recording(actor, shift_id, action="attendance.list") as (shift, right):
        return _List(actor, shift, right, list(entries)).write()


def correct(
    *,
    actor: "Actor",
    attendance_id: int,
    status: AttendanceStatus,
    checked_in_at: dt.datetime | None = None,
    checked_out_at: dt.datetime | None = None,
    replaced_by_id: int | None = None,
    reason: str,
) -> Attendance:
    """Write what really was, as a new row that points to the wrong one; also at a closed shift. Raises `Refusal`."""
    with _correcting(actor, attendance_id, action="attendance.correct", reason=reason) as (shift, right, old):
        entry = Entry(old.member_id, status, checked_in_at, checked_out_at, replaced_by_id)
        return _List(actor, shift, right, [entry]).correct(old, entry, reason.strip()[:200])


def withdraw(*, actor: "Actor", attendance_id: int, reason: str) -> Attendance:
    """The record should never have been made, such as for another person of the name: it no longer counts.

    At a closed shift the member is taken off as well, so that the shift stays complete. Raises `Refusal`.
    """
    with _correcting(actor, attendance_id, action="attendance.withdraw", reason=reason) as (shift, _right, old):
        old.current = False
        old.save(update_fields=["current"])
        if shift.state == ShiftState.CLOSED:
            _check_somebody_left(shift)
            Assignment.objects.filter(shift=shift, member_id=old.member_id, active=True).update(active=False)
        return old


@contextmanager
def _correcting(
    actor: "Actor", attendance_id: int, action: str, reason: str
) -> Iterator[tuple[Shift, Right, Attendance]]:
    """A record that counts, locked with its shift, which may be closed; only with a reason."""
    check_reason(reason)
    seen = attendance_of(actor, attendance_id)
    right = _right_to_correct(actor, seen)
    with writing(actor=actor, action=action, permission=Permission.DUTY_RECORD, unit_id=right.unit_id, reason=reason):
        shift, row = take_shift(seen.shift_id), _take(attendance_id)
        if not right.whole and not allowed(actor, Permission.DUTY_RECORD, row.unit_id):
            raise PermissionDenied(f"attendance {attendance_id}")
        yield shift, right, row


def _record_one(actor: "Actor", shift_id: int, entry: Entry, *, action: str) -> Attendance:
    """The first record of a member at the shift."""
    with _recording(actor, shift_id, action=action) as (shift, right):
        list_ = _List(actor, shift, right, [entry])
        list_.check_unrecorded(entry.member_id)
        return list_.write()[0]


@contextmanager
def _recording(actor: "Actor", shift_id: int, action: str) -> Iterator[tuple[Shift, Right]]:
    with writing_shift(
        actor=actor, action=action, permission=Permission.DUTY_RECORD, shift_id=shift_id, joint=True
    ) as (shift, right):
        check_can_change(shift)
        yield shift, right


class _List:
    """Entries on a shift that is held, with the people they name and what is recorded of them."""

    def __init__(self, actor: "Actor", shift: Shift, right: Right, entries: Sequence[Entry]) -> None:
        self.actor, self.shift, self.right, self.entries = actor, shift, right, entries
        self.ended = shift.ends_at <= timezone.now()
        ids = [entry.member_id for entry in entries]
        if len(set(ids)) != len(ids):
            raise Refusal(
                _("A member stands on the list twice."),
                code="attendance.invalid",
                place="members",
                remedy=_("Keep one line for each member."),
            )
        self.members = self._people(ids)
        # Who stands in must be somebody that may be put on this shift, too.
        self.stand_ins = self._chosen([one.replaced_by_id for one in entries if one.replaced_by_id is not None])
        hold_members([*self.members, *self.stand_ins])
        rows = Attendance.objects.filter(shift=shift, member_id__in=self.members, current=True)
        self.rows: dict[int, Attendance] = {row.member_id: row for row in rows.select_related("member")}
        # What is written down later counts where the member was at home then, not where a transfer has led since.
        earlier = shift.day < timezone.localdate()
        self.homes = homes_on(list(self.members), shift.starts_at) if earlier else {}

    def check_unrecorded(self, member_id: int) -> None:
        """Raise `Refusal` for somebody who is recorded already."""
        if member_id in self.rows:
            raise _recorded(self.rows[member_id])

    def take_row(self, member_id: int) -> Attendance | None:
        """The member's row that counts."""
        self.members = self._people([member_id])
        hold_members([member_id])
        rows = Attendance.objects.filter(shift=self.shift, member_id=member_id, current=True)
        return rows.select_related("member").first()

    def write(self) -> list[Attendance]:
        """Make the rows that are missing and complete the open ones; returns a row for each entry, in its order."""
        fresh: list[Attendance] = []
        for entry in self.entries:
            row = self.rows.get(entry.member_id)
            wanted = self._row(entry)
            if row is None:
                check_on_duty(wanted.member, self.shift.day)
                fresh.append(wanted)
            elif _is_completed_by(row, entry, wanted):
                self.complete(row, wanted.checked_out_at)
            elif not _is_same(row, entry, wanted):
                raise _recorded(row)
        fresh.sort(key=lambda row: row.member_id)
        with self._one_place([row for row in fresh if row.period]):
            Attendance.objects.bulk_create(fresh)
        self._let_stand_ins_in(fresh)
        self.rows |= {row.member_id: row for row in fresh}
        return [self.rows[entry.member_id] for entry in self.entries]

    def complete(self, row: Attendance, at: dt.datetime | None) -> Attendance:
        """Check somebody out."""
        if row.checked_in_at is None or at is None:
            raise TypeError("only who came leaves")
        policy.check_times(self.shift, row.checked_in_at, at)
        row.checked_out_at = at
        row.minutes = minutes_between(row.checked_in_at, at)
        row.period = DateTimeTZRange(row.checked_in_at, at)
        with self._one_place([row]):
            row.save(update_fields=["checked_out_at", "minutes", "period"])
        return row

    def correct(self, old: Attendance, entry: Entry, reason: str) -> Attendance:
        """Put a new row in the place of the old one; the unit stays that of the day."""
        new = self._row(entry)
        if _is_same(old, entry, new):
            raise Refusal(
                _("The correction changes nothing."),
                code="attendance.same",
                place="status",
                remedy=_("Change the status or the times."),
            )
        if policy.serves(new.status) and new.checked_out_at is None and self.shift.state == ShiftState.CLOSED:
            raise Refusal(
                _("At a closed shift everybody is checked out."),
                code="attendance.invalid",
                place="checked_out_at",
                remedy=_("Enter the time of checking out."),
            )
        new.unit_id, new.corrects, new.reason = old.unit_id, old, reason
        with self._one_place([new] if new.period else []):
            old.current = False
            old.save(update_fields=["current"])
            new.save()
        if self.shift.state == ShiftState.CLOSED:
            _check_somebody_left(self.shift)
        self._let_stand_ins_in([new])
        if policy.serves(new.status) and old.status == AttendanceStatus.REPLACED:
            self._plan_again(new.member_id)
        return new

    def _row(self, entry: Entry) -> Attendance:
        member = self.members[entry.member_id]
        policy.check_status_times(entry.status, entry.checked_in_at, entry.checked_out_at)
        row = Attendance(
            shift=self.shift,
            member=member,
            unit_id=self.homes.get(member.pk, member.unit_id),
            day=self.shift.day,
            category=self.shift.category,
            mechanism=self.shift.mechanism,
            status=entry.status,
            recorded_by_id=account_id(self.actor),
        )
        if policy.serves(entry.status):
            self._set_times(row, entry)
        else:
            policy.check_started(self.shift)
        if entry.replaced_by_id is not None:
            _check_stand_in(entry)
            row.replaced_by = self.stand_ins[entry.replaced_by_id]
        return row

    def _set_times(self, row: Attendance, entry: Entry) -> None:
        came = entry.checked_in_at or self.shift.starts_at
        # Nobody says when: then it was the planned time, once that is over.
        whole = entry.checked_in_at is None and entry.checked_out_at is None and self.ended
        left = self.shift.ends_at if whole else entry.checked_out_at
        policy.check_times(self.shift, came, left)
        row.checked_in_at, row.checked_out_at = came, left
        row.period = DateTimeTZRange(came, left or self.shift.ends_at)
        row.minutes = minutes_between(came, left) if left else 0

    def _people(self, ids: Sequence[int]) -> "dict[int, Member]":
        """Who is planned or recorded belongs to the shift, even after a transfer; others must be chosen."""
        on_it = Assignment.objects.filter(shift=self.shift, member_id__in=ids).select_related("member")
        recorded = Attendance.objects.filter(shift=self.shift, member_id__in=ids).select_related("member")
        known: dict[int, Member] = {}
        if self.right.whole:
            known = {row.member_id: row.member for row in [*on_it, *recorded]}
        return known | self._chosen([identifier for identifier in ids if identifier not in known])

    def _chosen(self, ids: Sequence[int]) -> "dict[int, Member]":
        if not ids:
            return {}
        return chosen_members(
            actor=self.actor,
            shift=self.shift,
            right=self.right,
            permission=Permission.DUTY_RECORD,
            member_ids=ids,
        )

    def _let_stand_ins_in(self, rows: Sequence[Attendance]) -> None:
        """Free the replaced and plan who came for them, so that closing asks for their attendance."""
        replaced = [row for row in rows if row.status == AttendanceStatus.REPLACED]
        if not replaced:
            return
        Assignment.objects.filter(shift=self.shift, member_id__in=[row.member_id for row in replaced]).update(
            active=False
        )
        for row in replaced:
            if row.replaced_by is not None and self.shift.state == ShiftState.PLANNED:
                check_on_duty(row.replaced_by, self.shift.day)
                stand_in = {row.replaced_by.pk: row.replaced_by}
                check_fit(self.shift.kind, stand_in, [(row.replaced_by.pk, self.shift.day)])
                self._plan_again(row.replaced_by.pk)

    def _plan_again(self, member_id: int) -> None:
        if self.shift.state != ShiftState.PLANNED:
            return
        shift = self.shift
        with one_place_each(
            lambda: planned_clashes(
                actor=self.actor,
                member_ids=[member_id],
                starts_at=shift.starts_at,
                ends_at=shift.ends_at,
                but_shift_id=shift.pk,
            ),
            _("Please choose somebody else, or change the other shift first."),
        ):
            Assignment.objects.update_or_create(
                shift=shift,
                member_id=member_id,
                defaults={"active": True, "period": DateTimeTZRange(shift.starts_at, shift.ends_at)},
            )

    def _one_place(self, rows: Sequence[Attendance]) -> "AbstractContextManager[None]":
        spans = {row.member_id: (row.period.lower, row.period.upper) for row in rows}

        def clashes() -> list[Clash]:
            return attended_clashes(actor=self.actor, spans=spans, but_shift_id=self.shift.pk)

        return one_place_each(clashes, _("Please check the times, or correct the other record."))


def _right_to_correct(actor: "Actor", row: Attendance) -> Right:
    """At the organiser or a joint unit; who only sees the member's unit sees the row but may not correct it."""
    try:
        return right_on(actor=actor, shift_id=row.shift_id, permission=Permission.DUTY_RECORD, joint=True)
    except Http404 as error:
        raise PermissionDenied(f"attendance {row.pk}") from error


def _take(attendance_id: int) -> Attendance:
    """Lock the row; only one that counts is corrected."""
    row: Attendance = Attendance.objects.select_for_update(of=("self",)).select_related("member").get(pk=attendance_id)
    if not row.current:
        raise Refusal(
            _("This record of %(name)s has been corrected already.") % {"name": row.member.name},
            code="attendance.corrected",
            place=row.member.name,
            remedy=_("Open the record that counts and correct that one."),
        )
    return row


def _recorded(row: Attendance) -> Refusal:
    return Refusal(
        _("%(name)s is recorded already: %(status)s.")
        % {"name": row.member.name, "status": AttendanceStatus(row.status).label},
        code="attendance.recorded",
        place=row.member.name,
        remedy=_("Correct the record with a reason instead."),
        params={"attendance": row.pk},
    )


def _is_same(row: Attendance, entry: Entry, wanted: Attendance) -> bool:
    """Whether the row says what is wanted; times that nobody gave agree with any."""
    if row.status != wanted.status or row.replaced_by_id != wanted.replaced_by_id:
        return False
    if not policy.serves(row.status):
        return True
    came = entry.checked_in_at is None or row.checked_in_at == wanted.checked_in_at
    left = entry.checked_out_at is None or row.checked_out_at == wanted.checked_out_at
    return came and left and not (wanted.checked_out_at is not None and row.checked_out_at is None)


def _is_completed_by(row: Attendance, entry: Entry, wanted: Attendance) -> bool:
    """Whether the entry only adds that somebody left."""
    return (
        policy.serves(row.status)
        and row.status == wanted.status
        and row.checked_out_at is None
        and wanted.checked_out_at is not None
        and (entry.checked_in_at is None or entry.checked_in_at == row.checked_in_at)
    )


def _check_stand_in(entry: Entry) -> None:
    if entry.status != AttendanceStatus.REPLACED or entry.replaced_by_id == entry.member_id:
        raise Refusal(
            _("Nobody can stand in here."),
            code="attendance.invalid",
            place="replaced_by",
            remedy=_("Choose “%(status)s” and another member.") % {"status": AttendanceStatus.REPLACED.label},
        )


def _check_somebody_left(shift: Shift) -> None:
    """A closed shift counts, so somebody must have been there."""
    served = shift.attendances.filter(current=True, status__in=SERVED)
    if not served.exists():
        raise Refusal(
            _("Then nobody would have been at this closed shift."),
            code="shift.nobody",
            place="status",
            remedy=_("Have the shift reopened, correct it, and cancel it."),
        )
