"""Only named files of the front-end packages are served, and every one of them is there."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage

from yiwu import staticfiles_packages
from yiwu.env import BASE_DIR
from yiwu.staticfiles_packages import SERVED, PackageFinder


@pytest.mark.parametrize("name", SERVED)
def test_each_named_file_is_found(name: str) -> None:
    place = finders.find(name)
    assert place
    assert Path(place).stat().st_size > 0


@pytest.mark.parametrize(
    "name", ["vendor/leaflet/package.json", "leaflet/dist/leaflet.js", "../package.json", "vendor"]
)
def test_nothing_else_is_served(name: str) -> None:
    assert not PackageFinder().find(name)
    assert PackageFinder().find(name, find_all=True) == []


def test_what_templates_and_scripts_ask_for_is_served() -> None:
    asked = set()
    for pattern in ("templates/**/*.html", "static/**/*.js", "static/**/*.css"):
        for place in BASE_DIR.glob(pattern):
            asked |= set(re.findall(r"vendor/[\w./-]+\.\w+", place.read_text()))
    assert asked
    assert asked <= set(SERVED)


def test_collecting_lists_the_same_files() -> None:
    listed = dict(PackageFinder().list(None))
    assert set(listed) == set(SERVED)
    for name, storage in listed.items():
        assert isinstance(storage, FileSystemStorage)
        assert storage.exists(name)


def test_a_missing_package_is_an_error_of_check(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert PackageFinder().check() == []
    monkeypatch.setattr(staticfiles_packages, "NODE_MODULES", tmp_path)
    (message,) = PackageFinder().check()
    assert message.id == "yiwu.E001"
    assert "leaflet" in message.msg
    assert not PackageFinder().find("vendor/leaflet/leaflet.js")
