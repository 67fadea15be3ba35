"""Who is not free, and what holds them: planned shifts and attendance that overlap a period."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.errors import Refusal
from duties.logic.times import span_text
from duties.models import Assignment, Attendance, Shift

if TYPE_CHECKING:
    from corps.actors import Actor

NAMED = 5
# From, until.
Period = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True, slots=True)
class Clash:
    """A member is held by another shift; its name is empty where the reader may not see that shift."""

    member_id: int
    member: str
    shift_id: int
    shift: str
    starts_at: dt.datetime
    ends_at: dt.datetime

    @property
    def where(self) -> str:
        """The shift in quotation marks, or that it is somewhere else."""
        return _("“%(shift)s”") % {"shift": self.shift} if self.shift else _("a shift of another unit")

    @property
    def sentence(self) -> str:
        """Who is held when by what."""
        return _("%(name)s is on duty %(when)s at %(shift)s already") % {
            "name": self.member,
            "when": span_text(timezone.localtime(self.starts_at), timezone.localtime(self.ends_at)),
            "shift": self.where,
        }


def shift_title(shift: Shift) -> str:
    """What a shift is called in a sentence: its unit and its kind."""
    return f"{shift.unit.short_name}{shift.kind.name}"


def planned_clashes(
    *,
    actor: "Actor",
    member_ids: Iterable[int],
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    but_shift_id: int | None = None,
) -> list[Clash]:
    """Shifts that members are planned for within the period, in the order of their start."""
    return clashes_within(actor=actor, member_ids=member_ids, periods=[(starts_at, ends_at)], but_shift_id=but_shift_id)


def clashes_within(
    *, actor: "Actor", member_ids: Iterable[int], periods: Sequence[Period], but_shift_id: int | None = None
) -> list[Clash]:
    """Shifts that members are planned for within any of the periods, in the order of their start."""
    if not periods:
        return []
    during = Q()
    for starts_at, ends_at in periods:
        during |= Q(period__overlap=DateTimeTZRange(starts_at, ends_at))
    rows = Assignment.objects.filter(during, member_id__in=list(member_ids), active=True).exclude(shift_id=but_shift_id)
    return _clashes(actor, [(row, row.period) for row in _with_names(rows)])


def attended_clashes(
    *,
    actor: "Actor",
    spans: dict[int, tuple[dt.datetime, dt.datetime]],
    but_shift_id: int | None = None,
) -> list[Clash]:
    """Shifts at which members were recorded within their span (`spans`: member → from, until)."""
    if not spans:
        return []
    around = DateTimeTZRange(min(start for start, _end in spans.values()), max(end for _start, end in spans.values()))
    rows = Attendance.objects.filter(member_id__in=list(spans), current=True, period__overlap=around).exclude(
        shift_id=but_shift_id
    )
    found = []
    for row in _with_names(rows):
        start, end = spans[row.member_id]
        if row.period.lower < end and row.period.upper > start:
            found.append((row, row.period))
    return _clashes(actor, found)


def not_free(clashes: Sequence[Clash], remedy: str) -> Refusal:
    """The refusal that names who is held by what."""
    shown = "；".join(clash.sentence for clash in clashes[:NAMED]) or _("Somebody is on duty elsewhere at this time")
    if len(clashes) > NAMED:
        shown = _("%(clashes)s; and %(number)d more") % {"clashes": shown, "number": len(clashes) - NAMED}
    return Refusal(
        _("%(clashes)s.") % {"clashes": shown},
        code="duty.not_free",
        place=clashes[0].member if clashes else "",
        remedy=remedy,
        params={"members": [clash.member_id for clash in clashes]},
    )


def _with_names(rows: "Iterable[Assignment | Attendance]") -> "list[Assignment | Attendance]":
    return list(rows.select_related("member", "shift__unit", "shift__kind").order_by("shift__starts_at", "id"))  # type: ignore[attr-defined]


def _clashes(actor: "Actor", rows: "Sequence[tuple[Assignment | Attendance, DateTimeTZRange]]") -> list[Clash]:
    ids = [row.shift_id for row, _period in rows]
    visible = set(Shift.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
    return [
        Clash(
            member_id=row.member_id,
            member=row.member.name,
            shift_id=row.shift_id,
            shift=shift_title(row.shift) if row.shift_id in visible else "",
            starts_at=period.lower,
            ends_at=period.upper,
        )
        for row, period in rows
    ]
