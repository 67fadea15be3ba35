"""The member's own training on the phone: warned, enrolled, examined; what a browser learns of a quiz."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from corps.queries.scope import local_today
from members.enums import SessionMode, SessionState
from members.models import Certificate, Enrolment, Member, TrainingSession
from tests.cast import Cast
from tests.members.roster import person
from tests.members.training.stage import HOUR, course_of, kind_of, session_of

pytestmark = pytest.mark.django_db

QUERIES_OF_MY_TRAINING = 9


@pytest.fixture
def captain(client: Client, cast: Cast) -> Client:
    client.force_login(cast.actor("captain_sg"))
    return client


@pytest.fixture
def me(cast: Cast) -> Client:
    person(cast.units["sg11"].pk, "张伟", account=cast.accounts["member_sg11"])
    found = Client()
    found.force_login(cast.actor("member_sg11"))
    return found


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_my_training_warns_offers_and_enrols(me: Client, cast: Cast, django_assert_num_queries: Any) -> None:
    kind = kind_of(cast)
    Certificate.objects.create(
        member=Member.objects.get(account=cast.accounts["member_sg11"]),
        kind=kind,
        number="HX1",
        issuer="红十字会",
        issued_on=local_today() - dt.timedelta(days=100),
        valid_until=local_today() + dt.timedelta(days=5),
    )
    session = session_of(cast, course_of(cast, "应急救护"), begins=HOUR)
    page = text(me.get("/my/training/"))
    assert "请及时换证" in page
    assert "应急救护" in page
    with django_assert_num_queries(QUERIES_OF_MY_TRAINING):
        me.get("/my/training/")
    me.post(f"/my/training/{session.pk}/enrol/")
    assert Enrolment.objects.get().by_self
    me.post(f"/my/training/{session.pk}/withdraw/")
    assert not Enrolment.objects.exists()


def test_right_answers_never_leave_the_server(me: Client, cast: Cast) -> None:
    session = session_of(cast, course_of(cast, kind=kind_of(cast), quiz=True, pass_mark=100), mode=SessionMode.ONLINE)
    address = f"/my/training/{session.pk}/quiz/"
    assert me.get(address).status_code == 404
    me.post(f"/my/training/{session.pk}/enrol/")
    page = text(me.get(address))
    assert "劝开双方" in page
    assert "right" not in page.split('name="edition"', 1)[1].split("</form>", 1)[0]
    edition = page.split('name="edition" value="', 1)[1].split('"', 1)[0]
    half = text(me.post(address, {"edition": edition, "q0": "0"}))
    assert "第 2 题未作答" in half
    assert 'value="0" checked' in half
    failed = text(me.post(address, {"edition": edition, "q0": "0", "q1": "0"}, follow=True))
    assert "未合格：得 50 分" in failed
    passed = text(me.post(address, {"edition": edition, "q0": "0", "q1": "2"}, follow=True))
    assert "合格，得 100 分" in passed
    assert Certificate.objects.get().member == Enrolment.objects.get().member


def test_an_account_of_nobody_is_told_so(captain: Client) -> None:
    assert captain.get("/my/training/").status_code == 200
    assert captain.post("/my/training/1/enrol/").status_code == 404


def test_who_has_no_attempt_left_is_told_so_and_not_to_try_again(me: Client, cast: Cast) -> None:
    course = course_of(cast, quiz=True, pass_mark=100, attempts=2)
    session = session_of(cast, course, mode=SessionMode.ONLINE)
    me.post(f"/my/training/{session.pk}/enrol/")
    address = f"/my/training/{session.pk}/quiz/"
    edition = text(me.get(address)).split('name="edition" value="', 1)[1].split('"', 1)[0]
    wrong = {"edition": edition, "q0": "1", "q1": "1"}
    assert "请重新学习后再答" in text(me.post(address, wrong, follow=True))
    last = text(me.post(address, wrong, follow=True))
    assert "未合格：得 0 分，合格线 100 分。" in last
    assert "请重新学习后再答" not in last
    assert "作答机会已用完，请联系队长另行安排。" in last
    assert 'name="edition"' not in last


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"starts_at": HOUR, "ends_at": 2 * HOUR}, "起可作答。"),
        ({"starts_at": -2 * HOUR, "ends_at": -HOUR}, "学习时间已过"),
        ({"state": SessionState.CANCELLED, "cancel_reason": "雨"}, "本期培训已取消。"),
        ({}, "合格线 100 分"),
    ],
)
def test_a_quiz_says_why_there_is_nothing_to_answer(me: Client, cast: Cast, change: dict[str, Any], said: str) -> None:
    session = session_of(cast, course_of(cast, quiz=True, pass_mark=100), mode=SessionMode.ONLINE)
    me.post(f"/my/training/{session.pk}/enrol/")
    moved = {
        name: timezone.now() + value if isinstance(value, dt.timedelta) else value for name, value in change.items()
    }
    TrainingSession.objects.update(**moved)
    page = text(me.get(f"/my/training/{session.pk}/quiz/"))
    assert said in page
    assert ('name="edition"' in page) == (not change)
