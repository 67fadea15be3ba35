"""Senders: the gateway over real HTTP on this host, the console, and what the environment must say."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from django.core.exceptions import ImproperlyConfigured

from members.sending import sender
from members.sending.base import NotSent
from members.sending.console import ConsoleSender
from members.sending.gateway import GatewaySender
from tests.together import await_end, begin
from yiwu.env import read_environment

TOKEN = "a-token-of-twenty-letters"


class Gateway(BaseHTTPRequestHandler):
    """Notes what it is sent and answers as it was told."""

    asked: ClassVar[list[tuple[dict[str, str], Any]]] = []
    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Gateway.asked.append((dict(self.headers), json.loads(body)))
        self.send_response(Gateway.status)
        if Gateway.status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Nothing: the test reads `asked`."""


@pytest.fixture
def gateway() -> Iterator[str]:
    """A gateway on this host."""
    Gateway.asked, Gateway.status = [], 200
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    serving = begin(server.serve_forever)
    yield f"http://127.0.0.1:{server.server_port}/send"
    await_end([begin(server.shutdown), serving])
    server.server_close()


def made(url: str) -> GatewaySender:
    return GatewaySender(url=url, token=TOKEN, signature="衡阳义警", timeout=5)


def test_the_gateway_gets_phone_text_and_token(gateway: str) -> None:
    made(gateway).send("13800001111", "您的验证码是 123456")
    headers, body = Gateway.asked[0]
    assert body == {"phone": "13800001111", "text": "【衡阳义警】您的验证码是 123456"}
    assert headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(("status", "lasting"), [(400, True), (403, True), (429, False), (500, False), (302, False)])
def test_what_the_gateway_refuses_is_told(gateway: str, status: int, lasting: bool) -> None:
    Gateway.status = status
    with pytest.raises(NotSent) as failure:
        made(gateway).send("13800001111", "x")
    assert failure.value.lasting == lasting
    assert len(Gateway.asked) == 1, "a redirect is not followed with the token"
    assert "13800001111" not in str(failure.value)


def test_a_gateway_that_is_away(gateway: str) -> None:
    with pytest.raises(NotSent) as failure:
        made("http://127.0.0.1:9/send").send("13800001111", "x")
    assert not failure.value.lasting


def test_the_console_shows_what_would_be_sent(capsys: pytest.CaptureFixture[str]) -> None:
    ConsoleSender().send("13800001111", "您的验证码是 123456")
    assert "13800001111: 您的验证码是 123456" in capsys.readouterr().err


def test_the_environment_names_the_sender(settings: Any) -> None:
    assert isinstance(sender(), ConsoleSender)
    settings.SENDER = "none"
    assert sender() is None
    settings.SENDER, settings.SMS_GATEWAY_URL = "gateway", "https://sms.example.org/send"
    assert isinstance(sender(), GatewaySender)


PRODUCTION = {
    "YIWU_MODE": "production",
    "SECRET_KEY": "x" * 50,
    "YIWU_DATA_KEYS": "1:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=",
    "YIWU_INDEX_KEY": "YmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ekFCQ0RFRkc=",
}
GATEWAY = {"SENDER": "gateway", "SMS_GATEWAY_URL": "https://sms.example.org/send", "SMS_GATEWAY_TOKEN": TOKEN}


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"SENDER": "pigeon"}, "SENDER"),
        ({"SENDER": "gateway"}, "SMS_GATEWAY_URL"),
        ({**GATEWAY, "SMS_GATEWAY_URL": "ftp://sms.example.org"}, "SMS_GATEWAY_URL"),
        ({**GATEWAY, "SMS_GATEWAY_TOKEN": "short"}, "SMS_GATEWAY_TOKEN"),
        ({**GATEWAY, "SMS_TIMEOUT": "0"}, "SMS_TIMEOUT"),
        ({**PRODUCTION, "SENDER": "console"}, "SENDER"),
        ({**PRODUCTION, **GATEWAY, "SMS_GATEWAY_URL": "http://sms.example.org/send"}, "SMS_GATEWAY_URL"),
    ],
)
def test_what_cannot_work_stops_the_start(monkeypatch: pytest.MonkeyPatch, values: dict[str, str], named: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=named):
        read_environment()


def test_production_without_a_gateway_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("SENDER", raising=False)
    assert read_environment().sender == "none"
    for name, value in {**GATEWAY, "SMS_GATEWAY_URL": "http://127.0.0.1:8099/sms"}.items():
        monkeypatch.setenv(name, value)
    assert read_environment().sender == "gateway"
