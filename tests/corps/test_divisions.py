"""The cut of division facts: complete for what the demonstration cities need, and small."""

from pathlib import Path

import pytest

import corps.data
from corps.data import city


def test_hengyang_has_its_counties_townships_and_villages() -> None:
    hengyang = city("430400")
    townships = [township for county in hengyang.counties for township in county.townships]
    assert hengyang.name == "衡阳市"
    assert len(hengyang.counties) == 14
    assert len(townships) == 191
    assert sum(len(township.villages) for township in townships) == 2785


def test_codes_nest() -> None:
    for county in city("430400").counties:
        assert len(county.code) == 6
        for township in county.townships:
            assert len(township.code) == 9
            assert township.area_code == county.code
            assert all(len(v.code) == 12 and v.code.startswith(township.code) for v in township.villages)


def test_a_city_without_counties_holds_its_towns_itself() -> None:
    dongguan = city("441900")
    assert dongguan.counties == ()
    (town,) = dongguan.townships
    assert (town.code, town.name, len(town.villages)) == ("441900116", "塘厦镇", 23)


def test_villages_are_named_as_places_and_told_from_communities() -> None:
    street = next(
        township for county in city("430400").counties for township in county.townships if township.code == "430408001"
    )
    kinds = {village.name: village.is_community for village in street.villages}
    assert kinds["长湖社区"] is True
    assert kinds["长湖村"] is False
    assert not any("委会" in name for name in kinds)


def test_a_city_that_was_not_cut_is_an_error() -> None:
    with pytest.raises(KeyError):
        city("110100")


def test_the_cut_is_small() -> None:
    assert (Path(corps.data.__file__).with_name("divisions.csv")).stat().st_size < 64 * 1024
