"""Request-wide facts: where an act comes from, and what an account owes before it may go on."""

import re
import time
import uuid
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import structlog
from allauth.usersessions.middleware import UserSessionsMiddleware
from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from corps.addresses import client_ip
from corps.models.scope import steady_tree
from corps.operations.acts import RequestFacts, current_request
from corps.queries.accounts import password_is_due, standing_of

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# Pages that somebody who still owes a second factor or a new password needs: to set it, to leave, to read them.
OPEN_ROUTES = frozenset(
    {
        "account_change_password",
        "account_inactive",
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_authenticate",
        "mfa_download_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_index",
        "mfa_list_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_view_recovery_codes",
        "set_language",
        "healthz",
        "readyz",
    }
)
# Parts of pages that ask for themselves again say so in this header.
SELF_REFRESH = "X-Self-Refresh"
_CLICKED = "clicked"
_NOTE_EVERY_S = 60
_REQUEST_ID = re.compile(r"[0-9A-Za-z-]{8,36}")


class SittingMiddleware(SessionMiddleware):
    """Sessions, whose end every click of a person puts off, at most once a minute: a page must not wait for a disk.

    A page that refreshes itself puts nothing off. A sitting so ends between twenty-nine and thirty minutes after the
    last click (`SESSION_COOKIE_AGE`).
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session = request.session
        if session.session_key and _first_click(request) and not session.is_empty():
            session[_CLICKED] = int(time.time())
        return super().process_response(request, response)


class SeenMiddleware(UserSessionsMiddleware):
    """Notes when and from where somebody was last seen, for the list of one's own sittings: as often as the sitting."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        noted: HttpResponseBase = super().__call__(request) if _first_click(request) else self.get_response(request)
        return noted


def _first_click(request: HttpRequest) -> bool:
    """Whether a person asks, and for the first time in a minute."""
    if request.headers.get(SELF_REFRESH) == "1":
        return False
    before: int = request.session.get(_CLICKED, 0)
    # A clock that was set back must not stop the noting.
    return not 0 <= time.time() - before < _NOTE_EVERY_S


class ActorMiddleware:
    """Puts the request's id and address where operations and the trail find them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = current_request.set(RequestFacts(request_id=_request_id(), ip=client_ip(request)))
        try:
            # A page that only reads is drawn from one version of the tree and asks for the version once.
            with steady_tree() if request.method in {"GET", "HEAD"} else nullcontext():
                return self.get_response(request)
        finally:
            current_request.reset(token)


def _request_id() -> str:
    """The id under which the logs know this request; a client may have sent it, so anything odd is replaced."""
    found = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    return found if _REQUEST_ID.fullmatch(found) else str(uuid.uuid4())


class NulMiddleware:
    """Refuses the character NUL, which PostgreSQL keeps in no text and no person types, wherever it was sent.

    Fields of forms and of the API refuse it by themselves; this is for all that is read beside them.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponseBase | None:
        sent = [request.path, *_values(request.GET)]
        # The API reads its bodies itself, after it knows who calls.
        if request.method == "POST" and not request.path.startswith("/api/"):
            sent += _values(request.POST)
        if any("\0" in text for text in sent):
            raise BadRequest("the character NUL")
        return None


def _values(query: QueryDict) -> list[str]:
    return [text for name, values in query.lists() for text in (name, *values)]


class PrivateMiddleware:
    """What a signed-in person was shown is kept by no browser and no proxy: computers of a station are shared, and
    the button “back” must show nothing once somebody has signed out.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response


class DebtMiddleware:
    """Sends an account that owes something to the page where it is settled, before anything else.

    Subclasses say what is owed. Pages are redirected; htmx and the API get a 403 with the sentence, because a redirect
    would land inside a fragment or a program. API keys are not concerned: they bring no session.
    """

    route = ""
    code = ""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        if not request.user.is_authenticated or (match is not None and match.view_name in OPEN_ROUTES):
            return None
        if not self.owes(request):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse(
                {"code": self.code, "message": self.sentence(), "place": "", "remedy": self.remedy()}, status=403
            )
        if request.headers.get("HX-Request"):
            return HttpResponse(
                f"{self.sentence()} {self.remedy()}", status=403, content_type="text/plain; charset=utf-8"
            )
        messages.warning(request, f"{self.sentence()} {self.remedy()}")
        return redirect(self.route)

    def owes(self, request: HttpRequest) -> bool:
        """Whether the signed-in account of `request` still owes it."""
        raise NotImplementedError

    def sentence(self) -> str:
        """What is missing."""
        raise NotImplementedError

    def remedy(self) -> str:
        """What to do about it."""
        raise NotImplementedError


class PasswordMiddleware(DebtMiddleware):
    """A one-time password is changed at the first sign-in, that of a privileged role every ninety days."""

    route = "account_change_password"
    code = "password.due"

    def owes(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and password_is_due(request.user)

    def sentence(self) -> str:
        return _("Your password has to be changed before you can go on.")

    def remedy(self) -> str:
        return _("Please set a new one on the page “Change password”.")


class SecondFactorMiddleware(DebtMiddleware):
    """Privileged roles sign in with a second factor wherever real data lives."""

    route = "mfa_activate_totp"
    code = "second_factor.missing"

    def owes(self, request: HttpRequest) -> bool:
        if not settings.SECOND_FACTOR_REQUIRED or not request.user.is_authenticated:
            return False
        standing = standing_of(request.user)
        return standing.privileged and not standing.second_factor

    def sentence(self) -> str:
        return _("Your role requires a second factor, and none is set up yet.")

    def remedy(self) -> str:
        return _("Please set up an authenticator app on the page “Second factor”.")
