"""One shift: what it is, who is on it, what became of it, and what may be done with it next."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import allowed, current_tree
from corps.queries.units import path_text
from corps.views.pages import frame
from duties.enums import SERVED, AttendanceStatus, Mechanism, ShiftState
from duties.forms.shift import PhotoForm, ResultsForm
from duties.models import Assignment, Attendance, Shift
from duties.policies.attendance import EARLY
from duties.policies.closing import missing, missing_results
from duties.queries.shifts import shift_of
from duties.queries.story import story_of_shift
from duties.views.shared import counted_on, decides_for, home_of, may_there, planned_on, week_url
from duties.views.words import STATUS_SHAPES, clock, hours, look_of, place_of, span

MARKS = (
    ("present", gettext_lazy("Present")),
    ("late", gettext_lazy("Late")),
    ("absent", gettext_lazy("Absent")),
)


@login_required
@require_GET
def shift(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Identity and people at the left, the time line at the right, actions in the order in which they are used."""
    return shift_page(request, shift_of(actor_of(request), shift_id))


def shift_page(
    request: HttpRequest, found: Shift, *, results_form: forms.Form | None = None, photo_form: forms.Form | None = None
) -> HttpResponse:
    """The page, also with a form of it that was refused."""
    return render(request, "duties/shift.html", _record(request, found, results_form, photo_form))


def _record(
    request: HttpRequest, found: Shift, results_form: forms.Form | None, photo_form: forms.Form | None
) -> dict[str, Any]:
    actor, unit = actor_of(request), home_of(found)
    now = timezone.now()
    planned, counted = planned_on(found), counted_on(found)
    is_open = found.state == ShiftState.PLANNED
    plans = allowed(actor, Permission.DUTY_PLAN, found.unit_id)
    records = allowed(actor, Permission.DUTY_RECORD, found.unit_id)
    begun, over = found.starts_at <= now, found.ends_at <= now
    # People are ticked off as they gather; nobody is absent from what has not begun.
    gathering = found.starts_at - EARLY <= now
    look = look_of(found, len(planned), now)
    may_mark = is_open and gathering and may_there(request, found, Permission.DUTY_RECORD)
    may_assign = is_open and may_there(request, found, Permission.DUTY_PLAN)
    recorded = {one.member_id for one in counted}
    waiting = [
        one
        for one in planned
        if one.member_id not in recorded and decides_for(request, found, Permission.DUTY_RECORD, one.member)
    ]
    to_check_out = [
        one
        for one in counted
        if one.status in SERVED
        and one.checked_out_at is None
        and decides_for(request, found, Permission.DUTY_RECORD, one.member)
    ]
    lacking = missing(found, planned, counted) if is_open and over and records else []
    about_results = missing_results(found)
    values: dict[str, Any] = {
        "shift": found,
        "kind": found.kind.name,
        "shape": look.shape,
        "word": look.word,
        "times": span(found.starts_at, found.ends_at),
        "place_text": place_of(found),
        "particulars": _particulars(found),
        "week_url": week_url(unit.code, found.day),
        "may_edit": is_open and plans,
        "may_copy": plans,
        "copy_url": f"{reverse('shift_new', args=[unit.code])}?like={found.pk}",
        "may_cancel": is_open and plans and not any(one.status in SERVED for one in counted),
        "may_close": is_open and over and records and not lacking,
        "may_reopen": found.state == ShiftState.CLOSED and records,
        "missing": [
            {"what": one, "href": "#results", "remedy": _("To the results")}
            if one in about_results
            else {"what": one, "href": "#crew", "remedy": _("To the list")}
            for one in lacking
        ],
        "crew": _crew(request, found, planned, counted, may_mark=may_mark, may_assign=may_assign),
        "crew_title": _("Attendance") if gathering else _("Members"),
        "crew_note": _crew_note(found, planned, counted, begun=begun),
        "crew_hint": _crew_hint(len(waiting), len(to_check_out)),
        "begun": begun,
        "may_mark": may_mark and bool(waiting or to_check_out),
        "may_assign": may_assign,
        "waiting": waiting,
        "to_check_out": to_check_out,
        "all_present_next": begun,
        "all_out_next": over and not waiting,
        "marks": MARKS if begun else MARKS[:1],
        "people_url": reverse("shift_people", args=[found.pk]),
        "story": story_of_shift(found),
        "autofocus": not planned and not begun,
    }
    values |= _results(found, may_record=is_open and records, begun=begun, results_form=results_form)
    values |= _photos(found, may_record=is_open and records and begun, photo_form=photo_form)
    values["results_next"] = bool(lacking) and not waiting and not to_check_out
    return frame(request, unit, "duties", **values)


def _particulars(found: Shift) -> list[tuple[str, Any]]:
    others = "、".join(part.unit.short_name for part in found.joint_units.all())
    rows: list[tuple[str, Any]] = [
        (_("Organised by"), path_text(current_tree(), found.unit_id)),
        (_("Mechanism"), Mechanism(found.mechanism).label),
        (_("Site"), found.site.name if found.site else ""),
        (_("Route or place"), found.route),
        (_("Members needed"), found.needed),
    ]
    if others:
        rows.insert(1, (_("Joint units"), others))
    rows += [
        (label, number)
        for label, number in (
            (_("Police officers"), found.police),
            (_("Auxiliary police"), found.auxiliaries),
            (_("Vehicles"), found.vehicles),
            (_("Remarks"), found.remarks),
        )
        if number
    ]
    return [(label, value) for label, value in rows if value not in ("", None)]


def _crew(
    request: HttpRequest,
    found: Shift,
    planned: Sequence[Assignment],
    counted: Sequence[Attendance],
    *,
    may_mark: bool,
    may_assign: bool,
) -> list[dict[str, Any]]:
    actor, tree = actor_of(request), current_tree()
    attendance = {one.member_id: one for one in counted}
    members = {one.member_id: one.member for one in planned} | {one.member_id: one.member for one in counted}
    rows = []
    for member_id, member in members.items():
        one = attendance.get(member_id)
        home = tree.nodes.get(member.unit_id)
        records = decides_for(request, found, Permission.DUTY_RECORD, member)
        values: dict[str, Any] = {
            "member_id": member_id,
            "name": member.name,
            "url": reverse("member", args=[member_id])
            if allowed(actor, Permission.MEMBER_VIEW, member.unit_id)
            else "",
            "unit": home.short_name if home and member.unit_id != found.unit_id else "",
            "markable": may_mark and one is None and records,
            "can_take_off": may_assign and one is None and decides_for(request, found, Permission.DUTY_PLAN, member),
            "note": _("planned") if one is None else "",
        }
        if one is not None:
            corrects = records and found.state != ShiftState.CANCELLED
            values |= _presence(one, may_mark=may_mark and records, corrects=corrects)
        elif values["can_take_off"]:
            values["off_title"] = _("Take %(name)s off this shift") % {"name": member.name}
            values["off_text"] = _("%(name)s is free again on %(day)s, %(times)s; the shift then lacks a member.") % {
                "name": member.name,
                "day": f"{found.day:%m-%d}",
                "times": span(found.starts_at, found.ends_at),
            }
        rows.append(values)
    return rows


def _presence(one: Attendance, *, may_mark: bool, corrects: bool) -> dict[str, Any]:
    status = AttendanceStatus(one.status)
    word = str(status.label)
    if one.replaced_by is not None:
        word = _("Replaced by %(name)s") % {"name": one.replaced_by.name}
    times = ""
    if one.checked_in_at is not None:
        ends = clock(one.checked_out_at) if one.checked_out_at else _("not checked out")
        times = f"{clock(one.checked_in_at)}–{ends}"
        if one.checked_out_at:
            times += " · " + _("%(hours)s h") % {"hours": hours(one.minutes)}
    return {
        "shape": STATUS_SHAPES[status],
        "word": word,
        "times": times,
        "can_check_out": may_mark and status in SERVED and one.checked_out_at is None,
        "correct_url": reverse("attendance_correct", args=[one.pk]) if corrects else "",
        "correction": _("Corrected: %(reason)s") % {"reason": one.reason} if one.corrects_id else "",
    }


def _crew_note(found: Shift, planned: Sequence[Assignment], counted: Sequence[Attendance], *, begun: bool) -> str:
    if not begun:
        return _("%(planned)s of %(needed)s planned") % {"planned": len(planned), "needed": found.needed}
    came = sum(1 for one in counted if one.status in SERVED)
    return _("%(came)s came, %(planned)s planned, %(needed)s needed") % {
        "came": came,
        "planned": len(planned),
        "needed": found.needed,
    }


def _crew_hint(waiting: int, inside: int) -> str:
    if waiting:
        return ngettext("%(n)s not recorded yet.", "%(n)s not recorded yet.", waiting) % {"n": waiting}
    if inside:
        return ngettext("%(n)s not checked out yet.", "%(n)s not checked out yet.", inside) % {"n": inside}
    return ""


def _results(found: Shift, *, may_record: bool, begun: bool, results_form: forms.Form | None) -> dict[str, Any]:
    told = [
        (_("Material handed out"), f"{found.materials:,}" if found.materials else ""),
        (_("People reached"), f"{found.people_reached:,}" if found.people_reached else ""),
        (_("What was done"), found.summary),
    ]
    initial = {
        "materials": found.materials or None,
        "people_reached": found.people_reached or None,
        "summary": found.summary,
    }
    return {
        "may_results": may_record and begun,
        "results_form": results_form or ResultsForm(initial=initial),
        "results": [row for row in told if row[1]],
        "results_hint": _("Results are entered once the shift has begun.")
        if found.state == ShiftState.PLANNED and not begun
        else _("No results were recorded."),
    }


def _photos(found: Shift, *, may_record: bool, photo_form: forms.Form | None) -> dict[str, Any]:
    return {
        "may_photo": may_record,
        "photo_form": photo_form or PhotoForm(),
        "photos": [
            {
                "id": one.pk,
                "url": reverse("shift_photo", args=[found.pk, one.pk]),
                "remove": reverse("shift_photo_remove", args=[found.pk, one.pk]),
                "caption": one.caption or _("without a caption"),
            }
            for one in found.photos.all()
        ],
    }
