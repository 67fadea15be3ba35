"""What every member was and where at home, on any day, whichever way it was changed."""

import datetime as dt
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as any_settings
from hypothesis import strategies as st

from corps.actors import SYSTEM
from corps.errors import Refusal
from corps.queries.scope import local_today
from members.enums import ON_THE_ROSTER, MemberStatus
from members.exports.life_page import life_page
from members.models import HomePeriod, Member, StatusPeriod, TransferRequest
from members.operations import people
from members.operations.holding import taken_back
from members.policies.life import STEPS, next_statuses
from members.queries.life import homes_of, homes_on, status_on, statuses_of
from tests import admin_rows
from tests.cast import Cast
from tests.members.roster import person

S = MemberStatus
WINDOW = 120
JOINED = 90


def ago(days: int) -> dt.date:
    return local_today() - dt.timedelta(days=days)


def statuses(member_id: int, days: Iterable[int] = range(WINDOW)) -> list[str | None]:
    """Days ago → status."""
    return [status_on([member_id], ago(day)).get(member_id) for day in days]


_SHIFT_MEMBER = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE members_member DISABLE TRIGGER note_life;
UPDATE members_member SET status_on = status_on - {days}, joined_on = joined_on - {days} WHERE id = {member};
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE members_member ENABLE TRIGGER note_life;
SET CONSTRAINTS ALL DEFERRED;
"""


def let_days_pass(member_id: int, days: int) -> None:
    """Everything recorded of the member lies so many days further back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('yiwu.writing_life', 'on', true)")
        for model in (StatusPeriod, HomePeriod):
            # All of them away before any comes back: neighbouring periods would meet on the way.
            rows: list[Any] = list(model.objects.filter(member=member_id).order_by("during"))
            model.objects.filter(member=member_id).delete()
            for row in rows:
                row.pk, row.during = None, DateRange(_back(row.during.lower, days), _back(row.during.upper, days))
            model.objects.bulk_create(rows)
        cursor.execute("SELECT set_config('yiwu.writing_life', 'off', true)")
        cursor.execute(_SHIFT_MEMBER.format(days=days, member=member_id))


def _back(day: dt.date | None, days: int) -> dt.date | None:
    return day - dt.timedelta(days=days) if day else None


class Known:
    """What the statuses and homes should be, day by day; index 0 is today."""

    def __init__(self) -> None:
        self.status: list[str | None] = ["active" if day <= JOINED else None for day in range(WINDOW)]
        self.home = [0] * WINDOW

    def becomes(self, status: str, days_ago: int) -> None:
        self.status[: days_ago + 1] = [status] * (days_ago + 1)

    def dated(self, days_ago: int) -> None:
        """The present status began on another day."""
        now = self.status[0]
        length = next((day for day, status in enumerate(self.status) if status != now), WINDOW)
        if length == WINDOW:
            return
        before = self.status[length]
        if before is None:
            return
        self.status[:length] = [before] * length
        self.becomes(str(now), days_ago)

    def moved(self, unit: int, days_ago: int = 0) -> None:
        self.home[: days_ago + 1] = [unit] * (days_ago + 1)

    def pass_by(self, days: int) -> None:
        self.status = ([self.status[0]] * days + self.status)[:WINDOW]
        self.home = ([self.home[0]] * days + self.home)[:WINDOW]


ACTS = st.one_of(
    st.tuples(st.just("step"), st.integers(0, 10), st.integers(0, 40)),
    st.tuples(st.just("sheet"), st.sampled_from(["active", "probation", "suspended", "left"]), st.integers(0, 40)),
    st.tuples(st.just("date"), st.just(0), st.integers(0, 40)),
    st.tuples(st.just("transfer"), st.integers(0, 3), st.integers(0, 40)),
    st.tuples(st.just("import"), st.integers(0, 3), st.just(0)),
    st.tuples(st.just("undone"), st.integers(0, 3), st.just(0)),
    st.tuples(st.just("days"), st.integers(1, 20), st.just(0)),
)


@given(acts=st.lists(ACTS, max_size=10))
@any_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sequence_leaves_one_home_and_one_status_a_day(cast: Cast, acts: list[tuple[str, Any, int]]) -> None:
    units = [cast.units[code].pk for code in ("sg11", "sg12", "sg21", "zx11")]
    with transaction.atomic():
        member = person(units[0], "张伟", joined_on=ago(JOINED), status_on=ago(JOINED))
        known, row = Known(), Member.objects.filter(pk=member.pk)
        for act, what, days in acts:
            _take(act, what, days, units, known, row)
        day_by_day = statuses(member.pk)
        assert day_by_day == known.status
        assert [homes_on([member.pk], ago(day))[member.pk] for day in range(WINDOW)] == [
            units[place] for place in known.home
        ]
        assert _periods_touch(member.pk) == []
        # No gap: once somebody is known, there is a status on every day.
        first = next(day for day in range(WINDOW - 1, -1, -1) if day_by_day[day] is not None)
        assert None not in day_by_day[: first + 1]
        transaction.set_rollback(True)


def _periods_touch(member_id: int) -> list[Any]:
    """Periods of the member that overlap the next one, leave a day out before it, or reach into the future."""
    found: list[Any] = []
    for rows in (StatusPeriod.objects.filter(member=member_id), HomePeriod.objects.filter(member=member_id)):
        periods = [row.during for row in rows.order_by("during")]
        found += [one for one in periods if one.upper > local_today()]
        found += [(one, following) for one, following in pairwise(periods) if one.upper != following.lower]
    return found


def _take(act: str, what: Any, days: int, units: list[int], known: Known, row: Any) -> None:
    member = row.get()
    if act == "step":
        possible = sorted(next_statuses(member.status) - {S.APPLICANT, S.VETTED, S.REFUSED})
        status = possible[what % len(possible)]
        people.change_status(actor=SYSTEM, member_id=member.pk, status=status, reason="因故", on=ago(days))
        known.becomes(status, days)
    elif act == "sheet" and member.status != what:
        row.update(status=what, status_on=ago(days))
        known.becomes(what, days)
    elif act == "date" and member.status_on != ago(days):
        row.update(status_on=ago(days))
        known.dated(days)
    elif act == "days":
        let_days_pass(member.pk, what)
        known.pass_by(what)
    elif act in {"transfer", "import", "undone"} and member.unit_id != units[what]:
        _go(act, member, units[what], days, row)
        if act == "undone":
            known.home = [known.home[0]] * 3 + known.home[: WINDOW - 3]
            known.status = [known.status[0]] * 3 + known.status[: WINDOW - 3]
        else:
            known.moved(what, days)


def _go(act: str, member: Member, unit_id: int, days: int, row: Any) -> None:
    if act == "transfer":
        people.transfer(actor=SYSTEM, member_id=member.pk, unit_id=unit_id, reason="就近", on=ago(days))
        return
    row.update(unit_id=unit_id)
    if act == "undone":
        # Away and, days later, back as if it had not been.
        let_days_pass(member.pk, 3)
        with taken_back(timezone.now() - dt.timedelta(days=3)):
            row.update(unit_id=member.unit_id)


def test_adding_members_writes_no_period_and_a_bulk_change_one_each(cast: Cast) -> None:
    members = [person(cast.units["sg11"].pk, f"张{name}") for name in "一二三"]
    assert StatusPeriod.objects.count() == HomePeriod.objects.count() == 0
    Member.objects.filter(pk__in=[one.pk for one in members]).update(unit=cast.units["sg12"])
    assert HomePeriod.objects.filter(unit=cast.units["sg11"]).count() == 3
    Member.objects.filter(pk__in=[one.pk for one in members]).update(status="suspended", status_on=ago(1))
    assert StatusPeriod.objects.filter(status="active").count() == 3


def test_who_is_known_to_have_left_was_active_before(cast: Cast) -> None:
    gone = person(cast.units["sg11"].pk, "张伟", status="left", status_on=ago(10), joined_on=ago(100))
    assert statuses(gone.pk, (0, 10, 11, 100, 101)) == ["left", "left", "active", "active", None]
    unknown = person(cast.units["sg11"].pk, "李四", status="left", status_on=ago(10), joined_on=None)
    assert statuses(unknown.pk, (9, 11, 119)) == ["left", "active", "active"]
    people.change_status(actor=SYSTEM, member_id=gone.pk, status=S.ACTIVE, on=ago(5))
    assert statuses(gone.pk, (0, 5, 6, 11, 101)) == ["active", "active", "left", "active", None]


def test_an_applicant_is_nothing_before_and_joins_when_admitted(cast: Cast) -> None:
    member = person(cast.units["sg11"].pk, "张伟", status="applicant", status_on=ago(20), joined_on=None)
    assert statuses(member.pk, (0, 20, 21)) == ["applicant", "applicant", None]
    people.change_status(actor=SYSTEM, member_id=member.pk, status=S.VETTED, on=ago(10))
    people.change_status(actor=SYSTEM, member_id=member.pk, status=S.PROBATION, on=ago(5))
    member.refresh_from_db()
    assert member.joined_on == ago(5)
    assert statuses(member.pk, (0, 5, 6, 10, 11, 20, 21)) == [
        "probation",
        "probation",
        "vetted",
        "vetted",
        "applicant",
        "applicant",
        None,
    ]


def test_the_story_of_statuses_and_homes_says_who_and_why(cast: Cast) -> None:
    captain = cast.actor("captain_sg")
    member = person(cast.units["sg11"].pk, "张伟", joined_on=ago(90), status_on=ago(90))
    people.change_status(actor=captain, member_id=member.pk, status=S.SUSPENDED, reason="住院", on=ago(30))
    people.change_status(actor=captain, member_id=member.pk, status=S.ACTIVE, on=ago(10))
    people.transfer(actor=captain, member_id=member.pk, unit_id=cast.units["sg12"].pk, reason="搬家")
    member.refresh_from_db()
    told = [(one.value, one.first, one.end, one.reason, one.who) for one in statuses_of(member)]
    assert told == [
        ("active", ago(90), ago(30), "", ""),
        ("suspended", ago(30), ago(10), "住院", str(captain)),
        ("active", ago(10), None, "", str(captain)),
    ]
    assert [(one.value, one.first, one.end, one.reason) for one in homes_of(member)] == [
        (cast.units["sg11"].pk, ago(90), ago(0), ""),
        (cast.units["sg12"].pk, ago(0), None, "搬家"),
    ]


def test_nobody_writes_periods_and_no_day_has_two(cast: Cast) -> None:
    member = person(cast.units["sg11"].pk, "张伟")
    people.transfer(actor=SYSTEM, member_id=member.pk, unit_id=cast.units["sg12"].pk, reason="搬家")
    with pytest.raises(DatabaseError, match="not written by hand"), transaction.atomic():
        HomePeriod.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('yiwu.writing_life', 'on', true)")
    row = HomePeriod.objects.get()
    row.pk = None
    with pytest.raises(DatabaseError, match="one_home_a_day"), transaction.atomic():
        row.save()


def test_the_page_of_the_life_cycle_is_drawn_from_the_code() -> None:
    path = settings.BASE_DIR / "docs" / "life-cycle.md"
    assert path.read_text(encoding="utf-8") == life_page(), "run ./dev manage draw_life_cycle"


def test_every_status_is_reached_and_members_can_leave() -> None:
    assert {step.becomes for step in STEPS} == set(S)
    assert all(S.LEFT in next_statuses(status) for status in ON_THE_ROSTER)
    assert next_statuses(S.MERGED) == frozenset()
    assert len({(step.was, step.becomes) for step in STEPS}) == len(STEPS)


def test_a_transfer_of_last_friday_counts_from_that_day(cast: Cast) -> None:
    captain = cast.actor("captain_sg")
    one, two, three = (cast.units[code].pk for code in ("sg11", "sg12", "sg21"))
    member = person(one, "张伟", joined_on=ago(90), status_on=ago(90))
    people.transfer(actor=captain, member_id=member.pk, unit_id=two, reason="搬家", on=ago(10))
    assert [homes_on([member.pk], ago(day))[member.pk] for day in (0, 10, 11, 90)] == [two, two, one, one]
    # Entered later and dated earlier: it prevails from its own day on.
    people.transfer(actor=captain, member_id=member.pk, unit_id=three, reason="记错了", on=ago(20))
    assert [homes_on([member.pk], ago(day))[member.pk] for day in (0, 10, 20, 21)] == [three, three, three, one]
    assert HomePeriod.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('yiwu.home_since', true)")
        assert cursor.fetchone() == ("",)


@pytest.mark.parametrize(
    ("days", "code"), [(-1, "member.status_date"), (400, "member.long_ago"), (95, "member.before_joining")]
)
def test_a_day_on_which_it_cannot_have_been_is_refused(cast: Cast, days: int, code: str) -> None:
    member = person(cast.units["sg11"].pk, "张伟", joined_on=ago(1000 if days == 400 else 90))
    captain = cast.actor("captain_sg")
    with pytest.raises(Refusal) as refused:
        people.transfer(actor=captain, member_id=member.pk, unit_id=cast.units["sg12"].pk, reason="搬家", on=ago(days))
    assert (refused.value.code, refused.value.place) == (code, "on")
    with pytest.raises(Refusal) as refused:
        people.change_status(actor=captain, member_id=member.pk, status=S.SUSPENDED, reason="住院", on=ago(days))
    assert refused.value.code == code


def test_the_pages_take_the_day_of_a_transfer(cast: Cast) -> None:
    member = person(cast.units["sg11"].pk, "张伟", joined_on=ago(90))
    client = Client()
    client.force_login(cast.accounts["captain_sg"])
    page = f"/members/{member.pk}/transfer/"
    client.post(page, {"unit": "sg12", "on": ago(3).isoformat(), "reason": "搬家"})
    assert homes_on([member.pk], ago(4)) == {member.pk: cast.units["sg11"].pk}
    assert homes_on([member.pk], ago(3)) == {member.pk: cast.units["sg12"].pk}
    # Who has to be asked decides from which day on.
    asked = client.post(page, {"unit": "长湖中队", "on": ago(3).isoformat(), "reason": "搬家"})
    assert asked.status_code == 200
    assert not TransferRequest.objects.exists()
    api = client.post(
        f"/api/v1/members/{member.pk}/transfer/",
        {"unit": "sg11", "on": ago(1).isoformat(), "reason": "搬回"},
        content_type="application/json",
    )
    assert api.status_code == 200
    assert homes_on([member.pk], ago(2)) == {member.pk: cast.units["sg12"].pk}


def test_a_status_given_by_another_door_decides_the_application(cast: Cast) -> None:
    captain = cast.actor("captain_sg11")
    admitted, refused = admin_rows.application(cast, "sg11"), admin_rows.application(cast, "sg11")
    for status in (S.VETTED, S.ACTIVE):
        people.change_status(actor=captain, member_id=admitted.member_id, status=status)
    people.change_status(actor=captain, member_id=refused.member_id, status=S.REFUSED, reason="材料不全")
    admitted.refresh_from_db()
    refused.refresh_from_db()
    assert (admitted.state, admitted.decided_by) == ("accepted", captain)
    assert (refused.state, refused.reason) == ("refused", "材料不全")
