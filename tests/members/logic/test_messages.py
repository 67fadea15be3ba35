"""Every code has its sentence, in English and in Chinese."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from members.logic import messages
from members.logic.messages import CELLS, FILE, NOTICES

ROOT = Path(__file__).parents[3]
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
SOURCES = [
    path for folder in ("logic", "reading", "operations/imports") for path in (ROOT / "members" / folder).glob("*.py")
]


def chinese() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def sentences() -> list[str]:
    every = [*FILE.values(), *NOTICES.values(), *CELLS.values()]
    return [part for message in every for part in message if part]


def codes_in_sources() -> set[str]:
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES if path.name != "messages.py")
    raised = re.compile(r"""(?:Flaw|Refused|FileRefused|_imprecise|_judge_birth)\(\s*"([a-z0-9_]+)\"""")
    notices = re.compile(r'"((?:sheet|row|more)_[a-z_]+)"')
    return set(raised.findall(text)) | (set(notices.findall(text)) & set(NOTICES))


def test_every_code_raised_has_a_sentence() -> None:
    raised = codes_in_sources()
    assert len(raised) > 40
    assert raised <= {*FILE, *NOTICES, *CELLS}


def test_no_sentence_without_a_code_that_raises_it() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES if path.name != "messages.py")
    assert [code for code in [*FILE, *NOTICES, *CELLS] if not re.search(f"""['"]{code}['"]""", text)] == []


@pytest.mark.parametrize("source", sentences())
def test_every_sentence_has_its_chinese_with_the_same_places(source: str) -> None:
    translation = chinese()[source]
    assert set(PLACEHOLDER.findall(translation)) == set(PLACEHOLDER.findall(source))
    assert re.search(r"[\u4e00-\u9fff]", translation)


def test_a_sentence_says_where_what_and_remedy() -> None:
    words = chinese()
    said = messages.cell_sentence(12, "身份证号", "identity_check_character", {}, lambda text: words.get(text, text))
    assert said == "第 12 行「身份证号」：校验位不符，请核对证件原件。"
    warned = messages.cell_sentence(
        3, "入队时间", "date_no_day", {"date": "2022-11-01"}, lambda text: words.get(text, text)
    )
    assert warned == "第 3 行「入队时间」：没有写明哪一日，按 2022-11-01 处理。"


def test_english_sentences() -> None:
    said = messages.cell_sentence(12, "Identity number", "identity_check_character", {})
    assert said == "Row 12, “Identity number”: the check digit does not match; please check the card."
    message = messages.file_message("too_many_rows", {"rows": 400000, "limit": 300000})
    assert message.text == "The file holds 400000 rows; up to 300000 can be read at once."
    assert message.remedy
    assert messages.notice_sentence("sheet_hidden", {"sheet": "码表"}) == "The hidden sheet “码表” was not read."
