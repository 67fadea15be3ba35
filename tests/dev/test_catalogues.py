"""Catalogues compiled by babel are what Django reads, and a broken one is named."""

import gettext
import os
from pathlib import Path

import pytest

from yiwu.services import catalogues
from yiwu.services.trouble import TroubleError

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=1; plural=0;\\n"\n\n'


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path)
    place = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    place.parent.mkdir(parents=True)
    place.write_text(HEAD + 'msgid "Unit"\nmsgstr "单位"\n\nmsgctxt "verb"\nmsgid "Patrol"\nmsgstr "巡逻"\n')
    return place


def _read(source: Path) -> gettext.GNUTranslations:
    with source.with_suffix(".mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def test_compiled_once_and_again_when_changed(source: Path) -> None:
    assert catalogues.compile_catalogues() == [source.with_suffix(".mo")]
    assert _read(source).gettext("Unit") == "单位"
    assert _read(source).pgettext("verb", "Patrol") == "巡逻"
    assert catalogues.compile_catalogues() == []
    source.write_text(source.read_text().replace("单位", "队伍"))
    later = source.with_suffix(".mo").stat().st_mtime_ns + 1
    os.utime(source, ns=(later, later))
    catalogues.compile_catalogues()
    assert _read(source).gettext("Unit") == "队伍"


def test_a_broken_catalogue_is_named(source: Path) -> None:
    source.write_text(HEAD + 'msgid "Unit"\nnonsense\n')
    with pytest.raises(TroubleError, match=r"django\.po cannot be read"):
        catalogues.compile_catalogues()


def test_the_projects_catalogues_compile() -> None:
    catalogues.compile_catalogues()
