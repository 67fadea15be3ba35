"""A kind of duty may require certificates, insurance, an age: every door that puts somebody on a shift asks."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from corps.actors import SYSTEM
from corps.errors import Refusal
from corps.queries.scope import current_tree, local_today
from duties.enums import DutyCategory, Mechanism
from duties.models import Assignment, DutyKind
from duties.operations import kinds
from duties.operations.assignments import assign
from duties.operations.attendance import mark_replaced
from duties.operations.planning import plan_days, repeat_shift
from duties.operations.series import plan_series
from duties.operations.shifts import edit_shift
from duties.operations.weeks import copy_week
from duties.queries.candidates import candidates
from members.models import Requirement
from members.operations.training.certificates import record_certificate
from tests.admin_acts import send
from tests.cast import Cast
from tests.duties.stage import Duties, duties_of
from tests.members.training.stage import kind_of, requirement_of

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def duties(cast: Cast) -> Duties:
    """Patrols ask for a certificate, which 张伟 has for good and 王芳 until today."""
    found = duties_of(cast)
    certificate = kind_of(cast, "夜巡证")
    ask(found, requirement_of(cast, certificate))
    for name, until in (("张伟", None), ("王芳", local_today())):
        record_certificate(
            actor=SYSTEM,
            member_id=found.people[name].pk,
            kind_id=certificate.pk,
            number=name,
            issuer="红十字会",
            issued_on=local_today() - DAY,
            valid_until=until or local_today() + 999 * DAY,
        )
    return found


def ask(duties: Duties, requirement: Requirement | None, code: str = "patrol") -> None:
    kind = duties.kinds[code]
    kinds.edit_kind(
        actor=SYSTEM,
        kind_id=kind.pk,
        name=kind.name,
        category=DutyCategory(kind.category),
        mechanism=Mechanism(kind.mechanism),
        needed=kind.needed,
        starts=kind.starts,
        minutes=kind.minutes,
        requirement_id=requirement.pk if requirement else None,
    )


def unfit() -> Any:
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == "duty.requirement")


def ids(duties: Duties, *names: str) -> list[int]:
    return [duties.people[name].pk for name in names]


def test_who_lacks_it_is_named_and_nobody_is_put_on(duties: Duties) -> None:
    shift = duties.shift(day=1)
    with unfit() as refused:
        assign(actor=SYSTEM, shift_id=shift.pk, member_ids=ids(duties, "张伟", "王芳", "李娜"))
    said = str(refused.value)
    assert "李娜：无「夜巡证」证书" in said
    assert f"王芳：「夜巡证」证书已于 {local_today()} 到期" in said
    assert "张伟：" not in said
    assert refused.value.params["members"] == sorted(ids(duties, "王芳", "李娜"))
    assert not Assignment.objects.exists()
    assign(actor=SYSTEM, shift_id=shift.pk, member_ids=ids(duties, "张伟"))


def test_it_is_asked_on_the_day_of_the_shift(duties: Duties) -> None:
    today, tomorrow = duties.shift(day=0), duties.shift(day=1)
    assign(actor=SYSTEM, shift_id=today.pk, member_ids=ids(duties, "王芳"))
    with unfit():
        assign(actor=SYSTEM, shift_id=tomorrow.pk, member_ids=ids(duties, "王芳"))


def test_planning_with_people_series_and_weeks_ask_too(duties: Duties) -> None:
    with unfit():
        duties.shift(day=1, people=["李娜"])
    unit, kind, start = duties.cast.units["sg11"].pk, duties.kinds["patrol"].pk, local_today()
    with unfit() as refused:
        plan_series(
            actor=SYSTEM,
            unit_id=unit,
            kind_id=kind,
            needed=2,
            weekdays=range(7),
            first_day=start,
            last_day=start + 2 * DAY,
            starts=dt.time(19),
            minutes=60,
            member_ids=ids(duties, "王芳"),
        )
    assert f"王芳（{start + DAY}）" in str(refused.value)
    assert f"王芳（{start}）" not in str(refused.value)
    with unfit():
        plan_days(
            actor=SYSTEM,
            unit_id=unit,
            kind_id=kind,
            days=[start + DAY],
            starts=dt.time(19),
            minutes=60,
            needed=1,
            teams=[ids(duties, "李娜")],
        )
    assert not Assignment.objects.exists()


def test_copies_leave_out_who_no_longer_fulfils_it_and_say_why(duties: Duties) -> None:
    monday = local_today() - local_today().weekday() * DAY
    duties.shift(day=0, people=["张伟", "王芳"])
    copied = copy_week(
        actor=SYSTEM,
        unit_id=duties.cast.units["sg11"].pk,
        from_monday=monday,
        to_monday=monday + 7 * DAY,
        with_members=True,
    )
    (left,) = copied.left_out
    assert (left.member, "到期" in left.reason) == ("王芳", True)
    again = repeat_shift(actor=SYSTEM, shift_id=copied.shifts[0].pk, day=local_today() + 20 * DAY)
    assert again.left_out == []


def test_whoever_is_on_it_stays_until_kind_or_day_change(duties: Duties) -> None:
    ask(duties, None)
    shift = duties.shift(day=1, people=["李娜"])
    requirement = Requirement.objects.get()
    ask(duties, requirement)
    assign(actor=SYSTEM, shift_id=shift.pk, member_ids=ids(duties, "李娜", "张伟"))
    edit_shift(actor=SYSTEM, shift_id=shift.pk, remarks="穿绿马甲")
    with unfit():
        edit_shift(actor=SYSTEM, shift_id=shift.pk, starts_at=shift.starts_at + DAY, ends_at=shift.ends_at + DAY)
    other = duties.shift(kind="school-in", day=3, people=["李娜"])
    with unfit():
        edit_shift(actor=SYSTEM, shift_id=other.pk, kind_id=duties.kinds["patrol"].pk)


def test_who_stands_in_is_asked_as_well(duties: Duties) -> None:
    shift = duties.begun(people=["张伟"])
    with unfit():
        mark_replaced(
            actor=SYSTEM,
            shift_id=shift.pk,
            member_id=duties.people["张伟"].pk,
            by_member_id=duties.people["李娜"].pk,
        )


def test_candidates_say_why_not(duties: Duties) -> None:
    shift = duties.shift(day=1)
    unit = current_tree().nodes[duties.cast.units["sg11"].pk]
    captain = duties.cast.actor("captain_sg11")
    found = {one.name: one.why_not for one in candidates(captain, unit, "", shift)}
    assert found["张伟"] == ""
    assert "到期" in found["王芳"]
    assert found["李娜"] == "李娜：无「夜巡证」证书"
    periods = [(shift.starts_at, shift.ends_at)]
    kind = DutyKind.objects.get(code="patrol")
    planned = {one.name: one.why_not for one in candidates(captain, unit, "", periods=periods, kind=kind)}
    assert planned == found


def test_the_pages_tell_it(duties: Duties) -> None:
    client, day = Client(), local_today() + DAY
    client.force_login(duties.cast.actor("captain_sg11"))
    kind = duties.kinds["patrol"]
    asked = {"q": "lina", "day": day.isoformat(), "starts": "19:30", "ends": "21:30", "kind": str(kind.pk)}
    (option,) = client.get("/u/sg11/duties/people/", asked).json()["options"]
    assert option["hint"] == "李娜：无「夜巡证」证书"
    shift = duties.shift(day=1)
    page: Any = client.post(f"/shifts/{shift.pk}/members/", {"people": "李娜"}, follow=True)
    assert "不符合「" in page.content.decode()


def test_a_requirement_of_another_corps_is_refused(duties: Duties) -> None:
    with pytest.raises(Refusal, check=lambda refusal: refusal.code == "requirement.unknown"):
        ask(duties, Requirement(pk=987654))


def test_insurance_and_age_are_asked_of_planning(duties: Duties, cast: Cast) -> None:
    ask(duties, requirement_of(cast, name="保险年龄", insured=True, min_age=18))
    with unfit() as refused:
        duties.shift(day=2, people=["李娜"])
    assert "未登记保险" in str(refused.value)


def test_other_systems_are_told_who_lacks_what(duties: Duties) -> None:
    client, shift = Client(), duties.shift(day=1)
    client.force_login(duties.cast.actor("captain_sg11"))
    path = "/api/v1/shifts/"
    lacking = {"members": ids(duties, "李娜")}
    assigned = client.post(f"{path}{shift.pk}/assign/", lacking, content_type="application/json")
    begins = (local_today() + 2 * DAY).isoformat()
    made = client.post(
        path,
        {
            "unit": "sg11",
            "kind": "patrol",
            "needed": 2,
            "starts_at": f"{begins}T19:00:00+08:00",
            "ends_at": f"{begins}T21:00:00+08:00",
            **lacking,
        },
        content_type="application/json",
    )
    for answer in (assigned, made):
        told = answer.json()
        assert (answer.status_code, told["code"]) == (409, "duty.requirement")
        assert "李娜：无「夜巡证」证书" in str(told)
        assert "请先安排培训" in str(told)
    assert not Assignment.objects.exists()


def test_officers_are_told_above_the_form(duties: Duties) -> None:
    client, shift = Client(), duties.shift(day=1)
    client.force_login(duties.cast.accounts["liaison_hy"])
    page = send(client, "duties_shift_assign", shift.pk, names="李娜")
    assert page.status_code == 200
    assert "李娜：无「夜巡证」证书" in page.content.decode()
    assert "请先安排培训" in page.content.decode()
    assert not shift.assignments.exists()
