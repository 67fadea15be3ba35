"""Stations, sites and grids: who may write them, and what fits where."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from corps.actors import SYSTEM
from corps.enums import GridLevel, SiteKind, StationKind
from corps.errors import Refusal
from corps.models import Grid, Site, Station, UnitStation
from corps.operations import places, tree
from corps.queries.places import grid_unit_id, grids_of, guiding_stations, sites_of, stations_of
from tests.cast import Cast


def refused(code: str) -> "pytest.RaisesExc[Refusal]":
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def station(cast: Cast, actor: Any = SYSTEM, **facts: Any) -> Station:
    return places.add_station(
        actor=actor,
        corps_id=cast.units["hy"].corps_id,
        **{"kind": StationKind.STATION, "name": "长湖派出所", "code": "P1", **facts},
    )


def grid(
    cast: Cast, level: GridLevel, code: str, parent: Grid | None = None, unit: str | None = None, actor: Any = SYSTEM
) -> Grid:
    return places.add_grid(
        actor=actor,
        corps_id=cast.units["hy"].corps_id,
        level=level,
        name=code,
        code=code,
        parent_id=parent.pk if parent else None,
        unit_id=cast.units[unit].pk if unit else None,
    )


def test_stations_are_the_business_of_the_top_unit(cast: Cast) -> None:
    with pytest.raises(Http404):
        station(cast, cast.actor("captain_sg"))
    found = station(cast, cast.actor("captain_hy"), phone=" 8110 ")
    assert found.phone == "8110"
    post = station(cast, kind=StationKind.POLICE_POST, name="青山警务室", code="P2", parent_id=found.pk)
    edited = places.edit_station(
        actor=cast.actor("liaison_hy"),
        station_id=post.pk,
        kind=StationKind.POLICE_POST,
        name="青山第一警务室",
        code="P2",
        parent_id=found.pk,
    )
    assert edited.events.count() == 2  # type: ignore[attr-defined]
    assert list(stations_of(cast.actor("captain_sg11"))) == [found, post]
    assert list(stations_of(cast.actor("nobody"))) == []


def test_stations_that_do_not_fit_are_refused(cast: Cast) -> None:
    first = station(cast)
    post = station(cast, kind=StationKind.POLICE_POST, name="室", code="P2", parent_id=first.pk)
    for code, facts in (
        ("place.code_taken", {"code": "P1"}),
        ("place.name_missing", {"name": "", "code": "P3"}),
        ("place.code_missing", {"code": " "}),
        ("station.has_parent", {"code": "P3", "parent_id": first.pk}),
        ("station.wrong_parent", {"code": "P3", "kind": StationKind.POLICE_POST, "parent_id": post.pk}),
        ("place.coordinates", {"code": "P3", "latitude": 100.0, "longitude": 1.0}),
    ):
        with refused(code):
            station(cast, **facts)
    with refused("station.has_posts"):
        places.edit_station(actor=SYSTEM, station_id=first.pk, kind=StationKind.POLICE_POST, name="x", code="P1")


def test_a_station_that_guides_units_is_not_removed(cast: Cast) -> None:
    first, second = station(cast), station(cast, code="P2", name="二所")
    UnitStation.objects.create(unit=cast.units["sg1"], station=second)
    UnitStation.objects.create(unit=cast.units["sg1"], station=first, primary=True)
    assert guiding_stations(cast.units["sg1"].pk) == [first, second]
    with refused("place.in_use"):
        places.remove_station(actor=SYSTEM, station_id=first.pk, reason="撤销")
    UnitStation.objects.all().delete()
    places.remove_station(actor=SYSTEM, station_id=first.pk, reason="撤销")
    assert not Station.objects.filter(pk=first.pk).exists()


def test_a_site_is_written_where_it_belongs(cast: Cast) -> None:
    facts: dict[str, Any] = {"kind": SiteKind.SCHOOL, "name": "青山小学"}
    with pytest.raises(Http404):
        places.add_site(actor=cast.actor("captain_sg1"), unit_id=cast.units["zx1"].pk, **facts)
    with pytest.raises(PermissionDenied):
        places.add_site(actor=cast.actor("inspector_sg"), unit_id=cast.units["sg1"].pk, **facts)
    site = places.add_site(actor=cast.actor("captain_sg1"), unit_id=cast.units["sg1"].pk, **facts)
    with refused("site.exists"):
        places.add_site(actor=SYSTEM, unit_id=cast.units["sg1"].pk, **facts)
    with pytest.raises(Http404):
        places.edit_site(actor=cast.actor("captain_sg1"), site_id=site.pk, unit_id=cast.units["sg2"].pk, **facts)
    places.edit_site(
        actor=cast.actor("captain_sg"),
        site_id=site.pk,
        unit_id=cast.units["sg2"].pk,
        latitude=26.9,
        longitude=112.6,
        **facts,
    )
    assert list(sites_of(cast.actor("captain_sg1"))) == []
    assert [found.name for found in sites_of(cast.actor("captain_sg"))] == ["青山小学"]


def test_sites_of_a_closed_unit_stay_out_of_use(cast: Cast) -> None:
    site = places.add_site(actor=SYSTEM, unit_id=cast.units["sg21"].pk, kind=SiteKind.MARKET, name="人民市场")
    places.use_site(actor=cast.actor("captain_sg"), site_id=site.pk, active=False, reason="拆迁")
    tree.close_unit(actor=SYSTEM, unit_id=cast.units["sg21"].pk, reason="撤销")
    with refused("unit.closed"):
        places.use_site(actor=SYSTEM, site_id=site.pk, active=True)
    with refused("unit.closed"):
        places.add_site(actor=SYSTEM, unit_id=cast.units["sg21"].pk, kind=SiteKind.MARKET, name="新市场")
    places.remove_site(actor=SYSTEM, site_id=site.pk, reason="误录")
    assert not Site.objects.exists()


def test_grids_have_three_levels(cast: Cast) -> None:
    first = grid(cast, GridLevel.FIRST, "G1")
    second = grid(cast, GridLevel.SECOND, "G2", first)
    third = grid(cast, GridLevel.THIRD, "G3", second)
    for level, parent in ((GridLevel.FIRST, first), (GridLevel.SECOND, None), (GridLevel.THIRD, first)):
        with refused("grid.level"):
            grid(cast, level, "G4", parent)
    with refused("place.code_taken"):
        grid(cast, GridLevel.FIRST, "G1")
    with refused("grid.level"):
        places.edit_grid(actor=SYSTEM, grid_id=third.pk, name="x", code="G3", parent_id=first.pk)
    with refused("place.in_use"):
        places.remove_grid(actor=SYSTEM, grid_id=second.pk, reason="撤销")
    places.remove_grid(actor=SYSTEM, grid_id=third.pk, reason="撤销")


def test_a_grid_is_decided_by_the_nearest_unit(cast: Cast) -> None:
    first = grid(cast, GridLevel.FIRST, "G1", unit="sg")
    second = grid(cast, GridLevel.SECOND, "G2", first)
    alone = grid(cast, GridLevel.FIRST, "G9")
    assert grid_unit_id(second) == cast.units["sg"].pk
    assert grid_unit_id(alone) == cast.units["hy"].pk
    grid(cast, GridLevel.THIRD, "G3", second, actor=cast.actor("captain_sg"))
    with pytest.raises(Http404):
        grid(cast, GridLevel.SECOND, "G5", alone, actor=cast.actor("captain_sg"))
    with pytest.raises(Http404):
        places.edit_grid(
            actor=cast.actor("captain_sg"), grid_id=first.pk, name="x", code="G1", unit_id=cast.units["zx"].pk
        )
    assert {found.code for found in grids_of(cast.actor("captain_zx"))} == {"G2", "G3", "G9"}
    assert {found.code for found in grids_of(cast.actor("liaison_hy"))} == {"G1", "G2", "G3", "G9"}
