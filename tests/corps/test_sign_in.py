"""The entrance: sign-in in Chinese, the lock at the fifth failure, second factors by role, and the trail of it all."""

import json
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.http import HttpResponse, JsonResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django.fixtures import Settings

from corps.middleware import SecondFactorMiddleware
from corps.models import Account, ActionLog
from corps.operations.accounts import remove_second_factor
from tests.cast import PASSWORD, Cast

LOGIN = "/accounts/login/"


def attempt(client: Client, username: str, password: str, **more: Any) -> Any:
    return client.post(LOGIN, {"login": username, "password": password}, **more)


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def trail() -> list[tuple[str, str, str | None]]:
    return list(ActionLog.objects.order_by("id").values_list("action", "result", "account__username"))


def test_the_page_is_chinese_and_there_is_no_sign_up(db: None) -> None:
    page = Client().get(LOGIN).content.decode()
    assert 'lang="zh-Hans"' in page
    assert "密码" in page
    closed = Client().get("/accounts/signup/").content.decode()
    assert "password1" not in closed


def test_sign_in_and_out_stand_in_the_trail_of_the_unit(cast: Cast) -> None:
    client = Client()
    assert attempt(client, "captain_sg1", PASSWORD, REMOTE_ADDR="192.0.2.9").status_code == 302
    assert signed_in(client)
    entry = ActionLog.objects.get()
    assert (entry.action, entry.unit, entry.ip) == ("session.start", cast.units["sg1"], "192.0.2.9")
    client.post("/accounts/logout/")
    assert not signed_in(client)
    assert [action for action, *_ in trail()] == ["session.start", "session.end"]
    client.force_login(cast.accounts["liaison_sg"])
    client.post("/admin/logout/")
    assert trail()[-1] == ("session.end", "done", "liaison_sg")


def test_failures_are_kept_with_the_unit_of_the_name_and_no_password(cast: Cast) -> None:
    attempt(Client(), "captain_sg1", "guess-guess-guess")
    attempt(Client(), "my-secret-password", "x")
    known, unknown = ActionLog.objects.order_by("id")
    assert (known.action, known.result, known.unit, known.actor_name, known.account) == (
        "session.refuse",
        "failed",
        cast.units["sg1"],
        "captain_sg1",
        None,
    )
    assert (unknown.unit, unknown.actor_name) == (None, "my-…")
    assert "guess-guess-guess" not in json.dumps(list(ActionLog.objects.values_list("detail", "reason")))


def test_the_fifth_failure_locks_with_a_chinese_page(cast: Cast) -> None:
    client = Client()
    statuses = [attempt(client, "captain_sg1", "wrong").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 429]
    response = attempt(client, "captain_sg1", PASSWORD)
    assert response.status_code == 429
    assert not signed_in(client)
    assert "text/html" in response.headers["Content-Type"]
    assert [action for action, *_ in trail()].count("session.lock") == 1
    lock = ActionLog.objects.get(action="session.lock")
    assert (lock.unit, lock.object_id, lock.detail) == (
        cast.units["sg1"],
        str(cast.accounts["captain_sg1"].pk),
        {"failures": 5},
    )


def test_the_lock_is_of_name_and_address_and_knows_no_case(cast: Cast, settings: Settings) -> None:
    settings.PROXY_COUNT = 1
    client = Client()
    for name in ("captain_sg1", "Captain_SG1", "CAPTAIN_sg1", "captain_sg1", "captain_SG1"):
        attempt(client, name, "wrong", HTTP_X_FORWARDED_FOR="6.6.6.6, 203.0.113.9")
    assert attempt(client, "captain_sg1", PASSWORD, HTTP_X_FORWARDED_FOR="7.7.7.7, 203.0.113.9").status_code == 429
    assert attempt(client, "captain_sg1", PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.10").status_code == 302
    assert attempt(Client(), "captain_sg", PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.9").status_code == 302


def enrol(account: Account) -> str:
    secret: str = generate_totp_secret()
    TOTP.activate(account, secret)
    RecoveryCodes.activate(account)
    return secret


def code_of(secret: str) -> Any:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_privileged_roles_set_up_a_second_factor_before_anything_else(cast: Cast, settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    client = Client()
    attempt(client, "captain_sg1", PASSWORD)
    assert client.get("/accounts/sessions/").headers["Location"] == "/accounts/2fa/totp/activate/"
    # allauth asks for the password once more before anything about factors is changed.
    assert client.get("/accounts/2fa/totp/activate/").headers["Location"].startswith("/accounts/reauthenticate/")
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    for path in ("/accounts/2fa/totp/activate/", "/accounts/2fa/", "/accounts/password/change/", "/accounts/logout/"):
        assert client.get(path).status_code == 200, path
    assert client.post("/i18n/setlang/", {"language": "en"}).status_code == 302
    fragment = client.get("/accounts/sessions/", HTTP_HX_REQUEST="true")
    assert fragment.status_code == 403
    assert fragment.headers["Content-Type"].startswith("text/plain")
    request = RequestFactory().get("/api/v1/anything/")
    request.user = cast.actor("captain_sg1")
    request.resolver_match = None
    program = SecondFactorMiddleware(lambda _request: HttpResponse()).process_view(request, lambda: None, (), {})
    assert isinstance(program, JsonResponse)
    assert program.status_code == 403
    assert json.loads(program.content)["code"] == "second_factor.missing"


@pytest.mark.parametrize(
    ("who", "asked"),
    [
        ("liaison_hy", True),
        ("captain_sg", True),
        ("commissar_sg", True),
        ("dispatcher_sg", True),
        ("auditor_hy", True),
        ("admin", True),
        ("inspector_sg", False),
        ("member_sg11", False),
        ("nobody", False),
    ],
)
def test_which_roles_owe_a_second_factor(cast: Cast, settings: Settings, who: str, *, asked: bool) -> None:
    client = Client()
    client.force_login(cast.accounts[who])
    assert client.get("/accounts/sessions/").status_code == 200
    settings.SECOND_FACTOR_REQUIRED = True
    assert (client.get("/accounts/sessions/").status_code == 302) is asked


def test_recovery_codes_alone_are_no_second_factor(cast: Cast, settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    account = cast.accounts["captain_sg1"]
    Authenticator.objects.create(user=account, type=Authenticator.Type.RECOVERY_CODES, data={})
    client = Client()
    client.force_login(account)
    assert client.get("/accounts/sessions/").status_code == 302


def test_with_a_second_factor_the_password_alone_does_not_open(cast: Cast, settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    secret = enrol(cast.accounts["captain_sg1"])
    client = Client()
    response = attempt(client, "captain_sg1", PASSWORD)
    assert response.headers["Location"] == "/accounts/2fa/authenticate/"
    assert not signed_in(client)
    assert [action for action, *_ in trail()] == []
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert trail()[-1] == ("second_factor.refuse", "failed", "captain_sg1")
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert signed_in(client)
    assert trail()[-1] == ("session.start", "done", "captain_sg1")
    assert client.get("/accounts/sessions/").status_code == 200


def test_a_lost_factor_is_removed_by_an_officer_and_owed_again(cast: Cast, settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    account = cast.accounts["captain_sg1"]
    enrol(account)
    remove_second_factor(actor=cast.actor("liaison_sg"), account_id=account.pk, reason="手机遗失")
    entry = ActionLog.objects.get()
    assert (entry.action, entry.object_id, entry.reason) == (
        "account.remove_second_factor",
        str(account.pk),
        "手机遗失",
    )
    client = Client()
    attempt(client, "captain_sg1", PASSWORD)
    assert client.get("/accounts/sessions/").headers["Location"] == "/accounts/2fa/totp/activate/"


def test_setting_up_and_removing_a_factor_stand_in_the_trail(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    client = Client()
    attempt(client, "captain_sg1", PASSWORD)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.get("/accounts/2fa/totp/activate/")
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/totp/activate/", {"code": code_of(client.session["mfa.totp.secret"])})
    client.post("/accounts/2fa/totp/deactivate/")
    actions = [action for action, *_ in trail()]
    assert "second_factor.set" in actions
    assert "second_factor.remove" in actions


def test_privileged_passwords_are_due_after_ninety_days(cast: Cast) -> None:
    Account.objects.update(password_changed_at=timezone.now() - timedelta(days=91))
    for who, due in (("captain_sg1", True), ("member_sg11", False)):
        client = Client()
        client.force_login(cast.accounts[who])
        assert (client.get("/accounts/sessions/").headers.get("Location") == "/accounts/password/change/") is due
    client = Client()
    client.force_login(cast.accounts["captain_sg1"])
    fresh = "Neue-Laterne-77"
    again = {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/accounts/password/change/", again).status_code == 200
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh})
    assert client.get("/accounts/sessions/").status_code == 200
    assert ("password.change", "done", "captain_sg1") in trail()
