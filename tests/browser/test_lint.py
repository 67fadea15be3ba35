"""The checks that every page test relies on must themselves be able to fail."""

import pytest
from playwright.sync_api import Browser

from tests.browser.lint import Watch, latin_words, sideways, unexpected_words


def test_words_of_the_allow_list_pass() -> None:
    assert unexpected_words(["上传 Excel 或 WPS 表格（.xlsx、.csv）", "12 MB"]) == []


def test_other_words_are_found_once_in_order() -> None:
    assert unexpected_words(["请 Upload 文件", "Search 单位 Upload", "A 区 3 栋"]) == ["Upload", "Search"]


def test_attributes_are_read_and_codes_are_not(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(
        '<title>义务</title><p>你好 <code>unit.rename</code> <span lang="en">English</span></p>'
        '<input placeholder="Type to search"><script>var hidden = "words";</script>'
    )
    assert latin_words(page) == ["Type", "to", "search"]
    page.close()


def test_a_wide_page_is_noticed(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.set_content("<pre>" + "宽" * 200 + "</pre>")
    assert sideways(page) > 0
    page.close()


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<script>throw new Error('broken')</script>", "broken"),
        ("<script>console.error('something')</script>", "something"),
        ("<img src='http://127.0.0.1:9/none.png'>", "request failed"),
    ],
)
def test_faults_of_a_page_are_noticed(browser: Browser, body: str, fault: str) -> None:
    page = browser.new_page()
    watch = Watch(page)
    page.set_content(body, wait_until="load")
    with pytest.raises(AssertionError, match=fault):
        watch.verdict()
    page.close()


def test_a_refusal_of_the_policy_is_noticed(browser: Browser) -> None:
    page = browser.new_page()
    watch = Watch(page)
    page.set_content(
        "<meta http-equiv='Content-Security-Policy' content=\"style-src 'self'\"><p style='color: red'>不许</p>"
    )
    with pytest.raises(AssertionError, match="Content Security Policy"):
        watch.verdict()
    page.close()
