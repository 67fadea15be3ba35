"""The dashboard as its readers see it: each page at both sizes and in both languages, and what people do with it."""

import datetime as dt
import io
import re

import pytest
import xlsxwriter
from playwright.sync_api import expect

from corps.actors import SYSTEM
from corps.enums import PostKind, SiteKind
from corps.models import Post, Site, Station, Term, UnitStation
from members.models import FunctionalGroup, GroupMembership, Member, RosterImport
from members.operations import imports as operations
from tests.browser.conftest import Look, PageFor
from tests.browser.lint import sideways
from tests.cast import Cast
from tests.members.roster import identity_number, person

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ("张伟", "王芳", "李娜", "曾国庆", "欧阳淑华", "艾力·吐尔逊", "赵敏", "安乐")
# Codes of units are code, not words.
CODES = ("hy", "sg", "sg1", "sg11", "sg12", "sg2", "sg21")


@pytest.fixture
def corps(cast: Cast) -> Cast:
    """A detachment that lives: people, posts, a station, a site."""
    occupations = ("guard", "property", "building", "shop", "courier", "teacher", "retired", "")
    for position in range(64):
        code = ("sg11", "sg12", "sg21")[position % 3]
        person(
            cast.units[code].pk,
            NAMES[position % len(NAMES)],
            occupation=occupations[position % len(occupations)],
            roles=["safety", "service"][: position % 3],
            sex="1" if position % 2 else "2",
            education="college" if position % 2 else "senior",
            status="probation" if position % 9 == 0 else "active",
            joined_on=dt.date(2022, 1 + position % 11, 3),
            insured_until=dt.date(2022, 1, 1) if position % 5 == 0 else dt.date(2099, 1, 1),
            birth_date=dt.date(1956 + position % 45, 3, 8),
            phone="" if position % 16 == 0 else f"138{position:08d}",
        )
    unit = cast.units["sg"]
    captain = Post.objects.create(unit=unit, kind=PostKind.CAPTAIN, title="支队长")
    Term.objects.create(post=captain, holder="刘建军", position="区公安分局副局长", starts_on=dt.date(2022, 1, 1))
    Post.objects.create(unit=unit, kind=PostKind.COMMISSAR, title="政治委员")
    station = Station.objects.create(corps=unit.corps, name="青山派出所", code="st1", phone="0734-8123456")
    UnitStation.objects.create(unit=unit, station=station, primary=True)
    Site.objects.create(unit=unit, kind=SiteKind.ASSEMBLY_POINT, name="石鼓书院集结点")
    group = FunctionalGroup.objects.create(corps=unit.corps, name="巡防组")
    GroupMembership.objects.create(member=Member.objects.order_by("id")[1], group=group)
    return cast


def workbook(rows: list[list[str]]) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for position, cell in enumerate(row):
            sheet.write_string(number, position, cell)
    book.close()
    return target.getvalue()


HEAD = ["姓名", "身份证号", "手机号", "中队"]


def ready_import(cast: Cast) -> RosterImport:
    """An import that stands for review: new, changed, same and rejected rows."""
    same, changed = identity_number(901), identity_number(902)
    unit = cast.units["sg12"].pk
    born = dt.date(1985, 5, 20)
    person(unit, "孙不变", identity=same, phone="13700000001", birth_date=born)
    person(unit, "钱要变", identity=changed, phone="13700000002", birth_date=born)
    rows = [
        ["石鼓支队花名册"],
        HEAD,
        ["周新人", identity_number(903), "13700000003", "二中队"],
        ["孙不变", same, "13700000001", "二中队"],
        ["钱要变", changed, "13711112222", "二中队"],
        ["吴错号", "430405198001011230", "13700000004", "二中队"],
        ["郑电话", identity_number(904), "12", "二中队"],
    ]
    actor = cast.actor("captain_sg")
    made = operations.upload_roster(
        actor=actor, unit_id=cast.units["sg"].pk, file_name="花名册.xlsx", content=workbook(rows)
    )
    operations.stage_import(actor=SYSTEM, import_id=made.pk)
    return RosterImport.objects.get(pk=made.pk)


def test_home(look_at: Look, corps: Cast) -> None:
    look_at("captain_sg", "/u/sg/", "home", words=CODES)


def test_home_of_an_empty_unit(look_at: Look, cast: Cast) -> None:
    look_at("captain_zx", "/u/zx/", "home-empty", words=CODES)


def test_home_of_a_member(look_at: Look, cast: Cast) -> None:
    look_at("member_sg11", "/u/sg11/", "home-member", words=CODES)


def test_start_without_an_appointment(look_at: Look, cast: Cast) -> None:
    look_at("nobody", "/", "start-nobody")


def test_units(look_at: Look, corps: Cast) -> None:
    look_at("captain_sg", "/u/sg/units/", "units", words=CODES)


def test_unit_search(look_at: Look, corps: Cast) -> None:
    look_at("captain_sg", "/units/search/?q=一中队", "unit-search", words=CODES)


def test_roster(look_at: Look, corps: Cast) -> None:
    look_at("captain_sg", "/u/sg/roster/", "roster", words=CODES)


def test_roster_narrowed(look_at: Look, corps: Cast) -> None:
    look_at("captain_sg", "/u/sg/roster/?q=张&status=active&age_from=30", "roster-narrowed", words=CODES)


def test_roster_without_anybody(look_at: Look, cast: Cast) -> None:
    look_at("captain_sg", "/u/sg/roster/", "roster-empty", words=CODES)


def test_member(look_at: Look, corps: Cast) -> None:
    member = Member.objects.order_by("id")[1]
    look_at("liaison_sg", f"/members/{member.pk}/", "member", words=CODES)


def test_member_forms(look_at: Look, corps: Cast) -> None:
    member = Member.objects.order_by("id")[1]
    look_at("captain_sg", "/u/sg11/members/new/", "member-new", words=CODES)
    look_at("captain_sg", f"/members/{member.pk}/edit/", "member-edit", words=CODES)
    look_at("captain_sg", f"/members/{member.pk}/status/", "member-status", words=CODES)
    look_at("captain_sg", f"/members/{member.pk}/transfer/", "member-transfer", words=CODES)


def test_export(look_at: Look, corps: Cast) -> None:
    look_at("liaison_sg", "/u/sg/roster/export/?status=active", "export", words=("xlsx", "csv", *CODES))


def test_import_pages(look_at: Look, corps: Cast) -> None:
    look_at("captain_sg", "/u/sg/imports/new/", "import-new", words=("xlsx", "xls", "et", "csv", "MB", *CODES))
    look_at("captain_sg", "/u/sg/imports/", "imports-empty", words=CODES)
    made = ready_import(corps)
    words = ("xlsx", "captain", *CODES)
    look_at("captain_sg", "/u/sg/imports/", "imports", words=words)
    look_at("captain_sg", f"/imports/{made.pk}/", "import-review", words=(*words, "B", "C", "A", "D"))
    look_at("captain_sg", f"/imports/{made.pk}/?show=changed", "import-changed", words=words)
    look_at("captain_sg", f"/imports/{made.pk}/?show=new", "import-new-rows", words=words)


def test_searching_narrows_the_list_while_typing(page_for: PageFor, corps: Cast) -> None:
    page = page_for("captain_sg").go("/u/sg/roster/")
    rows = page.locator("#people tbody tr")
    expect(rows).to_have_count(50)
    page.fill("#roster-q", "oysh")
    expect(rows).to_have_count(8)
    expect(page).to_have_url(re.compile("q=oysh"))
    page.fill("#roster-q", "龘龘")
    expect(page.locator("#roster-list .y-empty")).to_be_visible()


def test_filters_open_and_narrow(page_for: PageFor, corps: Cast) -> None:
    page = page_for("captain_sg").go("/u/sg/roster/")
    page.click(".y-more-filters summary")
    page.select_option("select[name=status]", "probation")
    expect(page.locator("#people tbody tr")).to_have_count(8)
    expect(page.locator(".y-narrowed .y-chip")).to_have_count(1)


def test_pages_turn_and_return(page_for: PageFor, corps: Cast) -> None:
    page = page_for("captain_sg").go("/u/sg/roster/")
    page.click("a[rel=next]")
    expect(page.locator("#people tbody tr")).to_have_count(14)
    page.click("a[rel=prev]")
    expect(page.locator("#people tbody tr")).to_have_count(50)


def test_ticked_members_can_be_exported(page_for: PageFor, corps: Cast) -> None:
    page = page_for("captain_sg").go("/u/sg/roster/")
    bar = page.locator(".y-selectbar")
    expect(bar).to_be_hidden()
    for position in range(3):
        page.locator("#people tbody input[type=checkbox]").nth(position).check()
    expect(bar.locator("[data-count]")).to_have_text("3")
    bar.locator("button[type=submit]").click()
    expect(page.locator("h1 + p")).to_contain_text("3")
    with page.expect_download() as download:
        page.click("main button[type=submit]")
    assert download.value.suggested_filename.endswith(".xlsx")


def test_a_number_is_revealed_in_its_place_after_a_reason(page_for: PageFor, corps: Cast) -> None:
    number = identity_number(808)
    member = person(corps.units["sg11"].pk, "张揭示", identity=number)
    page = page_for("liaison_sg").go(f"/members/{member.pk}/")
    assert number not in page.content()
    page.click(".y-masked button")
    page.fill("dialog[open] input[name=reason]", "核对证件原件")
    page.click("dialog[open] button[type=submit]")
    expect(page.locator(".y-revealed")).to_have_text(number)


def test_branches_of_the_tree_open_where_they_are(page_for: PageFor, corps: Cast) -> None:
    page = page_for("captain_hy").go("/u/hy/units/")
    expect(page.locator(".y-tree a", has_text="一中队")).to_have_count(0)
    page.locator(".y-tree summary .y-icon").first.click()
    page.locator(".y-tree .y-tree summary .y-icon").first.click()
    expect(page.locator(".y-tree a", has_text="一中队")).to_have_count(1)


def test_a_workbook_is_chosen_and_uploaded(page_for: PageFor, corps: Cast) -> None:
    page = page_for("captain_sg").go("/u/sg/imports/new/")
    file = {"name": "花名册.xlsx", "mimeType": "application/octet-stream", "buffer": workbook([HEAD, ["周新人"]])}
    page.set_input_files("input[type=file]", file)  # type: ignore[arg-type]
    expect(page.locator("[x-text=name]")).to_have_text("花名册.xlsx")
    page.click("main button[type=submit]")
    page.wait_for_url("**/imports/*/")
    expect(page.locator("progress")).to_be_visible()


def test_a_picture_is_refused_with_a_sentence(page_for: PageFor, corps: Cast) -> None:
    page = page_for("captain_sg").go("/u/sg/imports/new/")
    file = {"name": "花名册.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(64)}
    page.set_input_files("input[type=file]", file)  # type: ignore[arg-type]
    expect(page.locator("[x-show=wrong]")).to_be_visible()
    page.click("main button[type=submit]")
    expect(page.locator(".y-notice-error")).to_contain_text("图片")


def test_an_import_is_applied_and_undone_from_its_page(page_for: PageFor, corps: Cast) -> None:
    made = ready_import(corps)
    # No live process runs beside the test's server: the page must get on by asking.
    page = page_for("captain_sg").go(f"/imports/{made.pk}/")
    expect(page.locator(".y-figure-value").first).to_contain_text("1")
    page.click(".y-decide button")
    expect(page.locator("progress")).to_be_visible()
    operations.carry_out_apply(actor=SYSTEM, import_id=made.pk)
    # The page notices by itself that there is nothing left to wait for.
    expect(page.locator(".y-notice-done")).to_be_visible(timeout=12_000)
    page.click("[data-opens=undo]")
    page.click("#undo button.y-btn-danger")
    expect(page.locator("progress")).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/u/sg/", "/u/sg/roster/?status=active", "/u/sg/units/", "/u/sg/imports/new/", "/u/sg11/members/new/"]
)
def test_nothing_scrolls_sideways_on_the_smallest_phone(page_for: PageFor, corps: Cast, path: str) -> None:
    visitor = page_for("captain_sg", size="phone")
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    assert sideways(visitor.go(path)) == 0
