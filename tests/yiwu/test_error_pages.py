"""The pages for what went wrong: in the reader's language, with a remedy, and needing nothing that may be broken."""

from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.utils import translation
from django.views import defaults

from tests.cast import Cast


@pytest.mark.parametrize(
    ("language", "sentence"), [("zh-hans", "系统出错，不是您操作有误"), ("en", "Something failed on our side")]
)
def test_the_page_of_a_failure_needs_neither_database_nor_session(language: str, sentence: str) -> None:
    # No database fixture: a query would fail this test.
    with translation.override(language):
        answer = defaults.server_error(RequestFactory().get("/"))
    text = answer.content.decode()
    assert answer.status_code == 500
    assert sentence in text


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429", "500"])
def test_each_page_says_what_and_what_to_do(name: str) -> None:
    with translation.override("zh-hans"):
        text = get_template(f"{name}.html").render({})
    assert "<h1>" in text
    assert "返回首页" in text
    assert " style=" not in text


def test_an_unknown_address_is_404_for_a_reader_who_is_signed_in(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.accounts["captain_sg"])
    answer = client.get("/no-such-place/")
    assert answer.status_code == 404
    assert "此地址没有可供您查看的内容" in answer.content.decode()


def test_a_refused_act_names_the_way_to_the_right(cast: Cast) -> None:
    request = RequestFactory().get("/")
    request.user = cast.accounts["member_sg11"]
    with translation.override("zh-hans"):
        answer = defaults.permission_denied(request, PermissionDenied())
    assert answer.status_code == 403
    assert "联络民警" in answer.content.decode()


def test_a_stale_form_is_explained(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/accounts/login/", {"login": "captain_sg", "password": "x"})
    assert answer.status_code == 403
    assert "页面打开时间过长" in answer.content.decode()


def test_no_template_carries_inline_script_or_style() -> None:
    root = Path(__file__).resolve().parents[2] / "templates"
    for template in root.rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert " style=" not in text, template
        assert "<style" not in text, template
        assert " onclick=" not in text, template
        for piece in text.split("<script")[1:]:
            head = piece.split(">", 1)[0]
            assert "src=" in head or "application/json" in head, f"{template}: inline script"
