"""Alarm figures as an officer takes them over: the sheet, the preview, the table with its rates, taking it back."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from stats.models import AlarmFigure, AlarmImport
from stats.operations.alarms import apply_alarms, upload_alarms
from tests.browser.conftest import Look, PageFor
from tests.cast import Cast
from tests.stats.sheets import WIDE, workbook

pytestmark = pytest.mark.django_db(transaction=True)

AREAS = ("石鼓", "蒸湘")
WORDS = (
    *("hy", "sg", "zx", "MiB", "xlsx", "xls", "et", "csv", "liaison", "captain"),
    *("B3", "C3", "D3", "B4", "C4", "D4"),
)


def sheet(year: int, factor: float) -> bytes:
    """A year of two areas and three kinds, one sheet each."""
    months = [f"{month}月" for month in range(1, 11)]
    return workbook(
        {
            kind: [
                [f"衡阳市{year}年1—10月{kind}统计表"],
                ["地区", *months, "合计"],
                *[[area, *(round(base * factor) + month for month in range(10)), 0] for area in AREAS],
                ["合计", *[0 for _ in months], 0],
            ]
            for kind, base in (("刑事警情", 60), ("治安警情", 180), ("两抢警情", 3))
        }
    )


def take(cast: Cast, year: int, factor: float) -> AlarmImport:
    officer = cast.actor("liaison_hy")
    content = sheet(year, factor)
    one = upload_alarms(
        actor=officer, unit_id=cast.units["hy"].pk, file_name=f"{year}年警情统计表.xlsx", content=content
    )
    return apply_alarms(actor=officer, import_id=one.pk)


def test_the_table(look_at: Look, cast: Cast) -> None:
    look_at("captain_hy", "/u/hy/alarms/", "alarms-empty", words=WORDS)
    take(cast, 2021, 1.0)
    take(cast, 2022, 0.75)
    look_at("liaison_hy", "/u/hy/alarms/?year=2022&kind=criminal", "alarms", words=WORDS)
    look_at("captain_hy", "/u/hy/results/?period=2022-01-01..2022-11-03", "results-alarms", words=WORDS)


def test_importing(look_at: Look, page_for: PageFor, cast: Cast, tmp_path: Path) -> None:
    look_at("liaison_hy", "/u/hy/alarms/new/", "alarms-new", words=WORDS)
    wrong = tmp_path / "错表.xlsx"
    wrong.write_bytes(workbook({"表": [*WIDE, ["不知何处", 1, "很多", 3]]}))
    right = tmp_path / "警情.xlsx"
    right.write_bytes(workbook({"表": WIDE}))
    take(cast, 2022, 0.75)

    visitor = page_for("liaison_hy")
    page = visitor.go("/u/hy/alarms/new/")
    page.set_input_files("input[type=file]", str(wrong))
    page.get_by_role("button", name="上传并核对").click()
    page.wait_for_url("**/alarm-imports/*/")
    expect(page.locator(".y-problems")).to_contain_text("第 7 行")
    expect(page.get_by_role("button", name="采用")).to_have_count(0)
    look_at("liaison_hy", page.url.removeprefix(visitor.address), "alarms-problems", words=WORDS)

    page = visitor.go("/u/hy/alarms/new/")
    page.set_input_files("input[type=file]", str(right))
    page.get_by_role("button", name="上传并核对").click()
    page.wait_for_url("**/alarm-imports/*/")
    address = page.url.removeprefix(visitor.address)
    expect(page.locator("#changed tbody tr")).to_have_count(6)
    look_at("liaison_hy", address, "alarms-preview", words=WORDS)
    page.get_by_role("button", name="采用 6 个数据").click()
    expect(page.get_by_text("已采用 6 个数据").first).to_be_visible()
    assert AlarmFigure.objects.get(unit__code="zx", kind="criminal", month="2022-03-01").count == 1022

    page.get_by_role("button", name="撤回本次导入").first.click()
    page.locator("#undo-reason").fill("旧表")
    page.locator("#undo").get_by_role("button", name="撤回本次导入").click()
    expect(page.get_by_text("本次导入已撤回").first).to_be_visible()
    assert AlarmFigure.objects.get(unit__code="zx", kind="criminal", month="2022-03-01").count == 47
