"""Personal numbers in running text."""

import pytest

from incidents.logic.texts import personal_number_in


@pytest.mark.parametrize(
    "text",
    [
        "报警人身份证430405198001011239，已劝离。",
        "证件 430405 19800101 123X",
        "４３０４０５１９８００１０１１２３９",
    ],
)
def test_identity_numbers_are_found(text: str) -> None:
    assert personal_number_in(text) == "identity"


@pytest.mark.parametrize(
    "text",
    [
        *("电话13912345678", "请打 139 1234 5678", "139-1234-5678（王）", "１３９１２３４５６７８"),
        *("微信+8613912345678", "86 139-1234-5678", "008613912345678"),
    ],
)
def test_mobile_numbers_are_found(text: str) -> None:
    assert personal_number_in(text) == "phone"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "两户人家因停车起了争执。",
        "2022-11-03 19:30 在和平路12号",
        "警情编号 20221103193000123456",
        "订单 98613912345678",
        "发放宣传单 1560 份，浏览量 8000000",
        "值班电话 0734-8123456",
        "车牌湘D12345",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert personal_number_in(text) == ""
