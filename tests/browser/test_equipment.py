"""Equipment in a real browser: each page as its readers see it, a squad's kit in one go, one tap on the phone."""

import io
from uuid import uuid4

import pytest
import xlsxwriter
from django.urls import reverse
from playwright.sync_api import expect

from corps.queries.scope import local_today
from members.logic.ledger import Line
from members.models import Confirmation, Holding, Voucher
from members.operations.equipment.returning import take_back
from members.operations.equipment.transfers import send
from members.views.equipment import vouchers
from tests.browser.conftest import Look, PageFor, shoot
from tests.browser.lint import sideways
from tests.cast import Cast
from tests.members.equipment import stage
from tests.members.equipment.desk import Desk, desk_of
from tests.members.roster import person

pytestmark = pytest.mark.django_db(transaction=True)

# Codes of units are code; sizes are written as everywhere.
WORDS = ("hy", "sg", "sg1", "sg11", "sg12", "sg2", "sg21", "XL", "captain")


@pytest.fixture
def desk(cast: Cast) -> Desk:
    reverse("my")  # loads every address once, so that no page waits for it
    return desk_of(cast)


@pytest.fixture
def lively(desk: Desk) -> Desk:
    """Things in hands, one overdue, some broken, a transfer on its way, a second store."""
    actor = desk.cast.actor("captain_sg1")
    desk.give("张伟", desk.vests(), Line(desk.light.pk, 1))
    desk.give("王芳", desk.vests(1, "M"), Line(desk.light.pk, 1))
    desk.give("李娜", desk.one_radio(0), due_on=local_today())
    desk.give("刘敏", desk.one_radio(1), due_on=local_today(), on=local_today())
    desk.give("陈曦", desk.vests(1, "XL"))
    held = stage.holding(desk.people["陈曦"], desk.vest)
    take_back(actor=actor, store_id=desk.store.pk, holdings={held.pk: (0, 1)}, token=uuid4())
    squad = stage.store(desk.cast, "sg11", "中队装备柜")
    send(
        actor=actor,
        from_store_id=desk.store.pk,
        to_store_id=squad.pk,
        lines=[Line(desk.light.pk, 5), desk.vests(3, "M")],
        token=uuid4(),
    )
    return desk


def test_pages_of_a_unit(look_at: Look, lively: Desk) -> None:
    look_at("captain_sg1", "/u/sg1/equipment/", "equipment-home", words=WORDS)
    look_at("captain_sg1", "/u/sg1/equipment/issue/", "equipment-issue", words=WORDS)
    look_at("captain_sg1", "/u/sg1/equipment/hand-out/", "equipment-hand-out", words=WORDS)
    look_at("captain_sg1", "/u/sg1/equipment/holdings/", "equipment-holdings", words=WORDS)
    look_at("captain_sg1", "/u/sg1/equipment/take-back/?q=对", "equipment-take-back", words=WORDS)


def test_pages_of_stores_and_vouchers(look_at: Look, lively: Desk) -> None:
    store = lively.store.pk
    voucher = Voucher.objects.filter(act="issue").earliest("pk").pk
    sending = Voucher.objects.get(act="send").pk
    look_at("captain_sg1", f"/equipment/stores/{store}/", "equipment-store", words=WORDS)
    look_at("captain_sg1", f"/equipment/stores/{store}/goods/", "equipment-goods", words=WORDS)
    look_at("captain_sg1", f"/equipment/stores/{store}/count/", "equipment-count", words=WORDS)
    look_at("captain_sg1", f"/equipment/vouchers/{voucher}/", "equipment-voucher", words=WORDS)
    look_at("captain_sg1", f"/equipment/vouchers/{voucher}/sheet/", "equipment-sheet", words=WORDS)
    look_at("captain_sg1", f"/equipment/vouchers/{sending}/receive/", "equipment-receive", words=WORDS)


def test_lists_of_what_waits(look_at: Look, lively: Desk) -> None:
    late = Confirmation.objects.filter(member__in=[lively.people[name].pk for name in ("李娜", "刘敏")])
    late.update(due_on=stage.days_ago(3))
    look_at("captain_sg1", "/u/sg1/equipment/confirmations/", "equipment-confirmations", words=WORDS)
    look_at("captain_sg1", "/u/sg1/equipment/holdings/?due=any", "equipment-due", words=WORDS)
    look_at("captain_sg1", "/u/sg1/equipment/transfers/", "equipment-transfers", words=WORDS)
    look_at("captain_sg1", "/u/sg1/equipment/vouchers/", "equipment-vouchers", words=WORDS)


def test_a_brigades_kit_is_counted_while_it_is_ticked(
    page_for: PageFor, look_at: Look, lively: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two squads; what is ticked is counted anew by itself, and one button issues it."""
    for number in range(9):
        person(lively.cast.units["sg12"].pk, f"队员{number}", status="active")
    path = "/u/sg1/equipment/issue/all/"
    look_at("captain_sg1", path, "equipment-issue-all", words=WORDS)
    page = page_for("captain_sg1").go(path)
    page.locator(f"#plan-size-{lively.vest.pk}").select_option("L")
    expect(page.locator("#plan-kinds")).to_contain_text("缺 3 件")
    page.locator("#plan-rows tr", has_text="二中队").locator("input").uncheck()
    expect(page.locator("#plan-kinds")).not_to_contain_text("缺")
    expect(page.locator("#plan-sum")).to_contain_text("4 人")
    shoot(page, "equipment-issue-all-ticked")
    page.get_by_role("button", name="整批发放").click()
    expect(page.locator(".y-messages")).to_contain_text("4 人")
    monkeypatch.setattr(vouchers, "MOST_LINES", 3)
    made = Voucher.objects.filter(act="issue").latest("pk")
    look_at("captain_sg1", f"/equipment/vouchers/{made.pk}/", "equipment-voucher-long", words=WORDS)


def test_more_pages(look_at: Look, lively: Desk) -> None:
    held = stage.holding(lively.people["李娜"], lively.radio).pk
    look_at("captain_sg1", f"/equipment/holdings/{held}/", "equipment-holding", words=WORDS)
    look_at("captain_sg1", "/u/sg1/equipment/import/", "equipment-import", words=WORDS)
    look_at("captain_zx", "/u/zx/equipment/", "equipment-empty", words=WORDS)
    look_at("captain_sg1", f"/members/{lively.people['李娜'].pk}/", "equipment-member", words=WORDS)


@pytest.fixture
def zhang(lively: Desk) -> Desk:
    member = lively.people["张伟"]
    member.account = lively.cast.accounts["member_sg11"]
    member.save()
    return lively


def test_my_equipment_is_confirmed_with_one_tap(page_for: PageFor, look_at: Look, zhang: Desk) -> None:
    look_at("member_sg11", "/my/equipment/", "equipment-my", words=(*WORDS, "member"))
    page = page_for("member_sg11", size="phone").go("/my/")
    page.get_by_role("link", name="去确认").click()
    button = page.get_by_role("button", name="我已领到")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 48
    button.click()
    expect(page.locator(".y-messages")).to_contain_text("已确认")
    assert Confirmation.objects.get(member=zhang.people["张伟"]).how == "tap"
    shoot(page, "equipment-my-confirmed")


def test_a_squads_kit_is_issued_with_one_size_for_all(page_for: PageFor, desk: Desk) -> None:
    page = page_for("captain_sg1").go("/u/sg1/equipment/")
    page.get_by_role("link", name="全部发放").click()
    page.locator("[data-kit-size-of]").select_option("L")
    page.locator("tr", has_text="王芳").locator("select").select_option("XL")
    page.locator("tr", has_text="赵磊").locator("[data-kit-member]").uncheck()
    expect(page.locator("[data-people]")).to_have_text("5")
    expect(page.locator("[data-pieces]")).to_have_text("10")
    shoot(page, "equipment-issue-filled")
    page.get_by_role("button", name="发放所选").click()
    expect(page.locator(".y-messages")).to_contain_text("5 人")
    sizes = dict(Holding.objects.filter(kind=desk.vest, member__isnull=False).values_list("member__name", "size"))
    assert sizes == {"张伟": "L", "王芳": "XL", "李娜": "L", "刘敏": "L", "陈曦": "L"}
    page.get_by_label("全选").check()
    with page.expect_navigation():
        page.get_by_role("button", name="已签字，确认所选").click()
    expect(page.locator(".y-messages")).to_contain_text("5")
    assert not Confirmation.objects.filter(confirmed_at=None).exists()


def test_lines_ask_for_what_their_kind_needs(page_for: PageFor, desk: Desk) -> None:
    page = page_for("captain_sg1").go(f"/equipment/stores/{desk.store.pk}/goods/")
    page.locator("#id_line-0-kind").select_option(label="对讲机")
    expect(page.locator("#id_line-0-size")).to_be_hidden()
    expect(page.locator("#id_line-0-quantity")).to_be_hidden()
    page.fill("#id_line-0-numbers", "新001–新003")
    page.get_by_role("button", name="加一行").click()
    page.locator("#id_line-3-kind").select_option(label="肩灯")
    expect(page.locator("#id_line-3-numbers")).to_be_hidden()
    page.fill("#id_line-3-quantity", "8")
    page.get_by_role("button", name="签收").click()
    expect(page.locator("h1")).to_contain_text("入库")
    assert stage.in_store(desk.store, desk.light) == 28
    assert stage.in_store(desk.store, desk.radio) == 8


def test_a_sheet_is_previewed_with_its_problems(page_for: PageFor, desk: Desk) -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    rows = [["姓名", "反光背心", "肩灯"], ["张伟", "L", "√"], ["孙悟空", "M", "1"], ["王芳", "S", ""]]
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    page = page_for("captain_sg1").go("/u/sg1/equipment/import/")
    page.get_by_label("发放清单").check()
    page.set_input_files("input[type=file]", {"name": "领用.xlsx", "mimeType": "", "buffer": target.getvalue()})
    page.get_by_role("button", name="上传").click()
    expect(page.locator(".y-problems > li")).to_have_count(2)
    shoot(page, "equipment-import-problems")


def test_pages_fit_the_smallest_phone(page_for: PageFor, zhang: Desk) -> None:
    person(zhang.cast.units["sg11"].pk, "欧阳淑华·吐尔逊", status="active")
    visitor = page_for("captain_sg1", size="phone")
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    voucher = Voucher.objects.filter(act="issue").earliest("pk").pk
    sending = Voucher.objects.get(act="send").pk
    paths = ["", "issue/", "hand-out/", "holdings/", "take-back/?q=对", "vouchers/", "transfers/", "import/"]
    paths += ["issue/all/", "confirmations/"]
    paths = [f"/u/sg1/equipment/{path}" for path in paths]
    paths += [f"/equipment/stores/{zhang.store.pk}/{path}" for path in ("", "goods/", "send/", "count/", "disposal/")]
    paths += [f"/equipment/vouchers/{voucher}/{path}" for path in ("", "sheet/")]
    paths += [f"/equipment/vouchers/{sending}/receive/"]
    wide = [path for path in paths if sideways(visitor.go(path))]
    assert wide == []
    member = page_for("member_sg11", size="phone")
    member.page.set_viewport_size({"width": 320, "height": 640})
    assert sideways(member.go("/my/equipment/")) == 0
