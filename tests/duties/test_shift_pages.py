"""One shift: planning, people, attendance, corrections, results, photos, closing; who may, and what it costs."""

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from corps.models import Site
from corps.queries.scope import local_today
from duties.enums import AttendanceStatus, ShiftState
from duties.models import Assignment, Attendance, Shift, ShiftPhoto
from duties.operations.assignments import assign
from duties.operations.attendance import Entry, record_list
from duties.operations.results import add_photo
from duties.operations.shifts import edit_shift
from members.models import TeamMembership
from tests.cast import Cast
from tests.duties.stage import PICTURE, SQUAD, Duties, duties_of
from tests.members.roster import person

pytestmark = pytest.mark.django_db

# Session, account, standing, the tree's version, appointments for each right; the shift with its parts; its history.
QUERIES_OF_A_SHIFT = 16


@pytest.fixture
def duties(cast: Cast) -> Duties:
    return duties_of(cast)


@pytest.fixture
def captain(client: Client, duties: Duties) -> Client:
    return enter(client, duties, "captain_sg11")


def enter(client: Client, duties: Duties, account: str) -> Client:
    client.force_login(duties.cast.actor(account))
    return client


def plan(duties: Duties, **values: Any) -> dict[str, Any]:
    """The form of one shift, filled."""
    return {
        "kind": duties.kinds["patrol"].pk,
        "day": (local_today() + dt.timedelta(days=2)).isoformat(),
        "starts": "19:30",
        "ends": "21:30",
        "needed": "2",
        **values,
    }


def fields_of(page: str) -> dict[str, str]:
    """What the form of the page would send as it stands."""
    main = page[page.index("<main") : page.index("</main>")]
    fields: dict[str, str] = {}
    for name, inner in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', main, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)"[^>]* selected', inner)
        fields[name] = chosen[1] if chosen else ""
    for tag in re.findall(r"<input[^>]*>", main):
        name, value = (re.search(rf'\b{word}="([^"]*)"', tag) for word in ("name", "value"))
        if name is not None:
            fields[name[1]] = html.unescape(value[1]) if value is not None else ""
    return fields


def statuses() -> dict[str, str]:
    """The attendance that counts by name."""
    return dict(Attendance.objects.filter(current=True).values_list("member__name", "status"))


# --- planning ---------------------------------------------------------------------------------------------------------


def test_a_shift_is_planned_with_everything(captain: Client, duties: Duties) -> None:
    site = Site.objects.create(unit=duties.cast.units["sg11"], kind="school", name="实验小学")
    values = plan(
        duties,
        people="zw 王芳",
        site=site.pk,
        route="校门两侧",
        ends="01:30",
        police="1",
        auxiliaries="2",
        vehicles="1",
        remarks="请带肩灯",
    )
    answer = captain.post("/u/sg11/duties/new/", values)
    shift = Shift.objects.get()
    assert answer["Location"] == f"/shifts/{shift.pk}/"
    assert (shift.ends_at - shift.starts_at) == dt.timedelta(hours=6)
    assert (shift.site, shift.route, shift.police, shift.auxiliaries, shift.vehicles) == (site, "校门两侧", 1, 2, 1)
    assert shift.assignments.filter(active=True).count() == 2
    page = captain.get(f"/shifts/{shift.pk}/").content.decode()
    for word in ("实验小学", "校门两侧", "请带肩灯", "张伟", "王芳", "已排 2 人，需 2 人"):
        assert word in page


def test_joint_units_are_named_by_code_or_name(client: Client, duties: Duties) -> None:
    captain = enter(client, duties, "captain_sg")
    captain.post("/u/sg11/duties/new/", plan(duties, joint="sg12、人民大队"))
    shift = Shift.objects.get()
    assert {part.unit.code for part in shift.joint_units.all()} == {"sg12", "sg2"}
    page = captain.post("/u/sg11/duties/new/", plan(duties, joint="一中队")).content.decode()
    assert "可能" in page
    page = captain.post("/u/sg11/duties/new/", plan(duties, joint="龙宫")).content.decode()
    assert "龙宫" in page
    assert Shift.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"needed": "0"}, "y-invalid"),
        ({"kind": ""}, "y-invalid"),
        ({"day": "2022-02-30"}, "y-invalid"),
        ({"day": "2199-01-01"}, "y-invalid"),
        ({"people": "孙悟空"}, "没有“孙悟空”"),
    ],
)
def test_what_cannot_be_planned_stands_beside_its_field(
    captain: Client, duties: Duties, values: dict[str, str], sentence: str
) -> None:
    page = captain.post("/u/sg11/duties/new/", plan(duties, **values)).content.decode()
    assert sentence in page
    assert 'value="19:30"' in page
    assert not Shift.objects.exists()


def test_who_is_held_elsewhere_is_named_beside_the_names(captain: Client, duties: Duties) -> None:
    duties.shift(day=2, at="20:00", people=("张伟",))
    page = captain.post("/u/sg11/duties/new/", plan(duties, people="zw")).content.decode()
    assert "张伟" in page
    assert "20:00" in page
    assert Shift.objects.count() == 1


def test_a_series_is_planned_on_its_weekdays(captain: Client, duties: Duties) -> None:
    first = local_today() + dt.timedelta(days=1)
    values = plan(
        duties, weekdays=["0", "2", "4"], first_day=first, last_day=first + dt.timedelta(days=13), people="zw"
    )
    captain.post("/u/sg11/duties/series/", values)
    assert Shift.objects.count() == 6
    assert {shift.day.weekday() for shift in Shift.objects.all()} == {0, 2, 4}
    assert Assignment.objects.filter(active=True).count() == 6
    page = captain.post("/u/sg11/duties/series/", {**values, "last_day": first - dt.timedelta(days=1)}).content.decode()
    assert "y-invalid" in page
    assert Shift.objects.count() == 6


def test_a_shift_is_edited_and_the_time_line_shows_old_and_new(captain: Client, duties: Duties) -> None:
    shift = duties.shift(day=2, people=("张伟",))
    page = captain.get(f"/shifts/{shift.pk}/edit/").content.decode()
    assert 'value="19:30"' in page
    captain.post(f"/shifts/{shift.pk}/edit/", plan(duties, needed="4", route="滨江路"))
    page = captain.get(f"/shifts/{shift.pk}/").content.decode()
    story = page[page.index('id="story"') :]
    assert '<span class="y-old">2</span>' in story
    assert '<span class="y-new">4</span>' in story
    assert "滨江路" in story
    assert "张伟" in story


def test_editing_writes_only_what_the_reader_changed(captain: Client, duties: Duties) -> None:
    """Two captains open the same form; each gets the own change, and neither writes back what the other had seen."""
    shift = duties.shift(day=2, people=("张伟",), route="滨江路")
    shown = fields_of(captain.get(f"/shifts/{shift.pk}/edit/").content.decode())
    assert shown["initial-route"] == "滨江路"
    captain.post(f"/shifts/{shift.pk}/edit/", {**shown, "route": "湘江路", "needed": "4"})
    captain.post(f"/shifts/{shift.pk}/edit/", {**shown, "remarks": "穿绿马甲"})
    captain.post(f"/shifts/{shift.pk}/edit/", {**shown, "ends": "22:00"})
    shift.refresh_from_db()
    assert (shift.route, shift.needed, shift.remarks) == ("湘江路", 4, "穿绿马甲")
    assert f"{timezone.localtime(shift.starts_at):%H:%M}-{timezone.localtime(shift.ends_at):%H:%M}" == "19:30-22:00"
    captain.post(f"/shifts/{shift.pk}/edit/", {**shown, "initial-remarks": "穿绿马甲", "remarks": ""})
    shift.refresh_from_db()
    assert (shift.route, shift.remarks) == ("湘江路", "")


def test_what_a_superior_chose_out_of_sight_survives_an_edit_and_a_repetition(captain: Client, duties: Duties) -> None:
    site = Site.objects.create(unit=duties.cast.units["sg"], kind="school", name="实验小学")
    shift = duties.shift(day=2, site_id=site.pk, joint_unit_ids=[duties.cast.units["sg12"].pk])
    shown = fields_of(captain.get(f"/shifts/{shift.pk}/edit/").content.decode())
    assert shown["joint"] == ""
    assert captain.post(f"/shifts/{shift.pk}/edit/", {**shown, "needed": "4"}).status_code == 302
    assert captain.post(f"/shifts/{shift.pk}/repeat/").status_code == 302
    one, two = Shift.objects.order_by("starts_at")
    assert (one.needed, two.needed) == (4, 4)
    for found in (one, two):
        assert found.site == site
        assert [part.unit.code for part in found.joint_units.all()] == ["sg12"]


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "nonsense", ""])
def test_days_at_the_edge_of_the_calendar_are_no_failure(captain: Client, duties: Duties, day: str) -> None:
    for page in ("new", "series"):
        assert captain.get(f"/u/sg11/duties/{page}/?day={day}").status_code == 200
    assert captain.post("/u/sg11/duties/new/", plan(duties, day=day, ends="01:00")).status_code == 200
    values = plan(duties, weekdays=["0", "1", "2", "3", "4", "5", "6"], first_day=day, last_day=day, ends="01:00")
    assert captain.post("/u/sg11/duties/series/", values).status_code == 200
    assert not Shift.objects.exists()


def test_another_shift_can_be_planned_like_this_one(captain: Client, duties: Duties) -> None:
    shift = duties.shift(day=2, route="滨江路", needed=7)
    page = captain.get(f"/u/sg11/duties/new/?like={shift.pk}").content.decode()
    assert "滨江路" in page
    assert 'value="7"' in page
    assert (shift.day + dt.timedelta(days=7)).isoformat() in page
    assert captain.get("/u/sg11/duties/new/?like=999999999").status_code == 404


def test_cancelling_names_the_shift_and_asks_for_a_reason(captain: Client, duties: Duties) -> None:
    shift = duties.shift(day=2, people=("张伟", "王芳"))
    page = captain.get(f"/shifts/{shift.pk}/cancel/").content.decode()
    assert "日常巡逻" in page
    assert "2 名队员" in page
    captain.post(f"/shifts/{shift.pk}/cancel/", {"reason": ""})
    shift.refresh_from_db()
    assert shift.state == ShiftState.PLANNED
    captain.post(f"/shifts/{shift.pk}/cancel/", {"reason": "暴雨预警"})
    shift.refresh_from_db()
    assert shift.state == ShiftState.CANCELLED
    page = captain.get(f"/shifts/{shift.pk}/").content.decode()
    assert "暴雨预警" in page
    assert "/edit/" not in page


def test_the_time_line_tells_of_joint_units_and_of_photos_that_are_gone(captain: Client, duties: Duties) -> None:
    shift = duties.begun(30, people=("张伟",), joint_unit_ids=[duties.cast.units["sg2"].pk])
    edit_shift(actor=duties.cast.actor("liaison_hy"), shift_id=shift.pk, joint_unit_ids=[])
    photo = add_photo(actor=duties.cast.actor("captain_sg11"), shift_id=shift.pk, content=PICTURE, caption="发放传单")
    captain.post(reverse("shift_photo_remove", args=[shift.pk, photo.pk]))
    story = captain.get(f"/shifts/{shift.pk}/").content.decode().split('id="story"')[1]
    for told in ("发放传单", duties.cast.units["sg2"].short_name):
        assert f'<span class="y-new">{told}</span>' in story
        assert f'<span class="y-old">{told}</span>' in story


# --- people -----------------------------------------------------------------------------------------------------------


def test_members_are_put_on_by_name_and_taken_off(captain: Client, duties: Duties) -> None:
    shift = duties.shift(day=2)
    captain.post(f"/shifts/{shift.pk}/members/", {"people": "zw 王芳"})
    assert shift.assignments.filter(active=True).count() == 2
    page = captain.post(f"/shifts/{shift.pk}/members/", {"people": "孙悟空"}, follow=True).content.decode()
    assert "没有“孙悟空”" in page
    captain.post(f"/shifts/{shift.pk}/members/{duties.people['张伟'].pk}/off/")
    assert [one.member.name for one in shift.assignments.filter(active=True)] == ["王芳"]
    story = captain.get(f"/shifts/{shift.pk}/").content.decode().split('id="story"')[1]
    assert '<span class="y-old">张伟</span>' in story


def test_a_joint_unit_puts_on_its_own_people_only(client: Client, duties: Duties) -> None:
    own = person(duties.cast.units["sg11"].pk, "周全")
    shift = duties.shift("sg12", day=2, joint_unit_ids=[duties.cast.units["sg11"].pk])
    stranger = person(duties.cast.units["sg12"].pk, "吴别")
    captain = enter(client, duties, "captain_sg11")
    captain.post(f"/shifts/{shift.pk}/members/", {"people": "周全"})
    captain.post(f"/shifts/{shift.pk}/members/", {"people": "吴别"})
    on_it = set(shift.assignments.filter(active=True).values_list("member_id", flat=True))
    assert on_it == {own.pk}
    assert stranger.pk not in on_it
    page = captain.get(f"/shifts/{shift.pk}/").content.decode()
    assert "/edit/" not in page
    assert captain.get(f"/shifts/{shift.pk}/edit/").status_code == 404


def test_the_organiser_names_people_of_joint_units_and_of_further_teams(captain: Client, duties: Duties) -> None:
    joint = person(duties.cast.units["zx11"].pk, "周全")
    team = person(duties.cast.units["sg12"].pk, "吴别")
    TeamMembership.objects.create(member=team, unit=duties.cast.units["sg11"])
    shift = duties.shift(day=2, joint_unit_ids=[duties.cast.units["zx1"].pk])
    options = captain.get(f"/shifts/{shift.pk}/people/?q=周全").json()["options"]
    assert [one["text"] for one in options] == ["周全"]
    captain.post(f"/shifts/{shift.pk}/members/", {"people": "周全 吴别"})
    assert set(shift.assignments.filter(active=True).values_list("member_id", flat=True)) == {joint.pk, team.pk}


def test_a_joint_unit_marks_its_own_people_and_sees_no_buttons_for_others(client: Client, duties: Duties) -> None:
    own = person(duties.cast.units["zx11"].pk, "周全")
    shift = duties.begun(30, people=("张伟",), joint_unit_ids=[duties.cast.units["zx1"].pk])
    assign(actor=duties.cast.actor("captain_hy"), shift_id=shift.pk, member_ids=[own.pk])
    captain = enter(client, duties, "captain_zx")
    page = captain.get(f"/shifts/{shift.pk}/").content.decode()
    for word in ("/replace/", "/off/"):
        assert f"/members/{own.pk}{word}" in page
        assert f"/members/{duties.people['张伟'].pk}{word}" not in page
    captain.post(f"/shifts/{shift.pk}/attendance/", {"mark": "present", "everybody": "1"})
    assert statuses() == {"周全": "present"}
    record_list(
        actor=duties.cast.actor("captain_sg11"),
        shift_id=shift.pk,
        entries=[Entry(duties.people["张伟"].pk, AttendanceStatus.PRESENT)],
    )
    page = captain.get(f"/shifts/{shift.pk}/").content.decode()
    assert page.count("/correct/") == page.count(
        reverse("attendance_correct", args=[Attendance.objects.get(member=own).pk])
    )
    captain.post(f"/shifts/{shift.pk}/attendance/", {"mark": "out", "everybody": "1"})
    assert Attendance.objects.get(checked_out_at=None).member == duties.people["张伟"]


# --- attendance -------------------------------------------------------------------------------------------------------


def test_each_member_is_marked_with_one_press(captain: Client, duties: Duties) -> None:
    shift = duties.begun(30, people=SQUAD[:4])
    address = f"/shifts/{shift.pk}/attendance/"
    for name, mark in (("张伟", "present"), ("王芳", "late"), ("李娜", "absent")):
        captain.post(address, {"member": duties.people[name].pk, "mark": mark})
    assert statuses() == {"张伟": "present", "王芳": "late", "李娜": "absent"}
    came = Attendance.objects.get(member=duties.people["张伟"])
    late = Attendance.objects.get(member=duties.people["王芳"])
    assert came.checked_in_at == shift.starts_at
    assert late.checked_in_at is not None
    assert late.checked_in_at > shift.starts_at + dt.timedelta(minutes=29)


def test_everybody_is_marked_and_checked_out_at_once(captain: Client, duties: Duties) -> None:
    shift = duties.begun(30, people=SQUAD[:3])
    address = f"/shifts/{shift.pk}/attendance/"
    captain.post(address, {"member": duties.people["张伟"].pk, "mark": "absent"})
    captain.post(address, {"mark": "present", "everybody": "1"})
    assert statuses() == {"张伟": "absent", "王芳": "present", "李娜": "present"}
    captain.post(address, {"mark": "out", "everybody": "1"})
    out = Attendance.objects.exclude(checked_out_at=None)
    assert out.count() == 2
    assert {one.minutes for one in out} == {30}


def test_after_the_end_everybody_present_was_there_all_the_time(captain: Client, duties: Duties) -> None:
    shift = duties.begun(300, 120, people=SQUAD[:2])
    captain.post(f"/shifts/{shift.pk}/attendance/", {"mark": "present", "everybody": "1"})
    assert set(Attendance.objects.values_list("minutes", flat=True)) == {120}
    page = captain.get(f"/shifts/{shift.pk}/").content.decode()
    assert "2 小时" in page


def test_a_replacement_frees_one_and_plans_the_other(captain: Client, duties: Duties) -> None:
    shift = duties.begun(30, people=SQUAD[:2])
    address = f"/shifts/{shift.pk}/members/{duties.people['张伟'].pk}/replace/"
    assert "张伟" in captain.get(address).content.decode()
    assert "没有“孙悟空”" in captain.post(address, {"people": "孙悟空"}).content.decode()
    captain.post(address, {"people": "cx"})
    assert statuses() == {"张伟": "replaced"}
    assert {one.member.name for one in shift.assignments.filter(active=True)} == {"王芳", "陈曦"}
    page = captain.get(f"/shifts/{shift.pk}/").content.decode()
    assert "由 陈曦 替班" in page


@pytest.mark.parametrize("body", [{}, {"mark": "dancing", "member": "1"}, {"mark": "present", "member": "x"}])
def test_nonsense_marks_nothing(captain: Client, duties: Duties, body: dict[str, str]) -> None:
    shift = duties.begun(30, people=SQUAD[:2])
    assert captain.post(f"/shifts/{shift.pk}/attendance/", body).status_code == 302
    assert not Attendance.objects.exists()


def test_nobody_is_absent_before_it_begins(captain: Client, duties: Duties) -> None:
    shift = duties.shift(day=1, people=("张伟",))
    page = captain.get(f"/shifts/{shift.pk}/").content.decode()
    assert "缺勤" not in page
    body = {"member": duties.people["张伟"].pk, "mark": "absent"}
    answer = captain.post(f"/shifts/{shift.pk}/attendance/", body, follow=True).content.decode()
    assert "y-notice-error" in answer
    assert not Attendance.objects.exists()


def test_people_are_ticked_off_as_they_gather(captain: Client, duties: Duties) -> None:
    shift = duties.begun(-60, people=SQUAD[:2])
    page = captain.get(f"/shifts/{shift.pk}/").content.decode()
    crew = page[page.index('id="crew"') : page.index('id="results"')]
    assert "到岗" in crew
    for word in ("缺勤", "迟到", "/replace/"):
        assert word not in crew
    captain.post(f"/shifts/{shift.pk}/attendance/", {"mark": "present", "everybody": "1"})
    came = list(Attendance.objects.values_list("checked_in_at", flat=True))
    assert len(came) == 2
    assert all(one is not None and one < shift.starts_at for one in came)
    captain.post(f"/shifts/{shift.pk}/attendance/", {"mark": "out", "everybody": "1"})
    assert not Attendance.objects.exclude(checked_out_at=None).exists(), "who has just come has not served a minute"


def test_long_before_the_shift_nobody_is_ticked_off(captain: Client, duties: Duties) -> None:
    shift = duties.begun(-180, people=SQUAD[:2])
    assert "到岗" not in captain.get(f"/shifts/{shift.pk}/").content.decode()


def recorded(duties: Duties) -> tuple[Shift, Attendance]:
    shift = duties.begun(300, 120, people=SQUAD[:2])
    member = duties.people["张伟"].pk
    record_list(
        actor=duties.cast.actor("captain_sg11"),
        shift_id=shift.pk,
        entries=[Entry(member, AttendanceStatus.PRESENT)],
    )
    return shift, Attendance.objects.get()


def test_a_correction_is_a_new_row_with_a_reason(captain: Client, duties: Duties) -> None:
    shift, old = recorded(duties)
    address = reverse("attendance_correct", args=[old.pk])
    page = captain.get(address).content.decode()
    assert '<span class="y-old">到岗</span>' in page
    local = timezone.localtime(shift.starts_at)
    body = {
        "status": "late",
        "checked_in_at": f"{local + dt.timedelta(minutes=25):%Y-%m-%dT%H:%M}",
        "checked_out_at": f"{local + dt.timedelta(minutes=115):%Y-%m-%dT%H:%M}",
    }
    assert "y-error" in captain.post(address, {**body, "reason": ""}).content.decode()
    assert Attendance.objects.count() == 1
    captain.post(address, {**body, "reason": "签到表写错"})
    new = Attendance.objects.get(current=True)
    assert (new.corrects, new.status, new.reason) == (old, "late", "签到表写错")
    page = captain.get(f"/shifts/{shift.pk}/").content.decode()
    assert "签到表写错" in page
    story = page.split('id="story"')[1]
    assert "到岗" in story
    assert "迟到" in story


def test_the_correction_is_a_dialog_where_scripts_run(captain: Client, duties: Duties) -> None:
    _shift, old = recorded(duties)
    piece = captain.get(reverse("attendance_correct", args=[old.pk]), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in piece
    assert "<dialog" in piece
    assert "data-open-now" in piece


def test_absent_in_a_correction_drops_the_times_that_the_fields_still_hold(captain: Client, duties: Duties) -> None:
    _shift, old = recorded(duties)
    body = {"status": "absent", "checked_in_at": "2022-11-03T19:30", "checked_out_at": "", "reason": "认错人"}
    captain.post(reverse("attendance_correct", args=[old.pk]), body)
    assert Attendance.objects.get(current=True).status == "absent"


# --- results, photos, closing -----------------------------------------------------------------------------------------


def test_results_are_saved_and_nonsense_stands_beside_its_field(captain: Client, duties: Duties) -> None:
    shift = duties.begun(30, kind="publicity")
    address = f"/shifts/{shift.pk}/results/"
    captain.post(address, {"materials": "120", "people_reached": "", "summary": "走访商户"})
    shift.refresh_from_db()
    assert (shift.materials, shift.people_reached, shift.summary) == (120, 0, "走访商户")
    page = captain.post(address, {"materials": "-3", "summary": "x"}).content.decode()
    assert "y-invalid" in page
    shift.refresh_from_db()
    assert shift.materials == 120


def test_a_photo_is_kept_seen_within_the_scope_and_removed(captain: Client, client: Client, duties: Duties) -> None:
    shift = duties.begun(30, people=("张伟",))
    upload = SimpleUploadedFile("a.png", PICTURE, "image/png")
    captain.post(f"/shifts/{shift.pk}/photos/", {"photo": upload, "caption": "发放传单"})
    photo = ShiftPhoto.objects.get()
    address = reverse("shift_photo", args=[shift.pk, photo.pk])
    answer = captain.get(address)
    assert answer.content == PICTURE
    assert answer["Content-Type"] == "image/png"
    assert "no-store" in answer["Cache-Control"]
    assert "发放传单" in captain.get(f"/shifts/{shift.pk}/").content.decode()
    other = duties.shift(day=5)
    assert captain.get(reverse("shift_photo", args=[other.pk, photo.pk])).status_code == 404
    stranger = enter(Client(), duties, "captain_zx")
    assert stranger.get(address).status_code == 404
    captain.post(reverse("shift_photo_remove", args=[shift.pk, photo.pk]))
    assert not ShiftPhoto.objects.exists()


def test_a_text_is_no_photo(captain: Client, duties: Duties) -> None:
    shift = duties.begun(30)
    upload = SimpleUploadedFile("a.png", b"hello", "image/png")
    page = captain.post(f"/shifts/{shift.pk}/photos/", {"photo": upload}).content.decode()
    assert "y-invalid" in page
    assert not ShiftPhoto.objects.exists()


def test_the_photo_of_another_shift_is_not_removed_through_this_one(captain: Client, duties: Duties) -> None:
    mine, theirs = duties.begun(30), duties.at(timezone.now() - dt.timedelta(minutes=10), code="zx9")
    theirs.photos.create(sealed=b"x", content_type="image/png", digest=b"1" * 32)
    photo = theirs.photos.get()
    answer = captain.post(reverse("shift_photo_remove", args=[mine.pk, photo.pk]))
    assert answer.status_code == 404
    assert theirs.photos.exists()


def test_closing_names_what_is_missing_and_where_to_mend_it(captain: Client, duties: Duties) -> None:
    shift = duties.begun(300, 120, kind="publicity", people=SQUAD[:2])
    page = captain.get(f"/shifts/{shift.pk}/").content.decode()
    assert "结束班次前还缺" in page
    assert 'href="#crew"' in page
    assert f"/shifts/{shift.pk}/close/" not in page
    refused = captain.post(f"/shifts/{shift.pk}/close/", follow=True).content.decode()
    assert "y-notice-error" in refused
    captain.post(f"/shifts/{shift.pk}/attendance/", {"mark": "present", "everybody": "1"})
    page = captain.get(f"/shifts/{shift.pk}/").content.decode()
    assert 'href="#results"' in page
    assert 'href="#crew"' not in page
    captain.post(f"/shifts/{shift.pk}/results/", {"materials": "10"})
    assert f"/shifts/{shift.pk}/close/" in captain.get(f"/shifts/{shift.pk}/").content.decode()
    captain.post(f"/shifts/{shift.pk}/close/")
    shift.refresh_from_db()
    assert shift.state == ShiftState.CLOSED


def test_a_closed_shift_is_opened_again_with_a_reason(captain: Client, duties: Duties) -> None:
    shift = duties.begun(300, 120, people=SQUAD[:1])
    captain.post(f"/shifts/{shift.pk}/attendance/", {"mark": "present", "everybody": "1"})
    captain.post(f"/shifts/{shift.pk}/close/")
    captain.post(f"/shifts/{shift.pk}/reopen/", {"reason": ""})
    shift.refresh_from_db()
    assert shift.state == ShiftState.CLOSED
    captain.post(f"/shifts/{shift.pk}/reopen/", {"reason": "漏登一人"})
    shift.refresh_from_db()
    assert shift.state == ShiftState.PLANNED
    assert "漏登一人" in captain.get(f"/shifts/{shift.pk}/").content.decode()


# --- who may, and what it costs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("account", "status"),
    [("captain_sg11", 200), ("inspector_sg", 200), ("captain_zx", 404), ("auditor_sg", 404), ("member_sg11", 404)],
)
def test_a_shift_is_seen_within_the_scope(client: Client, duties: Duties, account: str, status: int) -> None:
    shift = duties.shift(day=1)
    assert enter(client, duties, account).get(f"/shifts/{shift.pk}/").status_code == status


def test_who_may_only_look_finds_nothing_to_press(client: Client, duties: Duties) -> None:
    shift = duties.begun(300, 120, people=SQUAD[:2])
    page = enter(client, duties, "inspector_sg").get(f"/shifts/{shift.pk}/").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert "<form" not in main
    for word in ("/edit/", "/cancel/", "/correct/", "/replace/"):
        assert word not in main


def test_a_shift_costs_the_same_with_one_and_with_thirty(
    captain: Client, duties: Duties, django_assert_num_queries: Any
) -> None:
    def running(number: int) -> Shift:
        unit = duties.cast.units["sg11"].pk
        members = [person(unit, f"李{chr(0x4E00 + position)}") for position in range(number)]
        shift = duties.begun(30 + number, 120)
        actor = duties.cast.actor("captain_sg11")
        entries = [Entry(one.pk, AttendanceStatus.PRESENT) for one in members]
        record_list(actor=actor, shift_id=shift.pk, entries=entries)
        Assignment.objects.bulk_create(
            Assignment(shift=shift, member=one, period=(shift.starts_at, shift.ends_at)) for one in members
        )
        return shift

    one, thirty = running(1), running(30)
    captain.get(f"/shifts/{one.pk}/")
    for shift in (one, thirty):
        with django_assert_num_queries(QUERIES_OF_A_SHIFT):
            page = captain.get(f"/shifts/{shift.pk}/")
    assert page.content.count(b'<li id="member-') == 30
