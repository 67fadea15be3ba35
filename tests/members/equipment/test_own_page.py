"""The member's own page of equipment."""

import pytest
from django.test import Client
from django.urls import reverse

from corps.queries.scope import local_today
from members.models import Confirmation
from tests.cast import Cast
from tests.members.equipment.desk import Desk, desk_of, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return desk_of(cast)


@pytest.fixture
def captain(client: Client, desk: Desk) -> Client:
    return signed_in(client, desk.cast, "captain_sg1")


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


# --- the member's own page --------------------------------------------------------------------------------------


@pytest.fixture
def zhang(desk: Desk) -> Client:
    """张伟, signed in."""
    member, account = desk.people["张伟"], desk.cast.actor("member_sg11")
    member.account = account
    member.save()
    client = Client()
    client.force_login(account)
    return client


def test_a_member_confirms_with_one_tap_and_nobody_else_can(zhang: Client, desk: Desk) -> None:
    desk.give("张伟", desk.vests(), desk.one_radio(), due_on=local_today())
    other = desk.give("王芳", desk.vests())
    assert "请确认领到" in text(zhang, "/my/")
    page = text(zhang, "/my/equipment/")
    assert "反光背心 L × 1 件" in page
    assert "对讲机 对001" in page
    mine = Confirmation.objects.get(member=desk.people["张伟"])
    foreign = Confirmation.objects.get(voucher=other)
    assert zhang.post(reverse("my_equipment_confirm", args=[foreign.pk])).status_code == 404
    for _press in range(2):
        assert zhang.post(reverse("my_equipment_confirm", args=[mine.pk])).status_code == 302
    mine.refresh_from_db()
    assert mine.how == "tap"
    page = text(zhang, "/my/equipment/")
    assert "今日应还" in page
    assert "肩灯" in page, "what is still to come"
    assert "请确认领到" not in text(zhang, "/my/")


def test_an_account_without_a_member_is_told_what_to_do(client: Client, cast: Cast) -> None:
    signed_in(client, cast, "nobody")
    assert "本账号" in text(client, "/my/equipment/")
