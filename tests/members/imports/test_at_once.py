"""Two people at once, and hands that edit between preview and apply: nobody doubled, no edit lost, nothing half."""

from contextlib import closing

import pytest
from django.db import connection, transaction

from corps.actors import SYSTEM
from corps.errors import Refusal
from members.enums import ImportState
from members.models import Member, RosterImport, RowProblem
from members.operations import imports
from tests.cast import Cast, assemble
from tests.members.imports import sheets
from tests.together import at_once, await_waiting, begin, without_failure

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(transactional_db: None) -> Cast:
    """The cast, committed."""
    return assemble()


def preview(cast: Cast, table: sheets.Table, who: str = "captain_zx", unit: str = "zx") -> RosterImport:
    return imports.import_now(
        actor=cast.actor(who),
        unit_id=cast.units[unit].pk,
        file_name="名册.xlsx",
        content=sheets.xlsx(table, title=who),
        apply=False,
    )


def apply(cast: Cast, ready: RosterImport, who: str = "captain_zx") -> RosterImport:
    imports.apply_import(actor=cast.actor(who), import_id=ready.pk, queued=False)
    imports.carry_out_apply(actor=SYSTEM, import_id=ready.pk)
    ready.refresh_from_db()
    return ready


def verdicts(done: RosterImport) -> tuple[int, int, int, int]:
    counts = done.counts["verdicts"]
    return counts["new"], counts["changed"], counts["same"], counts["rejected"]


def test_two_people_applying_overlapping_files_double_nobody(city: Cast) -> None:
    table = sheets.people(300)
    first = preview(city, table[:200])
    second = preview(city, table[100:], "liaison_hy")
    answers = at_once(lambda: apply(city, first), lambda: apply(city, second, "liaison_hy"))
    assert [answer.state for answer in answers] == [ImportState.APPLIED, ImportState.APPLIED]
    assert Member.objects.count() == 300
    # Whoever came second found the hundred people as their sheet has them.
    assert sorted(verdicts(answer) for answer in answers) == [(100, 0, 100, 0), (200, 0, 0, 0)]


def test_two_people_with_different_facts_about_the_same_people(city: Cast) -> None:
    mine, theirs = sheets.people(50), sheets.people(50)
    for row in theirs:
        row[sheets.EMPLOYER] = "新华物业公司"
    first, second = preview(city, mine), preview(city, theirs, "liaison_hy")
    answers = at_once(lambda: apply(city, first), lambda: apply(city, second, "liaison_hy"))
    assert sorted(verdicts(answer) for answer in answers) == [(0, 0, 0, 50), (50, 0, 0, 0)]
    loser = next(answer for answer in answers if answer.counts["verdicts"]["rejected"])
    codes = set(RowProblem.objects.filter(import_id=loser.pk, fatal=True).values_list("code", flat=True))
    assert codes == {"changed_since_preview"}
    assert Member.objects.values("employer").distinct().count() >= 1
    assert Member.objects.count() == 50


def test_an_edit_by_hand_after_the_preview_is_not_overwritten(city: Cast) -> None:
    table = sheets.people(4)
    apply(city, preview(city, table))
    for row in table:
        row[sheets.EMPLOYER] = "新华物业公司"
    ready = preview(city, table)
    edited, agreed, removed, _left = Member.objects.order_by("id")
    edited.employer = "手工物业公司"
    edited.save()
    agreed.employer = "新华物业公司"
    agreed.save()
    removed.delete()
    done = apply(city, ready)
    assert verdicts(done) == (0, 1, 1, 2)
    edited.refresh_from_db()
    assert edited.employer == "手工物业公司"
    assert Member.objects.filter(employer="新华物业公司").count() == 2


def test_a_person_entered_by_hand_after_the_preview_is_not_entered_again(city: Cast) -> None:
    table = sheets.people(3)
    ready = preview(city, table)
    beside = sheets.people(3)
    beside[0][sheets.EMPLOYER] = "新华物业公司"
    apply(city, preview(city, beside[:2], "liaison_hy"), "liaison_hy")
    done = apply(city, ready)
    assert verdicts(done) == (1, 0, 1, 1)
    assert Member.objects.count() == 3


def test_a_person_entered_by_hand_amid_the_insert_makes_it_look_again(city: Cast) -> None:
    table = sheets.people(40)
    ready = preview(city, table)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ENTER, [ready.pk])
        act = begin(lambda: apply(city, ready))
        await_waiting(act)
        assert act.is_alive(), "it did not come to the lock"
    assert verdicts(act.result()) == (39, 0, 0, 1)
    assert Member.objects.count() == 40


_ENTER = """
INSERT INTO members_member (unit_id, name, identity_sealed, identity_index, identity_tail, identity_head, sex,
    birth_date, phone, occupation, employer, address, political_status, education, skills, roles, status, status_reason,
    emergency_name, emergency_phone, insurer, policy_number, recruiter, remarks, pinyin, initials, name_grams,
    updated_at)
SELECT unit_id, name, identity_sealed, identity_index, identity_tail, identity_head, sex, birth_date, '', '', '', '',
    '', '', '{}', '{}', 'active', '', '', '', '', '', '', '', '', '', '{}', now()
FROM members_stagedrow WHERE import_id = %s AND verdict = 'new' ORDER BY unit_id, name OFFSET 20 LIMIT 1
"""


def test_the_same_import_applied_twice_at_once_is_applied_once(city: Cast) -> None:
    ready = preview(city, sheets.people(100))
    decide = lambda: imports.apply_import(actor=city.actor("captain_zx"), import_id=ready.pk, queued=False)  # noqa: E731
    answers = at_once(decide, decide)
    without_failure(answers, Refusal)
    assert sorted(isinstance(answer, Refusal) for answer in answers) == [False, True]
    carry_out = lambda: imports.carry_out_apply(actor=SYSTEM, import_id=ready.pk)  # noqa: E731
    assert at_once(carry_out, carry_out, carry_out) == [None, None, None]
    ready.refresh_from_db()
    assert ready.state == ImportState.APPLIED
    assert ready.attempts == 2
    assert Member.objects.count() == 100


def test_the_same_file_uploaded_twice_at_once_is_taken_once(city: Cast) -> None:
    content = sheets.xlsx(sheets.people(5))

    def upload() -> RosterImport:
        return imports.upload_roster(
            actor=city.actor("captain_zx"), unit_id=city.units["zx"].pk, file_name="名册.xlsx", content=content
        )

    answers = at_once(upload, upload)
    (refusal,) = [answer for answer in answers if isinstance(answer, Refusal)]
    (taken,) = [answer for answer in answers if not isinstance(answer, Refusal)]
    assert (refusal.code, refusal.params) == ("import.twice", {"import_id": taken.pk})


def test_a_unit_closed_after_the_preview_takes_nobody(city: Cast) -> None:
    table = sheets.people(4, units=("长湖中队", "直属中队"), seed=2)
    table[0][sheets.UNIT], table[1][sheets.UNIT] = "长湖中队", "直属中队"
    ready = preview(city, table)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE corps_unit SET active_until = current_date WHERE code = 'zx9'")
    done = apply(city, ready)
    assert done.state == ImportState.APPLIED
    assert not Member.objects.filter(unit=city.units["zx9"]).exists()
    assert verdicts(done)[0] == Member.objects.count() > 0


def test_a_right_lost_after_the_decision_stops_the_worker(city: Cast) -> None:
    ready = preview(city, sheets.people(3))
    actor = city.actor("captain_zx")
    imports.apply_import(actor=actor, import_id=ready.pk, queued=False)
    actor.is_active = False
    actor.save()
    imports.carry_out_apply(actor=SYSTEM, import_id=ready.pk)
    ready.refresh_from_db()
    assert (ready.state, ready.refusal["code"]) == (ImportState.READY, "right_lost")  # type: ignore[index]
    assert Member.objects.count() == 0


def test_a_vacuum_amid_a_first_import_does_not_note_the_roster_as_empty(city: Cast) -> None:
    """Else the commit would find each row's member by whatever index, reading all of it."""
    ready = preview(city, sheets.people(120))
    imports.apply_import(actor=city.actor("captain_zx"), import_id=ready.pk, queued=False)
    stages = []

    def neighbour(stage: str, _done: int, _total: int) -> None:
        stages.append(stage)
        if stage == "finishing":
            with closing(connection.copy()) as other, other.cursor() as cursor:
                cursor.execute("VACUUM (SKIP_LOCKED) members_member")

    imports.carry_out_apply(actor=SYSTEM, import_id=ready.pk, listener=neighbour)
    assert "finishing" in stages
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'members_member'::regclass")
        assert cursor.fetchone() == (120,)
        cursor.execute("EXPLAIN SELECT 1 FROM members_member WHERE id = 1 FOR KEY SHARE")
        assert "members_member_pkey" in str(cursor.fetchall())
