"""The captain's list: one press for each member, one for everybody, corrections with a reason."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from corps.doors import actor_of, number_in
from corps.errors import Refusal
from corps.permissions import Permission
from corps.views.pages import entered, frame, is_fragment, settle
from duties.enums import SERVED, AttendanceStatus
from duties.forms.shift import CorrectionForm, ReplaceForm
from duties.logic.times import untouched
from duties.models import Attendance, Shift
from duties.operations.attendance import (
    Entry,
    check_in,
    check_out,
    correct,
    mark_absent,
    mark_replaced,
    record_list,
)
from duties.queries.shifts import attendance_of, shift_of
from duties.views.people import find_people_in
from duties.views.shared import (
    attempt,
    counted_on,
    decides_for,
    form_page,
    home_of,
    open_units,
    planned_on,
    require_there,
    shift_url,
)
from duties.views.words import clock, span


@login_required
@require_POST
def mark(request: HttpRequest, shift_id: int) -> HttpResponse:
    """`mark` is present, late, absent or out; `member` one of them, or `everybody` who has no mark yet."""
    found = shift_of(actor_of(request), shift_id)
    require_there(request, found, Permission.DUTY_RECORD)
    return settle(request, lambda: _mark(request, found), shift_url(found.pk, "crew"))


def _mark(request: HttpRequest, found: Shift) -> None:
    actor, wanted = actor_of(request), request.POST.get("mark", "")
    member_id = number_in(request.POST.get("member", ""))
    if "everybody" in request.POST and wanted in {"present", "out"}:
        entries = _all_present(request, found) if wanted == "present" else _all_out(request, found)
        record_list(actor=actor, shift_id=found.pk, entries=entries)
        number = len(entries)
        text = (
            ngettext("%(n)s member is recorded as present.", "%(n)s members are recorded as present.", number)
            if wanted == "present"
            else ngettext("%(n)s member is checked out.", "%(n)s members are checked out.", number)
        )
        messages.success(request, text % {"n": number})
        return
    if member_id is None:
        raise Refusal(_("No member is named."), code="attendance.invalid", place="member")
    if wanted == "out":
        check_out(actor=actor, shift_id=found.pk, member_id=member_id, at=_leaving(found))
    elif wanted == "absent":
        mark_absent(actor=actor, shift_id=found.pk, member_id=member_id)
    elif wanted in {"present", "late"}:
        _came(request, found, member_id, late=wanted == "late")
    else:
        raise Refusal(_("This mark is unknown."), code="attendance.invalid", place="mark")


def _came(request: HttpRequest, found: Shift, member_id: int, *, late: bool) -> None:
    """On time means the planned time; late and early mean now, as long as the shift runs."""
    actor, now = actor_of(request), timezone.now()
    if now < found.starts_at or (late and now < found.ends_at):
        check_in(actor=actor, shift_id=found.pk, member_id=member_id, at=now, late=late)
        return
    status = AttendanceStatus.LATE if late else AttendanceStatus.PRESENT
    record_list(actor=actor, shift_id=found.pk, entries=[Entry(member_id, status)])


def _all_present(request: HttpRequest, found: Shift) -> list[Entry]:
    recorded = {one.member_id for one in counted_on(found)}
    now = timezone.now()
    came = now if now < found.starts_at else None
    return [
        Entry(one.member_id, AttendanceStatus.PRESENT, checked_in_at=came)
        for one in planned_on(found)
        if one.member_id not in recorded and decides_for(request, found, Permission.DUTY_RECORD, one.member)
    ]


def _all_out(request: HttpRequest, found: Shift) -> list[Entry]:
    leaving = _leaving(found)
    return [
        Entry(one.member_id, AttendanceStatus(one.status), one.checked_in_at, leaving)
        for one in counted_on(found)
        if one.status in SERVED
        and one.checked_out_at is None
        and decides_for(request, found, Permission.DUTY_RECORD, one.member)
    ]


def _leaving(found: Shift) -> dt.datetime:
    """Now, or the planned end once that is over."""
    return min(timezone.now(), found.ends_at)


@login_required
@require_http_methods(["GET", "POST"])
def replace(request: HttpRequest, shift_id: int, member_id: int) -> HttpResponse:
    """Somebody else came instead of a planned member."""
    actor = actor_of(request)
    found = shift_of(actor, shift_id)
    require_there(request, found, Permission.DUTY_RECORD)
    member = next((one.member for one in planned_on(found) if one.member_id == member_id), None)
    if member is None:
        raise Http404("not planned for this shift")
    form = ReplaceForm(
        entered(request),
        find_people=find_people_in(open_units(request, found, Permission.DUTY_RECORD)),
        people_url=reverse("shift_people", args=[found.pk]),
    )
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: mark_replaced(
                actor=actor, shift_id=found.pk, member_id=member_id, by_member_id=form.cleaned_data["people"]
            ),
        )
        if done is not None:
            return redirect(shift_url(found.pk, "crew"))
    return form_page(
        request,
        home_of(found),
        form,
        heading=_("%(name)s was replaced") % {"name": member.name},
        note=f"{found.kind.name} {found.day:%m-%d} {span(found.starts_at, found.ends_at)}",
        button=_("Save"),
        back=shift_url(found.pk, "crew"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def correction(request: HttpRequest, attendance_id: int) -> HttpResponse:
    """Put a record right: what was recorded beside what is right, and the reason. As a dialog where scripts run."""
    actor = actor_of(request)
    one = attendance_of(actor, attendance_id)
    require_there(request, one.shift, Permission.DUTY_RECORD)
    form = CorrectionForm(entered(request), initial=_recorded(one))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        done = attempt(
            form,
            lambda: correct(
                actor=actor,
                attendance_id=one.pk,
                status=AttendanceStatus(values["status"]),
                checked_in_at=untouched(one.checked_in_at, values["checked_in_at"]),
                checked_out_at=untouched(one.checked_out_at, values["checked_out_at"]),
                replaced_by_id=one.replaced_by_id if values["status"] == AttendanceStatus.REPLACED else None,
                reason=values["reason"],
            ),
        )
        if done is not None:
            messages.success(request, _("The correction is saved and stands in the time line."))
            return redirect(shift_url(one.shift_id, "crew"))
    return _correction_page(request, one, form)


def _recorded(one: Attendance) -> dict[str, Any]:
    return {
        "status": one.status,
        "checked_in_at": one.checked_in_at or one.shift.starts_at,
        "checked_out_at": one.checked_out_at or one.shift.ends_at,
    }


def _correction_page(request: HttpRequest, one: Attendance, form: CorrectionForm) -> HttpResponse:
    found = one.shift
    old = {
        "status": AttendanceStatus(one.status).label,
        "checked_in_at": clock(one.checked_in_at) if one.checked_in_at else "",
        "checked_out_at": clock(one.checked_out_at) if one.checked_out_at else "",
    }
    values = {
        "form": form,
        "rows": [{"field": form[name], "old": text} for name, text in old.items()],
        "heading": _("Correct the record of %(name)s") % {"name": one.member.name},
        "note": f"{found.kind.name} {found.day:%m-%d} {span(found.starts_at, found.ends_at)}",
        "action": reverse("attendance_correct", args=[one.pk]),
        "back": shift_url(found.pk, "crew"),
    }
    if is_fragment(request):
        return render(request, "duties/correct_dialog.html", {"in_dialog": True, **values})
    return render(request, "duties/correct.html", frame(request, home_of(found), "duties", **values))
