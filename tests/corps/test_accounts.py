"""Accounts: who may make, change and close them, and what closing ends."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.test import Client
from django.utils import timezone

from corps.actors import SYSTEM
from corps.enums import ActionResult
from corps.errors import Refusal
from corps.models import Account, ActionLog, Appointment
from corps.models.scope import local_today, scope_of
from corps.operations import accounts
from corps.operations.api_keys import issue_key
from corps.permissions import Permission
from corps.queries.accounts import may_manage, sessions_of
from tests.cast import PASSWORD, Cast


def sign_in(username: str, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": username, "password": password})
    return client


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_an_officer_makes_an_account_with_a_one_time_password(cast: Cast) -> None:
    officer = cast.actor("liaison_sg")
    made = accounts.create_account(
        actor=officer, username="wang", display_name="王强", unit_id=cast.units["sg1"].pk, phone="13800000000"
    )
    assert made.account.one_time_password
    assert check_password(made.password, made.account.password)
    assert not scope_of(cast.actor("wang"), Permission.UNIT_VIEW)
    client = sign_in("wang", made.password)
    assert client.get("/admin/").headers["Location"] == "/accounts/password/change/"
    fresh = "Neue-Laterne-77"
    client.post("/accounts/password/change/", {"oldpassword": made.password, "password1": fresh, "password2": fresh})
    assert not cast.actor("wang").one_time_password
    assert client.get("/admin/").headers.get("Location") != "/accounts/password/change/"


@pytest.mark.parametrize(
    ("who", "unit", "error"),
    [
        ("liaison_sg", "hy", Http404),
        ("liaison_sg", "zx1", Http404),
        ("captain_sg", "sg1", PermissionDenied),
        ("auditor_hy", "sg1", PermissionDenied),
        ("nobody", "sg1", Http404),
    ],
)
def test_nobody_else_makes_accounts(cast: Cast, who: str, unit: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        accounts.create_account(
            actor=cast.actor(who), username="wang", display_name="王强", unit_id=cast.units[unit].pk
        )
    assert not Account.objects.filter(username="wang").exists()
    refused = ActionLog.objects.get()
    assert (refused.action, refused.result, refused.account) == (
        "account.create",
        ActionResult.REFUSED,
        cast.actor(who),
    )


@pytest.mark.parametrize(
    ("username", "display_name", "code"),
    [("", "王强", "account.invalid"), ("a b", "王强", "account.invalid"), ("LIAISON_SG", "王强", "account.invalid")],
)
def test_bad_particulars_are_refused_with_their_place(cast: Cast, username: str, display_name: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        accounts.create_account(actor=SYSTEM, username=username, display_name=display_name, unit_id=cast.units["sg"].pk)
    assert refused.value.code == code
    assert refused.value.remedy


def test_one_needs_the_right_in_every_unit_of_an_account(cast: Cast) -> None:
    officer, captain = cast.actor("liaison_sg"), cast.actor("captain_sg1")
    assert may_manage(officer, captain)
    Appointment.objects.create(account=captain, role="member", unit=cast.units["zx1"], starts_on=local_today())
    assert not may_manage(cast.actor("liaison_sg"), captain)
    with pytest.raises(PermissionDenied):
        accounts.reset_password(actor=cast.actor("liaison_sg"), account_id=captain.pk)
    accounts.reset_password(actor=cast.actor("liaison_hy"), account_id=captain.pk)
    with pytest.raises(Http404):
        accounts.reset_password(actor=cast.actor("liaison_sg"), account_id=cast.accounts["liaison_hy"].pk)


def test_an_administrator_is_managed_by_administrators_alone(cast: Cast) -> None:
    admin = cast.accounts["admin"]
    admin.unit = cast.units["sg"]
    admin.save()
    with pytest.raises(PermissionDenied):
        accounts.deactivate_account(actor=cast.actor("liaison_hy"), account_id=admin.pk, reason="x")


def test_a_leaver_loses_sessions_keys_and_appointments_the_same_day(cast: Cast) -> None:
    officer, leaver = cast.actor("liaison_hy"), cast.accounts["liaison_sg"]
    client = sign_in("liaison_sg")
    client.get("/accounts/sessions/")
    assert len(sessions_of(leaver)) == 1
    key = issue_key(actor=leaver, account_id=leaver.pk, name="x", expires_at=timezone.now() + timedelta(days=9)).key
    later = Appointment.objects.create(
        account=leaver, role="member", unit=cast.units["sg"], starts_on=local_today() + timedelta(days=3)
    )
    accounts.deactivate_account(actor=officer, account_id=leaver.pk, reason="调离")
    leaver = cast.actor("liaison_sg")
    assert not leaver.is_active
    assert sessions_of(leaver) == []
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert leaver.appointments.get().ends_on == local_today()
    assert not Appointment.objects.filter(pk=later.pk).exists()
    assert client.get("/accounts/sessions/").status_code == 302
    assert not signed_in(sign_in("liaison_sg"))
    assert ActionLog.objects.latest("id").detail == {"code": "inactive"}
    back = accounts.reactivate_account(actor=officer, account_id=leaver.pk, reason="调回")
    assert signed_in(sign_in("liaison_sg", back.password))
    assert not scope_of(cast.actor("liaison_sg"), Permission.UNIT_VIEW)


def test_nobody_locks_the_own_door(cast: Cast) -> None:
    officer = cast.actor("liaison_hy")
    for act in (accounts.deactivate_account, accounts.remove_second_factor):
        with pytest.raises(Refusal) as refused:
            act(actor=officer, account_id=officer.pk, reason="x")
        assert refused.value.code == "account.oneself"
    with pytest.raises(Refusal):
        accounts.reset_password(actor=officer, account_id=officer.pk)


def test_a_reset_gives_a_one_time_password_and_lifts_the_lock(cast: Cast) -> None:
    for _ in range(5):
        sign_in("captain_sg", "wrong")
    assert (
        sign_in("captain_sg").post("/accounts/login/", {"login": "captain_sg", "password": PASSWORD}).status_code == 429
    )
    made = accounts.reset_password(actor=cast.actor("liaison_hy"), account_id=cast.accounts["captain_sg"].pk)
    assert not AccessAttempt.objects.exists()
    assert signed_in(sign_in("captain_sg", made.password))


def test_a_machine_has_no_password(cast: Cast) -> None:
    made = accounts.create_account(
        actor=cast.actor("liaison_sg"),
        username="patrol-app",
        display_name="巡逻系统",
        unit_id=cast.units["sg"].pk,
        machine=True,
    )
    assert made.password == ""
    assert not made.account.has_usable_password()
    with pytest.raises(Refusal) as refused:
        accounts.reset_password(actor=cast.actor("liaison_sg"), account_id=made.account.pk)
    assert refused.value.code == "account.machine"


def test_sessions_can_be_ended_from_one_place(cast: Cast) -> None:
    first, second = sign_in("captain_sg"), sign_in("captain_sg")
    for client in (first, second):
        client.get("/accounts/sessions/")
    assert accounts.end_sessions(actor=cast.actor("liaison_sg"), account_id=cast.accounts["captain_sg"].pk) == 2
    assert first.get("/accounts/sessions/").status_code == 302
    assert ActionLog.objects.latest("id").detail == {"sessions": 2}


def test_edit_needs_the_right_in_the_new_home(cast: Cast) -> None:
    officer, captain = cast.actor("liaison_sg"), cast.accounts["captain_sg1"]
    edited = accounts.edit_account(
        actor=officer, account_id=captain.pk, display_name="李队", unit_id=cast.units["sg2"].pk, phone="13900000000"
    )
    assert (edited.display_name, edited.unit_id) == ("李队", cast.units["sg2"].pk)
    with pytest.raises(Http404):
        accounts.edit_account(actor=officer, account_id=captain.pk, display_name="李队", unit_id=cast.units["zx"].pk)


def test_the_last_five_passwords_are_not_used_again(cast: Cast) -> None:
    account = cast.actor("captain_sg")
    used = [PASSWORD, *(f"Laterne-Nummer-{number}" for number in range(6))]
    for password in used[1:]:
        account.set_password(password)
        account.save()
    assert account.former_passwords.count() == 5
    for password in used[-5:]:
        with pytest.raises(ValidationError):
            validate_password(password, account)
    validate_password(used[0], account)
    with pytest.raises(ValidationError):
        validate_password("short-one", account)


def test_accounts_are_seen_by_home_and_appointment(cast: Cast) -> None:
    seen = set(Account.objects.visible_to(cast.actor("liaison_sg")).values_list("username", flat=True))
    assert "captain_sg1" in seen
    assert not {"captain_zx", "liaison_hy", "admin", "nobody"} & seen
    assert set(Account.objects.visible_to(cast.actor("captain_sg"))) == {cast.accounts["captain_sg"]}
    Account.objects.filter(username="nobody").update(unit=cast.units["sg11"])
    assert cast.accounts["nobody"] in Account.objects.visible_to(cast.actor("liaison_sg"))
