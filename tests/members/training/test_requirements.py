"""What members lack of a requirement: every kind of lack, at the edges of days, with names in the refusal."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from corps.actors import SYSTEM
from corps.errors import Refusal
from members.models import Certificate, CertificateKind, Member
from members.operations.training.certificates import record_certificate, revoke_certificate
from members.queries.requirements import refuse_unmet, unmet, unmet_on_days
from tests.cast import Cast
from tests.members.roster import person
from tests.members.training.stage import kind_of, requirement_of

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 3, 1)
ONE = dt.timedelta(days=1)


def certificate(member: Member, kind: CertificateKind, issued: dt.date, until: dt.date | None) -> Certificate:
    """One as it stands in the table."""
    return Certificate.objects.create(
        member=member,
        kind=kind,
        number=f"A{Certificate.objects.count()}",
        issuer="红十字会",
        issued_on=issued,
        valid_until=until,
    )


def codes(requirement: Any, member: Member, on: dt.date) -> list[str]:
    return [one.code for one in unmet(requirement.pk, [member.pk], on).get(member.pk, [])]


@pytest.mark.parametrize(
    ("issued", "until", "expected"),
    [
        (DAY, DAY, []),
        (DAY, None, []),
        (DAY - ONE, DAY, []),
        (DAY + ONE, DAY + ONE, ["certificate.later"]),
        (DAY - 2 * ONE, DAY - ONE, ["certificate.expired"]),
        (DAY - 2 * ONE, DAY + ONE, []),
    ],
)
def test_a_certificate_is_valid_on_its_first_and_on_its_last_day(
    cast: Cast, issued: dt.date, until: dt.date | None, expected: list[str]
) -> None:
    kind, member = kind_of(cast), person(cast.units["sg11"].pk, "张伟")
    certificate(member, kind, issued, until)
    assert codes(requirement_of(cast, kind), member, DAY) == expected


@pytest.mark.parametrize(("revoked", "expected"), [(DAY, ["certificate.revoked"]), (DAY + ONE, [])])
def test_a_revoked_certificate_is_none_from_that_day_on(cast: Cast, revoked: dt.date, expected: list[str]) -> None:
    kind, member = kind_of(cast), person(cast.units["sg11"].pk, "张伟")
    one = certificate(member, kind, DAY - 9 * ONE, None)
    Certificate.objects.filter(pk=one.pk).update(revoked_on=revoked, revoked_reason="冒名")
    assert codes(requirement_of(cast, kind), member, DAY) == expected


def test_each_kind_is_asked_for_and_another_one_does_not_do(cast: Cast) -> None:
    aid, law, member = kind_of(cast), kind_of(cast, "法律培训证"), person(cast.units["sg11"].pk, "张伟")
    certificate(member, aid, DAY, None)
    found = unmet(requirement_of(cast, aid, law).pk, [member.pk], DAY)
    assert [(one.code, one.params) for one in found[member.pk]] == [("certificate.missing", {"kind": "法律培训证"})]


@pytest.mark.parametrize(
    ("until", "expected"),
    [(None, ["insurance.missing"]), (DAY - ONE, ["insurance.expired"]), (DAY, []), (DAY + ONE, [])],
)
def test_insurance_runs_until_the_end_of_its_last_day(cast: Cast, until: dt.date | None, expected: list[str]) -> None:
    member = person(cast.units["sg11"].pk, "张伟", insured_until=until)
    assert codes(requirement_of(cast, insured=True), member, DAY) == expected


@pytest.mark.parametrize(
    ("born", "on", "expected"),
    [
        # 18 on the birthday itself, not on the day before.
        (dt.date(2008, 3, 1), dt.date(2026, 3, 1), []),
        (dt.date(2008, 3, 2), dt.date(2026, 3, 1), ["age.young"]),
        # Born on 29 February: of age on 1 March of other years.
        (dt.date(2008, 2, 29), dt.date(2026, 2, 28), ["age.young"]),
        (dt.date(2008, 2, 29), dt.date(2026, 3, 1), []),
        # At most 60: until the day before the 61st birthday.
        (dt.date(1965, 3, 2), dt.date(2026, 3, 1), []),
        (dt.date(1965, 3, 1), dt.date(2026, 3, 1), ["age.old"]),
        (dt.date(1964, 2, 29), dt.date(2025, 2, 28), []),
        (dt.date(1964, 2, 29), dt.date(2025, 3, 1), ["age.old"]),
    ],
)
def test_ages_turn_on_birthdays(cast: Cast, born: dt.date, on: dt.date, expected: list[str]) -> None:
    member = person(cast.units["sg11"].pk, "张伟", birth_date=born)
    assert codes(requirement_of(cast, min_age=18, max_age=60), member, on) == expected


def test_nothing_is_asked_by_nothing(cast: Cast) -> None:
    member = person(cast.units["sg11"].pk, "张伟")
    with CaptureQueriesContext(connection) as captured:
        assert unmet(None, [member.pk], DAY) == {}
        assert unmet([], [member.pk], DAY) == {}
        assert unmet(requirement_of(cast, insured=True).pk, [], DAY) == {}
    assert not [query for query in captured if "unnest" in query["sql"]]


def test_several_requirements_ask_together(cast: Cast) -> None:
    member = person(cast.units["sg11"].pk, "张伟", birth_date=dt.date(1960, 1, 1))
    old, insured = requirement_of(cast, max_age=60), requirement_of(cast, name="须参保", insured=True)
    found = unmet([old.pk, insured.pk, None], [member.pk], DAY)[member.pk]
    assert {one.code for one in found} == {"age.old", "insurance.missing"}


def test_the_number_of_statements_does_not_grow_with_people_or_days(cast: Cast) -> None:
    kind = kind_of(cast)
    asked = requirement_of(cast, kind, insured=True, min_age=18)
    people = [person(cast.units["sg11"].pk, f"队员{number}").pk for number in range(40)]
    for members, days in ((people[:1], 1), (people, 30)):
        with CaptureQueriesContext(connection) as captured:
            found = unmet_on_days(asked.pk, [(one, DAY + day * ONE) for one in members for day in range(days)])
        assert len(captured) == 3
        assert len(found) == len(members) * days


def test_the_refusal_names_who_lacks_what(cast: Cast) -> None:
    kind = kind_of(cast)
    asked = requirement_of(cast, kind, insured=True)
    people = [person(cast.units["sg11"].pk, f"队员{number}") for number in range(7)]
    with pytest.raises(Refusal) as refused:
        refuse_unmet(
            unmet(asked.pk, [one.pk for one in people], DAY), {one.pk: one.name for one in people}, what="夜巡"
        )
    assert refused.value.code == "requirement.unmet"
    said = str(refused.value)
    assert "「夜巡」" in said
    assert "队员0：无「急救证」证书、未登记保险" in said
    assert "还有 2 人" in said
    assert refused.value.params["members"] == [one.pk for one in people]
    refuse_unmet({}, {}, what="夜巡")


def test_nobody_is_told_to_train_an_age_away(cast: Cast) -> None:
    member = person(cast.units["sg11"].pk, "张伟", birth_date=dt.date(1950, 1, 1))
    with pytest.raises(Refusal) as refused:
        refuse_unmet(unmet(requirement_of(cast, max_age=60).pk, [member.pk], DAY), {member.pk: "张伟"}, what="夜巡")
    assert "张伟：76 岁，不得超过 60 岁" in str(refused.value)
    assert "培训" not in str(refused.value)
    assert refused.value.remedy == "请改选他人。"


def test_a_revocation_is_told_with_its_day(cast: Cast) -> None:
    kind, member = kind_of(cast), person(cast.units["sg11"].pk, "张伟")
    one = record_certificate(
        actor=SYSTEM, member_id=member.pk, kind_id=kind.pk, number="7", issuer="红十字会", issued_on=DAY
    )
    revoke_certificate(actor=SYSTEM, certificate_id=one.pk, reason="证件系伪造")
    today = Certificate.objects.get().revoked_on
    assert today is not None
    (lacking,) = unmet(requirement_of(cast, kind).pk, [member.pk], today)[member.pk]
    assert (lacking.code, lacking.params["day"]) == ("certificate.revoked", today)
