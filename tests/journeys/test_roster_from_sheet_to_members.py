"""Journey 1: an untidy sheet → questions → preview → apply → roster → undo, in a browser, with a real worker."""

import io
import re

import openpyxl
from playwright.sync_api import expect

from members.models import ColumnAnswer, Member
from tests.browser.conftest import PageFor
from tests.cast import Cast

# A title above the header, blanks and stars in heads, a column nobody knows, numbers and dates as people write them.
SHEET: list[list[object]] = [
    ["青山大队义警花名册（2022年11月）"],
    [],
    ["序号", "联系电话", "*姓 名", "所在中队", "公民身份号码", "入队时间", "集合暗号"],
    [1, "138-1234-5678", "张 伟", "二中队", "430405198001011239", "2022.11.3", "甲"],
    [2, 13900001111, "李芳", "sg12", "11010519491231002x", "2022年11月3日", "乙"],
    [3, "13700002222", "王强", "二中队", "430405198001011230", "2022/11/03", "丙"],
    [4, "13600003333", "赵敏", "二中队", 430405198001021154, "20221103", "丁"],
    ["填表人：刘建军"],
]


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in SHEET:
        sheet.append(line)
    sheet.merge_cells("A1:G1")
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_captain_imports_a_sheet_and_takes_it_back(page_for: PageFor, cast: Cast, worker: None) -> None:
    # The live process is not part of this journey: pages ask for it in vain and go on by polling.
    page = page_for("captain_sg1", expected=(404,)).go("/u/sg1/imports/new/")
    file = {"name": "青山花名册.xlsx", "mimeType": "application/octet-stream", "buffer": workbook()}
    page.set_input_files("input[type=file]", file)  # type: ignore[arg-type]
    page.click("main button[type=submit]")
    page.wait_for_url("**/imports/*/")

    # The worker reads it, and asks about the one column that nobody knows.
    question = page.locator(".y-question")
    expect(question).to_have_count(1, timeout=60_000)
    expect(question).to_contain_text("集合暗号")
    page.locator(".y-question select").select_option(label="忽略这一列")
    page.click(".y-questions button[type=submit]")

    # The preview: two new, two rejected, each with its place, its reason and what to do.
    numbers = page.locator(".y-figure-value")
    expect(page.locator(".y-decide button")).to_be_visible(timeout=60_000)
    assert [re.sub(r"\D", "", text) for text in numbers.all_inner_texts()] == ["2", "0", "0", "2"]
    problems = page.locator(".y-problems")
    expect(problems).to_contain_text("王强")
    expect(problems).to_contain_text("校验")
    expect(problems).to_contain_text("赵敏")
    assert Member.objects.count() == 0, "nothing is written before it is applied"

    page.click(".y-decide button")
    expect(page.locator(".y-notice-done")).to_be_visible(timeout=60_000)
    assert set(Member.objects.values_list("name", "phone", "unit__code")) == {
        ("张伟", "13812345678", "sg12"),
        ("李芳", "13900001111", "sg12"),
    }
    assert ColumnAnswer.objects.get().field == "", "the answer is remembered"
    with page.expect_download() as download:
        page.click("a[href$='/rejects/']")
    rejects = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes())).active
    assert rejects is not None
    cells = [[cell.value for cell in row] for row in rejects.iter_rows()]
    assert {"王强", "赵敏"} <= {value for row in cells for value in row}

    address = page.url
    page.goto(f"{page.url.split('/imports/')[0]}/u/sg1/roster/")
    expect(page.locator("#people tbody tr")).to_have_count(2)

    page.goto(address)
    page.click("[data-opens=undo]")
    page.click("#undo button.y-btn-danger")
    expect(page.locator(".y-notice-done")).to_be_visible(timeout=60_000)
    expect(page.locator("main")).to_contain_text("已撤销")
    assert Member.objects.count() == 0
