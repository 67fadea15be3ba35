"""Shifts and attendance as long lists: narrowed, newest first, a page at a time, without counting."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.models.scope import InUnits
from corps.permissions import Permission
from corps.queries.scope import local_today, require, scope_of
from duties.models import Attendance, DutyKind, Shift

if TYPE_CHECKING:
    from corps.actors import Actor
    from corps.queries.scope import Node

PAGE_SIZE = 50
_WINDOWS = (7, 90, None)
_CURSOR = re.compile(r"(\d{4}-\d{2}-\d{2})\.(\d{1,18})")
_Row = TypeVar("_Row", Shift, Attendance)


@dataclass(frozen=True, slots=True)
class ShiftFilter:
    """Every field narrows further; `first` and `end` are local days, the end no longer belongs."""

    states: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    kind_id: int | None = None
    first: dt.date | None = None
    end: dt.date | None = None


@dataclass(frozen=True, slots=True)
class AttendanceFilter:
    """Every field narrows further; with `corrected` also rows that were corrected and no longer count."""

    statuses: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    member_id: int | None = None
    shift_id: int | None = None
    first: dt.date | None = None
    end: dt.date | None = None
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[_Row]):
    """Rows, newest first, and the cursor of the page after; empty at the end."""

    rows: list[_Row]
    next: str


def page_of_shifts(
    actor: "Actor", unit: "Node", chosen: ShiftFilter, after: str = "", size: int = PAGE_SIZE
) -> Page[Shift]:
    """Shifts organised by the unit and everything below it; each with `planned`, the number of its people."""
    rows = Shift.objects.filter(*_in(actor, unit)).filter(_between(chosen.first, chosen.end))
    if chosen.states:
        rows = rows.filter(state__in=chosen.states)
    if chosen.categories:
        rows = rows.filter(category__in=chosen.categories)
    if chosen.kind_id is not None:
        rows = rows.filter(kind_id=chosen.kind_id)
    page = _page(rows, after, size)
    # Counted for the page alone.
    counted = Shift.objects.filter(pk__in=[shift.pk for shift in page.rows]).select_related("kind", "site", "unit")
    counted = counted.annotate(planned=Count("assignments", filter=Q(assignments__active=True)))
    return Page(list(counted.order_by("-day", "-id")), page.next)


def page_of_attendance(
    actor: "Actor", unit: "Node", chosen: AttendanceFilter, after: str = "", size: int = PAGE_SIZE
) -> Page[Attendance]:
    """Attendance of members of the unit and everything below it, wherever they served."""
    require(actor, Permission.DUTY_VIEW, unit.id)
    # Units are named also when they are all: the index begins with them.
    units = scope_of(actor, Permission.DUTY_VIEW).tree.within(unit.id)
    rows = Attendance.objects.in_units(units).filter(_between(chosen.first, chosen.end))
    if not chosen.corrected:
        rows = rows.filter(current=True)
    if chosen.statuses:
        rows = rows.filter(status__in=chosen.statuses)
    if chosen.categories:
        rows = rows.filter(category__in=chosen.categories)
    if chosen.member_id is not None:
        rows = rows.filter(member_id=chosen.member_id)
    if chosen.shift_id is not None:
        rows = rows.filter(shift_id=chosen.shift_id)
    rows = rows.select_related("member")
    latest = chosen.end or local_today() + dt.timedelta(days=2)
    for days in _WINDOWS:
        # A page is mostly found within some days; without a limit all the years would be sorted for it.
        page = _page(rows if days is None else rows.filter(day__gte=_start(after, latest, days)), after, size)
        if page.next or days is None:
            break
    return page


def kind_named(corps_id: int, code: str) -> int:
    """The id of the corps' kind with this code. Raises `Refusal` for an unknown one."""
    found = DutyKind.objects.filter(corps_id=corps_id, code=code).values_list("pk", flat=True).first()
    if found is None:
        raise Refusal(
            _("There is no kind of duty with the code “%(code)s”.") % {"code": code},
            code="shift.kind.unknown",
            place="kind",
            remedy=_("Use a code from the list of kinds."),
        )
    return int(found)


def _in(actor: "Actor", unit: "Node") -> list[Any]:
    require(actor, Permission.DUTY_VIEW, unit.id)
    tree = scope_of(actor, Permission.DUTY_VIEW).tree
    ids = tree.within(unit.id)
    return [] if len(ids) == len(tree.ids) else [InUnits("unit_id", ids)]


def _between(first: dt.date | None, end: dt.date | None) -> Q:
    found = Q()
    if first is not None:
        found &= Q(day__gte=first)
    if end is not None:
        found &= Q(day__lt=end)
    return found


def _page(rows: Any, after: str, size: int) -> "Page[Any]":
    place = _place(after)
    if place is not None:
        day, identifier = place
        rows = rows.filter(Q(day__lt=day) | Q(day=day, pk__lt=identifier)).filter(day__lte=day)
    found = list(rows.order_by("-day", "-id")[: size + 1])
    more, found = len(found) > size, found[:size]
    return Page(found, f"{found[-1].day:%Y-%m-%d}.{found[-1].pk}" if more else "")


def _start(after: str, latest: dt.date, days: int) -> dt.date:
    place = _place(after)
    return max(place[0] if place is not None else latest, dt.date(1900, 1, 1)) - dt.timedelta(days=days)


def _place(after: str) -> tuple[dt.date, int] | None:
    """Day and key of the last row of the page before; None for the first page. Raises `Refusal` for nonsense."""
    if not after:
        return None
    found = _CURSOR.fullmatch(after)
    try:
        if found is not None:
            return dt.date.fromisoformat(found.group(1)), int(found.group(2))
    except ValueError:
        pass
    raise Refusal(
        _("“%(text)s” is no place in this list.") % {"text": after[:40]},
        code="after.format",
        place="after",
        remedy=_("Take it over from “next” of the page before."),
    )
