"""What officers do in the admin goes through operations: into the history with its reason, or refused, nothing lost."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pghistory.models import Context

from corps.actors import SYSTEM
from corps.models import (
    Account,
    ActionLog,
    ApiKey,
    Appointment,
    Grid,
    LevelName,
    Post,
    Site,
    Speciality,
    Station,
    Term,
    Unit,
)
from corps.operations.accounts import create_account
from corps.queries.scope import local_today
from corps.roles import Role
from tests import admin_rows
from tests.admin_acts import act, send
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.accounts["liaison_hy"])
    return client


def unit_form(unit: Unit, **changes: Any) -> dict[str, Any]:
    values = {"name": unit.name, "short_name": unit.short_name, "code": unit.code, "division_code": unit.division_code}
    return {**values, **changes}


# --- the structure ----------------------------------------------------------------------------------------------------


def test_a_unit_is_created_renamed_and_edited(cast: Cast, officer: Client) -> None:
    sent = {
        "parent": cast.units["sg1"].pk,
        "level": 4,
        "name": "五中队",
        "short_name": "五中队",
        "code": "sg15",
        "active_from": "2022-05-01",
        "reason": "新建小区",
    }
    assert send(officer, "corps_unit_add", **sent).status_code == 302
    made = cast.unit("sg15")
    assert (made.parent_id, made.level) == (cast.units["sg1"].pk, 4)
    assert Context.objects.filter(metadata__action="unit.create", metadata__reason="新建小区").count() == 1
    answer = send(officer, "corps_unit_change", made.pk, **unit_form(made, name="第五中队", reason="按文件"))
    assert answer.status_code == 302
    assert cast.unit("sg15").name == "第五中队"
    assert act("unit.rename")["reason"] == "按文件"
    first, second = admin_rows.station(cast, "hy"), admin_rows.station(cast, "hy")
    skilled = admin_rows.speciality(cast, "hy")
    made = cast.unit("sg15")
    sent = unit_form(
        made,
        latitude=26.9,
        longitude=112.6,
        leading_station=second.pk,
        further_stations=[first.pk],
        chosen_specialities=[skilled.name],
        code="sg16",
        reason="搬迁",
    )
    assert send(officer, "corps_unit_change", made.pk, **sent).status_code == 302
    made.refresh_from_db()
    assert (made.code, made.latitude) == ("sg16", 26.9)
    assert made.station_links.get(primary=True).station_id == second.pk
    assert [one.name for one in made.specialities.all()] == [skilled.name]


def test_a_refusal_stands_above_the_form_and_nothing_typed_is_lost(cast: Cast, officer: Client) -> None:
    sent = {
        "parent": cast.units["sg11"].pk,
        "level": 3,
        "name": "倒挂大队",
        "short_name": "倒挂",
        "code": "sg99",
        "active_from": "2022-05-01",
        "reason": "试一试",
    }
    answer = send(officer, "corps_unit_add", **sent)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "cannot hang under" in page or "不能隶属" in page or "大队" in page
    for typed in ("倒挂大队", "sg99", "试一试"):
        assert typed in page
    assert not Unit.objects.filter(code="sg99").exists()
    assert 'class="errornote' in page


def test_moving_names_the_consequence_and_is_in_the_history(cast: Cast, officer: Client) -> None:
    url = reverse("admin:corps_unit_move", args=[cast.units["sg1"].pk])
    page = officer.get(url).content.decode()
    assert "青山大队" in page
    assert "2" in re.findall(r"<li>([^<]*)</li>", page)[1]
    answer = send(officer, "corps_unit_move", cast.units["sg1"].pk, parent=cast.units["zx"].pk, reason="区划调整")
    assert answer.status_code == 302
    assert cast.unit("sg1").parent_id == cast.units["zx"].pk
    assert act("unit.move") | {"reason": "区划调整", "actor": "liaison hy"} == act("unit.move")


def test_a_move_without_a_reason_or_into_itself_is_refused(cast: Cast, officer: Client) -> None:
    key = cast.units["sg1"].pk
    assert send(officer, "corps_unit_move", key, parent=cast.units["zx"].pk).status_code == 200
    page = send(officer, "corps_unit_move", key, parent=cast.units["sg11"].pk, reason="误选")
    assert page.status_code == 200
    assert "误选" in page.content.decode()
    assert cast.unit("sg1").parent_id == cast.units["sg"].pk


def test_units_merge_with_their_members(cast: Cast, officer: Client) -> None:
    member = admin_rows.member(cast, "sg11")
    page = officer.get(reverse("admin:corps_unit_merge", args=[cast.units["sg11"].pk])).content.decode()
    assert "一中队" in page
    assert " 1 " in re.findall(r"<li>([^<]*)</li>", page)[0]
    answer = send(officer, "corps_unit_merge", cast.units["sg11"].pk, target=cast.units["sg12"].pk, reason="人数不足")
    assert answer.status_code == 302
    member.refresh_from_db()
    assert member.unit_id == cast.units["sg12"].pk
    closed = cast.unit("sg11")
    assert closed.merged_into_id == cast.units["sg12"].pk
    assert act("unit.merge")["reason"] == "人数不足"


def test_a_unit_is_split_with_chosen_members(cast: Cast, officer: Client) -> None:
    going, staying = admin_rows.member(cast, "sg11"), admin_rows.member(cast, "sg11")
    sent = {
        "name": "三中队",
        "short_name": "三中队",
        "code": "sg13",
        "active_from": local_today().isoformat(),
        "members": [going.pk],
        "reason": "片区太大",
    }
    assert send(officer, "corps_unit_split", cast.units["sg11"].pk, **sent).status_code == 302
    going.refresh_from_db()
    staying.refresh_from_db()
    assert going.unit_id == cast.unit("sg13").pk
    assert staying.unit_id == cast.units["sg11"].pk
    assert act("unit.split")["reason"] == "片区太大"


def test_closing_is_refused_while_somebody_belongs_to_it_then_closed_and_reopened(cast: Cast, officer: Client) -> None:
    key = cast.units["sg21"].pk
    member = admin_rows.member(cast, "sg21")
    answer = send(officer, "corps_unit_close", key, reason="撤并")
    assert answer.status_code == 200
    assert "撤并" in answer.content.decode()
    assert cast.unit("sg21").active_until is None
    member.delete()
    assert send(officer, "corps_unit_close", key, reason="撤并").status_code == 302
    assert cast.unit("sg21").active_until is not None
    assert act("unit.close")["reason"] == "撤并"
    assert send(officer, "corps_unit_reopen", key, reason="恢复编制").status_code == 302
    assert cast.unit("sg21").active_until is None
    assert act("unit.reopen")["reason"] == "恢复编制"


def test_only_an_unused_unit_is_removed(cast: Cast, officer: Client) -> None:
    fresh = admin_rows.unit(cast, "sg1")
    assert send(officer, "corps_unit_remove", cast.units["sg1"].pk, reason="误建").status_code == 200
    assert Unit.objects.filter(code="sg1").exists()
    assert send(officer, "corps_unit_remove", fresh.pk, reason="误建").status_code == 302
    assert not Unit.objects.filter(pk=fresh.pk).exists()
    assert act("unit.remove")["reason"] == "误建"


def test_the_shape_of_the_tree_is_decided_in_the_superior(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.accounts["liaison_sg"])
    assert send(client, "corps_unit_close", cast.units["sg"].pk, reason="x").status_code == 403
    assert client.get(reverse("admin:corps_unit_move", args=[cast.units["sg"].pk])).status_code == 403
    assert client.get(reverse("admin:corps_unit_move", args=[cast.units["sg1"].pk])).status_code == 200
    outside = send(client, "corps_unit_move", cast.units["sg1"].pk, parent=cast.units["zx"].pk, reason="x")
    assert outside.status_code == 200
    assert cast.unit("sg1").parent_id == cast.units["sg"].pk


# --- posts, places, words ---------------------------------------------------------------------------------------------


def test_a_post_is_made_filled_handed_over_and_ended(cast: Cast, officer: Client) -> None:
    unit, today = cast.units["sg11"], local_today()
    assert send(officer, "corps_post_add", unit=unit.pk, kind="captain", title="队长", reason="").status_code == 302
    post = Post.objects.get(unit=unit)
    filled = {"holder": "王小明", "starts_on": (today - timedelta(days=30)).isoformat()}
    assert send(officer, "corps_post_appoint", post.pk, **filled).status_code == 302
    twice = send(officer, "corps_post_appoint", post.pk, holder="李四", starts_on=today.isoformat())
    assert twice.status_code == 200
    assert "李四" in twice.content.decode()
    handed = {"holder": "李四", "starts_on": today.isoformat(), "reason": "轮换"}
    assert send(officer, "corps_post_hand_over", post.pk, **handed).status_code == 302
    assert act("post.hand_over")["reason"] == "轮换"
    term = Term.objects.get(holder="李四")
    ended = send(officer, "corps_term_end", term.pk, ends_on=(today + timedelta(days=1)).isoformat(), reason="离任")
    assert ended.status_code == 302
    assert send(officer, "corps_post_change", post.pk, title="中队长", reason="").status_code == 302
    post.refresh_from_db()
    assert post.title == "中队长"
    assert send(officer, "corps_post_remove", post.pk, reason="x").status_code == 200


def test_places_are_added_edited_put_out_of_use_and_removed(cast: Cast, officer: Client) -> None:
    corps = cast.units["hy"].corps_id
    station = {"corps": corps, "kind": "station", "name": "青山派出所", "code": "P1"}
    assert send(officer, "corps_station_add", **station).status_code == 302
    found = Station.objects.get(code="P1")
    taken = send(officer, "corps_station_add", **station | {"name": "另一所"})
    assert taken.status_code == 200
    assert "另一所" in taken.content.decode()
    assert send(officer, "corps_station_change", found.pk, **station | {"phone": "0734-110"}).status_code == 302
    found.refresh_from_db()
    assert found.phone == "0734-110"
    assert send(officer, "corps_station_remove", found.pk, reason="误建").status_code == 302
    site = {"unit": cast.units["sg11"].pk, "kind": "school", "name": "青山小学"}
    assert send(officer, "corps_site_add", **site).status_code == 302
    school = Site.objects.get(name="青山小学")
    assert send(officer, "corps_site_change", school.pk, **site | {"address": "中山路"}).status_code == 302
    assert send(officer, "corps_site_use", school.pk, reason="放假").status_code == 302
    school.refresh_from_db()
    assert (school.active, school.address) == (False, "中山路")
    assert send(officer, "corps_site_remove", school.pk, reason="误建").status_code == 302
    grid = {"corps": corps, "level": 1, "name": "一号网格", "code": "G1", "unit": cast.units["sg1"].pk}
    assert send(officer, "corps_grid_add", **grid).status_code == 302
    cell = Grid.objects.get(code="G1")
    assert send(officer, "corps_grid_change", cell.pk, **grid | {"name": "第一网格"}).status_code == 302
    assert send(officer, "corps_grid_remove", cell.pk, reason="误建").status_code == 302


def test_words_for_levels_and_specialities(cast: Cast, officer: Client) -> None:
    level = LevelName.objects.get(level=4)
    assert send(officer, "corps_levelname_change", level.pk, name="工作站", reason="").status_code == 302
    level.refresh_from_db()
    assert level.name == "工作站"
    corps = cast.units["hy"].corps_id
    assert send(officer, "corps_speciality_add", corps=corps, name="水上救援").status_code == 302
    twice = send(officer, "corps_speciality_add", corps=corps, name="水上救援")
    assert twice.status_code == 200
    made = Speciality.objects.get()
    assert send(officer, "corps_speciality_change", made.pk, name="水域救援").status_code == 302
    assert send(officer, "corps_speciality_remove", made.pk, reason="误建").status_code == 302
    assert not Speciality.objects.exists()


# --- accounts ---------------------------------------------------------------------------------------------------------


def secret_of(answer: Any) -> str:
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    found = re.search(r'class="y-secret" data-verbatim>([^<]+)<', answer.content.decode())
    assert found is not None
    return found[1]


def test_an_account_is_made_with_a_password_shown_once(cast: Cast, officer: Client) -> None:
    sent = {"username": "wang", "display_name": "王小明", "unit": cast.units["sg11"].pk, "reason": "新任"}
    password = secret_of(send(officer, "corps_account_add", **sent))
    made = Account.objects.get(username="wang")
    assert made.check_password(password)
    assert made.one_time_password
    assert password not in officer.get(reverse("admin:corps_account_change", args=[made.pk])).content.decode()
    again = send(officer, "corps_account_add", **sent)
    assert again.status_code == 200
    assert "王小明" in again.content.decode()
    changed = send(officer, "corps_account_change", made.pk, display_name="王晓明", unit=cast.units["sg11"].pk)
    assert changed.status_code == 302
    made.refresh_from_db()
    assert made.display_name == "王晓明"


def test_an_account_through_its_life(cast: Cast, officer: Client) -> None:
    made = create_account(actor=SYSTEM, username="li", display_name="李四", unit_id=cast.units["sg11"].pk).account
    password = secret_of(send(officer, "corps_account_reset_password", made.pk, reason="忘记"))
    made.refresh_from_db()
    assert made.check_password(password)
    assert send(officer, "corps_account_remove_second_factor", made.pk, reason="手机丢失").status_code == 302
    assert send(officer, "corps_account_end_sessions", made.pk).status_code == 302
    assert send(officer, "corps_account_deactivate", made.pk, reason="离队").status_code == 302
    made.refresh_from_db()
    assert not made.is_active
    assert act("account.deactivate")["reason"] == "离队"
    assert secret_of(send(officer, "corps_account_reactivate", made.pk, reason="归队"))
    made.refresh_from_db()
    assert made.is_active


def test_nobody_locks_the_own_door_and_the_attempt_is_recorded(cast: Cast, officer: Client) -> None:
    own = cast.accounts["liaison_hy"]
    answer = send(officer, "corps_account_deactivate", own.pk, reason="误点")
    assert answer.status_code == 200
    assert "误点" in answer.content.decode()
    assert ActionLog.objects.filter(action="account.deactivate", result="refused").exists()


def test_an_appointment_is_made_transferred_and_ended(cast: Cast, officer: Client) -> None:
    made = create_account(actor=SYSTEM, username="li", display_name="李四", unit_id=cast.units["sg11"].pk).account
    today = local_today()
    sent = {"account": made.pk, "role": "captain", "unit": cast.units["sg11"].pk, "starts_on": today.isoformat()}
    assert send(officer, "corps_appointment_add", **sent, reason="选举").status_code == 302
    appointment = Appointment.objects.get(account=made)
    assert (appointment.role, appointment.unit_id) == (Role.CAPTAIN, cast.units["sg11"].pk)
    later = (today + timedelta(days=5)).isoformat()
    moved = send(officer, "corps_appointment_transfer", appointment.pk, unit=cast.units["sg12"].pk, on=later)
    assert moved.status_code == 302
    following = Appointment.objects.get(account=made, unit=cast.units["sg12"])
    ended = send(officer, "corps_appointment_end", following.pk, ends_on=(today + timedelta(days=9)).isoformat())
    assert ended.status_code == 302
    assert officer.post(reverse("admin:corps_appointment_change", args=[following.pk]), {}).status_code == 403


def test_an_attempt_to_give_more_than_one_holds_stays_in_the_log(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.accounts["liaison_sg"])
    sent = {
        "account": cast.accounts["captain_hy"].pk,
        "role": "liaison",
        "unit": cast.units["sg"].pk,
        "starts_on": local_today().isoformat(),
    }
    # The account is not in the officer's scope, so it cannot be chosen at all.
    assert send(client, "corps_appointment_add", **sent).status_code == 200
    own = {**sent, "account": cast.accounts["liaison_sg"].pk, "role": "captain"}
    assert send(client, "corps_appointment_add", **own).status_code == 200
    assert ActionLog.objects.filter(action="appointment.make", result="refused").count() == 1


def test_a_key_is_shown_once_and_revoked(cast: Cast, officer: Client) -> None:
    system = create_account(
        actor=SYSTEM, username="desk", display_name="指挥平台", unit_id=cast.units["sg"].pk, machine=True
    ).account
    day = (local_today() + timedelta(days=30)).isoformat()
    text = secret_of(send(officer, "corps_apikey_add", account=system.pk, name="接警", last_day=day, reason="对接"))
    assert text.startswith("yw_")
    key = ApiKey.objects.get()
    assert text not in officer.get(reverse("admin:corps_apikey_change", args=[key.pk])).content.decode()
    too_long = (local_today() + timedelta(days=800)).isoformat()
    refused = send(officer, "corps_apikey_add", account=system.pk, name="太久", last_day=too_long)
    assert refused.status_code == 200
    assert "太久" in refused.content.decode()
    assert send(officer, "corps_apikey_revoke", key.pk, reason="停用").status_code == 302
    key.refresh_from_db()
    assert key.revoked_at is not None
