"""What officers do with duties in the admin: through operations, into the history with its reason, or refused."""

import datetime as dt
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from corps.actors import SYSTEM
from corps.enums import SiteKind
from corps.operations.places import add_site
from duties.enums import AttendanceStatus, DutyCategory, ShiftState
from duties.models import Attendance, DutyKind, Series, Shift
from duties.operations.attendance import check_in, mark_replaced
from duties.operations.default_kinds import DEFAULTS
from tests.admin_acts import act, send
from tests.cast import Cast
from tests.duties.scenes import closed, days_ago, kind_of, moment, planned
from tests.members.roster import person

pytestmark = pytest.mark.django_db

YESTERDAY = f"{days_ago(1):%Y-%m-%d}"


@pytest.fixture
def officer(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.accounts["liaison_hy"])
    return client


def form(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "kind": kind_of(cast).pk,
        "starts_at": f"{YESTERDAY}T19:00",
        "ends_at": f"{YESTERDAY}T21:00",
        "needed": 2,
        "police": 1,
        "auxiliaries": 0,
        "vehicles": 0,
        "route": "江边",
        "remarks": "",
        **changes,
    }


def test_a_shift_from_plan_to_close(cast: Cast, officer: Client) -> None:
    person(cast.units["sg11"].pk, "张伟")
    person(cast.units["sg11"].pk, "李娜")
    unit = cast.units["sg11"].pk
    made = send(officer, "duties_shift_add", **form(cast, unit=unit, joint=[cast.units["zx1"].pk]))
    assert made.status_code == 302, made.context["errors"]
    shift = Shift.objects.get()
    assert (shift.starts_at, shift.police) == (moment(days_ago(1), 19), 1)
    assert [part.unit.code for part in shift.joint_units.all()] == ["zx1"]
    changed = form(cast, needed=3, joint=[cast.units["zx1"].pk], reason="人手不足")
    assert send(officer, "duties_shift_change", shift.pk, **changed).status_code == 302
    assert act("shift.edit")["reason"] == "人手不足"
    assert send(officer, "duties_shift_assign", shift.pk, names="zw、李娜").status_code == 302
    assert shift.assignments.filter(active=True).count() == 2
    lina = shift.assignments.get(member__name="李娜").member_id
    assert send(officer, "duties_shift_take_off", shift.pk, member=lina).status_code == 302
    assert send(officer, "duties_shift_assign", shift.pk, names="李娜").status_code == 302
    zhang = shift.assignments.get(member__name="张伟").member_id
    marks = {f"member-{zhang}": "present", f"member-{lina}": ""}
    assert send(officer, "duties_shift_record", shift.pk, **marks).status_code == 302
    page = send(officer, "duties_shift_close", shift.pk)
    assert page.status_code == 200
    assert "李娜" in page.content.decode()
    assert send(officer, "duties_shift_record", shift.pk, **{f"member-{lina}": "absent"}).status_code == 302
    done = {"materials": 0, "people_reached": 30, "summary": "平稳"}
    assert send(officer, "duties_shift_results", shift.pk, **done).status_code == 302
    assert "1" in officer.get(reverse("admin:duties_shift_close", args=[shift.pk])).content.decode()
    assert send(officer, "duties_shift_close", shift.pk).status_code == 302
    shift.refresh_from_db()
    assert (shift.state, shift.people_reached, shift.needed) == (ShiftState.CLOSED, 30, 3)
    assert send(officer, "duties_shift_change", shift.pk, **changed).status_code == 403
    assert send(officer, "duties_shift_reopen", shift.pk, reason="漏登").status_code == 302
    assert act("shift.reopen")["reason"] == "漏登"


def test_refusals_stand_above_the_form_and_nothing_typed_is_lost(cast: Cast, officer: Client) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    planned(cast, "sg1", members=[one])
    unit = cast.units["sg11"].pk
    wrong = send(officer, "duties_shift_add", **form(cast, unit=unit, ends_at=f"{YESTERDAY}T18:00"))
    assert wrong.status_code == 200
    assert "江边" in wrong.content.decode()
    shift = planned(cast)
    for names, told in (("张伟", "青山大队夜巡"), ("无此人", "无此人")):
        page = send(officer, "duties_shift_assign", shift.pk, names=names)
        assert page.status_code == 200
        assert told in page.content.decode()
        assert names in page.content.decode()
    assert not shift.assignments.exists()


def test_namesakes_are_asked_about(cast: Cast, officer: Client) -> None:
    one = person(cast.units["sg11"].pk, "张伟", phone="13800001111")
    person(cast.units["sg11"].pk, "张伟", phone="13800002222")
    shift = planned(cast)
    page = send(officer, "duties_shift_assign", shift.pk, names="张伟").content.decode()
    assert "张伟(1111)" in page
    assert "张伟(2222)" in page
    assert send(officer, "duties_shift_assign", shift.pk, names="张伟(1111)").status_code == 302
    assert shift.assignments.get().member_id == one.pk


def test_cancelling_says_whom_it_frees(cast: Cast, officer: Client) -> None:
    shift = planned(cast, members=[person(cast.units["sg11"].pk, "张伟")])
    assert send(officer, "duties_shift_cancel", shift.pk).status_code == 200
    assert send(officer, "duties_shift_cancel", shift.pk, reason="暴雨").status_code == 302
    shift.refresh_from_db()
    assert (shift.state, shift.cancel_reason) == (ShiftState.CANCELLED, "暴雨")


def test_a_correction_keeps_the_seconds_nobody_touched_and_who_stood_in(cast: Cast, officer: Client) -> None:
    one, two, three = (person(cast.units["sg11"].pk, name) for name in ("张伟", "李娜", "王芳"))
    shift = planned(cast, members=[one, two])
    came = shift.starts_at + dt.timedelta(seconds=42)
    row = check_in(actor=SYSTEM, shift_id=shift.pk, member_id=one.pk, at=came)
    times = {"checked_in_at": f"{YESTERDAY}T19:00", "checked_out_at": f"{YESTERDAY}T21:00"}
    assert send(officer, "duties_attendance_correct", row.pk, status="late", reason="误登", **times).status_code == 302
    assert Attendance.objects.get(corrects=row).checked_in_at == came
    replaced = mark_replaced(actor=SYSTEM, shift_id=shift.pk, member_id=two.pk, by_member_id=three.pk)
    page = officer.get(reverse("admin:duties_attendance_correct", args=[replaced.pk])).content.decode()
    assert 'value="王芳"' in page
    sent = {"status": "absent", "names": "王芳", "reason": "误登"}
    assert send(officer, "duties_attendance_correct", replaced.pk, **sent).status_code == 302
    assert Attendance.objects.get(corrects=replaced).replaced_by is None


def test_a_site_and_a_joint_unit_out_of_sight_survive_an_edit(cast: Cast) -> None:
    site = add_site(actor=SYSTEM, unit_id=cast.units["hy"].pk, kind=SiteKind.SCHOOL, name="实验中学")
    shift = planned(cast, site_id=site.pk, joint_unit_ids=[cast.units["zx1"].pk])
    client = Client()
    client.force_login(cast.accounts["liaison_sg"])
    page = client.get(reverse("admin:duties_shift_change", args=[shift.pk])).content.decode()
    assert "实验中学" in page
    sent = form(cast, site=site.pk, needed=5)
    assert send(client, "duties_shift_change", shift.pk, **sent).status_code == 302
    shift.refresh_from_db()
    assert (shift.needed, shift.site_id, shift.joint_units.count()) == (5, site.pk, 1)


def test_series_and_weeks(cast: Cast, officer: Client) -> None:
    one = person(cast.units["sg11"].pk, "张伟")
    sent = {
        "unit": cast.units["sg11"].pk,
        "kind": kind_of(cast).pk,
        "weekdays": [0, 4],
        "first_day": "2022-11-07",
        "last_day": "2022-11-13",
        "starts": "19:00",
        "minutes": 120,
        "needed": 2,
        "route": "",
    }
    assert send(officer, "duties_shift_series", **sent).status_code == 302
    assert Series.objects.get().shifts.count() == 2
    assert send(officer, "duties_shift_series", **{**sent, "last_day": "2022-11-06"}).status_code == 200
    first = Shift.objects.order_by("starts_at")[0]
    assert send(officer, "duties_shift_assign", first.pk, names="张伟").status_code == 302
    week = {"unit": cast.units["sg11"].pk, "from_monday": "2022-11-07", "to_monday": "2022-11-14", "with_members": "on"}
    assert send(officer, "duties_shift_copy_week", **week).status_code == 302
    assert Shift.objects.count() == 4
    assert Shift.objects.filter(assignments__member=one).count() == 2
    assert send(officer, "duties_shift_copy_week", **{**week, "to_monday": "2022-11-15"}).status_code == 200


def test_attendance_is_corrected_and_withdrawn(cast: Cast, officer: Client) -> None:
    one, two = (person(cast.units["sg11"].pk, name) for name in ("张伟", "李娜"))
    closed(cast, members=[one, two])
    row = Attendance.objects.get(member=one)
    sent = {"status": "late", "checked_in_at": f"{YESTERDAY}T20:00", "checked_out_at": f"{YESTERDAY}T21:00"}
    assert send(officer, "duties_attendance_correct", row.pk, **sent).status_code == 200
    assert send(officer, "duties_attendance_correct", row.pk, **sent, reason="迟到一小时").status_code == 302
    new = Attendance.objects.get(corrects=row)
    assert (new.minutes, new.status, new.reason) == (60, AttendanceStatus.LATE, "迟到一小时")
    again = send(officer, "duties_attendance_correct", row.pk, **sent, reason="再改")
    assert again.status_code == 200
    assert send(officer, "duties_attendance_withdraw", new.pk, reason="同名").status_code == 302
    assert act("attendance.withdraw")["reason"] == "同名"
    assert not Attendance.objects.filter(member=one, current=True).exists()
    page = officer.get(reverse("admin:duties_attendance_history", args=[row.pk])).content.decode()
    assert "同名" in page or "迟到一小时" in page


def test_kinds_are_planted_edited_and_retired(cast: Cast, officer: Client) -> None:
    corps = cast.units["hy"].corps_id
    assert send(officer, "duties_dutykind_plant", corps=corps).status_code == 302
    assert DutyKind.objects.count() == len(DEFAULTS)
    kind = DutyKind.objects.get(code="night")
    sent = {
        "name": "夜市巡防",
        "category": DutyCategory.NIGHT,
        "mechanism": "standby",
        "needed": 8,
        "starts": "20:30",
        "minutes": 180,
    }
    assert send(officer, "duties_dutykind_change", kind.pk, **sent, reason="改名").status_code == 302
    assert send(officer, "duties_dutykind_use", kind.pk, reason="暂停").status_code == 302
    kind.refresh_from_db()
    assert (kind.name, kind.needed, kind.active) == ("夜市巡防", 8, False)
    new = {**sent, "corps": corps, "code": "river", "name": "江滩巡逻"}
    assert send(officer, "duties_dutykind_add", **new).status_code == 302
    twice = send(officer, "duties_dutykind_add", **new)
    assert twice.status_code == 200
    assert "江滩巡逻" in twice.content.decode()


def test_series_are_only_looked_at() -> None:
    page = admin.site._registry[Series]
    assert list(page.pages) == []  # type: ignore[attr-defined]
