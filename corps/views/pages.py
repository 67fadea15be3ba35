"""The frame of every page: signed in, the unit of the address seen, the reader's places and language known."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from corps.actors import Actor
from corps.doors import actor_of
from corps.errors import Refusal
from corps.operations.trail import record_refusal
from corps.permissions import Permission
from corps.queries.scope import Node, allowed, require, scope_of, see_unit

View = Callable[..., HttpResponseBase]


def unit_door(permission: Permission, *, refused_as: str = "") -> Callable[[View], View]:
    """A page of the unit whose code stands in the address: 404 outside the scope, 403 inside it without the right.

    With `refused_as`, the code of an act, sending the page's form without the right is an entry of the action log.
    """

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def door(request: HttpRequest, code: str, **arguments: Any) -> HttpResponseBase:
            actor = actor_of(request)
            unit = see_unit(actor, code)
            try:
                require(actor, permission, unit.id)
            except PermissionDenied as refusal:
                if refused_as and request.method == "POST":
                    record_refusal(actor=actor, action=refused_as, unit_id=unit.id, refusal=refusal)
                raise
            return view(request, unit=unit, **arguments)

        return door

    return decorate


def frame(request: HttpRequest, unit: Node | None, place: str, **values: Any) -> dict[str, Any]:
    """The context of a page: `unit` for the trail, `place` for the navigation, and what the page itself shows."""
    actor = actor_of(request)
    return {
        "unit": unit,
        "place": place,
        "switcher_url": reverse("unit_search"),
        "may_admin": bool(scope_of(actor, Permission.ADMIN_SITE)),
        **values,
    }


def rights(actor: Actor, unit_id: int, *permissions: Permission) -> dict[str, bool]:
    """Which of the permissions the actor holds in the unit, by the name of the permission: `{"member_edit": True}`."""
    return {permission.name.lower(): allowed(actor, permission, unit_id) for permission in permissions}


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a piece of the page, and not for the page after going back in history."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def entered(request: HttpRequest) -> QueryDict | None:
    """What was sent with a form; None when the form is only opened. An empty form that was sent is not the same."""
    return request.POST if request.method == "POST" else None


def refused(request: HttpRequest, refusal: Refusal, back: str) -> HttpResponse:
    """Show why not, on the page the reader came from."""
    messages.error(request, str(refusal))
    return redirect(back)


def settle(request: HttpRequest, act: Callable[[], object], back: str, done: str = "") -> HttpResponse:
    """Run an act and go `back`; there stands what was `done`, or why not."""
    try:
        act()
    except Refusal as refusal:
        return refused(request, refusal, back)
    if done:
        messages.success(request, done)
    return redirect(back)
