"""People across units, and what hangs on them: transfers, groups, further teams, partners, grids."""

import pytest

from bench.rosters import HEADERS
from corps.actors import SYSTEM
from corps.models import Grid
from members.enums import ImportState
from members.models import FunctionalGroup, GroupMembership, Member, PartnerOrganisation, RosterImport, RowProblem
from members.operations import imports
from members.queries import imports as queries
from tests.cast import Cast
from tests.members.imports import sheets

HEAD = [*HEADERS, "功能组", "其他队伍", "共建组织", "所属网格"]


def bring(cast: Cast, content: bytes, unit: str, who: str, *, apply: bool = True) -> RosterImport:
    return imports.import_now(
        actor=cast.actor(who), unit_id=cast.units[unit].pk, file_name="名册.xlsx", content=content, apply=apply
    )


def problems(done: RosterImport) -> list[tuple[int, str, str]]:
    found = RowProblem.objects.filter(import_id=done.pk, fatal=True).order_by("row", "id")
    return list(found.values_list("row", "column", "code"))


@pytest.fixture
def things(cast: Cast) -> dict[str, int]:
    """Two groups, a partner and a grid of the corps."""
    corps = cast.units["hy"].corps
    return {
        "巡防组": FunctionalGroup.objects.create(corps=corps, name="巡防组").pk,
        "宣传组": FunctionalGroup.objects.create(corps=corps, name="宣传组").pk,
        "partner": PartnerOrganisation.objects.create(corps=corps, name="曙光救援队").pk,
        "grid": Grid.objects.create(corps=corps, level=1, name="长湖第一网格", code="G1").pk,
    }


def test_a_person_of_a_unit_that_is_not_mine_is_rejected_and_nothing_is_revealed(cast: Cast) -> None:
    table = sheets.people(2)
    bring(cast, sheets.xlsx(table), "zx", "captain_zx")
    for row in table:
        row[sheets.UNIT], row[sheets.PERSON] = "青山大队/一中队", "王小明"
    done = bring(cast, sheets.xlsx(table), "sg", "captain_sg")
    assert done.counts["verdicts"]["rejected"] == 2
    assert problems(done) == [(3, "identity", "person_elsewhere"), (4, "identity", "person_elsewhere")]
    (first, _) = queries.import_rows(cast.actor("captain_sg"), done, "rejected").rows
    assert first.member_id is None
    assert "长湖" not in first.problems[0].sentence
    assert not Member.objects.filter(name="王小明").exists()


def test_inside_my_scope_another_unit_is_a_transfer(cast: Cast) -> None:
    table = sheets.people(1, units=("青山大队/一中队",))
    bring(cast, sheets.xlsx(table), "sg", "captain_sg")
    table[0][sheets.UNIT] = "sg12"
    done = bring(cast, sheets.xlsx(table), "sg", "captain_sg")
    (row,) = queries.import_rows(cast.actor("captain_sg"), done, "changed").rows
    assert [(change.key, change.old, change.new) for change in row.changes] == [
        ("unit", "石鼓支队 › 青山大队 › 一中队", "石鼓支队 › 青山大队 › 二中队")
    ]
    assert Member.objects.get().unit == cast.units["sg12"]


def test_groups_teams_partner_and_grid_come_with_the_row(cast: Cast, things: dict[str, int]) -> None:
    table = [[*row, "巡防组、宣传组", "直属中队", "曙光救援队", "G1"] for row in sheets.people(2)]
    bring(cast, sheets.xlsx(table, head=HEAD), "zx", "captain_zx")
    member = Member.objects.order_by("id").first()
    assert member is not None
    assert set(member.groups.values_list("name", flat=True)) == {"巡防组", "宣传组"}
    assert [link.unit for link in member.team_links.all()] == [cast.units["zx9"]]
    assert (member.partner_id, member.grid_id) == (things["partner"], things["grid"])
    again = bring(cast, sheets.xlsx(table, head=HEAD), "zx", "captain_zx")
    assert again.counts["verdicts"]["same"] == 2
    table[0][len(HEADERS)] = "宣传组"
    table[0][len(HEADERS) + 1] = "清空"
    changed = bring(cast, sheets.xlsx(table, head=HEAD), "zx", "captain_zx")
    assert changed.counts["verdicts"] == {"new": 0, "changed": 1, "same": 1, "rejected": 0}
    assert set(member.groups.values_list("name", flat=True)) == {"宣传组"}
    assert not member.team_links.exists()
    imports.undo_import(actor=cast.actor("captain_zx"), import_id=changed.pk, queued=False)
    imports.carry_out_undo(actor=SYSTEM, import_id=changed.pk)
    changed.refresh_from_db()
    assert changed.state == ImportState.UNDONE
    assert set(member.groups.values_list("name", flat=True)) == {"巡防组", "宣传组"}
    assert [link.unit for link in member.team_links.all()] == [cast.units["zx9"]]


def test_a_group_given_by_hand_counts_as_an_edit(cast: Cast, things: dict[str, int]) -> None:
    done = bring(cast, sheets.xlsx(sheets.people(2)), "zx", "captain_zx")
    member = Member.objects.order_by("id").first()
    assert member is not None
    GroupMembership.objects.create(member=member, group_id=things["巡防组"])
    imports.undo_import(actor=cast.actor("captain_zx"), import_id=done.pk, queued=False)
    imports.carry_out_undo(actor=SYSTEM, import_id=done.pk)
    assert list(Member.objects.values_list("pk", flat=True)) == [member.pk]


def test_unknown_names_reject_the_row_with_the_place(cast: Cast, things: dict[str, int]) -> None:
    table = [
        [*sheets.people(1, seed=seed)[0], *extra]
        for seed, extra in enumerate(
            [
                ("巡防组、火星组", "", "", ""),
                ("", "火星中队", "", ""),
                ("", "", "火星救援队", ""),
                ("", "", "", "火星网格"),
                ("", "", "", ""),
            ]
        )
    ]
    done = bring(cast, sheets.xlsx(table, head=HEAD), "zx", "captain_zx")
    assert done.counts["verdicts"] == {"new": 1, "changed": 0, "same": 0, "rejected": 4}
    assert problems(done) == [
        (3, "groups", "group_unknown"),
        (4, "teams", "unit_unknown"),
        (5, "partner", "partner_unknown"),
        (6, "grid", "grid_unknown"),
    ]


def test_several_sheets_know_of_each_other(cast: Cast) -> None:
    table = sheets.people(6)
    content = sheets.book([("一", HEADERS, table[:4]), ("说明", ["填表说明"], [["略"]]), ("二", HEADERS, table[3:])])
    done = bring(cast, content, "zx", "captain_zx")
    assert done.counts["verdicts"] == {"new": 6, "changed": 0, "same": 0, "rejected": 1}
    assert [code for _, _, code in problems(done)] == ["identity_again_elsewhere"]
    (row,) = queries.import_rows(cast.actor("captain_zx"), done, "rejected").rows
    assert row.sheet_name == "二"
    assert "一" in row.problems[0].sentence


@pytest.mark.parametrize("bad_share", [0.01, 0.3, 1.0])
def test_bad_rows_stay_out_whatever_their_share(cast: Cast, bad_share: float) -> None:
    done = bring(cast, sheets.xlsx(sheets.people(200, bad_share=bad_share, seed=4)), "zx", "captain_zx")
    verdicts = done.counts["verdicts"]
    assert verdicts["new"] + verdicts["rejected"] == 200
    assert verdicts["new"] == Member.objects.count()
    assert (verdicts["rejected"] == 200) == (bad_share == 1.0)
    assert len({row for row, _, _ in problems(done)}) == verdicts["rejected"]
    reasons = queries.reasons_by_row(done)
    assert sum(map(len, reasons.values())) == verdicts["rejected"]
