"""Demo logins: one per role, a password of this installation alone, never in production."""

import io
from datetime import date

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command
from django.test import override_settings

from corps.actors import SYSTEM
from corps.errors import Refusal
from corps.models import Account, Appointment
from corps.operations.demo_accounts import create_demo_account
from corps.roles import Role
from members.models import Member
from members.operations.cities import load_city
from members.operations.demo_logins import demo_password

TODAY = date(2026, 11, 21)


def load(name: str = "hengyang", members: int = 30) -> None:
    load_city(actor=SYSTEM, name=name, members=members, seed=1, today=TODAY)


def printed() -> list[list[str]]:
    out = io.StringIO()
    call_command("demo_logins", stdout=out)
    return [line.split("\t") for line in out.getvalue().splitlines()]


@pytest.mark.django_db
def test_there_is_a_login_for_every_role_and_the_administrator() -> None:
    load()
    assert set(Appointment.objects.values_list("role", flat=True)) == set(Role.values)
    assert Appointment.objects.filter(role=Role.CAPTAIN).count() == 3
    assert Account.objects.get(username="admin").is_superuser
    lines = printed()
    assert len(lines) == 10
    for role, username, password, who in lines:
        account = Account.objects.get(username=username)
        assert account.check_password(password)
        assert not account.one_time_password
        assert role
        assert account.display_name in who


@pytest.mark.django_db
def test_the_member_is_a_real_row_of_the_roster() -> None:
    load()
    account = Account.objects.get(username="member")
    assert Member.objects.get(account=account).name == account.display_name


@pytest.mark.django_db
def test_a_second_city_gets_logins_of_its_own() -> None:
    load()
    load("tangxia")
    usernames = [username for _, username, _, _ in printed()]
    assert "liaison" in usernames
    assert "liaison-tangxia" in usernames
    # The town has no detachments, so nobody leads one.
    assert "captain-detachment-tangxia" not in usernames
    assert "admin-tangxia" not in usernames
    liaison = Account.objects.get(username="liaison-tangxia")
    assert liaison.appointments.get().unit.code == "TX"


@pytest.mark.django_db
def test_a_changed_password_is_not_printed() -> None:
    load(members=1)
    account = Account.objects.get(username="liaison")
    account.set_password("another-Pass-2026")
    account.save()
    line = next(line for line in printed() if line[1] == "liaison")
    assert line[2] != demo_password()


def test_the_password_follows_from_the_secret_of_the_installation() -> None:
    validate_password(demo_password())
    with override_settings(SECRET_KEY="a" * 50):
        first = demo_password()
    with override_settings(SECRET_KEY="b" * 50):
        assert demo_password() != first


@pytest.mark.django_db
@override_settings(PRODUCTION=True)
def test_production_has_none() -> None:
    load(members=3)
    assert Member.objects.count() == 3
    assert not Account.objects.exists()
    with pytest.raises(CommandError):
        call_command("demo_logins", stdout=io.StringIO())
    root = Member.objects.select_related("unit").order_by("pk")[0].unit
    with pytest.raises(Refusal):
        create_demo_account(actor=SYSTEM, username="x", display_name="x", unit_id=root.pk, password_hash="some hash")
    assert not Account.objects.exists()
