"""Who asked to join and was not admitted is erased by itself, in time, also when the worker is killed amid it."""

import datetime as dt
import os
import signal
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from corps.actors import SYSTEM
from corps.models import ActionLog
from corps.queries.chain import verify
from corps.queries.scope import local_today
from incidents.operations.erasure import forget_applicants
from incidents.tasks import forget_applicants as task
from members.enums import MemberStatus
from members.models import Application, Member
from members.operations import people
from members.operations.recruitment.applying import APPLICANT, withdraw
from members.operations.recruitment.deciding import decide
from members.policies.erased import is_erased
from members.queries.recruitment import WITHDRAWN_DAYS, kept_until
from tests import admin_rows
from tests.cast import Cast, assemble
from tests.dev.machine import PATIENCE_SECONDS, await_
from tests.incidents.test_erasure import leaks
from tests.members.recruitment.stage import form, open_page
from tests.members.roster import identity_number, person


def turned_down(cast: Cast) -> Member:
    application = admin_rows.application(cast, "sg11")
    decide(actor=cast.actor("captain_sg"), application_ids=[application.pk], step="refuse", reason="不住本区")
    return Member.objects.get(pk=application.member_id)


def taken_back(cast: Cast) -> Member:
    application = withdraw(actor=APPLICANT, application_id=admin_rows.application(cast, "sg11").pk)
    return Member.objects.get(applications=application)


def ago(member: Member, days: int) -> None:
    """As if it had been decided so many days ago."""
    at = timezone.now() - dt.timedelta(days=days)
    Member.objects.filter(pk=member.pk).update(status_on=local_today() - dt.timedelta(days=days))
    Application.objects.filter(member=member).update(decided_at=at)


def erased(*members: Member) -> list[bool]:
    return [is_erased(Member.objects.get(pk=one.pk)) for one in members]


def test_each_goes_on_its_day_and_not_before(cast: Cast) -> None:
    refused, back = turned_down(cast), taken_back(cast)
    ago(refused, settings.APPLICANT_DAYS - 1)
    ago(back, WITHDRAWN_DAYS - 1)
    assert forget_applicants(actor=SYSTEM) == 0
    for member, days in ((refused, settings.APPLICANT_DAYS), (back, WITHDRAWN_DAYS)):
        ago(member, days)
        assert kept_until(Application.objects.get(member=member)) == local_today()
    phones = (refused.phone, back.phone, "赵小兰", "不住本区赵")
    assert forget_applicants(actor=SYSTEM) == 2
    assert erased(refused, back) == [True, True]
    assert leaks(phones) == []
    assert forget_applicants(actor=SYSTEM) == 0, "nobody twice"
    told = ActionLog.objects.filter(action="member.erase")
    assert {(one.object_id, one.actor_name) for one in told} == {(str(one.pk), str(SYSTEM)) for one in (refused, back)}
    assert verify().broken is None
    # The applications stay as counted facts.
    assert set(Application.objects.values_list("state", flat=True)) == {"refused", "withdrawn"}


def test_members_of_once_candidates_and_those_who_apply_again_stay(cast: Cast) -> None:
    captain = cast.actor("captain_sg")
    open_page(cast)
    number = identity_number(91)
    former = person(cast.units["sg11"].pk, "孙立", identity=number, joined_on=dt.date(2024, 1, 1))
    people.change_status(actor=captain, member_id=former.pk, status=MemberStatus.LEFT, reason="搬家")
    people.change_status(actor=captain, member_id=former.pk, status=MemberStatus.APPLICANT, reason="再次报名")
    people.change_status(actor=captain, member_id=former.pk, status=MemberStatus.REFUSED, reason="超龄")
    waiting = Member.objects.get(pk=admin_rows.application(cast, "sg11").member_id)
    again_number = identity_number(92)
    Client().post("/join/sg11/", form(identity=again_number))
    again = Member.objects.latest("pk")
    people.change_status(actor=captain, member_id=again.pk, status=MemberStatus.REFUSED, reason="材料不全")
    Client().post("/join/sg11/", form(identity=again_number))
    for member in (former, waiting, again):
        ago(member, 4000) if member is not waiting else None
    assert forget_applicants(actor=SYSTEM) == 0
    assert erased(former, waiting, again) == [False, False, False]


def test_the_phone_of_a_decided_duplicate_goes_and_the_member_stays(cast: Cast) -> None:
    open_page(cast)
    number = identity_number(93)
    member = person(cast.units["zx11"].pk, "孙立", identity=number)
    Client().post("/join/sg11/", form(identity=number, name="孙立"))
    row = Application.objects.get()
    decide(actor=cast.actor("captain_sg"), application_ids=[row.pk], step="refuse", reason="已是队员")
    Application.objects.update(decided_at=timezone.now() - dt.timedelta(days=settings.APPLICANT_DAYS))
    task()
    row.refresh_from_db()
    assert (row.phone_sealed, row.phone_index, row.state) == (None, None, "refused")
    assert erased(member) == [False]
    assert ActionLog.objects.get(action="join.forget").detail == {"applications": 1}


def test_without_days_nothing_is_erased(cast: Cast, settings: Any) -> None:
    member = turned_down(cast)
    ago(member, 4000)
    settings.APPLICANT_DAYS = 0
    assert forget_applicants(actor=SYSTEM) == 0
    assert kept_until(Application.objects.get()) is None
    with pytest.raises(TypeError):
        forget_applicants(actor=cast.actor("liaison_sg"))


@pytest.mark.django_db(transaction=True)
def test_killed_amid_it_leaves_nobody_half_erased_and_the_next_run_goes_on() -> None:
    cast = assemble()
    members = [turned_down(cast), turned_down(cast)]
    for member in members:
        ago(member, 4000)
    before = {one.pk: one for one in Member.objects.filter(pk__in=[one.pk for one in members])}
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    environment = os.environ | {"DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}"}
    code = "from incidents.tasks import forget_applicants; forget_applicants()"
    command = [sys.executable, "manage.py", "shell", "-c", code]
    with (
        subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment) as child,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        try:
            # All is shredded by then; only the entry of the act is missing, which is written last.
            cursor.execute("LOCK TABLE corps_actionlog IN SHARE MODE")
            await_(waiting_for_the_log, "the erasure to come to its entry")
        finally:
            child.send_signal(signal.SIGKILL)
        child.wait(PATIENCE_SECONDS)
    assert child.returncode == -signal.SIGKILL
    for one in Member.objects.filter(pk__in=before):
        assert (one.name, one.phone, one.revision) == ("赵小兰", before[one.pk].phone, before[one.pk].revision)
    assert forget_applicants(actor=SYSTEM) == 2
    assert erased(*members) == [True, True]
    assert verify().broken is None


def waiting_for_the_log() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'corps_actionlog'::regclass"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
        )
        return bool(cursor.fetchone()[0])
