"""What is asked once and remembered: headers, names of units, the home of people whose sheet names none."""

import pytest

from bench.rosters import HEADERS
from corps.actors import SYSTEM
from corps.errors import Refusal
from members.enums import ImportState
from members.models import ColumnAnswer, Member, RosterImport, RowProblem, UnitAnswer
from members.operations import imports
from tests.cast import Cast
from tests.members.imports import sheets


def bring(cast: Cast, content: bytes, unit: str, who: str) -> RosterImport:
    return imports.import_now(
        actor=cast.actor(who), unit_id=cast.units[unit].pk, file_name="名册.xlsx", content=content
    )


def answer(cast: Cast, asking: RosterImport, who: str, **answers: object) -> RosterImport:
    imports.answer_questions(actor=cast.actor(who), import_id=asking.pk, answers=answers)
    imports.stage_import(actor=SYSTEM, import_id=asking.pk)
    asking.refresh_from_db()
    return asking


def test_an_unknown_header_is_asked_once_and_remembered_below(cast: Cast) -> None:
    head = ["绰号" if header == "备注" else header for header in HEADERS]
    table = sheets.people(3, units=("青山大队/一中队",))
    for row in table:
        row[-1] = "小伟"
    asking = bring(cast, sheets.xlsx(table, head=head), "sg", "captain_sg")
    assert asking.state == ImportState.ASKING
    (question,) = asking.questions
    assert (question["kind"], question["shown"], question["samples"]) == ("column", "绰号", ["小伟"])
    assert answer(cast, asking, "captain_sg", columns={question["header"]: "remarks"}).state == ImportState.READY
    assert ColumnAnswer.objects.get().unit == cast.units["sg"]
    imports.discard_import(actor=cast.actor("captain_sg"), import_id=asking.pk)
    below = bring(cast, sheets.xlsx(table, head=head), "sg1", "captain_sg1")
    assert below.state == ImportState.APPLIED
    assert set(Member.objects.values_list("remarks", flat=True)) == {"小伟"}
    beside = sheets.people(1, seed=9)
    beside[0][-1] = "小刚"
    assert bring(cast, sheets.xlsx(beside, head=head), "zx", "captain_zx").state == ImportState.ASKING


def test_an_ambiguous_unit_is_asked_and_the_nearer_one_is_not(cast: Cast) -> None:
    table = sheets.people(2, units=("一中队",))
    asking = bring(cast, sheets.xlsx(table), "sg", "captain_sg")
    (question,) = asking.questions
    assert (question["kind"], question["text"], question["rows"]) == ("unit", "一中队", 2)
    assert {option["code"] for option in question["options"]} == {"sg11", "sg21"}
    ready = answer(cast, asking, "captain_sg", units={"一中队": cast.units["sg21"].pk})
    assert ready.counts["units"] == {str(cast.units["sg21"].pk): {"new": 2}}
    assert UnitAnswer.objects.get().meant == cast.units["sg21"]
    # Below sg1 there is only one of that name.
    near = bring(cast, sheets.xlsx(sheets.people(2, units=("一中队",), seed=5)), "sg1", "captain_sg")
    assert near.state == ImportState.APPLIED
    assert Member.objects.filter(unit=cast.units["sg11"]).count() == 2


def test_an_answer_that_fits_no_question_is_refused(cast: Cast) -> None:
    asking = bring(cast, sheets.xlsx(sheets.people(2, units=("一中队",))), "sg", "captain_sg")
    for answers in ({"units": {"一中队": cast.units["zx11"].pk}}, {"units": {"二中队": cast.units["sg12"].pk}}):
        with pytest.raises(Refusal):
            imports.answer_questions(actor=cast.actor("captain_sg"), import_id=asking.pk, answers=answers)
    with pytest.raises(Refusal):
        imports.answer_questions(
            actor=cast.actor("captain_sg"), import_id=asking.pk, answers={"columns": {"x": "name"}}
        )


def test_a_sheet_without_units_belongs_to_the_squad_it_is_imported_for(cast: Cast) -> None:
    head, table = sheets.without(sheets.people(3), "所属中队")
    done = bring(cast, sheets.xlsx(table, head=head), "sg11", "captain_sg11")
    assert done.state == ImportState.APPLIED
    assert Member.objects.filter(unit=cast.units["sg11"]).count() == 3


def test_a_sheet_without_units_for_a_brigade_is_asked_about(cast: Cast) -> None:
    head, table = sheets.without(sheets.people(3), "所属中队")
    asking = bring(cast, sheets.xlsx(table, head=head), "sg1", "captain_sg1")
    (question,) = asking.questions
    assert (question["kind"], question["rows"]) == ("default_unit", 3)
    ready = answer(cast, asking, "captain_sg1", default_unit="sg12")
    assert ready.counts["units"] == {str(cast.units["sg12"].pk): {"new": 3}}


def test_an_empty_unit_cell_rejects_only_new_people(cast: Cast) -> None:
    table = sheets.people(3, units=("青山大队/一中队",))
    bring(cast, sheets.xlsx(table[:1]), "sg1", "captain_sg1")
    for row in table[:2]:
        row[sheets.UNIT] = ""
    table[0][sheets.EMPLOYER] = "新华物业公司"
    done = bring(cast, sheets.xlsx(table), "sg1", "captain_sg1")
    assert done.counts["verdicts"] == {"new": 1, "changed": 1, "same": 0, "rejected": 1}
    assert list(RowProblem.objects.filter(import_id=done.pk, fatal=True).values_list("row", "code")) == [
        (4, "unit_missing")
    ]
    assert Member.objects.get(employer="新华物业公司").unit == cast.units["sg11"]
