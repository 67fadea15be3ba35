"""The command that founds the corps of a new installation."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from corps.enums import Level
from corps.models import Account, Corps, Unit

pytestmark = pytest.mark.django_db


def test_a_new_installation_gets_a_corps_and_its_first_officer() -> None:
    said = StringIO()
    call_command("found_corps", "ly", "浏阳市义警总队", "--on", "2024-05-01", stdout=said)
    root = Unit.objects.get(code="ly")
    assert root.level == Level.CORPS
    assert root.parent is None
    assert "浏阳市义警总队" in said.getvalue()
    assert "ly" in said.getvalue()
    assert [one.name for one in root.corps.level_names.order_by("level")] == ["总队", "支队", "大队", "中队"]
    call_command("create_officer", "wang", "--name", "王强", "--unit", "ly", stdout=StringIO())
    assert Account.objects.filter(username="wang").exists()


def test_its_own_words_for_the_levels() -> None:
    words = ["总会", "分会", "站", "组"]
    call_command("found_corps", "sz", "嵊州义警总会", "--levels", *words, stdout=StringIO())
    corps = Corps.objects.get(code="sz")
    assert [one.name for one in corps.level_names.order_by("level")] == words


def test_a_taken_code_is_refused() -> None:
    call_command("found_corps", "ly", "浏阳市义警总队", stdout=StringIO())
    with pytest.raises(CommandError, match="ly"):
        call_command("found_corps", "ly", "另一总队", stdout=StringIO())
    assert Corps.objects.filter(code="ly").count() == 1
