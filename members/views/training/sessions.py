"""The training of a unit: what comes, what is to be closed, what was; planning, changing and cancelling a session."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from corps.doors import actor_of
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.places import sites_of
from corps.queries.scope import Node, current_tree, local_today
from corps.views.filters import address
from corps.views.pages import entered, frame, rights, unit_door
from members.enums import SessionMode
from members.forms.training import PLACES, ReasonForm, SessionForm, planned
from members.models import TrainingSession
from members.operations.training import sessions as operations
from members.queries.training.sessions import (
    CANCELLED,
    COMING,
    HELD,
    TO_CLOSE,
    courses_in_use,
    require_organiser,
    session_page,
    session_seen,
)
from members.views.training.words import session_row

RIGHTS = (Permission.TRAINING_RECORD, Permission.TRAINING_COURSE)


@require_GET
@unit_door(Permission.TRAINING_VIEW)
def training(request: HttpRequest, unit: Node) -> HttpResponse:
    """Sessions of the unit, of those below it, and of those above that are open to it."""
    actor = actor_of(request)
    which = request.GET.get("which", COMING)
    which = which if which in {COMING, TO_CLOSE, HELD, CANCELLED} else COMING
    page = session_page(actor, unit, which, request.GET.get("after", ""))
    base = reverse("training", args=[unit.code])
    words = [
        (COMING, _("Coming")),
        (TO_CLOSE, _("To be closed")),
        (HELD, pgettext("training", "Held")),
        (CANCELLED, pgettext("training", "Cancelled")),
    ]
    values = {
        "rows": [session_row(one) for one in page.rows],
        "which": which,
        "standing": [
            {"label": word, "url": base if code == COMING else f"{base}?which={code}", "active": code == which}
            for code, word in words
        ],
        "next": address(request.GET, after=page.next) if page.next else "",
        "alone": len(current_tree().within(unit.id)) == 1,
        "no_courses": not page.rows and not courses_in_use(unit.corps_id),
        **rights(actor, unit.id, *RIGHTS),
    }
    return render(request, "members/training/list.html", frame(request, unit, "training", **values))


@unit_door(Permission.TRAINING_RECORD)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, unit: Node) -> HttpResponse:
    """Plan a session."""
    now = timezone.localtime()
    initial = {
        "day": local_today(),
        "starts": now.replace(hour=19, minute=30).time(),
        "ends": now.replace(hour=21, minute=30).time(),
        "mode": SessionMode.CENTRAL,
        "open_below": True,
        "open_to_members": True,
    }
    form = SessionForm(entered(request), initial=initial, **_offers(request, unit))
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: operations.plan_session(actor=actor_of(request), unit_id=unit.id, **form.plan))
        if made is not None:
            messages.success(request, _("“%(course)s” is planned. Enrol people next.") % {"course": made.course.name})
            return redirect("training_session", made.pk)
    back = reverse("training", args=[unit.code])
    return form_page(request, unit, form, heading=_("New session"), button=pgettext("training", "Plan"), back=back)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, session_id: int) -> HttpResponse:
    """Change a session."""
    session, unit = _organised(request, session_id)
    form = SessionForm(entered(request), initial=planned(session), **_offers(request, unit, session))
    if request.method == "POST" and form.is_valid():
        act = operations.edit_session
        if attempt(form, lambda: act(actor=actor_of(request), session_id=session.pk, **form.plan)) is not None:
            messages.success(request, _("The changes are saved."))
            return redirect("training_session", session.pk)
    back = reverse("training_session", args=[session.pk])
    return form_page(request, unit, form, heading=_("Change the session"), button=_("Save"), back=back)


@login_required
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, session_id: int) -> HttpResponse:
    """Call a session off, with a reason."""
    session, unit = _organised(request, session_id)
    form = ReasonForm(entered(request))
    if request.method == "POST" and form.is_valid():
        act, reason = operations.cancel_session, form.cleaned_data["reason"]
        if attempt(form, lambda: act(actor=actor_of(request), session_id=session.pk, reason=reason)) is not None:
            messages.success(request, _("The session is cancelled."))
            return redirect("training_session", session.pk)
    number = session.enrolments.count()
    return form_page(
        request,
        unit,
        form,
        heading=_("Cancel “%(course)s”") % {"course": session.course.name},
        consequence=_("%(number)d people are enrolled; they see that it is cancelled, and why.") % {"number": number},
        button=_("Cancel the session"),
        danger=True,
        back=reverse("training_session", args=[session.pk]),
    )


def attempt(form: forms.Form, act: Callable[[], Any]) -> Any:
    """Run the operation; what it refuses stands beside the field it is about."""
    try:
        return act()
    except Refusal as refusal:
        place = PLACES.get(refusal.place, refusal.place)
        form.add_error(place if place in form.fields else None, str(refusal))
    return None


def form_page(request: HttpRequest, unit: Node, form: forms.Form, **values: Any) -> HttpResponse:
    """A form on a page of its own."""
    return render(request, "members/training/form.html", frame(request, unit, "training", form=form, **values))


def _organised(request: HttpRequest, session_id: int) -> tuple[TrainingSession, Node]:
    """A session that the reader records at its organiser."""
    session = session_seen(actor_of(request), session_id).session
    require_organiser(actor_of(request), session)
    return session, current_tree().nodes[session.unit_id]


def _offers(request: HttpRequest, unit: Node, session: TrainingSession | None = None) -> dict[str, Any]:
    """Courses and sites to choose from; what the session has stays on the list."""
    courses = courses_in_use(unit.corps_id)
    if session is not None and session.course not in courses:
        courses.append(session.course)
    tree = current_tree()
    around = [*(node.id for node in tree.path(unit.id)), *tree.within(unit.id)]
    sites = [(one.pk, one.name) for one in sites_of(actor_of(request), around).filter(active=True)[:300]]
    if session is not None and session.site is not None and session.site_id not in dict(sites):
        sites.append((session.site.pk, session.site.name))
    return {"courses": courses, "sites": sites}
