"""Every error of the API is one shape: `{code, message, place, remedy}`, in the caller's language.

Invalid input adds `fields`, by name.
"""

from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_exception_handler
from rest_framework.views import set_rollback

from corps.errors import Refusal

# A refusal is a conflict with the state of things unless its code says that the input itself is at fault.
INPUT_FAULTS = (".invalid", ".format", ".period", ".expiry", ".name", ".unknown", ".required", ".file")


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook. Refusals are 409 or 422, unseen things 404, missing rights 403; anything unknown stays a 500."""
    if isinstance(error, Refusal):
        set_rollback()
        return Response(refusal_body(error), status=refusal_status(error))
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, DjangoPermissionDenied):
        error = exceptions.PermissionDenied()
    response = rest_exception_handler(error, context)
    if response is not None and isinstance(error, exceptions.APIException):
        response.data = _body(error, response.data)
    return response


def refusal_body(refusal: Refusal) -> dict[str, Any]:
    """A refusal as JSON; with several faulty fields at once `fields` holds a sentence for each."""
    body: dict[str, Any] = {
        "code": refusal.code,
        "message": str(refusal.message),
        "place": str(refusal.place),
        "remedy": str(refusal.remedy),
    }
    if "problems" in refusal.params:
        body["fields"] = refusal.params["problems"]
    return body


def refusal_status(refusal: Refusal) -> int:
    """422 when the input is at fault, 409 when the state of things speaks against it."""
    at_fault = refusal.code.endswith(INPUT_FAULTS)
    return status.HTTP_422_UNPROCESSABLE_ENTITY if at_fault else status.HTTP_409_CONFLICT


def _body(error: exceptions.APIException, data: Any) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        return {
            "code": "invalid",
            "message": _("The request is not complete or not valid."),
            "place": _first_field(data),
            "remedy": _("Please correct the fields named below."),
            "fields": data,
        }
    codes = error.get_codes()
    return {
        "code": codes if isinstance(codes, str) else error.default_code,
        "message": str(error.detail),
        "place": "",
        "remedy": _remedy(error),
    }


def _first_field(data: Any) -> str:
    return next(iter(data), "") if isinstance(data, dict) else ""


def _remedy(error: exceptions.APIException) -> str:
    wait: float | None = getattr(error, "wait", None)
    if wait is not None:
        return _("Try again in %(seconds)d seconds.") % {"seconds": int(wait) + 1}
    remedies = {
        status.HTTP_401_UNAUTHORIZED: _("Sign in, or send a valid API key."),
        status.HTTP_403_FORBIDDEN: _("Ask your liaison officer for the right you need."),
        status.HTTP_404_NOT_FOUND: _("Check the address, and whether the unit lies within your own."),
    }
    return remedies.get(error.status_code, "")
