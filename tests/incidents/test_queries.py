"""Lists of incidents: pages by key, filters, what waits, what is open, and how many queries each costs."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from corps.actors import SYSTEM
from corps.queries.scope import Node, current_tree
from incidents.models import Incident
from incidents.operations.incidents import edit_incident, void_incident
from incidents.operations.verification import return_incident, verify_incident
from incidents.queries import stretch
from incidents.queries.facts import verified
from incidents.queries.incidents import (
    IncidentFilter,
    incident_of,
    open_incidents,
    own_open,
    page_of,
    submitted_to,
    waiting_for_verification,
)
from incidents.queries.log import log_lines
from incidents.queries.words import telling
from tests.cast import Cast
from tests.incidents.log import incident, kind_of, yesterday


def node(cast: Cast, code: str) -> Node:
    return current_tree().nodes[cast.units[code].pk]


def listed(cast: Cast, unit: str, actor: str = "captain_hy", **filters: Any) -> list[int]:
    page = page_of(cast.actor(actor), node(cast, unit), IncidentFilter(**filters))
    return [row.pk for row in page.rows]


@pytest.fixture(params=[True, False], ids=["few units", "many units"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both shapes of the statement answer the same."""
    if not request.param:
        monkeypatch.setattr(stretch, "FEW_UNITS", 0)


def test_pages_go_on_and_back_without_gap_or_repeat(cast: Cast, way: None) -> None:
    same = yesterday()
    made = [
        incident(cast, unit, occurred_at=same if index % 3 else same - dt.timedelta(minutes=index)).pk
        for index, unit in enumerate(["sg11", "sg12", "sg1", "sg21", "sg2"] * 5)
    ]
    incident(cast, "zx11")
    captain, place = cast.actor("captain_hy"), node(cast, "sg")
    seen: list[int] = []
    cursors, page = [], page_of(captain, place, size=7)
    while True:
        seen += [row.pk for row in page.rows]
        if not page.next:
            break
        cursors.append([row.pk for row in page.rows])
        page = page_of(captain, place, after=page.next, size=7)
    order = list(Incident.objects.filter(pk__in=made).order_by("-occurred_at", "-id").values_list("pk", flat=True))
    assert seen == order
    while page.previous:
        page = page_of(captain, place, before=page.previous, size=7)
        assert [row.pk for row in page.rows] == cursors.pop()
    assert cursors == []


def test_filters_narrow(cast: Cast, way: None) -> None:
    long_ago = yesterday(days=40)
    dispute, clue = incident(cast), incident(cast, "sg12", kind="clue", account="发现可疑车辆。")
    old = incident(cast, occurred_at=long_ago, account="三户人家100%满意", place="a_b")
    done = verify_incident(actor=SYSTEM, incident_id=incident(cast, "zx11", kind="rescue").pk)
    today = timezone.localdate()
    assert listed(cast, "hy", states=("verified",)) == [done.pk]
    assert set(listed(cast, "hy", states=("submitted",))) == {dispute.pk, clue.pk, old.pk}
    assert listed(cast, "hy", categories=("clue",)) == [clue.pk]
    assert set(listed(cast, "hy", categories=("clue", "rescue"))) == {clue.pk, done.pk}
    assert listed(cast, "hy", kind_id=kind_of(cast, "clue").pk) == [clue.pk]
    assert listed(cast, "hy", unit_id=cast.units["sg12"].pk) == [clue.pk]
    assert listed(cast, "sg1", unit_id=cast.units["zx11"].pk) != [done.pk], "never wider than the unit"
    assert listed(cast, "hy", end=today - dt.timedelta(days=30)) == [old.pk]
    assert old.pk not in listed(cast, "hy", first=today - dt.timedelta(days=30))
    assert listed(cast, "hy", words="可疑 车辆") == [clue.pk]
    assert listed(cast, "hy", words="100%") == [old.pk]
    assert listed(cast, "hy", words="a_b") == [old.pk]
    assert listed(cast, "hy", words="%") == [old.pk], "a sign is a sign"
    assert set(listed(cast, "hy", states=("nonsense",))) == {dispute.pk, clue.pk, old.pk, done.pk}


@pytest.fixture(params=[0, 2, 10_000], ids=["by the index", "both", "read"])
def looking(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words are found among the newest rows as they are read, and behind them by their index."""
    monkeypatch.setattr(stretch, "READ_AT_ONCE", request.param)


def test_words_are_found_in_all_that_is_told(cast: Cast, way: None, looking: None) -> None:
    told = incident(cast, account="两名骑手因碰擦发生推搡。", outcome="互不追究，车牌湘D12345。", place="船山路口")
    other = incident(cast, "sg12", account="老人走失，\n家属求助", outcome="在公交站找到", place="解放路")
    incident(cast, "zx11", account="两名骑手")
    for words in ("骑手", "碰", "碰擦发生", "追究", "船山", "湘d12345", "D1", "骑手 船山路 D12", "推搡。"):
        assert listed(cast, "sg", words=words) == [told.pk], words
    assert listed(cast, "sg", words="求助") == [other.pk]
    for words in ("骑手 走失", "口两", "失家", "搡互", "龘", "龘龘"):
        assert listed(cast, "sg", words=words) == [], f"{words}: in one text, not across two"
    assert listed(cast, "sg", words="骑手", unit_id=cast.units["sg12"].pk) == []
    assert listed(cast, "sg", words="骑手", states=("verified",)) == []
    assert set(listed(cast, "sg", words="路")) == {told.pk, other.pk}


def test_pages_of_a_search_go_on_and_back(cast: Cast, way: None, looking: None) -> None:
    made = [
        incident(cast, occurred_at=yesterday(days=1 + number), place="船山路" if number % 2 else "解放路").pk
        for number in range(9)
    ]
    captain, place, filters = cast.actor("captain_sg"), node(cast, "sg"), IncidentFilter(words="船山")
    first = page_of(captain, place, filters, size=3)
    second = page_of(captain, place, filters, first.next, size=3)
    assert [row.pk for row in (*first.rows, *second.rows)] == made[1::2]
    assert (first.previous, second.next) == ("", "")
    back = page_of(captain, place, filters, before=second.previous, size=3)
    assert [row.pk for row in back.rows] == made[1::2][:3]
    assert (back.previous, back.next) == ("", first.next)


def test_words_are_answered_by_their_index(cast: Cast) -> None:
    incident(cast)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "incidents_told" in telling(Incident.objects.order_by(), "纠纷").explain()


def test_a_day_is_a_local_day(cast: Cast) -> None:
    day = timezone.localdate() - dt.timedelta(days=3)
    late = timezone.make_aware(dt.datetime.combine(day, dt.time(23, 59)))
    early = timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time(0, 0)))
    made = incident(cast, occurred_at=late)
    incident(cast, occurred_at=early)
    assert listed(cast, "hy", first=day, end=day + dt.timedelta(days=1)) == [made.pk]


@pytest.mark.parametrize("cursor", ["", "x", "1", "1.x", "99999999999999999.1", "-99999999999999999.1", "1.1.1"])
def test_a_cursor_without_sense_gives_the_first_page(cast: Cast, cursor: str) -> None:
    made = incident(cast)
    assert [row.pk for row in page_of(cast.actor("captain_sg"), node(cast, "sg"), after=cursor).rows] == [made.pk]


def test_lists_and_incidents_keep_to_the_scope(cast: Cast) -> None:
    made = incident(cast, "sg12")
    assert listed(cast, "sg12", "captain_sg1") == [made.pk]
    with pytest.raises(Http404):
        listed(cast, "zx", "captain_sg1")
    with pytest.raises(Http404):
        incident_of(cast.actor("captain_sg11"), made.pk)
    for name in ("auditor_hy", "member_sg11", "admin"):
        with pytest.raises((PermissionDenied, Http404)):
            listed(cast, "sg11", name)
    assert incident_of(cast.actor("captain_sg1"), made.pk) == made


def test_what_waits_is_the_oldest_of_others_within_the_unit(cast: Cast) -> None:
    officer = cast.actor("liaison_sg")
    late, early = incident(cast), incident(cast, "sg21", occurred_at=yesterday(days=3))
    incident(cast, actor=officer)
    incident(cast, "zx11")
    incident(cast, submit=False)
    waiting = waiting_for_verification(officer, node(cast, "sg"))
    assert (waiting.number, [row.pk for row in waiting.rows]) == (2, [early.pk, late.pk])
    first = waiting_for_verification(officer, node(cast, "sg"), limit=1)
    assert (first.number, [row.pk for row in first.rows]) == (2, [early.pk])
    assert [row.pk for row in submitted_to(officer, limit=9).rows] == [early.pk, late.pk]
    edit_incident(actor=officer, incident_id=early.pk, people_reached=3)
    assert [row.pk for row in submitted_to(officer, limit=9).rows] == [late.pk], "not what they wrote themselves"
    assert waiting_for_verification(cast.actor("captain_sg"), node(cast, "sg")).number == 0


def test_what_is_open_is_counted_by_state(cast: Cast) -> None:
    captain = cast.actor("captain_sg11")
    draft, waiting = incident(cast, actor=captain, submit=False), incident(cast, "sg12")
    returned = incident(cast, actor=captain)
    return_incident(actor=cast.actor("liaison_sg"), incident_id=returned.pk, remark="缺少时间")
    verify_incident(actor=SYSTEM, incident_id=incident(cast).pk)
    void_incident(actor=SYSTEM, incident_id=incident(cast).pk, reason="重复")
    found = open_incidents(cast.actor("captain_sg1"), node(cast, "sg1"))
    assert (found.drafts, found.returned, found.submitted, found.number) == (1, 1, 1, 3)
    assert [row.pk for row in found.rows] == [returned.pk, draft.pk, waiting.pk]
    own = own_open(captain)
    assert (own.drafts, own.returned, own.submitted) == (1, 1, 0)


def test_facts_are_verified_ones_of_exactly_these_units(cast: Cast) -> None:
    day = timezone.localdate() - dt.timedelta(days=1)
    made = verify_incident(actor=SYSTEM, incident_id=incident(cast, kind="clue").pk)
    incident(cast, kind="clue")
    verify_incident(actor=SYSTEM, incident_id=incident(cast, "sg12", kind="clue").pk)
    verify_incident(actor=SYSTEM, incident_id=incident(cast, occurred_at=yesterday(days=2), kind="clue").pk)
    ids = [cast.units["sg11"].pk]
    end = day + dt.timedelta(days=1)
    assert list(verified(ids, day, end)) == list(verified(ids, day, end, "clue")) == [made]
    assert list(verified(ids, day, end, "dispute")) == list(verified(ids, day, day)) == []


def cost(act: Any) -> int:
    act()
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


def test_lists_cost_the_same_for_one_row_and_for_fifty(cast: Cast) -> None:
    officer, place = cast.actor("liaison_sg"), node(cast, "sg")
    captain = cast.actor("captain_sg11")
    acts = {
        "page": lambda: page_of(officer, place),
        "waiting": lambda: waiting_for_verification(officer, place),
        "open": lambda: open_incidents(officer, place),
        "own": lambda: own_open(captain),
    }
    incident(cast, actor=captain)
    one = {name: cost(act) for name, act in acts.items()}
    for _number in range(30):
        incident(cast, actor=captain)
    # The version of the tree, asked for with every right; then keys and rows, rows (and their number), counts and rows.
    assert one == {"page": 4, "waiting": 3, "open": 4, "own": 3}
    assert {name: cost(act) for name, act in acts.items()} == {**one, "waiting": 4}


def test_an_incident_with_all_it_has_costs_a_fixed_number(cast: Cast) -> None:
    made = incident(cast)
    officer = cast.actor("liaison_sg")
    # The version of the tree, the incident, participants, their members, their units, parties, log, authors: those that
    # have no rows ask for no more.
    assert cost(lambda: log_lines(incident_of(officer, made.pk))) == 5
