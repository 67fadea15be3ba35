"""Finding the header and what its columns mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.logic.headers import (
    IGNORE,
    Header,
    column_letter,
    find_header,
    header_form,
    names_nobody,
    questions,
    same_headers,
    suggestions,
)

PERSON = ["1", "张伟", "430405198001011239", "13812345678"]


def found(*rows: list[str], **options: object) -> Header:
    header = find_header(rows, **options)  # type: ignore[arg-type]
    assert header is not None
    return header


def test_title_rows_stand_above() -> None:
    header = found(
        ["义警花名册", "", ""], ["填报单位：长湖中队", "", ""], [], ["序号", "姓名", "身份证号", "联系电话"], PERSON
    )
    assert (header.first, header.last) == (3, 3)
    assert header.mapping == {1: "name", 2: "identity", 3: "phone"}
    assert header.unknown == {}


@pytest.mark.parametrize(
    "text",
    [
        "身份证号",
        "*身份证号码（必填）",
        "身 份 证 号",
        "身份证号\n(18位)",
        "公民身份号码",
        "★证件号码：",
        "身份证【文本格式】",
        "Identity number",
        "identity",
    ],
)
def test_decorated_headers(text: str) -> None:
    assert found(["姓名", text], PERSON).mapping[1] == "identity"


def test_headers_in_any_order() -> None:
    header = found(["电话", "所属中队", "公民身份号码", "姓 名", "政治面貌"], PERSON)
    assert list(header.mapping.values()) == ["phone", "unit", "identity", "name", "political_status"]


def test_two_rows_with_group_heads() -> None:
    header = found(
        ["基本信息", "", "", "紧急联系人", "", "保险", ""],
        ["姓名", "身份证号", "手机", "姓名", "电话", "公司", "单号"],
        PERSON,
        merged=[((0, 0), (0, 2)), ((0, 3), (0, 4)), ((0, 5), (0, 6))],
    )
    assert (header.first, header.last) == (0, 1)
    assert list(header.mapping.values()) == [
        "name",
        "identity",
        "phone",
        "emergency_name",
        "emergency_phone",
        "insurer",
        "policy_number",
    ]
    assert header.unknown == {}


def test_two_rows_with_heads_over_both() -> None:
    header = found(
        ["序号", "姓名", "身份证号", "紧急联系人", ""],
        ["", "", "", "姓名", "电话"],
        PERSON,
        merged=[((0, 0), (1, 0)), ((0, 1), (1, 1)), ((0, 2), (1, 2)), ((0, 3), (0, 4))],
    )
    assert header.last == 1
    assert header.mapping == {1: "name", 2: "identity", 3: "emergency_name", 4: "emergency_phone"}


def test_a_title_is_not_taken_for_group_heads() -> None:
    header = found(["应急队员花名册", "", ""], ["姓名", "身份证号", "电话"], PERSON, merged=[((0, 0), (0, 2))])
    assert header.mapping == {0: "name", 1: "identity", 2: "phone"}


def test_a_phone_beside_the_emergency_contact_is_theirs() -> None:
    header = found(["姓名", "身份证号", "联系电话", "紧急联系人", "联系电话"], PERSON)
    assert header.mapping[4] == "emergency_phone"
    assert found(["姓名", "身份证号", "电话（紧急联系人）"], PERSON).mapping[2] == "emergency_phone"


def test_answers_for_columns_that_are_gone_are_no_answers() -> None:
    assert len(questions(found(["姓名", "身份证号", "微信号"], PERSON, answers={"微信号": "wechat"}))) == 1


def test_unknown_headers_become_questions() -> None:
    header = found(["姓名", "身份证号", "微信号", "服务中队"], PERSON)
    asked = questions(header)
    assert [(question.kind, question.header, question.place) for question in asked] == [
        ("unknown", "微信号", "C"),
        ("unknown", "服务中队", "D"),
    ]
    assert asked[1].suggestions[0] == "unit"
    assert questions(header, offset=2)[0].place == "E"


def test_answers_are_followed() -> None:
    header = found(["姓名", "身份证号", "微信号", "服务中队"], PERSON, answers={"微信号": IGNORE, "服务中队": "unit"})
    assert header.mapping == {0: "name", 1: "identity", 3: "unit"}
    assert questions(header) == []


def test_answers_may_overrule_what_is_declared() -> None:
    assert found(["姓名", "身份证号", "单位"], PERSON, answers={"单位": "employer"}).mapping[2] == "employer"


def test_two_words_for_one_column_are_asked_about() -> None:
    rows = (["姓名", "身份证号", "手机", "联系号码"], PERSON)
    (question,) = questions(found(*rows))
    assert (question.kind, question.header, question.suggestions) == ("duplicate", "联系号码", (IGNORE, "phone"))
    assert found(*rows, answers={"联系号码": IGNORE}).mapping == {0: "name", 1: "identity", 2: "phone"}
    assert found(*rows, answers={"联系号码": "phone"}).mapping == {0: "name", 1: "identity", 3: "phone"}


def test_one_word_for_two_columns_cannot_be_answered() -> None:
    header = found(["姓名", "身份证号", "电话", "电话"], PERSON)
    assert questions(header) == []
    assert same_headers(header) == [("电话", "C", "D")]


def test_units_in_a_column_per_level() -> None:
    header = found(["姓名", "身份证号", "中队", "所属大队", "支队"], PERSON)
    assert header.unit_path == (4, 3, 2)
    assert header.mapping[2] == "unit"
    assert header.duplicates == ()


def test_running_numbers_and_our_own_reasons_are_not_asked_about() -> None:
    header = found(["序号", "姓名", "身份证号", "年龄", "退回原因"], PERSON)
    assert header.unknown == {}
    assert header.mapping == {1: "name", 2: "identity"}


@pytest.mark.parametrize("rows", [[], [[]], [["甲", "乙"], ["丙", "丁"]], [["姓名"]], [["", ""], ["1", "2"]]])
def test_no_header(rows: list[list[str]]) -> None:
    assert find_header(rows) is None


def test_required_columns_that_are_missing() -> None:
    assert names_nobody(found(["姓名", "电话"], PERSON)) == ("identity",)


def test_header_forms_and_letters() -> None:
    assert header_form("*身份证号\n（必填）：") == "身份证号"
    assert header_form("（备注）") == "备注"
    assert [column_letter(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert "identity" in suggestions("身份证明号")


@given(st.lists(st.lists(st.one_of(st.text(max_size=8), st.floats(), st.none()), max_size=6), max_size=6))
def test_no_sheet_raises(rows: list[list[object]]) -> None:
    find_header(rows)  # type: ignore[arg-type]
