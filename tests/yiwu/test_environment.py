"""What an installation may say about map tiles, and what the content security policy makes of it."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from tests.together import PATIENCE_SECONDS
from yiwu.env import read_environment


def test_without_tiles_no_picture_comes_from_elsewhere(client: Client) -> None:
    assert read_environment().tile_origin == ""
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]
    assert "img-src 'self' data:;" in policy + ";"


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://tiles.example.org/{z}/{x}/{y}.png", "https://tiles.example.org"),
        ("http://10.1.2.3:8080/map?z={z}&x={x}&y={y}&key=abc", "http://10.1.2.3:8080"),
    ],
)
def test_tiles_open_the_policy_for_their_host_alone(monkeypatch: pytest.MonkeyPatch, address: str, origin: str) -> None:
    monkeypatch.setenv("TILE_URL", address)
    assert read_environment().tile_origin == origin
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "from yiwu.settings import CONTENT_SECURITY_POLICY as p; print(*p['DIRECTIVES']['img-src'])",
        ],
        env=os.environ | {"TILE_URL": address},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    assert told.stdout.split() == ["'self'", "data:", origin]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TILE_URL", "https://{s}.example.org/{z}/{x}/{y}.png"),
        ("TILE_URL", "https://tiles.example.org/{z}/{x}.png"),
        ("TILE_URL", "ftp://tiles.example.org/{z}/{x}/{y}.png"),
        ("TILE_URL", "https://tiles.example.org; script-src */{z}/{x}/{y}.png"),
        ("TILE_DATUM", "bd09"),
    ],
)
def test_what_makes_no_sense_stops_the_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=name):
        read_environment()
