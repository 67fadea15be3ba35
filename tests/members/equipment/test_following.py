"""Things follow through the other doors that move people: bulk moves and roster imports."""

import datetime as dt

import pytest

from corps.actors import SYSTEM
from members.enums import ImportState, MemberStatus, MoveVerdict, RowVerdict
from members.logic.ledger import Line
from members.models import Holding, Member, MovedMember, RosterImport, RowProblem, StagedRow
from members.operations import imports
from members.operations.moves import apply_move, prepare_move, undo_move
from members.queries.equipment.recount import ledger_faults
from tests.cast import Cast
from tests.members.equipment import stage
from tests.members.imports import sheets
from tests.members.roster import identity_number, person

HEAD = ["姓名", "身份证号", "所属中队", "状态", "状态原因"]


@pytest.fixture
def scene(cast: Cast) -> stage.Scene:
    scene = stage.build(cast)
    stage.give(scene.store, scene.zhang, Line(scene.vest.pk, 2))
    return scene


def move(scene: stage.Scene, target: str) -> int:
    return prepare_move(
        actor=scene.cast.actor("captain_sg"),
        unit_id=scene.cast.units["sg1"].pk,
        target_id=scene.cast.units[target].pk,
        member_ids=[scene.zhang.pk, scene.li.pk],
        reason="并队",
    ).pk


def test_a_bulk_move_takes_things_along_and_undoing_brings_them_back(scene: stage.Scene) -> None:
    move_id, actor = move(scene, "sg12"), scene.cast.actor("captain_sg")
    apply_move(actor=actor, move_id=move_id)
    assert stage.holding(scene.zhang, scene.vest).unit == scene.cast.units["sg12"]
    undo_move(actor=actor, move_id=move_id)
    assert stage.holding(scene.zhang, scene.vest).unit == scene.cast.units["sg11"]
    assert ledger_faults() == []


def test_a_bulk_move_leaves_who_holds_things_of_a_store_out_of_reach(scene: stage.Scene) -> None:
    move_id = move(scene, "sg21")
    rows = {row.member_id: row for row in MovedMember.objects.filter(move=move_id)}
    assert (rows[scene.zhang.pk].verdict, rows[scene.li.pk].verdict) == (MoveVerdict.BLOCKED, MoveVerdict.MOVES)
    assert "装备室" in rows[scene.zhang.pk].obstacle


def test_undoing_a_move_keeps_who_was_given_things_there(scene: stage.Scene) -> None:
    move_id, actor = move(scene, "sg21"), scene.cast.actor("captain_sg")
    apply_move(actor=actor, move_id=move_id)
    room = stage.store(scene.cast, "sg21")
    stage.fill(room, Line(scene.vest.pk, 1))
    stage.give(room, scene.li, Line(scene.vest.pk))
    undo_move(actor=actor, move_id=move_id)
    row = MovedMember.objects.get(move=move_id, member=scene.li)
    assert (row.verdict, bool(row.obstacle)) == (MoveVerdict.KEPT, True)
    assert Member.objects.get(pk=scene.li.pk).unit == scene.cast.units["sg21"]
    assert ledger_faults() == []


def known(scene: stage.Scene, serial: int, name: str) -> tuple[Member, str]:
    number = identity_number(serial, dt.date(1979, 3, 4))
    return person(scene.cast.units["sg11"].pk, name, identity=number), number


def bring(scene: stage.Scene, *rows: list[str]) -> RosterImport:
    return imports.import_now(
        actor=scene.cast.actor("captain_sg"),
        unit_id=scene.cast.units["sg"].pk,
        file_name="名册.xlsx",
        content=sheets.xlsx([list(row) for row in rows], head=HEAD),
    )


def test_an_import_moves_and_dismisses_only_who_may_go(scene: stage.Scene) -> None:
    (near, near_id), (far, far_id) = known(scene, 1, "孙一"), known(scene, 2, "孙二")
    (gone, gone_id), (free, free_id) = known(scene, 3, "孙三"), known(scene, 4, "孙四")
    cap = stage.kind(scene.cast, "帽子", returnable=False)
    stage.fill(scene.store, Line(cap.pk, 1))
    for one in (near, far, gone):
        stage.give(scene.store, one, Line(scene.vest.pk))
    stage.give(scene.store, free, Line(cap.pk))
    done = bring(
        scene,
        ["孙一", near_id, "石鼓支队/青山大队/二中队", "", ""],
        ["孙二", far_id, "石鼓支队/人民大队/一中队", "", ""],
        ["孙三", gone_id, "石鼓支队/青山大队/一中队", "离队", "迁往外地"],
        ["孙四", free_id, "石鼓支队/青山大队/一中队", "离队", "迁往外地"],
    )
    assert done.state == ImportState.APPLIED
    assert done.counts["verdicts"] == {"new": 0, "changed": 2, "same": 0, "rejected": 2}
    problems = RowProblem.objects.filter(import_id=done.pk)
    assert set(problems.values_list("code", "column")) == {("holds_equipment", "unit"), ("holds_equipment", "status")}
    assert StagedRow.objects.filter(import_id=done.pk, verdict=RowVerdict.REJECTED).count() == 2
    assert Holding.objects.get(member=near, quantity__gt=0).unit == scene.cast.units["sg12"]
    assert Member.objects.get(pk=free.pk).status == MemberStatus.LEFT
    assert stage.in_hands(free, cap) == 0
    assert ledger_faults() == []
    # Undone as a whole, but for who holds things and would go back with them.
    imports.undo_import(actor=scene.cast.actor("captain_sg"), import_id=done.pk, queued=False)
    imports.carry_out_undo(actor=SYSTEM, import_id=done.pk)
    done.refresh_from_db()
    assert done.outcome["undone"] == {"removed": 0, "restored": 1, "kept": 1}
    assert ledger_faults() == []
