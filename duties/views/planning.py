"""Forms by which shifts are planned: a new one, a series, changing one, calling one off."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from corps.doors import actor_of, number_in
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, allowed, current_tree, require
from corps.queries.units import path_text, resolve_unit
from corps.views.pages import entered, unit_door
from duties.forms.shift import ReasonForm, SeriesForm, ShiftEditForm, ShiftForm
from duties.models import Shift
from duties.operations.series import plan_series
from duties.operations.shifts import cancel_shift, edit_shift, plan_shift
from duties.queries.offers import kinds_in_use, places_for
from duties.queries.shifts import shift_of
from duties.views.people import find_people_in
from duties.views.shared import attempt, day_in, form_page, home_of, planned_on, week_url
from duties.views.week import remember_planned
from duties.views.words import span


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
        request, unit, form, heading=_("New shift"), button=_("Plan"), back=week_url(unit.code, day_in(request, "day"))
    )


@unit_door(Permission.DUTY_PLAN)
@require_http_methods(["GET", "POST"])
def series(request: HttpRequest, unit: Node) -> HttpResponse:
    """Plan the same shift on several weekdays of a period."""
    actor = actor_of(request)
    day = day_in(request, "day")
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
    """Change the plan; its people stay. Refused when the new time finds one of them elsewhere."""
    actor = actor_of(request)
    found = shift_of(actor, shift_id)
    require(actor, Permission.DUTY_PLAN, found.unit_id)
    unit = home_of(found)
    form = ShiftEditForm(entered(request), initial=_like(request, found), **_offers(request, unit, found, people=False))
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: edit_shift(actor=actor, shift_id=found.pk, **_changes(request, form)))
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
        "find_people": find_people_in(current_tree().within(unit.id)) if people else None,
        "people_url": reverse("duties_people", args=[unit.code]),
    }


def _initial(request: HttpRequest, unit: Node) -> dict[str, Any]:
    """What a new form begins with: another shift that is planned again, or the day that was pressed."""
    like = number_in(request.GET.get("like", ""))
    if like is not None:
        model = shift_of(actor_of(request), like)
        day = day_in(request, "day") if "day" in request.GET else model.day + dt.timedelta(days=7)
        return {**_like(request, model), "day": day}
    return {"day": day_in(request, "day"), "needed": 2, "starts": dt.time(19, 30), "ends": dt.time(21, 30)}


def _like(request: HttpRequest, found: Shift) -> dict[str, Any]:
    # Units that the reader does not see could not be named again; editing keeps them.
    parts = [one.unit.code for one in found.joint_units.all() if _seen(request, one.unit_id)]
    return {
        "kind": found.kind_id,
        "day": found.day,
        "starts": timezone.localtime(found.starts_at).time(),
        "ends": timezone.localtime(found.ends_at).time(),
        "needed": found.needed,
        "site": found.site_id,
        "route": found.route,
        "joint": "、".join(parts),
        "police": found.police or None,
        "auxiliaries": found.auxiliaries or None,
        "vehicles": found.vehicles or None,
        "remarks": found.remarks,
    }


def _changes(request: HttpRequest, form: ShiftEditForm) -> dict[str, Any]:
    joint = {"joint_unit_ids": _joint(request, form)} if "joint" in form.changed_data else {}
    return {**form.changes, **joint}


def _seen(request: HttpRequest, unit_id: int) -> bool:
    return allowed(actor_of(request), Permission.UNIT_VIEW, unit_id)


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
