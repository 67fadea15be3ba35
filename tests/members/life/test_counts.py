"""Applicants, people turned down and merged records are on no count of members; imports write the ledger as well."""

import datetime as dt
from typing import Any

import pytest

from corps.actors import SYSTEM
from corps.queries.scope import current_tree, local_today
from duties.queries.candidates import candidates
from incidents.operations.merging import merge_members
from incidents.views.people import find_people
from members.enums import MemberStatus
from members.forms.roster import RosterFilterForm
from members.models import (
    Application,
    HomePeriod,
    Member,
    PartnerOrganisation,
    Proposal,
    RosterImport,
    StatusPeriod,
)
from members.operations import imports, people
from members.operations.transfers import ask_transfer
from members.queries.counts import member_counts
from members.queries.figures import figures_of
from members.queries.life import homes_on, status_on
from members.queries.roster import list_members, within
from stats.operations.rollups import drain_all
from stats.queries.direct import direct_counts
from tests.cast import Cast
from tests.members.imports import sheets
from tests.members.imports.test_people import bring, problems
from tests.members.roster import person

NO_MEMBERS = (MemberStatus.APPLICANT, MemberStatus.VETTED, MemberStatus.REFUSED)


def gather(cast: Cast) -> Member:
    """One member, and somebody of every status that is no membership, all of a partner organisation."""
    partner = PartnerOrganisation.objects.create(corps=cast.units["hy"].corps, name="曙光救援队")
    unit_id = cast.units["sg11"].pk
    for status in NO_MEMBERS:
        person(unit_id, "张候", status=status, status_on=local_today(), partner=partner, joined_on=None)
    return person(unit_id, "张员", partner=partner)


def test_only_members_are_counted_and_listed(cast: Cast) -> None:
    member, officer = gather(cast), cast.actor("liaison_sg")
    unit = current_tree().nodes[cast.units["sg11"].pk]
    assert member_counts(officer, unit.id)[unit.id].own == 1
    figures = figures_of(officer, unit)
    assert (figures.present, figures.two_heads, figures.joined[-1][1]) == (1, 1, 0)
    assert direct_counts("partner_people", [unit.id], local_today()) == {unit.id: 1}
    shown = list_members(
        actor=officer,
        place=within(officer, unit),
        chosen=RosterFilterForm({}, corps_id=unit.corps_id).chosen(),  # type: ignore[arg-type]
    )
    assert [row.id for row in shown.rows] == [member.pk]
    assert [one.id for one in candidates(officer, unit, "")] == [member.pk]
    assert [one.id for one in find_people(officer, unit, "张")] == [member.pk]


def test_the_roll_up_counts_members_alone_and_a_merged_one_no_more(cast: Cast) -> None:
    member = gather(cast)
    twin = person(cast.units["sg11"].pk, "张员", birth_date=member.birth_date)
    drain_all(actor=SYSTEM)
    unit = current_tree().nodes[cast.units["sg11"].pk]
    assert stock(unit.id) == 2
    merge_members(actor=SYSTEM, merged_id=twin.pk, into_id=member.pk, reason="重复登记")
    drain_all(actor=SYSTEM)
    assert stock(unit.id) == 1


def stock(unit_id: int) -> int:
    """People on the roster by the stored totals of all days."""
    from stats.models import TotalDay

    return sum(row or 0 for row in TotalDay.objects.filter(unit=unit_id).values_list("people", flat=True))


def test_an_import_that_changes_a_status_dates_it_today_and_undoing_forgets_it(cast: Cast) -> None:
    head, table = sheets.without(sheets.people(1, units=("青山大队/一中队",)))
    bring(cast, sheets.xlsx(table, head=head), "sg", "captain_sg")
    member = Member.objects.get()
    since = local_today() - dt.timedelta(days=100)
    people.change_status(actor=SYSTEM, member_id=member.pk, status=MemberStatus.SUSPENDED, reason="住院", on=since)
    changed = [[*row, "在队"] for row in table]
    changed[0][sheets.UNIT] = "sg12"
    done = bring(cast, sheets.xlsx(changed, head=[*head, "队员状态"]), "sg", "captain_sg")
    member.refresh_from_db()
    today = local_today()
    assert (member.status, member.status_on, member.unit) == (MemberStatus.ACTIVE, today, cast.units["sg12"])
    # Why somebody was suspended is no word about being back.
    assert member.status_reason == ""
    yesterday = today - dt.timedelta(days=1)
    assert status_on([member.pk], yesterday) == {member.pk: "suspended"}
    assert homes_on([member.pk], yesterday) == {member.pk: cast.units["sg11"].pk}
    imports.undo_import(actor=cast.actor("captain_sg"), import_id=done.pk, queued=False)
    imports.carry_out_undo(actor=SYSTEM, import_id=done.pk)
    member.refresh_from_db()
    assert (member.status, member.status_on, member.unit) == (
        MemberStatus.SUSPENDED,
        since,
        cast.units["sg11"],
    )
    assert member.status_reason == "住院"
    assert not HomePeriod.objects.exists()
    assert [period.status for period in StatusPeriod.objects.all()] == ["active"]
    assert status_on([member.pk], today) == {member.pk: "suspended"}


def test_a_sheet_does_not_bring_a_merged_record_back(cast: Cast) -> None:
    table = sheets.people(1, units=("青山大队/一中队",))
    bring(cast, sheets.xlsx(table), "sg", "captain_sg")
    merged, into = Member.objects.get(), person(cast.units["sg11"].pk, "张员")
    merge_members(actor=SYSTEM, merged_id=merged.pk, into_id=into.pk, reason="重复登记")
    done = bring(cast, sheets.xlsx(table), "sg", "captain_sg")
    assert [code for _row, _column, code in problems(done)] == ["person_merged"]


STATED = ("队员状态", "状态原因", "状态日期", "入队日期")


def known(cast: Cast, **values: Any) -> tuple[Member, list[Any], list[str]]:
    """Somebody whom a sheet has brought, the row of that sheet and its head."""
    head, table = sheets.without(sheets.people(1, units=("青山大队/一中队",)), *STATED)
    bring(cast, sheets.xlsx(table, head=head), "sg", "captain_sg")
    Member.objects.update(**values)
    return Member.objects.get(), table[0], head


def state(cast: Cast, row: list[Any], head: list[str], *stated: str) -> RosterImport:
    """The same sheet again, with columns for the status."""
    names = ["队员状态", "状态原因", "状态日期"][: len(stated)]
    return bring(cast, sheets.xlsx([[*row, *stated]], head=[*head, *names]), "sg", "captain_sg")


@pytest.mark.parametrize(
    ("now", "wanted", "code", "column"),
    [
        ("applicant", "在队", "status_step", "status"),
        ("active", "申请中", "status_step", "status"),
        ("active", "未录用", "status_step", "status"),
        ("refused", "在队", "status_step", "status"),
        ("active", "离队", "status_reason_missing", "status_reason"),
        ("probation", "暂停", "status_reason_missing", "status_reason"),
    ],
)
def test_a_sheet_takes_no_step_that_nobody_may_take(cast: Cast, now: str, wanted: str, code: str, column: str) -> None:
    member, row, head = known(cast, status=now)
    done = state(cast, row, head, wanted)
    assert done.counts["verdicts"]["rejected"] == 1
    assert [(found, place) for _row, place, found in problems(done)] == [(code, column)]
    member.refresh_from_db()
    assert member.status == now


def test_a_sheet_takes_the_steps_of_the_table_and_settles_what_was_asked(cast: Cast) -> None:
    member, row, head = known(cast)
    asked = ask_transfer(
        actor=cast.actor("captain_sg"), member_id=member.pk, unit_id=cast.units["zx11"].pk, reason="搬家"
    )
    proposal = Proposal.objects.create(member=member, fields=["phone"], entered={"phone": "1"}, present={})
    state(cast, row, head, "离队", "迁往外地", "2025-03-01")
    member.refresh_from_db()
    asked.refresh_from_db()
    proposal.refresh_from_db()
    assert (member.status, member.status_reason, member.status_on) == ("left", "迁往外地", dt.date(2025, 3, 1))
    assert (asked.state, proposal.state) == ("withdrawn", "withdrawn")


def test_a_sheet_admits_who_was_vetted_and_the_day_of_joining_follows(cast: Cast) -> None:
    member, row, head = known(cast, status="vetted", joined_on=None, status_reason="")
    application = Application.objects.create(unit=member.unit, member=member, source="page")
    done = state(cast, row, head, "在队")
    member.refresh_from_db()
    application.refresh_from_db()
    assert (member.status, member.joined_on, application.state) == ("active", local_today(), "accepted")
    imports.undo_import(actor=cast.actor("captain_sg"), import_id=done.pk, queued=False)
    imports.carry_out_undo(actor=SYSTEM, import_id=done.pk)
    member.refresh_from_db()
    assert (member.status, member.joined_on) == ("vetted", None)


def test_new_people_enter_with_a_status_that_somebody_may_begin_with(cast: Cast) -> None:
    head, table = sheets.without(sheets.people(4, units=("青山大队/一中队",)), *STATED)
    rows = [[*row, stated] for row, stated in zip(table, ("试用", "离队", "已审查", "未录用"), strict=True)]
    done = bring(cast, sheets.xlsx(rows, head=[*head, "队员状态"]), "sg", "captain_sg")
    assert done.counts["verdicts"] == {"new": 2, "changed": 0, "same": 0, "rejected": 2}
    assert {code for _row, _column, code in problems(done)} == {"status_first"}
    assert set(Member.objects.values_list("status", flat=True)) == {"probation", "left"}
