"""The command that makes the first officer."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from corps.models import Account
from corps.models.scope import scope_of
from corps.permissions import Permission
from tests.cast import Cast


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("create_officer", *arguments, stdout=out)
    return out.getvalue()


def test_the_printed_password_opens_and_must_be_changed(cast: Cast) -> None:
    said = run("wang", "--name", "王强", "--unit", "hy")
    password = re.findall(r"[0-9A-Za-z]{4}(?:-[0-9A-Za-z]{4}){3}", said)[0]
    client = Client()
    client.post("/accounts/login/", {"login": "wang", "password": password})
    assert client.get("/accounts/sessions/").headers["Location"] == "/accounts/password/change/"
    account = Account.objects.get(username="wang")
    assert scope_of(account, Permission.ACCOUNT_APPOINT).everything


@pytest.mark.parametrize(
    "arguments",
    [
        ("wang", "--name", "王强", "--unit", "nowhere"),
        ("Liaison_SG", "--name", "王强", "--unit", "sg"),
        ("a b", "--name", "王强", "--unit", "sg"),
    ],
)
def test_what_does_not_fit_is_said_and_leaves_nothing(cast: Cast, arguments: tuple[str, ...]) -> None:
    before = Account.objects.count()
    with pytest.raises(CommandError):
        run(*arguments)
    assert Account.objects.count() == before
