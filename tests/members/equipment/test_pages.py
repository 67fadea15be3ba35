"""Pages of equipment: what a captain reads and does there, and that nothing typed is lost when it is refused."""

import datetime as dt
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from corps.models import Appointment
from corps.queries.scope import local_today
from members.logic.ledger import Line
from members.models import Confirmation, Holding, Member, Movement, Voucher
from members.operations.equipment.issuing import issue
from members.operations.equipment.returning import report_damage
from members.operations.equipment.transfers import send
from tests.cast import Cast
from tests.members.equipment import stage
from tests.members.equipment.desk import Desk, desk_of, signed_in, token_of
from tests.members.roster import person

pytestmark = pytest.mark.django_db

EMPTY = ("", "issue/", "hand-out/", "holdings/", "take-back/", "vouchers/", "confirmations/", "transfers/", "import/")


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


def today() -> str:
    return local_today().isoformat()


# --- first looks ------------------------------------------------------------------------------------------------


def test_every_page_of_an_empty_unit_says_what_to_do_next(client: Client, cast: Cast) -> None:
    signed_in(client, cast, "captain_zx")
    for page in EMPTY:
        found = text(client, f"/u/zx/equipment/{page}")
        assert "y-empty" in found, page
        assert 'class="y-btn' in found[found.index("y-empty") :], page


def test_the_first_page_tells_what_is_missing_and_what_waits(captain: Client, desk: Desk) -> None:
    found = text(captain, "/u/sg1/equipment/")
    missing = found[found.index('id="missing"') :]
    assert "反光背心" in missing
    assert reverse("equipment_issue", args=["sg1"]) in missing
    assert "大队装备室" in found
    assert 'id="waiting"' not in found
    desk.give("张伟", desk.one_radio(), due_on=local_today())
    waiting = text(captain, "/u/sg1/equipment/")
    assert 'id="waiting"' in waiting
    assert "7 天内应还" in waiting
    assert "待队员确认" in waiting
    assert "待队员确认" in text(captain, "/u/sg1/"), "and the first page of all says so too"


def test_a_captain_without_a_store_sees_what_is_missing_but_issues_nothing(client: Client, desk: Desk) -> None:
    """The squad's captain neither keeps nor sees the brigade's store."""
    signed_in(client, desk.cast, "captain_sg11")
    found = text(client, "/u/sg11/equipment/")
    assert "反光背心" in found
    assert "大队装备室" not in found
    assert reverse("equipment_issue", args=["sg11"]) not in found
    assert "y-empty" in text(client, "/u/sg11/equipment/issue/")


# --- the list for many hands ------------------------------------------------------------------------------------


def kit_form(client: Client, desk: Desk, **sizes: str) -> dict[str, object]:
    """The list as it is shown, everything ticked; sizes by name of the member."""
    page = text(client, "/u/sg1/equipment/issue/")
    ids = {name: member.pk for name, member in desk.people.items()}
    values: dict[str, object] = {
        "token": token_of(page),
        "on": today(),
        "rows": ",".join(str(pk) for pk in ids.values()),
        "member": list(ids.values()),
        "give": [f"{pk}-{desk.light.pk}" for pk in ids.values()],
    }
    return values | {f"size-{pk}-{desk.vest.pk}": sizes.get(name, "L") for name, pk in ids.items()}


def test_a_squads_kit_is_issued_in_one_go_and_a_second_press_changes_nothing(captain: Client, desk: Desk) -> None:
    values = kit_form(captain, desk, 张伟="XL", 王芳="-")
    first = captain.post("/u/sg1/equipment/issue/", values)
    assert first.status_code == 302, first.content.decode()[-4000:]
    second = captain.post("/u/sg1/equipment/issue/", values)
    assert Voucher.objects.filter(act="issue").count() == 1
    assert second["Location"] == first["Location"]
    assert Confirmation.objects.count() == 6
    held = {(row.member.name, row.kind.name): row.size for row in Holding.objects.filter(member__isnull=False)}
    assert held["张伟", "反光背心"] == "XL"
    assert ("王芳", "反光背心") not in held, "“not now” was chosen"
    assert ("王芳", "肩灯") in held
    assert stage.in_store(desk.store, desk.light) == 14


def test_a_missing_size_is_marked_and_everything_else_stays_as_it_was_typed(captain: Client, desk: Desk) -> None:
    values = kit_form(captain, desk, 张伟="M", 王芳="")
    del values["give"]
    values["member"] = [desk.people["张伟"].pk, desk.people["王芳"].pk]
    answer = captain.post("/u/sg1/equipment/issue/", values)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "请选择尺码" in page
    assert "王芳" in page[page.index("y-notice-error") :][:400]
    assert "<option selected>M</option>" in page
    assert f'name="member" value="{desk.people["李娜"].pk}" data-kit-member>' in page, "still unticked"
    assert str(values["token"]) in page
    assert not Voucher.objects.filter(act="issue").exists()


def test_what_the_store_has_too_few_of_is_named_and_nothing_is_issued(captain: Client, desk: Desk) -> None:
    for number in range(12):
        person(desk.cast.units["sg12"].pk, f"队员{number}", status="active")
    page = text(captain, "/u/sg1/equipment/issue/")
    ids = list(Member.objects.values_list("pk", flat=True))
    values = {"token": token_of(page), "rows": ",".join(map(str, ids)), "member": ids}
    values |= {f"size-{pk}-{desk.vest.pk}": "M" for pk in ids}
    found = captain.post("/u/sg1/equipment/issue/", values).content.decode()
    assert "10" in found[found.index("y-notice-error") :][:600]
    assert "反光背心" in found[found.index("y-notice-error") :][:600]
    assert not Voucher.objects.filter(act="issue").exists()


# --- single acts ------------------------------------------------------------------------------------------------


def hand_out(desk: Desk, page: str, **values: object) -> dict[str, object]:
    return {
        "token": token_of(page),
        "store": desk.store.pk,
        "to": "members",
        "people": "张伟",
        "lines": 1,
        "line-0-kind": desk.radio.pk,
        "line-0-numbers": "对003",
        **values,
    }


def test_a_radio_is_lent_until_tomorrow(captain: Client, desk: Desk) -> None:
    page = text(captain, "/u/sg1/equipment/hand-out/")
    tomorrow = local_today() + dt.timedelta(days=1)
    answer = captain.post("/u/sg1/equipment/hand-out/", hand_out(desk, page, due_on=tomorrow.isoformat()))
    assert answer.status_code == 302, answer.content.decode()[-4000:]
    held = Holding.objects.get(member=desk.people["张伟"])
    assert (held.article_id, held.due_on) == (desk.radios[2].pk, tomorrow)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"people": "孙悟空"}, "孙悟空"),
        ({"people": ""}, "至少填写一个姓名"),
        ({"line-0-numbers": "对099"}, "对099"),
        ({"line-0-numbers": ""}, "请填写编号"),
        ({"line-0-kind": ""}, "请选择本行的装备种类"),
        ({"line-0-numbers": "", "line-0-kind": ""}, "请至少填写一行"),
        ({"to": "unit"}, "请选择使用单位"),
        ({"token": "nonsense"}, "表单已失效"),
        ({"due_on": "2000-01-01"}, "2000-01-01"),
    ],
)
def test_what_is_mistyped_is_named_and_nothing_is_lost(
    captain: Client, desk: Desk, wrong: dict[str, object], said: str
) -> None:
    page = text(captain, "/u/sg1/equipment/hand-out/")
    values = hand_out(desk, page, **wrong)
    answer = captain.post("/u/sg1/equipment/hand-out/", values)
    found = answer.content.decode()
    assert answer.status_code == 200
    assert said in found
    for name in ("people", "line-0-numbers"):
        assert f'value="{values[name]}"' in found or not values[name], name
    assert not Voucher.objects.filter(act="issue").exists()


def test_things_go_into_a_units_use(captain: Client, desk: Desk) -> None:
    page = text(captain, "/u/sg1/equipment/hand-out/")
    unit = desk.cast.units["sg11"]
    captain.post("/u/sg1/equipment/hand-out/", hand_out(desk, page, to="unit", unit=unit.pk, people=""))
    assert Holding.objects.get(place="use", quantity__gt=0).unit_id == unit.pk
    assert "一中队" in text(captain, "/u/sg1/equipment/holdings/?place=use")


def test_things_come_back_good_and_broken_and_go_to_repair(captain: Client, desk: Desk) -> None:
    desk.give("张伟", desk.vests(2), extra_reason="夜班备用")
    held = stage.holding(desk.people["张伟"], desk.vest)
    page = text(captain, f"/u/sg1/equipment/take-back/?id={held.pk}")
    values = {
        "token": token_of(page),
        "store": desk.store.pk,
        "shown": held.pk,
        "row": held.pk,
        f"quantity-{held.pk}": "2",
        f"broken-{held.pk}": "3",
    }
    refused = captain.post("/u/sg1/equipment/take-back/", values).content.decode()
    assert "损坏数多于总数" in refused
    assert captain.post("/u/sg1/equipment/take-back/", values | {f"broken-{held.pk}": "1"}).status_code == 302
    assert stage.in_store(desk.store, desk.vest, size="L") == 9
    path = reverse("equipment_repair", args=[desk.store.pk])
    values = {"token": token_of(text(captain, path)), f"take-damaged-{desk.vest.pk}-L": "1"}
    assert captain.post(path, values).status_code == 302
    path = reverse("equipment_repaired", args=[desk.store.pk])
    page = text(captain, path)
    mended = Holding.objects.get(place="repair", quantity__gt=0)
    assert captain.post(path, {"token": token_of(page), "row": mended.pk, "shown": mended.pk}).status_code == 302
    assert stage.in_store(desk.store, desk.vest, size="L") == 10


def test_a_lost_radio_is_replaced_with_a_reason(captain: Client, desk: Desk) -> None:
    desk.give("张伟", desk.one_radio())
    held = stage.holding(desk.people["张伟"], desk.radio)
    path = reverse("equipment_holding", args=[held.pk])
    values: dict[str, object] = {
        "token": token_of(text(captain, path)),
        "what": "replace_lost",
        "quantity": 1,
        "store": desk.store.pk,
        "number": "对002",
    }
    assert 'value="对002"' in captain.post(path, values).content.decode()
    assert not Voucher.objects.filter(act="replacement").exists()
    assert captain.post(path, values | {"reason": "巡逻时落水"}).status_code == 302
    assert stage.holding(desk.people["张伟"], desk.radio).article_id == desk.radios[1].pk
    story = text(captain, reverse("equipment_article", args=[desk.radios[0].pk]))
    assert "巡逻时落水" in story


def test_goods_received_write_numbers_out_and_keep_what_was_mistyped(captain: Client, desk: Desk) -> None:
    path = reverse("equipment_goods", args=[desk.store.pk])
    values: dict[str, object] = {
        "token": token_of(text(captain, path)),
        "lines": 2,
        "line-0-kind": desk.radio.pk,
        "line-0-numbers": "台001–台012",
        "line-1-kind": desk.vest.pk,
        "line-1-size": "XXL",
        "line-1-quantity": 5,
    }
    refused = captain.post(path, values).content.decode()
    assert "M、L、XL" in refused
    assert 'value="台001–台012"' in refused
    assert captain.post(path, values | {"line-1-size": "xl"}).status_code == 302
    assert stage.in_store(desk.store, desk.radio) == 17
    assert stage.in_store(desk.store, desk.vest, size="XL") == 15


def test_a_count_that_differs_asks_why(captain: Client, desk: Desk) -> None:
    path = reverse("equipment_count", args=[desk.store.pk])
    values: dict[str, object] = {
        "token": token_of(text(captain, path)),
        f"count-{desk.vest.pk}-M": "8",
        f"count-{desk.radio.pk}-": "对005",
    }
    refused = captain.post(path, values).content.decode()
    assert "反光背心 M -2" in refused
    assert "对讲机 -1" in refused
    assert captain.post(path, values | {"reason": "搬迁时遗失"}).status_code == 302
    assert stage.in_store(desk.store, desk.vest, size="M") == 8
    assert stage.in_store(desk.store, desk.vest, size="L") == 10, "what was not counted stays"
    assert stage.in_store(desk.store, desk.radio) == 4


def test_disposal_takes_from_the_shelf_it_was_typed_beside(captain: Client, desk: Desk) -> None:
    held = Holding.objects.get(store=desk.store, kind=desk.vest, size="M", place="store")
    report_damage(actor=desk.cast.actor("captain_sg1"), holding_id=held.pk, quantity=3, reason="受潮", token=uuid4())
    path = reverse("equipment_disposal", args=[desk.store.pk])
    values: dict[str, object] = {"token": token_of(text(captain, path)), f"take-damaged-{desk.vest.pk}-M": "9"}
    assert "3" in captain.post(path, values | {"reason": "报废"}).content.decode()
    done = captain.post(path, values | {f"take-damaged-{desk.vest.pk}-M": "3", "reason": "报废"})
    assert done.status_code == 302
    assert stage.in_store(desk.store, desk.vest, size="M") == 7


# --- transfers, vouchers, confirmations -------------------------------------------------------------------------


def test_a_transfer_is_received_short_with_a_reason(captain: Client, desk: Desk) -> None:
    target = stage.store(desk.cast, "sg11", "中队柜")
    sent = send(
        actor=desk.cast.actor("captain_sg1"),
        from_store_id=desk.store.pk,
        to_store_id=target.pk,
        lines=[Line(desk.light.pk, 5)],
        token=uuid4(),
    )
    assert "对讲机" not in text(captain, "/u/sg11/equipment/transfers/")
    squad = signed_in(Client(), desk.cast, "captain_sg11")
    assert "肩灯 × 5" in text(squad, "/u/sg11/equipment/transfers/")
    path = reverse("equipment_receive", args=[sent.pk])
    line = Movement.objects.get(voucher=sent).pk
    values: dict[str, object] = {"token": token_of(text(squad, path)), f"quantity-{line}": "4"}
    assert "请说明原因" in squad.post(path, values).content.decode()
    done = squad.post(path, values | {"reason": "途中破损丢弃"})
    assert done.status_code == 302
    assert stage.in_store(target, desk.light) == 4
    assert "途中破损丢弃" in text(squad, done["Location"])


def test_a_voucher_is_reversed_once_with_a_reason(captain: Client, desk: Desk) -> None:
    voucher = desk.give("张伟", desk.vests())
    page = text(captain, reverse("equipment_voucher", args=[voucher.pk]))
    assert "张伟" in page
    path = reverse("equipment_reverse", args=[voucher.pk])
    token = token_of(page)
    assert "未能冲销" in captain.post(path, {"token": token}).content.decode()
    done = captain.post(path, {"token": token, "reason": "发错人"})
    assert done.status_code == 302
    assert stage.in_hands(desk.people["张伟"], desk.vest) == 0
    again = captain.post(path, {"token": token, "reason": "发错人"})
    assert again["Location"] == done["Location"]
    assert "发错人" in text(captain, reverse("equipment_voucher", args=[voucher.pk]))


def test_signed_sheets_are_ticked_off(captain: Client, desk: Desk) -> None:
    voucher = desk.give("张伟", desk.vests())
    sheet = text(captain, reverse("equipment_sheet", args=[voucher.pk]))
    assert "反光背心 L × 1 件" in sheet
    assert "签字" in sheet
    captain.post(reverse("equipment_confirm", args=[voucher.pk]), {"member": desk.people["张伟"].pk})
    assert Confirmation.objects.get().how == "sheet"
    assert "已全部确认" in text(captain, "/u/sg1/equipment/confirmations/")


def test_a_squads_captain_sees_only_the_own_lines_of_the_brigades_voucher(client: Client, desk: Desk) -> None:
    other = person(desk.cast.units["sg12"].pk, "外队人", status="active")
    lines = {desk.people["张伟"].pk: [desk.vests()], other.pk: [desk.vests()]}
    voucher = issue(actor=desk.cast.actor("captain_sg1"), store_id=desk.store.pk, member_lines=lines, token=uuid4())
    signed_in(client, desk.cast, "captain_sg11")
    page = text(client, reverse("equipment_voucher", args=[voucher.pk]))
    assert "张伟" in page
    assert "外队人" not in page
    assert "外队人" not in text(client, reverse("equipment_sheet", args=[voucher.pk]))
    assert client.post(reverse("equipment_reverse", args=[voucher.pk])).status_code in {403, 404}


def test_whoever_records_for_a_squad_ticks_off_its_members_on_a_voucher_for_several(client: Client, desk: Desk) -> None:
    """Seeing all of a brigade's voucher takes nothing away from the right in the own squad, and adds none elsewhere."""
    other = person(desk.cast.units["sg12"].pk, "外队人", status="active")
    lines = {desk.people["张伟"].pk: [desk.vests()], other.pk: [desk.vests()]}
    voucher = issue(actor=desk.cast.actor("captain_sg1"), store_id=desk.store.pk, member_lines=lines, token=uuid4())
    Appointment.objects.create(
        account=desk.cast.accounts["captain_sg11"],
        role="inspector",
        unit=desk.cast.units["sg1"],
        starts_on=stage.days_ago(9),
    )
    signed_in(client, desk.cast, "captain_sg11")
    path = reverse("equipment_confirm", args=[voucher.pk])
    assert client.post(path, {"member": other.pk}).status_code == 403
    assert client.post(path, {"member": [other.pk, desk.people["张伟"].pk]}).status_code == 403
    assert client.post(path, {"member": desk.people["张伟"].pk}).status_code == 302
    assert [one.member_id for one in Confirmation.objects.exclude(confirmed_at=None)] == [desk.people["张伟"].pk]
