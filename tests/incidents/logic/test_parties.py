"""Masks and the sealed form of a party's particulars."""

import pytest

from incidents.logic.parties import Particulars, from_json, mask_name, particulars_from, shown, to_json


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张伟", "张*"),
        ("王小明", "王**"),
        ("欧阳小明", "欧阳**"),
        ("欧阳", "欧*"),
        ("阿", "*"),
        ("John Smith", "J**"),
        ("", ""),
    ],
)
def test_a_name_keeps_its_surname(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("particulars", "text"),
    [
        (Particulars(name="张伟", phone="13812345678"), "张* · 138****5678"),
        (Particulars(name="张伟"), "张*"),
        (Particulars(phone="13812345678", identity="430405198001011239"), "138****5678"),
        (Particulars(identity="430405198001011239"), "430***********1239"),
        (Particulars(remarks="穿红衣的男子"), "***"),
    ],
)
def test_what_everybody_reads_tells_nobody(particulars: Particulars, text: str) -> None:
    assert shown(particulars) == text


def test_the_sealed_form_comes_back_as_it_went() -> None:
    known = Particulars("张伟", "13812345678", "430405198001011239", "和平路 1 号", "备注")
    assert from_json(to_json(known)) == known
    assert from_json('{"name": "张伟"}') == Particulars(name="张伟"), "older values lack newer fields"


def test_given_fields_replace_and_others_stay() -> None:
    base = Particulars(name="张伟", phone="13812345678")
    assert particulars_from({"phone": " 13900000000 "}, base) == Particulars(name="张伟", phone="13900000000")
    with pytest.raises(TypeError):
        particulars_from({"hobby": "x"})
