"""One-time codes: who gets one, how often, how it is kept, and that it opens once, also when two ask at once."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from corps.actors import SYSTEM
from corps.errors import Refusal
from members.models import Application, Member, OneTimeCode
from members.operations.recruitment import codes
from members.operations.recruitment.applying import APPLICANT
from members.operations.recruitment.deciding import decide
from tests.cast import Cast, assemble
from tests.members.recruitment.stage import form, open_page
from tests.together import at_once, count_ways, ways

PHONE = "13766667777"


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


class Box:
    """A sender that keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def send(self, phone: str, text: str) -> None:
        self.sent.append((phone, text))

    @property
    def code(self) -> str:
        return next(part for part in self.sent[-1][1].replace("。", " ").replace("，", " ").split() if part.isdigit())


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Box:
    """What goes out, instead of the console."""
    made = Box()
    monkeypatch.setattr(codes, "sender", lambda: made)
    return made


def applied(cast: Cast, phone: str = PHONE, **values: Any) -> Application:
    open_page(cast)
    assert Client().post("/join/sg11/", form(phone=phone, **values), REMOTE_ADDR="10.5.5.5").status_code == 302
    return Application.objects.latest("pk")


def ask(phone: str = PHONE, address: str = "10.5.5.5") -> OneTimeCode:
    cache.clear()
    row = codes.send_code(actor=APPLICANT, phone=phone, address=address)
    codes.deliver_code(actor=SYSTEM, code_id=row.pk)
    return row


def look(row: OneTimeCode, entered: str) -> list[int]:
    return codes.check_code(actor=APPLICANT, code_id=row.pk, entered=entered, address="10.5.5.5")


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.code


@pytest.mark.django_db
def test_the_code_opens_the_own_application_once(cast: Cast, box: Box) -> None:
    application = applied(cast)
    row = ask()
    assert box.sent[-1][0] == PHONE
    assert len(box.code) == 6
    row.refresh_from_db()
    # Neither the phone nor the code stands in the row, and the message is gone.
    kept = (bytes(row.digest) + bytes(row.phone_index)).decode("latin-1")
    assert box.code not in kept
    assert row.message_sealed is None
    assert look(row, box.code) == [application.pk]
    assert refused(lambda: look(row, box.code)) == "code.wrong"


@pytest.mark.django_db
def test_full_width_figures_and_blanks_are_taken(cast: Cast, box: Box) -> None:
    application = applied(cast)
    row = ask()
    wide = "".join(chr(ord(one) + 0xFEE0) for one in box.code)
    assert look(row, f" {wide[:3]} {wide[3:]} ") == [application.pk]


@pytest.mark.django_db
def test_five_tries_and_ten_minutes(cast: Cast, box: Box) -> None:
    applied(cast)
    row = ask()
    wrong = "000000" if box.code != "000000" else "111111"
    for _try in range(5):
        assert refused(lambda: look(row, wrong)) == "code.wrong"
    assert refused(lambda: look(row, box.code)) == "code.wrong", "a sixth try is none"
    late = ask()
    OneTimeCode.objects.filter(pk=late.pk).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert refused(lambda: look(late, box.code)) == "code.wrong"


@pytest.mark.django_db
def test_a_newer_code_ends_the_one_before(cast: Cast, box: Box) -> None:
    applied(cast)
    first = ask()
    old = box.code
    second = ask()
    assert refused(lambda: look(first, old)) == "code.wrong"
    assert look(second, box.code)


@pytest.mark.django_db
def test_an_unknown_phone_gets_the_same_answer_and_nothing_is_sent(cast: Cast, box: Box, client: Client) -> None:
    applied(cast)
    cache.clear()
    known = client.post("/join/progress/", {"phone": PHONE})
    cache.clear()
    unknown = Client().post("/join/progress/", {"phone": "13700000001"})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    row = OneTimeCode.objects.latest("pk")
    assert not codes.deliver_code(actor=SYSTEM, code_id=row.pk)
    assert box.sent == []
    assert refused(lambda: look(row, "123456")) == "code.wrong"


@pytest.mark.django_db
def test_not_too_often(cast: Cast, box: Box) -> None:
    applied(cast)
    cache.clear()
    codes.send_code(actor=APPLICANT, phone=PHONE, address="10.5.5.5")
    assert refused(lambda: codes.send_code(actor=APPLICANT, phone=PHONE, address="10.5.5.6")) == "code.too_often"
    assert refused(lambda: codes.send_code(actor=APPLICANT, phone="0734-8123456", address="x")) == "code.phone"
    for _number in range(codes.PER_ADDRESS.times):
        codes.PER_ADDRESS.hit("10.6.6.7")
    assert (
        refused(lambda: codes.send_code(actor=APPLICANT, phone="13799998889", address="10.6.6.7")) == "code.too_often"
    )


@pytest.mark.django_db
def test_without_a_sender_the_page_says_whom_to_ask(cast: Cast, client: Client, settings: Any) -> None:
    settings.SENDER = "none"
    applied(cast)
    assert "队" in client.get("/join/progress/").content.decode()
    answer = client.post("/join/progress/", {"phone": PHONE})
    assert answer.status_code == 200
    assert OneTimeCode.objects.count() == 0


def enter(client: Client, box: Box) -> Any:
    cache.clear()
    client.post("/join/progress/", {"phone": PHONE})
    codes.deliver_code(actor=SYSTEM, code_id=OneTimeCode.objects.latest("pk").pk)
    answer = client.post("/join/progress/code/", {"code": box.code})
    assert answer.headers["Location"] == "/join/progress/"
    return client.get("/join/progress/")


@pytest.mark.django_db
def test_the_page_tells_how_it_stands_and_takes_it_back(cast: Cast, box: Box, client: Client) -> None:
    application = applied(cast, name="赵小兰")
    shown = enter(client, box).content.decode()
    assert "赵小兰" in shown
    assert PHONE not in shown
    assert application.member is not None
    assert application.member.identity_tail in shown
    assert "no-cache" in enter(client, box).headers["Cache-Control"]
    other = Application.objects.create(unit=cast.units["sg12"], source="page")
    client.post("/join/progress/withdraw/", {"application": other.pk})
    other.refresh_from_db()
    assert other.state == "waiting", "only the own one"
    client.post("/join/progress/withdraw/", {"application": application.pk})
    application.refresh_from_db()
    assert application.state == "withdrawn"
    assert Member.objects.get(applications=application).status == "refused"
    assert application.consents.get().withdrawn_at is not None
    again = client.post("/join/progress/withdraw/", {"application": application.pk})
    assert again.status_code == 409
    client.post("/join/progress/close/")
    assert "赵小兰" not in client.get("/join/progress/").content.decode()


@pytest.mark.django_db
def test_a_refusal_is_read_with_its_reason(cast: Cast, box: Box, client: Client) -> None:
    application = applied(cast)
    decide(actor=cast.actor("captain_sg"), application_ids=[application.pk], step="refuse", reason="暂不符合年龄要求")
    assert "暂不符合年龄要求" in enter(client, box).content.decode()


@pytest.mark.django_db
def test_a_sitting_without_a_code_sees_nothing(client: Client, cast: Cast) -> None:
    applied(cast)
    assert client.get("/join/progress/code/").headers["Location"] == "/join/progress/"
    assert "赵小兰" not in client.get("/join/progress/").content.decode()


@pytest.mark.django_db
def test_old_rows_are_forgotten(cast: Cast, box: Box) -> None:
    applied(cast)
    row = ask()
    OneTimeCode.objects.filter(pk=row.pk).update(created_at=timezone.now() - dt.timedelta(days=2))
    old, running = SessionStore(), SessionStore()
    for sitting, left in ((old, -1), (running, 60)):
        sitting["join_code"] = row.pk
        sitting.set_expiry(left)
        sitting.save()
    assert codes.forget_codes(actor=SYSTEM) == 1
    assert not Session.objects.filter(pk=old.session_key).exists()
    assert Session.objects.filter(pk=running.session_key).exists()


# --- at once, with connections of their own ------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_code_is_used_by_one_of_many_and_guesses_share_no_try(box: Box) -> None:
    application = applied(assemble())
    row = ask()
    right = box.code
    found = at_once(*[lambda: look(row, right)] * 5)
    assert found.count([application.pk]) == 1
    assert count_ways(found) == {"done": 1, "code.wrong": 4}
    row = ask()
    wrong = "000000" if box.code != "000000" else "111111"
    assert ways(at_once(*[lambda: look(row, wrong)] * 8)) == ["code.wrong"] * 8
    row.refresh_from_db()
    assert row.tries == 5


@pytest.mark.django_db(transaction=True)
def test_the_same_person_applies_twice_at_once(box: Box) -> None:
    open_page(assemble())
    sent = form()
    answers = at_once(*[lambda: Client().post("/join/sg11/", sent, REMOTE_ADDR="10.5.5.9").status_code] * 4)
    assert answers == [302] * 4
    assert Member.objects.filter(name="赵小兰").count() == 1
    assert Application.objects.filter(member__isnull=False).count() == 1
