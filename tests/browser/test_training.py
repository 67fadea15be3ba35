"""Training in a real browser: each page as its readers see it; a list ticked, a quiz answered on the phone."""

import datetime as dt

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from corps.actors import SYSTEM
from corps.queries.scope import local_today
from members.enums import SessionMode, TeacherService
from members.models import Certificate, Enrolment, Member, TrainingSession
from members.operations.training import enrolling, results
from members.operations.training.results import Mark
from members.operations.training.sessions import Teacher
from tests.browser.conftest import Look, PageFor
from tests.browser.lint import sideways
from tests.cast import Cast
from tests.members.roster import person
from tests.members.training.stage import HOUR, course_of, kind_of, session_of

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = ("hy", "sg", "sg1", "sg11", "sg12", "sg2", "sg21", "captain", "HX")
NAMES = ("张伟", "王芳", "李娜", "曾国庆", "欧阳淑华", "艾力·吐尔逊", "赵敏", "安乐")


@pytest.fixture
def people(cast: Cast) -> list[Member]:
    reverse("my_training")  # loads every address once, so that no page waits for it
    found = [person(cast.units[("sg11", "sg12")[n % 2]].pk, name) for n, name in enumerate(NAMES)]
    Member.objects.filter(pk=found[0].pk).update(account=cast.accounts["member_sg11"])
    return found


@pytest.fixture
def held(cast: Cast, people: list[Member]) -> TrainingSession:
    """A class that was closed: most passed, one did not, one was not there."""
    session = session_of(
        cast,
        course_of(cast, kind=kind_of(cast), exam=True),
        begins=-26 * HOUR,
        teachers=[Teacher(TeacherService.POLICE, "王警官"), Teacher(TeacherService.FIRE, "李教官")],
        capacity=30,
    )
    enrolling.enrol(actor=SYSTEM, session_id=session.pk, member_ids=[one.pk for one in people])
    marks = [Mark(one.pk, attended=True, score=90 - 6 * n) for n, one in enumerate(people[:-1])]
    results.record_results(actor=SYSTEM, session_id=session.pk, marks=[*marks, Mark(people[-1].pk, attended=False)])
    results.close_session(actor=SYSTEM, session_id=session.pk)
    day, kind = local_today(), kind_of(cast, "装备使用合格证", warn=30)
    for number, until in enumerate((-20, 12, 400)):
        Certificate.objects.create(
            member=people[number],
            kind=kind,
            number=f"2024-00{number}",
            issuer="市红十字会",
            issued_on=day - dt.timedelta(days=300),
            valid_until=day + dt.timedelta(days=until),
        )
    return session


def test_pages_of_captains(look_at: Look, cast: Cast, people: list[Member], held: TrainingSession) -> None:
    running = session_of(cast, course_of(cast, "矛盾纠纷调解培训", exam=True))
    enrolling.enrol(actor=SYSTEM, session_id=running.pk, member_ids=[one.pk for one in people])
    session_of(cast, held.course, begins=30 * HOUR, capacity=20)
    look_at("captain_sg", "/u/sg/training/", "training", words=WORDS)
    look_at("captain_sg", f"/training/{running.pk}/", "training-session", words=WORDS)
    look_at("captain_sg", f"/training/{held.pk}/", "training-held", words=WORDS)
    look_at("captain_sg", f"/training/{running.pk}/people/", "training-people", words=WORDS)
    look_at("captain_sg", "/u/sg/training/new/", "training-new", words=WORDS)
    look_at("captain_sg", "/u/sg/certificates/", "certificates", words=WORDS)
    look_at("captain_sg", f"/certificates/{Certificate.objects.latest('pk').pk}/", "certificate", words=WORDS)


def test_the_members_own_pages(look_at: Look, cast: Cast, people: list[Member], held: TrainingSession) -> None:
    session_of(cast, held.course, begins=30 * HOUR)
    online = session_of(cast, course_of(cast, "反诈宣传线上学习", quiz=True), mode=SessionMode.ONLINE)
    enrolling.enrol(actor=SYSTEM, session_id=online.pk, member_ids=[people[0].pk])
    look_at("member_sg11", "/my/training/", "my-training", words=WORDS)
    look_at("member_sg11", f"/my/training/{online.pk}/quiz/", "my-quiz", words=WORDS)


def test_a_list_is_ticked_and_closed(page_for: PageFor, cast: Cast, people: list[Member]) -> None:
    session = session_of(cast, course_of(cast, kind=kind_of(cast)))
    enrolling.enrol(actor=SYSTEM, session_id=session.pk, member_ids=[one.pk for one in people])
    page = page_for("captain_sg", size="phone").go(f"/training/{session.pk}/")
    page.get_by_label("全部到课").check()
    page.get_by_role("checkbox", name="安乐").uncheck()
    assert page.locator("[data-ticks-all]").evaluate("box => box.indeterminate")
    page.get_by_role("button", name="保存名单").click()
    expect(page.get_by_text("名单已保存")).to_be_visible()
    page.get_by_role("button", name="结课发证").first.click()
    page.get_by_role("dialog").get_by_role("button", name="结课发证").click()
    expect(page.get_by_text("发证 7 张")).to_be_visible()
    assert Certificate.objects.count() == len(people) - 1


def test_a_quiz_is_answered_on_the_phone(page_for: PageFor, cast: Cast, people: list[Member]) -> None:
    online = session_of(cast, course_of(cast, kind=kind_of(cast), quiz=True), mode=SessionMode.ONLINE)
    visitor = page_for("member_sg11", size="phone")
    page = visitor.go("/my/training/")
    page.get_by_role("button", name="报名").click()
    page.get_by_role("link", name="学习并作答").click()
    page.get_by_label("劝开双方").check()
    page.get_by_label("什么都不带").check()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("合格，得 100 分")).to_be_visible()
    assert Enrolment.objects.get(session=online).result == "passed"


@pytest.mark.parametrize("path", ["/u/sg/training/", "/u/sg/certificates/", "/training/{}/", "/training/{}/people/"])
def test_nothing_scrolls_sideways_on_the_smallest_phone(
    page_for: PageFor, cast: Cast, people: list[Member], path: str
) -> None:
    session = session_of(cast, course_of(cast, exam=True))
    enrolling.enrol(actor=SYSTEM, session_id=session.pk, member_ids=[one.pk for one in people])
    visitor = page_for("captain_sg", size="phone")
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    assert sideways(visitor.go(path.format(session.pk))) == 0
