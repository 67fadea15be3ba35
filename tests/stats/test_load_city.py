"""`manage.py load_city`: the real command, the real pipeline, a small city; `test_published` counts what it invents."""

import io
import os
import signal
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from corps.enums import Level, SiteKind
from corps.models import ActionLog, Corps, Grid, Site, Term, Unit, UnitStation
from members.demo import tangxia
from members.enums import ImportState, MemberStatus, Occupation
from members.models import FunctionalGroup, GroupMembership, Member, PartnerOrganisation, RosterImport
from tests.dev.machine import next_line

MEMBERS = 300
# A sixteenth as many have joined since the report.
EVERYBODY = MEMBERS + MEMBERS // 16


def load(*arguments: str, **options: Any) -> str:
    printed = io.StringIO()
    call_command("load_city", *arguments, stdout=printed, **{"roster_only": True, **options})
    return printed.getvalue()


@pytest.mark.django_db
def test_hengyang_stands_as_it_was_reported() -> None:
    said = load("hengyang", members=MEMBERS)
    levels = Counter(Unit.objects.values_list("level", flat=True))
    assert levels == {Level.CORPS: 1, Level.DETACHMENT: 14, Level.BRIGADE: 204, Level.SQUAD: 1000}
    assert Site.objects.filter(kind=SiteKind.ASSEMBLY_POINT).count() == 439
    assert Member.objects.count() == EVERYBODY
    assert "1219" in said
    assert str(EVERYBODY) in said
    # Everything went through the import: applied, nothing rejected.
    (roster_import,) = RosterImport.objects.all()
    assert roster_import.state == ImportState.APPLIED
    assert roster_import.counts["verdicts"] == {"new": EVERYBODY, "changed": 0, "same": 0, "rejected": 0}
    assert Grid.objects.count() > 100
    assert UnitStation.objects.filter(primary=False).exists()
    assert Term.objects.filter(ends_on=None).count() >= 2 * 219 + 1000


@pytest.mark.django_db
def test_members_are_encrypted_have_history_and_stand_in_the_log() -> None:
    load("hengyang", members=MEMBERS)
    events = apps.get_model("members", "MemberEvent").objects.filter(pgh_label="insert")
    assert events.count() == EVERYBODY
    assert {event.pgh_context.metadata["action"] for event in events[:20]} == {"import.apply"}
    assert {"corps.plant", "import.upload", "import.apply"} <= set(ActionLog.objects.values_list("action", flat=True))
    for member in Member.objects.all()[:50]:
        assert len(bytes(member.identity_index)) == 32
        assert member.identity_tail.encode() not in bytes(member.identity_sealed)[-20:]
    assert Member.objects.exclude(status=MemberStatus.ACTIVE).exclude(status_reason="").exists()
    assert set(Member.objects.values_list("occupation", flat=True)) <= set(Occupation.values)
    assert Member.objects.exclude(grid=None).exists()
    assert Member.objects.exclude(partner=None).exists()
    assert GroupMembership.objects.count() > MEMBERS // 2


@pytest.mark.django_db
def test_the_planted_tree_is_perfect() -> None:
    load("hengyang", members=1)
    call_command("check_tree", stdout=io.StringIO())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db
def test_a_second_time_is_refused_in_one_sentence_and_changes_nothing() -> None:
    load("hengyang", members=5)
    with pytest.raises(CommandError) as refused:
        load("hengyang", members=5)
    assert "衡阳义警" in str(refused.value)
    assert Corps.objects.count() == 1
    assert Member.objects.count() == 5


@pytest.mark.django_db
def test_if_empty_keeps_its_hands_off_a_database_with_a_corps() -> None:
    load("tangxia", members=5)
    assert load("hengyang", if_empty=True) == ""
    assert list(Corps.objects.values_list("code", flat=True)) == ["tangxia"]


@pytest.mark.django_db
def test_two_cities_live_side_by_side() -> None:
    load("hengyang", members=20)
    load("tangxia", members=20)
    assert Counter(Member.objects.values_list("partner__corps__code", flat=True)).keys() <= {
        None,
        "hengyang",
        "tangxia",
    }
    call_command("check_tree", stdout=io.StringIO())


@pytest.mark.django_db
def test_tangxia_has_its_own_words_groups_and_proportions() -> None:
    load("tangxia", members=MEMBERS)
    corps = Corps.objects.get()
    assert set(corps.level_names.values_list("level", flat=True)) == {Level.CORPS, Level.BRIGADE, Level.SQUAD}
    assert set(FunctionalGroup.objects.values_list("name", flat=True)) == {"巡防组", "流动观察哨", "宣传先锋队"}
    assert PartnerOrganisation.objects.count() == 2
    reported = Member.objects.filter(joined_on__lt=tangxia.REPORTED)
    assert reported.count() == MEMBERS
    occupations = Counter(reported.values_list("occupation", flat=True))
    # 300 of 13,804: 2,833 guards, 278 property staff, 2,645 building heads, 3,640 shop heads.
    expected = {Occupation.GUARD: 62, Occupation.PROPERTY: 6, Occupation.BUILDING_HEAD: 57, Occupation.SHOP_HEAD: 79}
    for occupation, number in expected.items():
        assert abs(occupations[occupation] - number) <= 1
    patrol = GroupMembership.objects.filter(group__name="巡防组").count()
    assert abs(patrol - MEMBERS * 2698 / 13804) <= 1


@pytest.mark.django_db
def test_an_interrupted_load_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from members.operations import cities

    def interrupted(**_arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cities, "import_now", interrupted)
    with pytest.raises(KeyboardInterrupt):
        load("hengyang", members=5)
    assert not Corps.objects.exists()
    assert not Unit.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_load_that_is_killed_leaves_nothing_and_does_not_stand_in_the_way() -> None:
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    environment = os.environ | {"DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}"}
    command = [sys.executable, "manage.py", "load_city", "tangxia", "--members", "3000", "--skip-checks"]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True) as child:
        try:
            # The second stage is over: the corps is planted, its sheet is written, and the import has begun.
            said = [next_line(child, "a stage of load_city") for _ in range(2)]
        finally:
            child.kill()
    assert all(said)
    assert child.returncode == -signal.SIGKILL
    assert not Corps.objects.exists()
    load("tangxia", members=10)
    assert Member.objects.count() == 10


@pytest.mark.django_db
@pytest.mark.parametrize(("city", "members"), [("hengyang", 150), ("tangxia", 400)])
def test_too_few_people_for_what_was_reported_are_refused_before_anything_is_done(city: str, members: int) -> None:
    with pytest.raises(CommandError) as refused:
        load(city, members=members, roster_only=False)
    assert "--roster-only" in str(refused.value)
    assert str(members) in str(refused.value)
    assert not Corps.objects.exists()


@pytest.mark.parametrize("wrong", [["atlantis"], ["hengyang", "--members", "0"], ["hengyang", "--members", "many"]])
def test_wrong_arguments_are_refused(wrong: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("load_city", *wrong)


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_members() -> None:
    load("tangxia", members=40, seed=7)
    first = sorted(Member.objects.values_list("name", "identity_tail", "unit__code"))
    names = {name for name, _, _ in first}
    assert len(first) == 40 + 2
    from corps.queries.scope import local_today
    from members.demo.people import People

    again = People(tangxia.build(7), members=40, seed=7, today=local_today())
    assert {person.name for person in [*again, *again.newcomers()]} == names
