"""Operations on the unit tree: what they do, whom they refuse, what they leave behind."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import override

from corps.actors import SYSTEM
from corps.enums import Level, PostKind, SiteKind, StationKind
from corps.errors import Refusal
from corps.models import Account, Appointment, Corps, Grid, LevelName, Post, Site, Speciality, Station, Term, Unit
from corps.models.scope import local_today
from corps.operations import tree
from corps.queries.tree_faults import tree_faults
from tests.cast import SINCE, Cast


def refused(code: str) -> "pytest.RaisesExc[Refusal]":
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def parent_of(code: str) -> str:
    return str(Unit.objects.get(code=code).parent.code)


def history(code: str) -> list[tuple[str, str]]:
    """Label and action of every event of the unit, oldest first."""
    events = Unit.objects.get(code=code).events.order_by("pgh_id").select_related("pgh_context")
    return [(event.pgh_label, event.pgh_context.metadata["action"]) for event in events]


def test_a_corps_is_founded_by_the_administrator_alone(cast: Cast) -> None:
    levels = [(Level.CORPS, "总会"), (Level.SQUAD, "工作站")]
    with pytest.raises(PermissionDenied):
        tree.found_corps(
            actor=cast.actor("liaison_hy"), code="sz", name="嵊州义警总会", level_names=levels, founded_on=SINCE
        )
    root = tree.found_corps(
        actor=cast.actor("admin"), code="sz", name="嵊州义警总会", level_names=levels, founded_on=SINCE
    )
    assert root.tree_id != cast.unit("hy").tree_id
    assert dict(LevelName.objects.filter(corps=root.corps).values_list("level", "name")) == dict(levels)
    assert tree_faults() == []


def test_a_unit_is_created_in_its_place_among_its_siblings(cast: Cast) -> None:
    unit = tree.create_unit(
        actor=cast.actor("liaison_sg"),
        parent_id=cast.units["sg1"].pk,
        level=Level.SQUAD,
        name=" 零中队 ",
        short_name="零",
        code="sg10",
        active_from=SINCE,
        reason="新设",
    )
    assert unit.name == "零中队"
    siblings = Unit.objects.filter(parent__code="sg1").order_by("lft").values_list("code", flat=True)
    assert list(siblings) == ["sg10", "sg11", "sg12"]
    assert tree_faults() == []
    assert history("sg10") == [("insert", "unit.create")]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"parent_id": "sg11"}, "unit.level_inverted"),
        ({"code": "zx9"}, "unit.code_taken"),
        ({"code": "a/b"}, "unit.code_form"),
        ({"name": " "}, "unit.name_missing"),
        ({"short_name": ""}, "unit.name_missing"),
        ({"name": "一中队"}, "unit.name_taken"),
    ],
)
def test_a_unit_that_does_not_fit_is_refused(cast: Cast, changes: dict[str, str], code: str) -> None:
    facts = {"parent_id": "sg1", "name": "三中队", "short_name": "三", "code": "sg13", **changes}
    with refused(code):
        tree.create_unit(
            actor=SYSTEM,
            parent_id=cast.units[facts.pop("parent_id")].pk,
            level=Level.SQUAD,
            active_from=SINCE,
            **facts,  # type: ignore[arg-type]
        )
    assert Unit.objects.count() == 11


def test_structure_needs_the_right_in_the_superior(cast: Cast) -> None:
    sg1, zx = cast.units["sg1"], cast.units["zx"]
    with pytest.raises(PermissionDenied):
        tree.close_unit(actor=cast.actor("captain_sg1"), unit_id=sg1.pk, reason="x")
    with pytest.raises(Http404):
        tree.move_unit(actor=cast.actor("liaison_sg"), unit_id=sg1.pk, parent_id=zx.pk)
    with pytest.raises(Http404):
        tree.move_unit(actor=cast.actor("liaison_sg"), unit_id=cast.units["zx1"].pk, parent_id=cast.units["sg"].pk)
    # The officer of a detachment decides about what is below it, not about the detachment itself.
    with pytest.raises(PermissionDenied):
        tree.close_unit(actor=cast.actor("liaison_sg"), unit_id=cast.units["sg"].pk, reason="x")
    with pytest.raises(Http404):
        tree.rename_unit(actor=cast.actor("captain_sg1"), unit_id=zx.pk, name="x", short_name="x")
    with pytest.raises(Http404):
        tree.move_unit(actor=SYSTEM, unit_id=sg1.pk, parent_id=0)


def test_a_captain_renames_the_own_unit(cast: Cast) -> None:
    unit = tree.rename_unit(
        actor=cast.actor("captain_sg1"),
        unit_id=cast.units["sg1"].pk,
        name="青山街道大队",
        short_name="青山",
        reason="更名",
    )
    assert (unit.name, unit.short_name) == ("青山街道大队", "青山")
    assert history("sg1")[-1] == ("update", "unit.rename")
    event = unit.events.order_by("pgh_id").last()
    assert event.pgh_context.metadata["reason"] == "更名"
    with refused("unit.name_taken"):
        tree.rename_unit(actor=SYSTEM, unit_id=cast.units["sg12"].pk, name="一中队", short_name="一")


def test_a_move_takes_the_subtree_along_and_writes_no_other_history(cast: Cast) -> None:
    before = {code: history(code) for code in cast.units}
    tree.move_unit(
        actor=cast.actor("liaison_hy"), unit_id=cast.units["sg1"].pk, parent_id=cast.units["zx"].pk, reason="区划调整"
    )
    assert parent_of("sg1") == "zx"
    assert [parent_of(code) for code in ("sg11", "sg12")] == ["sg1", "sg1"]
    assert tree_faults() == []
    changed = {code for code in cast.units if history(code) != before[code]}
    assert changed == {"sg1"}
    assert history("sg1")[-1] == ("update", "unit.move")


@pytest.mark.parametrize(
    ("unit", "parent", "code"),
    [
        ("hy", "sg", "unit.root"),
        ("sg1", "sg11", "unit.within_itself"),
        ("sg1", "sg1", "unit.within_itself"),
        ("sg1", "zx1", "unit.level_inverted"),
        ("sg11", "zx9", "unit.level_inverted"),
        ("sg", "other", "unit.other_corps"),
    ],
)
def test_a_move_that_breaks_the_tree_is_refused(cast: Cast, unit: str, parent: str, code: str) -> None:
    cast.units["other"] = tree.found_corps(actor=SYSTEM, code="other", name="另", level_names=[], founded_on=SINCE)
    with refused(code):
        tree.move_unit(actor=SYSTEM, unit_id=cast.units[unit].pk, parent_id=cast.units[parent].pk)
    assert tree_faults() == []


def test_nothing_moves_under_or_out_of_a_closed_unit(cast: Cast) -> None:
    tree.close_unit(actor=SYSTEM, unit_id=cast.units["sg21"].pk, reason="撤销")
    with refused("unit.closed"):
        tree.move_unit(actor=SYSTEM, unit_id=cast.units["sg21"].pk, parent_id=cast.units["sg1"].pk)
    tree.close_unit(actor=SYSTEM, unit_id=cast.units["sg2"].pk, reason="撤销")
    with refused("unit.closed"):
        tree.move_unit(actor=SYSTEM, unit_id=cast.units["sg12"].pk, parent_id=cast.units["sg2"].pk)
    with refused("unit.closed"):
        tree.create_unit(
            actor=SYSTEM,
            parent_id=cast.units["sg2"].pk,
            level=Level.SQUAD,
            name="x",
            short_name="x",
            code="sg29",
            active_from=SINCE,
        )


def test_a_new_code_changes_the_place_among_siblings(cast: Cast) -> None:
    tree.change_code(actor=cast.actor("liaison_hy"), unit_id=cast.units["sg"].pk, code="zz")
    top = Unit.objects.filter(parent__code="hy").order_by("lft").values_list("code", flat=True)
    assert list(top) == ["zx", "zz"]
    assert tree_faults() == []
    with refused("unit.code_taken"):
        tree.change_code(actor=SYSTEM, unit_id=cast.units["sg"].pk, code="zx")


def test_particulars_are_written_as_a_whole(cast: Cast) -> None:
    corps = cast.units["hy"].corps
    stations = [
        Station.objects.create(corps=corps, kind=StationKind.STATION, name=name, code=name)
        for name in ("甲所", "乙所", "丙所")
    ]

    def edit(station_ids: list[int], specialities: list[str]) -> Unit:
        return tree.edit_unit(
            actor=cast.actor("captain_sg1"),
            unit_id=cast.units["sg1"].pk,
            division_code="430407",
            latitude=26.9,
            longitude=112.6,
            specialities=specialities,
            station_ids=station_ids,
        )

    edit([stations[0].pk, stations[1].pk], ["水上救援", "急救"])
    unit = edit([stations[1].pk, stations[2].pk], ["急救", "调解"])
    links = {link.station.name: link.primary for link in unit.station_links.select_related("station")}
    assert links == {"乙所": True, "丙所": False}
    assert set(unit.specialities.values_list("name", flat=True)) == {"急救", "调解"}
    assert (unit.division_code, unit.latitude) == ("430407", 26.9)
    other = Corps.objects.create(code="other", name="另")
    foreign = Station.objects.create(corps=other, name="外所", code="x")
    with refused("unit.unknown_station"):
        edit([foreign.pk], [])
    assert not Speciality.objects.filter(corps=other).exists()


def test_coordinates_and_division_codes_are_checked(cast: Cast) -> None:
    for latitude, longitude, division, code in (
        (91.0, 112.0, "", "place.coordinates"),
        (26.0, None, "", "place.coordinates"),
        (None, None, "4304", "place.division_code"),
    ):
        with refused(code):
            tree.edit_unit(
                actor=SYSTEM,
                unit_id=cast.units["sg1"].pk,
                division_code=division,
                latitude=latitude,
                longitude=longitude,
                specialities=[],
                station_ids=[],
            )


def test_levels_get_the_words_of_the_corps(cast: Cast) -> None:
    tree.name_level(actor=cast.actor("liaison_hy"), root_id=cast.units["hy"].pk, level=Level.SQUAD, name="工作站")
    assert LevelName.objects.get(corps=cast.units["hy"].corps, level=Level.SQUAD).name == "工作站"
    with refused("unit.not_root"):
        tree.name_level(actor=SYSTEM, root_id=cast.units["sg"].pk, level=Level.SQUAD, name="x")


def furnish(cast: Cast, code: str, *, site: str = "集结点") -> None:
    """Hang one of everything the corps knows on a unit."""
    unit = cast.units[code]
    Site.objects.create(unit=unit, kind=SiteKind.ASSEMBLY_POINT, name=site)
    Grid.objects.create(corps=unit.corps, unit=unit, level=1, name="一级", code=f"grid-{code}")
    post = Post.objects.create(unit=unit, kind=PostKind.CAPTAIN, title="队长")
    Term.objects.create(post=post, holder="张三", starts_on=SINCE)


def test_closing_names_everything_that_still_hangs_on_the_unit(cast: Cast) -> None:
    furnish(cast, "sg1")
    cast.accounts["nobody"].unit = cast.units["sg1"]
    cast.accounts["nobody"].save()
    with override("en"), refused("unit.in_use") as caught:
        tree.close_unit(actor=SYSTEM, unit_id=cast.units["sg1"].pk, reason="撤销")
    message = str(caught.value.message)
    for part in ("2 open units", "1 appointment", "1 account", "1 post", "1 site", "1 grid"):
        assert part in message
    assert cast.unit("sg1").active_until is None


def test_an_empty_unit_closes_today_and_reopens_in_its_place(cast: Cast) -> None:
    sg21 = cast.units["sg21"]
    tree.close_unit(actor=SYSTEM, unit_id=sg21.pk, reason="撤销")
    assert cast.unit("sg21").active_until == local_today()
    with refused("unit.closed"):
        tree.close_unit(actor=SYSTEM, unit_id=sg21.pk, reason="撤销")
    tree.close_unit(actor=SYSTEM, unit_id=cast.units["sg2"].pk, reason="撤销")
    with refused("unit.closed"):
        tree.reopen_unit(actor=SYSTEM, unit_id=sg21.pk, reason="恢复")
    tree.reopen_unit(actor=SYSTEM, unit_id=cast.units["sg2"].pk, reason="恢复")
    tree.reopen_unit(actor=SYSTEM, unit_id=sg21.pk, reason="恢复")
    assert cast.unit("sg21").active_until is None
    with refused("unit.open"):
        tree.reopen_unit(actor=SYSTEM, unit_id=sg21.pk, reason="恢复")


def test_a_unit_that_began_today_can_be_closed(cast: Cast) -> None:
    unit = tree.create_unit(
        actor=SYSTEM,
        parent_id=cast.units["sg"].pk,
        level=Level.SQUAD,
        name="新",
        short_name="新",
        code="new",
        active_from=local_today(),
    )
    tree.close_unit(actor=SYSTEM, unit_id=unit.pk, reason="误设")
    assert cast.unit("new").active_until == local_today() + timedelta(days=1)


def test_a_merger_takes_over_what_the_unit_has(cast: Cast) -> None:
    furnish(cast, "sg1")
    furnish(cast, "sg2")
    Site.objects.create(unit=cast.units["sg1"], kind=SiteKind.SCHOOL, name="青山小学")
    account = cast.accounts["nobody"]
    account.unit = cast.units["sg1"]
    account.save()
    later = Appointment.objects.create(
        account=account, role="captain", unit=cast.units["sg1"], starts_on=local_today() + timedelta(days=9)
    )
    merged = tree.merge_units(
        actor=cast.actor("liaison_sg"), source_id=cast.units["sg1"].pk, target_id=cast.units["sg2"].pk, reason="合并"
    )
    assert (merged.units, merged.sites, merged.sites_retired, merged.grids, merged.accounts) == (2, 1, 1, 1, 1)
    assert [parent_of(code) for code in ("sg11", "sg12", "sg21")] == ["sg2"] * 3
    source = cast.unit("sg1")
    assert (source.active_until, source.merged_into_id) == (local_today(), cast.units["sg2"].pk)
    assert Site.objects.get(name="青山小学").unit_id == cast.units["sg2"].pk
    assert not Site.objects.filter(unit=source, active=True).exists()
    assert Account.objects.get(username="nobody").unit_id == cast.units["sg2"].pk
    assert Term.objects.get(post__unit=source).ends_on == local_today()
    assert Appointment.objects.get(account__username="captain_sg1").ends_on == local_today()
    assert not Appointment.objects.filter(pk=later.pk).exists()
    assert Term.objects.get(post__unit=cast.units["sg2"]).ends_on is None
    assert tree_faults() == []
    tree.reopen_unit(actor=SYSTEM, unit_id=source.pk, reason="恢复")
    assert cast.unit("sg1").merged_into is None
    assert parent_of("sg11") == "sg2"


def test_a_merger_whose_children_do_not_fit_is_refused_with_their_names(cast: Cast) -> None:
    with refused("unit.children_do_not_fit") as caught:
        tree.merge_units(actor=SYSTEM, source_id=cast.units["sg"].pk, target_id=cast.units["zx1"].pk, reason="合并")
    assert "青山大队" in str(caught.value)
    assert "人民大队" in str(caught.value)
    assert parent_of("sg1") == "sg"
    for source, target, code in (("sg", "sg1", "unit.within_itself"), ("hy", "sg", "unit.root")):
        with refused(code):
            tree.merge_units(
                actor=SYSTEM, source_id=cast.units[source].pk, target_id=cast.units[target].pk, reason="合并"
            )


def test_a_unit_may_be_merged_into_its_superior(cast: Cast) -> None:
    tree.merge_units(actor=SYSTEM, source_id=cast.units["zx1"].pk, target_id=cast.units["zx"].pk, reason="撤并")
    assert parent_of("zx11") == "zx"
    assert tree_faults() == []


def test_a_split_makes_a_sibling_with_chosen_children(cast: Cast) -> None:
    sibling = tree.split_unit(
        actor=cast.actor("liaison_sg"),
        unit_id=cast.units["sg1"].pk,
        name="青山二大队",
        short_name="青山二",
        code="sg1b",
        child_ids=[cast.units["sg12"].pk],
        reason="人数过多",
    )
    assert (sibling.level, parent_of("sg1b"), parent_of("sg12"), parent_of("sg11")) == (
        Level.BRIGADE,
        "sg",
        "sg1b",
        "sg1",
    )
    assert tree_faults() == []
    with refused("unit.not_a_child"):
        tree.split_unit(
            actor=SYSTEM,
            unit_id=cast.units["sg1"].pk,
            name="三",
            short_name="三",
            code="sg1c",
            child_ids=[cast.units["sg21"].pk],
        )
    with refused("unit.root"):
        tree.split_unit(actor=SYSTEM, unit_id=cast.units["hy"].pk, name="三", short_name="三", code="x", child_ids=[])


def test_only_a_unit_that_was_never_used_is_removed(cast: Cast) -> None:
    unit = tree.create_unit(
        actor=SYSTEM,
        parent_id=cast.units["sg1"].pk,
        level=Level.SQUAD,
        name="误",
        short_name="误",
        code="oops",
        active_from=date(2024, 1, 1),
    )
    tree.remove_unit(actor=cast.actor("liaison_sg"), unit_id=unit.pk, reason="录错")
    assert not Unit.objects.filter(code="oops").exists()
    assert tree_faults() == []
    for code in ("sg1", "sg11"):
        with refused("unit.used"):
            tree.remove_unit(actor=SYSTEM, unit_id=cast.units[code].pk, reason="录错")
    assert tree_faults() == []
