"""API keys and sessions at the API's door, and the one shape of its errors."""

import secrets
from datetime import datetime, timedelta
from ipaddress import IPv6Address
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.test import RequestFactory
from django.utils import timezone, translation
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from corps.api.errors import refusal_status
from corps.api.failures import MOST_FAILURES
from corps.enums import ActionResult
from corps.errors import Refusal
from corps.models import Account, ActionLog, ApiKey
from corps.operations.accounts import create_account
from corps.operations.api_keys import IssuedKey, issue_key, note_use, revoke_key
from tests.cast import Cast


class Door(APIView):
    """Answers with the caller's name, or fails as the test wishes."""

    failure: Exception | None = None

    def get(self, request: Request) -> Response:
        if self.failure:
            raise self.failure
        return Response({"username": request.user.username})

    post = get


def issue(cast: Cast, who: str = "liaison_sg", days: float = 30) -> IssuedKey:
    actor = cast.actor(who)
    return issue_key(
        actor=actor, account_id=actor.pk, name="巡逻系统", expires_at=timezone.now() + timedelta(days=days)
    )


def some_address() -> str:
    return str(IPv6Address((0x2001_0DB8 << 96) + secrets.randbits(96)))


def call(
    header: str | None = None,
    failure: Exception | None = None,
    request: HttpRequest | None = None,
    address: str = "",
) -> Response:
    headers: dict[str, Any] = {"HTTP_AUTHORIZATION": header} if header else {}
    # An address of its own for each call: wrong keys are counted by address, and tests share one Valkey.
    request = request or RequestFactory().get("/api/v1/x", REMOTE_ADDR=address or some_address(), **headers)
    response = Door.as_view(failure=failure)(request)
    assert isinstance(response, Response)
    return response


def test_a_key_acts_as_its_account(cast: Cast) -> None:
    issued = issue(cast)
    assert issued.text.startswith(f"yw_{issued.key.prefix}_")
    assert issued.text.rsplit("_", 1)[1].encode() not in bytes(issued.key.digest)
    response = call(f"Api-Key {issued.text}")
    assert (response.status_code, response.data) == (200, {"username": "liaison_sg"})


@pytest.mark.parametrize("change", ["secret", "prefix", "shape", "empty", "expired", "revoked", "left"])
def test_a_wrong_key_is_a_401_that_tells_nothing(cast: Cast, change: str) -> None:
    issued = issue(cast)
    text = issued.text
    if change == "secret":
        text = text[:-1] + ("A" if text[-1] != "A" else "B")
    elif change == "prefix":
        text = text.replace(issued.key.prefix, "0" * 10)
    elif change == "shape":
        text = "yw_" + "é" * 54
    elif change == "empty":
        text = ""
    elif change == "expired":
        ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif change == "revoked":
        revoke_key(actor=cast.actor("liaison_sg"), key_id=issued.key.pk)
    else:
        Account.objects.filter(pk=issued.key.account_id).update(is_active=False)
    response = call(f"Api-Key {text}")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Api-Key"
    assert response.data["code"] == "api_key.invalid"
    assert response.data["remedy"]


def test_many_wrong_keys_close_the_door_to_their_address(cast: Cast) -> None:
    issued, address = issue(cast), some_address()
    for _number in range(MOST_FAILURES):
        assert call("Api-Key yw_0", address=address).status_code == 401
    refused = call("Api-Key yw_0", address=address)
    assert (refused.status_code, refused.data["code"]) == (429, "throttled")
    assert refused.data["remedy"]
    assert call(f"Api-Key {issued.text}", address=address).status_code == 429, "a right guess must not stand out"
    assert call(f"Api-Key {issued.text}").status_code == 200, "others are not concerned"


def test_wrong_keys_stand_in_the_trail_without_filling_it(cast: Cast) -> None:
    cache.delete("api-key-failures:noted")
    issued, address = issue(cast), some_address()
    wrong = issued.text[:-1] + ("A" if issued.text[-1] != "A" else "B")
    for _number in range(MOST_FAILURES + 5):
        call(f"Api-Key {wrong}", address=address)
    entries = ActionLog.objects.filter(action="api_key.refuse").order_by("id")
    assert [(entry.result, entry.detail) for entry in entries] == [
        (ActionResult.FAILED, {"failures": 1}),
        (ActionResult.REFUSED, {"failures": MOST_FAILURES}),
    ]
    assert {(entry.actor_name, entry.object_id) for entry in entries} == {("巡逻系统", str(issued.key.pk))}
    assert {entry.unit_id for entry in entries} == {cast.units["sg"].pk}, "the trail of the account's unit"
    assert wrong not in str(entries.values())


def test_nobody_is_a_401(db: None) -> None:
    assert call().status_code == 401
    assert call("Basic eDp5").status_code == 401


def test_use_is_noted_once_a_minute(cast: Cast) -> None:
    issued = issue(cast)
    call(f"Api-Key {issued.text}")
    first = ApiKey.objects.get().last_used_at
    assert first is not None
    call(f"Api-Key {issued.text}")
    assert ApiKey.objects.get().last_used_at == first
    later = first + timedelta(seconds=61)
    note_use(ApiKey.objects.get(), later)
    assert ApiKey.objects.get().last_used_at == later


@pytest.mark.parametrize("days", [-1, 0, 367, 4000])
def test_a_key_is_for_a_year_at_most(cast: Cast, days: int) -> None:
    with pytest.raises(Refusal) as refused:
        issue(cast, days=days)
    assert refused.value.code == "api_key.expiry"


def expiry() -> datetime:
    return timezone.now() + timedelta(days=1)


def test_keys_are_for_systems_and_for_oneself(cast: Cast) -> None:
    officer = cast.actor("liaison_sg")
    with pytest.raises(Refusal) as refused:
        issue_key(actor=officer, account_id=cast.accounts["captain_sg1"].pk, name="x", expires_at=expiry())
    assert refused.value.code == "api_key.foreign"
    with pytest.raises(PermissionDenied):
        issue(cast, "captain_sg")
    with pytest.raises(Http404):
        issue_key(actor=officer, account_id=cast.accounts["captain_zx"].pk, name="x", expires_at=expiry())
    machine = create_account(
        actor=officer, username="app", display_name="系统", unit_id=cast.units["sg1"].pk, machine=True
    ).account
    issued = issue_key(actor=officer, account_id=machine.pk, name="x", expires_at=expiry())
    with pytest.raises(Http404):
        revoke_key(actor=cast.actor("captain_zx"), key_id=issued.key.pk)
    assert revoke_key(actor=officer, key_id=issued.key.pk).revoked_at


def test_a_session_reads_and_writes_only_with_the_csrf_token(cast: Cast) -> None:
    request = RequestFactory().get("/api/v1/x")
    request.user = cast.accounts["captain_sg"]
    assert call(request=request).status_code == 200
    request = RequestFactory(enforce_csrf_checks=True).post("/api/v1/x")
    request.user = cast.accounts["captain_sg"]
    response = call(request=request)
    assert response.status_code == 403
    assert response.data["code"] == "permission_denied"


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (Refusal("No.", code="unit.closed", place="一中队", remedy="Choose another."), 409, "unit.closed"),
        (Refusal("No.", code="account.invalid", place="username", remedy="Correct it."), 422, "account.invalid"),
        (Http404("unit 7 of zx"), 404, "not_found"),
        (PermissionDenied("member.edit in unit 7"), 403, "permission_denied"),
        (serializers.ValidationError({"name": ["missing"]}), 400, "invalid"),
    ],
)
def test_errors_have_one_shape_and_betray_nothing(cast: Cast, failure: Exception, status: int, code: str) -> None:
    response = call(f"Api-Key {issue(cast).text}", failure=failure)
    assert response.status_code == status
    assert response.data["code"] == code
    assert {"code", "message", "place", "remedy"} <= set(response.data)
    assert response.data["message"]
    assert response.data["remedy"]
    assert "unit 7" not in str(response.data)


def test_errors_speak_the_callers_language(cast: Cast) -> None:
    with translation.override("zh-hans"):
        chinese = call(f"Api-Key {issue(cast).text}", failure=Http404()).data["message"]
    with translation.override("en"):
        english: Any = call(f"Api-Key {issue(cast).text}", failure=Http404()).data["message"]
    assert chinese != english
    assert not str(chinese).isascii()


def test_the_code_tells_input_faults_from_conflicts() -> None:
    assert refusal_status(Refusal("x", code="api_key.expiry")) == 422
    assert refusal_status(Refusal("x", code="appointment.overlap")) == 409
