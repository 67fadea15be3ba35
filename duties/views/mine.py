"""The member's own pages, made for a phone: my next shift, all my shifts, my hours; open to that member alone."""

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from corps.doors import actor_of
from corps.queries.scope import current_tree, local_today
from corps.queries.units import path_text
from corps.views.pages import frame
from duties.enums import SERVED, AttendanceStatus, ShiftState
from duties.queries.mine import MyShift, my_hours, my_shifts
from duties.views.words import STATUS_SHAPES, hours, place_of, span
from members.models import Member
from members.queries.equipment.mine import warnings_of
from members.queries.people import member_of
from members.queries.training.mine import certificates_due

FIRST_YEAR = 2000
SHOWN_AHEAD = 5


@login_required
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """The next shift large, then the coming ones and this month's hours."""
    member = member_of(actor_of(request))
    if member is None:
        return _page(request, None, "my", "duties/my_none.html")
    now = timezone.now()
    coming = [_row(one, now) for one in my_shifts(member) if one.shift.ends_at > now]
    year = local_today().year
    months = my_hours(member, year)
    month = months[local_today().month - 1]
    return _page(
        request,
        member,
        "my",
        "duties/my.html",
        next=coming[0] if coming else None,
        due=certificates_due(member, local_today()),
        coming=coming[1 : SHOWN_AHEAD + 1],
        more=max(0, len(coming) - SHOWN_AHEAD - 1),
        month_hours=hours(month.minutes),
        month_times=month.times,
        year_hours=hours(sum(one.minutes for one in months)),
        equipment=warnings_of(member.pk),
    )


@login_required
@require_GET
def duties(request: HttpRequest) -> HttpResponse:
    """My shifts: the coming weeks, and what is behind me."""
    member = member_of(actor_of(request))
    if member is None:
        return _page(request, None, "my_duties", "duties/my_none.html")
    now = timezone.now()
    rows = [_row(one, now) for one in my_shifts(member)]
    return _page(
        request,
        member,
        "my_duties",
        "duties/my_duties.html",
        coming=[row for row in rows if not row["over"]],
        past=[row for row in reversed(rows) if row["over"]],
    )


@login_required
@require_GET
def record(request: HttpRequest) -> HttpResponse:
    """My hours by month and year, and who I am to the corps."""
    member = member_of(actor_of(request))
    if member is None:
        return _page(request, None, "my_record", "duties/my_none.html")
    year = _year(request)
    months = my_hours(member, year)
    this = local_today()
    shown = [one for one in months if one.times or (year == this.year and one.month <= this.month)]
    return _page(
        request,
        member,
        "my_record",
        "duties/my_record.html",
        year=year,
        months=[
            {"name": _month(one.month), "times": one.times, "hours": hours(one.minutes)} for one in reversed(shown)
        ],
        whole={"times": sum(one.times for one in months), "hours": hours(sum(one.minutes for one in months))},
        earlier=f"?year={year - 1}" if year > FIRST_YEAR else "",
        later=f"?year={year + 1}" if year < this.year else "",
        particulars=[
            (_("Home unit"), path_text(current_tree(), member.unit_id)),
            (_("Joined on"), member.joined_on),
            (_("Insured until"), member.insured_until),
        ],
        uninsured=member.insured_until is not None and member.insured_until < this,
    )


def _page(request: HttpRequest, member: Member | None, place: str, template: str, **values: Any) -> HttpResponse:
    return render(request, template, frame(request, None, place, member=member, **values))


def _year(request: HttpRequest) -> int:
    text = request.GET.get("year", "")
    this = local_today().year
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else this
    return min(max(year, FIRST_YEAR), this)


def _month(number: int) -> str:
    names = (
        *(_("January"), _("February"), _("March"), _("April"), _("May"), _("June")),
        *(_("July"), _("August"), _("September"), _("October"), _("November"), _("December")),
    )
    return names[number - 1]


def _row(one: MyShift, now: dt.datetime) -> dict[str, Any]:
    shift = one.shift
    shape, word = _state(one, now)
    return {
        "starts_at": shift.starts_at,
        "over": one.over,
        "times": span(shift.starts_at, shift.ends_at),
        "kind": shift.kind.name,
        "place": place_of(shift),
        "unit": shift.unit.short_name,
        "remarks": shift.remarks,
        "days": _away(shift.starts_at, now),
        "shape": shape,
        "word": word,
        "hours": _("%(hours)s h") % {"hours": hours(one.attendance.minutes)}
        if one.attendance is not None and one.attendance.minutes
        else "",
    }


def _state(one: MyShift, now: dt.datetime) -> tuple[str, str]:
    """What the member is to know of the shift: how it was recorded, or whether it runs."""
    if one.attendance is not None:
        status = AttendanceStatus(one.attendance.status)
        if status in SERVED and one.attendance.checked_out_at is None and one.shift.ends_at > now:
            return "on", _("on duty now")
        return STATUS_SHAPES[status], str(status.label)
    if one.shift.ends_at <= now:
        return ("idle", _("not recorded")) if one.shift.state == ShiftState.CLOSED else ("wait", _("not recorded yet"))
    if one.shift.starts_at <= now:
        return "on", _("running now")
    return "wait", _("planned")


def _away(starts_at: dt.datetime, now: dt.datetime) -> str:
    days = (timezone.localtime(starts_at).date() - timezone.localtime(now).date()).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    return ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}
