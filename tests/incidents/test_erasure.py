"""Erasing a person: everything personal is gone from the whole database, everything counted stays."""

import datetime as dt
from typing import Any

import pgtrigger
import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.http import Http404
from django.utils import timezone

from corps.actors import SYSTEM
from corps.errors import Refusal
from corps.models import ActionLog
from corps.operations.accounts import create_account
from corps.operations.context import acting
from corps.operations.trail import record
from corps.personal import WORD
from corps.queries.chain import verify
from corps.queries.scope import current_tree
from duties.enums import AttendanceStatus
from duties.operations.attendance import Entry, record_list
from incidents.models import Incident
from incidents.operations.erasure import erase_member, prepare_erasure
from incidents.operations.verification import verify_incident
from members.enums import ImportState, MemberStatus
from members.logic.ledger import Line
from members.models import ImportChange, ImportFile, Member, RosterImport, SavedFilter, StagedRow, StatusPeriod
from members.operations import people
from members.operations.equipment.returning import take_back
from members.operations.recruitment.deciding import decide
from members.operations.recruitment.recruiters import add_recruiter
from members.policies.erased import is_erased
from members.queries.recruiters import standings
from stats.operations import rollups
from tests import admin_rows
from tests.cast import Cast
from tests.duties.stage import duties_of
from tests.incidents.log import incident
from tests.members.equipment import stage as equipment
from tests.members.roster import person

NAME, FORMER, PHONE, FORMER_PHONE = "欧阳慕白", "欧阳慕黑", "15907341234", "15907345678"
IDENTITY = "430405198001011239"
SECRETS = (
    NAME,
    FORMER,
    PHONE,
    FORMER_PHONE,
    IDENTITY,
    "长湖路九十九号",
    "船山造纸厂",
    "欧阳妈妈",
    "13307340000",
    "PICC998877",
    "oymb@example.org",
)


def everything() -> str:
    """Every row of every table as text; bytes as hexadecimal."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608 (names from the catalogue)
            found += [f"{table} {row}" for (row,) in cursor.fetchall()]
    return "\n".join(found)


def leaks(secrets: tuple[str, ...] = SECRETS) -> list[str]:
    """Where a secret still stands, as plain text or as its bytes."""
    text = everything()
    wanted = {one: one for one in secrets} | {one.encode().hex(): one for one in secrets}
    return [line[:200] for line in text.splitlines() for needle in wanted if needle in line]


def leave(cast: Cast, member: Member, reason: str = "搬家") -> Member:
    people.change_status(actor=cast.actor("captain_sg"), member_id=member.pk, status=MemberStatus.LEFT, reason=reason)
    return Member.objects.get(pk=member.pk)


def erase(cast: Cast, member: Member, who: str = "liaison_sg", reason: str = "本人申请") -> dict[str, int]:
    actor = cast.actor(who)
    intended = prepare_erasure(actor=actor, member_id=member.pk, reason=reason)
    return erase_member(actor=actor, member_id=member.pk, token=intended.token)


@pytest.fixture
def rich(cast: Cast) -> Member:
    """Somebody of whom much is held: an edited record, served duties, an incident with the name in it, reasons."""
    duties = duties_of(cast)
    officer = cast.actor("liaison_sg")
    unit_id = cast.units["sg11"].pk
    add_recruiter(actor=officer, unit_id=unit_id, name="李警官", category="auxiliary")
    member = people.enrol(
        actor=officer,
        unit_id=unit_id,
        identity=IDENTITY,
        particulars={
            "name": FORMER,
            "phone": FORMER_PHONE,
            "occupation": "guard",
            "address": "长湖路九十九号",
            "employer": "船山造纸厂",
            "emergency_name": "欧阳妈妈",
            "emergency_phone": "13307340000",
            "policy_number": "PICC998877",
            "skills": ["急救"],
            "joined_on": "2025-03-01",
            "remarks": "会开车",
            "recruiter": "李警官",
        },
        reason=f"{FORMER}本人到所报名",
    )
    people.edit(actor=officer, member_id=member.pk, particulars={"name": NAME, "phone": PHONE}, reason=f"更名为{NAME}")
    people.reveal_identity(actor=officer, member_id=member.pk, reason=f"为{NAME}投保")
    duties.people[NAME] = Member.objects.get(pk=member.pk)
    shift = duties.begun(minutes_ago=300, minutes=60, people=[NAME], remarks=f"{NAME}带队")
    record_list(actor=SYSTEM, shift_id=shift.pk, entries=[Entry(member.pk, AttendanceStatus.PRESENT)])
    vest, room = equipment.kind(cast), equipment.store(cast)
    equipment.fill(room, Line(vest.pk, 3))
    equipment.give(room, member, Line(vest.pk, 1), reason=f"{NAME}领用")
    held = equipment.holding(member, vest)
    take_back(actor=SYSTEM, store_id=room.pk, holdings={held.pk: (1, 0)}, token=equipment.token(), reason=f"{NAME}交回")
    told = incident(cast, "sg11", account=f"{NAME}劝开了两户人家。", participant_ids=[member.pk])
    verify_incident(actor=officer, incident_id=told.pk)
    account = create_account(actor=SYSTEM, username="oymb", display_name=NAME, unit_id=unit_id, phone=PHONE).account
    Member.objects.filter(pk=member.pk).update(account=account)
    record(actor=account, action="session.start")
    record(actor=None, action="session.refuse", actor_name="oymb")
    with acting(actor=account, action="filter.save"):
        for number, typed in enumerate(("%E6%AC%A7%E9%98%B3%E6%85%95%E7%99%BD", FORMER_PHONE)):
            SavedFilter.objects.create(account=cast.accounts["captain_sg"], name=f"找人{number}", query=f"q={typed}")
    EmailAddress.objects.create(user=account, email="oymb@example.org")
    return Member.objects.get(pk=member.pk)


# What waits to be counted is no figure.
QUEUES = {"stats_dirty", "stats_stockdirty"}


def figures() -> dict[str, list[Any]]:
    """Every table of figures, those that come later as well."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'stats\\_%'")
        found = {}
        for table in sorted({name for (name,) in cursor.fetchall()} - QUEUES):
            cursor.execute(f"SELECT to_jsonb(t) - 'id' FROM {table} t ORDER BY 1")  # noqa: S608
            found[table] = [row for (row,) in cursor.fetchall()]
    return found


def recruited(cast: Cast) -> tuple[int, int]:
    """How the only recruiter stands."""
    (found,) = standings(cast.actor("liaison_sg"), current_tree().nodes[cast.units["sg"].pk])
    return found.applied, found.joined


def test_nothing_personal_is_left_anywhere_and_every_figure_stays(cast: Cast, rich: Member) -> None:
    leave(cast, rich, f"{NAME}搬到外省")
    rollups.drain_all(actor=SYSTEM)
    before = figures()
    counted = {name for name, rows in before.items() if rows}
    assert {"stats_totalday", "stats_monthset", "stats_ownstock", "stats_totalstock"} <= counted
    standing = recruited(cast)
    assert standing == (1, 1)
    touched = erase(cast, rich, reason=f"{NAME}书面申请")
    assert leaks() == []
    with connection.cursor() as cursor:
        # The constraints that are checked at the commit.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    rollups.drain_all(actor=SYSTEM)
    assert figures() == before
    rollups.rebuild(actor=SYSTEM)
    assert figures() == before
    assert recruited(cast) == standing
    gone = Member.objects.get(pk=rich.pk)
    assert is_erased(gone)
    assert (gone.name, gone.phone, gone.identity_head, gone.skills) == (WORD, "", "", [])
    assert gone.birth_date == dt.date(1980, 1, 1)
    # What is counted stays: who came and left when, as what, and that somebody took part.
    assert (gone.occupation, gone.joined_on, gone.status) == ("guard", dt.date(2025, 3, 1), "left")
    assert Incident.objects.get().account == f"{WORD}劝开了两户人家。"
    assert Incident.objects.get().participants.get().member_id == rich.pk
    assert {"members.Member", "incidents.Incident", "duties.Shift", "corps.Account"} <= set(touched)


def test_the_trail_still_holds_and_tells_of_the_erasure(cast: Cast, rich: Member) -> None:
    leave(cast, rich)
    entries = ActionLog.objects.count()
    assert verify().broken is None
    erase(cast, rich)
    verdict = verify()
    assert verdict.broken is None
    assert verdict.entries > entries
    told = ActionLog.objects.get(action="member.erase")
    assert (told.object_id, told.reason) == (str(rich.pk), "本人申请")
    redacted = [entry for entry, _digest in told.detail["log"]]
    assert ActionLog.objects.filter(pk__in=redacted, action="member.reveal_identity").exists()
    assert ActionLog.objects.get(action="member.reveal_identity").reason == f"为{WORD}投保"


def test_an_entry_that_was_changed_by_somebody_else_is_still_found(cast: Cast, rich: Member) -> None:
    leave(cast, rich)
    erase(cast, rich)
    entry = ActionLog.objects.get(action="member.reveal_identity")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE corps_actionlog DISABLE TRIGGER append_only_rows")
        cursor.execute("UPDATE corps_actionlog SET reason = '别的' WHERE id = %s", [entry.pk])
    broken = verify().broken
    assert broken is not None
    assert (broken.kind, broken.entry_id) == ("changed", entry.pk)


def test_the_record_is_closed_for_good(cast: Cast, rich: Member) -> None:
    leave(cast, rich)
    erase(cast, rich)
    officer, member_id = cast.actor("liaison_sg"), rich.pk
    for act in (
        lambda: people.reveal_identity(actor=officer, member_id=member_id, reason="查看"),
        lambda: people.edit(actor=officer, member_id=member_id, particulars={"name": "新名"}),
        lambda: people.change_identity(actor=officer, member_id=member_id, identity=IDENTITY, reason="更正"),
        lambda: people.change_status(actor=officer, member_id=member_id, status=MemberStatus.ACTIVE, reason="回来"),
    ):
        assert refusal_of(act) == "member.erased"


def test_the_person_may_come_anew(cast: Cast, rich: Member) -> None:
    leave(cast, rich)
    erase(cast, rich)
    again = people.enrol(
        actor=cast.actor("liaison_sg"),
        unit_id=cast.units["sg12"].pk,
        identity=IDENTITY,
        particulars={"name": NAME},
    )
    assert again.pk != rich.pk


def test_a_staged_row_its_problems_and_the_upload_go(cast: Cast, rich: Member) -> None:
    left = leave(cast, rich)
    done = RosterImport.objects.create(
        unit=cast.units["sg"], file_name="a.xlsx", file_size=1, file_digest=b"1", state=ImportState.APPLIED
    )
    ImportFile.objects.create(roster_import=done, sealed=b"Ysealed")
    for row, index in ((2, bytes(left.identity_index)), (3, b"somebody else")):
        StagedRow.objects.create(
            import_id=done.pk,
            sheet=0,
            row=row,
            verdict="new",
            member_id=left.pk if row == 2 else 0,
            identity_index=index,
        )
    ImportChange.objects.create(roster_import=done, member_id=left.pk, verdict="changed", before={"name": NAME})
    erase(cast, left)
    assert list(StagedRow.objects.values_list("row", flat=True)) == [3]
    assert ImportFile.objects.count() == 0
    assert ImportChange.objects.get().before is None
    assert leaks() == []


def refusal_of(act: Any) -> str:
    with pytest.raises(Refusal) as refused:
        act()
    assert str(refused.value)
    return refused.value.code


def test_refusals(cast: Cast, rich: Member) -> None:
    officer = cast.actor("liaison_sg")

    def prepare(reason: str = "本人申请") -> Any:
        return prepare_erasure(actor=officer, member_id=rich.pk, reason=reason)

    assert refusal_of(prepare) == "erase.status"
    leave(cast, rich)
    assert refusal_of(lambda: prepare(" ")) == "reason.missing"
    waiting = RosterImport.objects.create(
        unit=cast.units["sg"], file_name="a.xlsx", file_size=1, file_digest=b"1", state=ImportState.READY
    )
    StagedRow.objects.create(import_id=waiting.pk, sheet=0, row=2, verdict="same", member_id=rich.pk)
    assert refusal_of(prepare) == "erase.import"
    RosterImport.objects.filter(pk=waiting.pk).update(state=ImportState.DISCARDED)
    token = prepare().token
    # Another officer, a changed record and a made-up token do not fit.
    other = cast.actor("liaison_hy")
    assert refusal_of(lambda: erase_member(actor=other, member_id=rich.pk, token=token)) == "erase.stale"
    assert refusal_of(lambda: erase_member(actor=officer, member_id=rich.pk, token="x" + token)) == "erase.stale"
    Member.objects.filter(pk=rich.pk).update(remarks="改过")
    assert refusal_of(lambda: erase_member(actor=officer, member_id=rich.pk, token=token)) == "erase.stale"
    assert Member.objects.get(pk=rich.pk).name == NAME
    erase(cast, rich)
    assert refusal_of(prepare) == "erase.done"


def test_who_is_planned_for_a_duty_or_holds_an_office_stays(cast: Cast) -> None:
    duties = duties_of(cast)
    member = duties.people["张伟"]
    duties.shift(day=1, people=["张伟"])
    officer = cast.actor("liaison_sg")
    Member.objects.filter(pk=member.pk).update(status="left", status_on=timezone.localdate(), status_reason="搬家")
    assert refusal_of(lambda: prepare_erasure(actor=officer, member_id=member.pk, reason="本人")) == "erase.duty"
    captain = duties.people["王芳"]
    Member.objects.filter(pk=captain.pk).update(
        status="left", status_on=timezone.localdate(), status_reason="搬家", account=cast.accounts["captain_sg11"]
    )
    assert (
        refusal_of(lambda: prepare_erasure(actor=officer, member_id=captain.pk, reason="本人")) == "account.in_office"
    )


def test_who_holds_equipment_stays(cast: Cast) -> None:
    member = person(cast.units["sg11"].pk, "张伟")
    vests, room = equipment.kind(cast), equipment.store(cast)
    equipment.fill(room, Line(vests.pk, 2))
    equipment.give(room, member, Line(vests.pk, 1))
    Member.objects.filter(pk=member.pk).update(status="left", status_on=timezone.localdate(), status_reason="搬家")
    officer = cast.actor("liaison_sg")
    assert refusal_of(lambda: prepare_erasure(actor=officer, member_id=member.pk, reason="本人")) == "erase.equipment"


def test_only_the_officer_of_the_place_erases(cast: Cast, rich: Member) -> None:
    leave(cast, rich)
    for name, error in (("captain_sg", PermissionDenied), ("member_sg11", Http404), ("captain_zx", Http404)):
        with pytest.raises(error):
            prepare_erasure(actor=cast.actor(name), member_id=rich.pk, reason="本人")


def rewrite_history(member_id: int, name: str, *, registered: bool, action: str = "member.erase") -> None:
    """What somebody with SQL might try; pghistory's own protection is switched off, as any session can."""
    with (
        acting(actor=SYSTEM, action=action),
        pgtrigger.ignore("members.MemberEvent:append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        if registered:
            cursor.execute("SELECT corps_allow_shredding('members_memberevent', ARRAY[%s]::text[])", [str(member_id)])
        cursor.execute("UPDATE members_memberevent SET name = %s WHERE pgh_obj_id = %s", [name, member_id])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_history_is_changed_by_an_erasure_alone_and_only_towards_less(cast: Cast, rich: Member) -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        rewrite_history(rich.pk, WORD, registered=False)
    with pytest.raises(DatabaseError, match="append-only"):
        rewrite_history(rich.pk, "别人", registered=True)
    with pytest.raises(DatabaseError, match="only by erasing"):
        rewrite_history(rich.pk, WORD, registered=True, action="member.edit")
    # Even the right change does not reach the commit without its entry in the action log.
    with pytest.raises(IntegrityError, match="without its entry"):
        rewrite_history(rich.pk, WORD, registered=True)
    leave(cast, rich)
    erase(cast, rich)
    for statement in ("DELETE FROM corps_erasure", "UPDATE corps_erasure SET object = '1'"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_reasons_of_past_statuses_go(cast: Cast, rich: Member) -> None:
    people.change_status(
        actor=cast.actor("captain_sg"), member_id=rich.pk, status=MemberStatus.SUSPENDED, reason=f"{NAME}生病"
    )
    people.change_status(actor=cast.actor("captain_sg"), member_id=rich.pk, status=MemberStatus.ACTIVE, reason="好了")
    leave(cast, rich)
    erase(cast, rich)
    assert set(StatusPeriod.objects.values_list("reason", flat=True)) <= {""}
    assert leaks() == []


def test_an_applicant_who_was_refused_is_erased_with_the_application(cast: Cast) -> None:
    application = admin_rows.application(cast, "sg11")
    decide(actor=cast.actor("captain_sg"), application_ids=[application.pk], step="refuse", reason="赵小兰不住本区")
    member = Member.objects.get(pk=application.member_id)
    phone = member.phone
    erase(cast, member)
    application.refresh_from_db()
    assert application.reason == f"{WORD}不住本区"
    assert leaks(("赵小兰", phone)) == []
