"""One shift: what it is, who is on it, what became of it, and what may be done with it next."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from corps.doors import actor_of
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, allowed, current_tree, local_today, require
from corps.queries.units import path_text, resolve_unit
from corps.views.pages import entered, frame, unit_door
from duties.enums import SERVED, AttendanceStatus, Mechanism, ShiftState
from duties.forms.quick import ids_of_teams
from duties.forms.shift import PLACES, PhotoForm, ReasonForm, ResultsForm, SeriesForm, ShiftForm
from duties.models import Assignment, Attendance, Shift
from duties.operations.assignments import assign, take_off
from duties.operations.series import plan_series
from duties.operations.shifts import cancel_shift, edit_shift, plan_shift
from duties.policies.closing import missing, missing_results
from duties.queries.offers import kinds_in_use, places_for
from duties.queries.shifts import shift_of
from duties.queries.story import story_of_shift
from duties.views.week import find_people_in, remember_planned, week_url
from duties.views.words import STATUS_SHAPES, clock, hours, look_of, place_of, span

MARKS = (
    ("present", gettext_lazy("Present")),
    ("late", gettext_lazy("Late")),
    ("absent", gettext_lazy("Absent")),
)


def home_of(shift: Shift) -> Node:
    """The unit that organises the shift."""
    return current_tree().nodes[shift.unit_id]


def units_of(shift: Shift) -> list[int]:
    """Whose people may serve on it: the organiser and joint units, with everything below them."""
    tree = current_tree()
    roots = [shift.unit_id, *(part.unit_id for part in shift.joint_units.all())]
    return list(dict.fromkeys(unit for root in roots for unit in tree.within(root)))


def planning_unit(request: HttpRequest, shift: Shift) -> Node:
    """For whom the reader chooses people: the organiser, or the first joint unit where the reader plans."""
    roots = [shift.unit_id, *(part.unit_id for part in shift.joint_units.all())]
    mine = [root for root in roots if allowed(actor_of(request), Permission.DUTY_PLAN, root)]
    return current_tree().nodes[mine[0] if mine else shift.unit_id]


def may_there(request: HttpRequest, shift: Shift, permission: Permission) -> bool:
    """Whether the reader holds the permission at the organiser or, for their own people, at a joint unit."""
    actor = actor_of(request)
    roots = [shift.unit_id, *(part.unit_id for part in shift.joint_units.all())]
    return any(allowed(actor, permission, root) for root in roots)


def require_there(request: HttpRequest, shift: Shift, permission: Permission) -> None:
    """Raises `PermissionDenied` unless `may_there`; the shift was seen already."""
    if not may_there(request, shift, permission):
        raise PermissionDenied(f"{permission} for shift {shift.pk}")


# --- the page ---------------------------------------------------------------------------------------------------------


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


def planned_on(found: Shift) -> list[Assignment]:
    """Assignments in force, by name."""
    return [one for one in found.assignments.all() if one.active]


def counted_on(found: Shift) -> list[Attendance]:
    """Attendance that counts."""
    return [one for one in found.attendances.all() if one.current]


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
    look = look_of(found, len(planned), now)
    may_mark = is_open and begun and may_there(request, found, Permission.DUTY_RECORD)
    may_assign = is_open and may_there(request, found, Permission.DUTY_PLAN)
    recorded = {one.member_id for one in counted}
    waiting = [one for one in planned if one.member_id not in recorded]
    to_check_out = [one for one in counted if one.status in SERVED and one.checked_out_at is None]
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
        "crew_title": _("Attendance") if begun else _("Members"),
        "crew_note": _crew_note(found, planned, counted, begun=begun),
        "crew_hint": _crew_hint(len(waiting), len(to_check_out)),
        "may_mark": may_mark and bool(waiting or to_check_out),
        "may_assign": may_assign,
        "waiting": waiting,
        "to_check_out": to_check_out,
        "crew_next": bool(waiting) and may_mark,
        "marks": MARKS,
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
    corrects = may_there(request, found, Permission.DUTY_RECORD) and found.state != ShiftState.CANCELLED
    rows = []
    for member_id, member in members.items():
        one = attendance.get(member_id)
        home = tree.nodes.get(member.unit_id)
        values: dict[str, Any] = {
            "member_id": member_id,
            "name": member.name,
            "url": reverse("member", args=[member_id])
            if allowed(actor, Permission.MEMBER_VIEW, member.unit_id)
            else "",
            "unit": home.short_name if home and member.unit_id != found.unit_id else "",
            "markable": may_mark and one is None,
            "can_take_off": may_assign and one is None,
            "note": _("planned") if one is None else "",
        }
        if one is not None:
            values |= _presence(one, may_mark=may_mark, corrects=corrects)
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


# --- planning ---------------------------------------------------------------------------------------------------------


@unit_door(Permission.DUTY_PLAN)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, unit: Node) -> HttpResponse:
    """Plan one shift with everything that belongs to it."""
    actor = actor_of(request)
    form = ShiftForm(entered(request), initial=_initial(request, unit), **_offers(request, unit))
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form,
            lambda: plan_shift(
                actor=actor,
                unit_id=unit.id,
                joint_unit_ids=_joint(request, form),
                member_ids=form.cleaned_data["people"],
                **form.plan,
            ),
        )
        if made is not None:
            remember_planned(request, unit, [made], _("Take back: %(kind)s on %(day)s") % _named(made))
            messages.success(request, _("%(kind)s on %(day)s is planned.") % _named(made))
            return redirect("shift", made.pk)
    return form_page(
        request, unit, form, heading=_("New shift"), button=_("Plan"), back=week_url(unit.code, _day(request))
    )


@unit_door(Permission.DUTY_PLAN)
@require_http_methods(["GET", "POST"])
def series(request: HttpRequest, unit: Node) -> HttpResponse:
    """Plan the same shift on several weekdays of a period."""
    actor = actor_of(request)
    day = _day(request)
    initial = {**_initial(request, unit), "first_day": day, "last_day": day + dt.timedelta(days=27)}
    form = SeriesForm(entered(request), initial=initial, **_offers(request, unit))
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form,
            lambda: plan_series(
                actor=actor,
                unit_id=unit.id,
                joint_unit_ids=_joint(request, form),
                member_ids=form.cleaned_data["people"],
                **form.plan,
            ),
        )
        if made:
            words = {"kind": made[0].kind.name, "n": len(made)}
            remember_planned(request, unit, made, _("Take back: %(kind)s, %(n)s shifts") % words)
            messages.success(
                request,
                ngettext("%(kind)s: %(n)s shift planned.", "%(kind)s: %(n)s shifts planned.", len(made)) % words,
            )
            return redirect(week_url(unit.code, made[0].day))
    return form_page(
        request, unit, form, heading=_("New series of shifts"), button=_("Plan"), back=week_url(unit.code, day)
    )


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Change the plan; its people stay unless the new time holds one of them elsewhere."""
    actor = actor_of(request)
    found = shift_of(actor, shift_id)
    require(actor, Permission.DUTY_PLAN, found.unit_id)
    unit = home_of(found)
    form = ShiftForm(entered(request), initial=_like(found), **_offers(request, unit, found, people=False))
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: edit_shift(actor=actor, shift_id=found.pk, joint_unit_ids=_joint(request, form), **form.plan),
        )
        if done is not None:
            messages.success(request, _("The changes are saved."))
            return redirect("shift", found.pk)
    heading = _("Edit %(kind)s on %(day)s") % _named(found)
    return form_page(request, unit, form, heading=heading, button=_("Save"), back=reverse("shift", args=[found.pk]))


@login_required
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Call the shift off, with a reason."""
    actor = actor_of(request)
    found = shift_of(actor, shift_id)
    require(actor, Permission.DUTY_PLAN, found.unit_id)
    form = ReasonForm(entered(request))
    number = len(planned_on(found))
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: cancel_shift(actor=actor, shift_id=found.pk, reason=form.cleaned_data["reason"]))
        if done is not None:
            messages.success(request, _("%(kind)s on %(day)s is cancelled.") % _named(found))
            return redirect(week_url(home_of(found).code, found.day))
    consequence = (
        ngettext(
            "%(n)s planned member is free again. A cancelled shift cannot be taken up again and does not count.",
            "%(n)s planned members are free again. A cancelled shift cannot be taken up again and does not count.",
            number,
        )
        % {"n": number}
        if number
        else _("A cancelled shift cannot be taken up again and does not count.")
    )
    return form_page(
        request,
        home_of(found),
        form,
        heading=_("Cancel %(kind)s on %(day)s, %(times)s")
        % {**_named(found), "times": span(found.starts_at, found.ends_at)},
        button=_("Cancel the shift"),
        back=reverse("shift", args=[found.pk]),
        consequence=consequence,
        danger=True,
    )


# --- who is on it -----------------------------------------------------------------------------------------------------


@login_required
@require_POST
def put_on(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Put members on the shift by their names."""
    actor = actor_of(request)
    found = shift_of(actor, shift_id)
    require_there(request, found, Permission.DUTY_PLAN)
    try:
        teams = ids_of_teams(request.POST.get("people", "")[:400], find_people_in(request, units_of(found)))
        ids = [member for team in teams for member in team]
        if ids:
            assign(actor=actor, shift_id=found.pk, member_ids=ids)
        else:
            messages.error(request, _("Please enter a name or its initials."))
    except forms.ValidationError as wrong:
        for sentence in wrong.messages:
            messages.error(request, sentence)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{reverse('shift', args=[found.pk])}#crew")


@login_required
@require_POST
def off(request: HttpRequest, shift_id: int, member_id: int) -> HttpResponse:
    """Take a member off the shift."""
    actor = actor_of(request)
    found = shift_of(actor, shift_id)
    require_there(request, found, Permission.DUTY_PLAN)
    try:
        take_off(actor=actor, shift_id=found.pk, member_id=member_id)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{reverse('shift', args=[found.pk])}#crew")


# --- what forms share -------------------------------------------------------------------------------------------------


def form_page(request: HttpRequest, unit: Node, form: forms.Form, **values: Any) -> HttpResponse:
    """A form on a page of its own."""
    return render(request, "duties/form.html", frame(request, unit, "duties", form=form, **values))


def attempt(form: forms.Form, act: Callable[[], Any]) -> Any:
    """Run the operation; what it refuses stands beside the field it is about."""
    try:
        return act()
    except Refusal as refusal:
        place = PLACES.get(refusal.place, refusal.place)
        if refusal.code.startswith("duty.") and "people" in form.fields:
            place = "people"
        form.add_error(place if place in form.fields else None, str(refusal))
    return None


def _named(found: Shift) -> dict[str, str]:
    return {"kind": found.kind.name, "day": f"{timezone.localtime(found.starts_at):%m-%d}"}


def _offers(request: HttpRequest, unit: Node, found: Shift | None = None, *, people: bool = True) -> dict[str, Any]:
    kinds = [(kind.pk, kind.name) for kind in kinds_in_use(unit.corps_id)]
    sites = [(site.pk, site.name) for site in places_for(actor_of(request), unit.id)]
    if found is not None:
        # What is no longer offered stays until somebody chooses otherwise.
        kinds += [(found.kind_id, found.kind.name)] if found.kind_id not in dict(kinds) else []
        sites += [(found.site.pk, found.site.name)] if found.site and found.site_id not in dict(sites) else []
    return {
        "kinds": kinds,
        "sites": sites,
        "find_people": find_people_in(request, current_tree().within(unit.id)) if people else None,
        "people_url": reverse("duties_people", args=[unit.code]),
    }


def _day(request: HttpRequest) -> dt.date:
    try:
        return dt.date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return local_today()


def _initial(request: HttpRequest, unit: Node) -> dict[str, Any]:
    """What a new form begins with: another shift that is planned again, or the day that was pressed."""
    like = request.GET.get("like", "")
    if like.isdecimal() and len(like) < 19:
        model = shift_of(actor_of(request), int(like))
        return {**_like(model), "day": _day(request) if "day" in request.GET else model.day + dt.timedelta(days=7)}
    return {"day": _day(request), "needed": 2, "starts": dt.time(19, 30), "ends": dt.time(21, 30)}


def _like(found: Shift) -> dict[str, Any]:
    return {
        "kind": found.kind_id,
        "day": found.day,
        "starts": timezone.localtime(found.starts_at).time(),
        "ends": timezone.localtime(found.ends_at).time(),
        "needed": found.needed,
        "site": found.site_id,
        "route": found.route,
        "joint": "、".join(part.unit.code for part in found.joint_units.all()),
        "police": found.police or None,
        "auxiliaries": found.auxiliaries or None,
        "vehicles": found.vehicles or None,
        "remarks": found.remarks,
    }


def _joint(request: HttpRequest, form: forms.Form) -> list[int]:
    """Units named with 、 between them. Raises `Refusal` for a name that is unknown or may be several."""
    found = []
    for text in form.cleaned_data["joint"].replace(",", "、").replace("，", "、").split("、"):
        name = text.strip()
        if not name:
            continue
        units = resolve_unit(actor_of(request), name)
        if not units:
            raise Refusal(
                _("No unit of yours is called “%(text)s”.") % {"text": name},
                code="unit.unknown",
                place="joint",
                remedy=_("Check the name, or enter the code."),
            )
        if len(units) > 1:
            paths = "；".join(path_text(current_tree(), one.id) for one in units[:6])
            raise Refusal(
                _("“%(text)s” may be several units.") % {"text": name},
                code="unit.ambiguous",
                place="joint",
                remedy=_("Enter one of: %(units)s.") % {"units": paths},
            )
        found.append(units[0].id)
    return list(dict.fromkeys(found))
