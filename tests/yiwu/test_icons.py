"""The sprite holds exactly our icons, is found in development and collected for production under a hashed name."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command

from yiwu.icons import ICONS, SPRITE, IconFinder, sprite

ROOT = Path(__file__).resolve().parents[2]


def test_the_sprite_has_one_symbol_for_each_icon() -> None:
    found = finders.find(SPRITE)
    assert found
    text = Path(found).read_text(encoding="utf-8")
    symbols = re.findall(r'<symbol id="([\w-]+)" viewBox="0 0 24 24">(.*?)</symbol>', text)
    assert [name for name, _shapes in symbols] == list(ICONS)
    assert all(shapes.startswith("<path") for _name, shapes in symbols)


def test_nothing_else_is_offered() -> None:
    assert IconFinder().find("other.svg") == []
    assert [name for name, _storage in IconFinder().list(None)] == [SPRITE]


def test_a_drawing_that_the_package_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"home\.svg"):
        sprite(tmp_path)


def test_templates_name_only_icons_of_the_set() -> None:
    used = re.compile(r"""{%\s*icon\s+["']([\w-]+)["']|\bicon=["']([\w-]+)["']""")
    for template in (ROOT / "templates").rglob("*.html"):
        for match in used.finditer(template.read_text(encoding="utf-8")):
            assert (match[1] or match[2]) in ICONS, f"{template}: {match[0]}"


def test_everything_is_collected_under_hashed_names(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = str(tmp_path / "static")
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    manifest = json.loads((tmp_path / "static" / "staticfiles.json").read_text(encoding="utf-8"))["paths"]
    for name in (
        SPRITE,
        "css/tokens.css",
        "css/yiwu.css",
        "js/page.js",
        "img/mark.svg",
        "vendor/tabler/tabler.min.css",
    ):
        assert (tmp_path / "static" / manifest[name]).is_file(), name
