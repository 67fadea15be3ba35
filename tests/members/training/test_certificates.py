"""Certificates: recorded, renewed, revoked; what one says stays."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404

from corps.actors import SYSTEM
from corps.queries.scope import current_tree, local_today
from members.models import Certificate
from members.operations.training import catalogue, certificates
from members.queries.training.certificates import CertificateFilter, Due, certificates_within, due_within
from members.queries.training.mine import certificates_due, certificates_of
from tests.cast import Cast
from tests.members.training.stage import (
    kind_of,
    people,
    refused,
)

pytestmark = pytest.mark.django_db


def record(member: Any, kind: Any, **values: Any) -> Certificate:
    given = {"number": "HX-1", "issuer": "红十字会", "issued_on": local_today() - dt.timedelta(days=40), **values}
    return certificates.record_certificate(actor=SYSTEM, member_id=member.pk, kind_id=kind.pk, **given)


def test_a_certificate_from_elsewhere_is_recorded_once(cast: Cast) -> None:
    kind, (one,) = kind_of(cast, months=12), people(cast, 1)
    made = record(one, kind, issued_on=dt.date(2024, 2, 29))
    assert made.valid_until == dt.date(2025, 2, 28)
    with refused("certificate.exists"):
        record(one, kind, issued_on=dt.date(2024, 2, 29))
    later = record(one, kind, number="HX-2", valid_until=local_today())
    assert (later.renews_id, later.valid_until) == (made.pk, local_today())


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"number": " "}, "certificate.incomplete"),
        ({"issuer": ""}, "certificate.incomplete"),
        ({"issued_on": dt.date(2999, 1, 1)}, "certificate.days"),
        ({"valid_until": dt.date(2000, 1, 1)}, "certificate.days"),
        ({"kind_id": 987654}, "certificate.kind"),
    ],
)
def test_a_certificate_that_cannot_be_is_refused(cast: Cast, values: dict[str, Any], code: str) -> None:
    kind, (one,) = kind_of(cast), people(cast, 1)
    given: dict[str, Any] = {"kind_id": kind.pk, "number": "1", "issuer": "红十字会", "issued_on": local_today()}
    given |= values
    with refused(code):
        certificates.record_certificate(actor=SYSTEM, member_id=one.pk, **given)


def test_a_certificate_is_revoked_once_and_only_the_latest_renewed(cast: Cast) -> None:
    kind, (one,) = kind_of(cast), people(cast, 1)
    made = record(one, kind)
    revoke, renew = certificates.revoke_certificate, certificates.renew_certificate
    with refused("reason.missing"):
        revoke(actor=SYSTEM, certificate_id=made.pk, reason=" ")
    own = renew(actor=SYSTEM, certificate_id=made.pk, on=local_today(), reason="复训")
    assert (own.renews_id, own.issuer) == (made.pk, "")
    with refused("certificate.not_latest"):
        renew(actor=SYSTEM, certificate_id=made.pk, on=local_today(), reason="复训")
    revoke(actor=SYSTEM, certificate_id=own.pk, reason="违纪")
    with refused("certificate.revoked"):
        revoke(actor=SYSTEM, certificate_id=own.pk, reason="违纪")
    with pytest.raises(PermissionDenied):
        revoke(actor=cast.actor("inspector_sg"), certificate_id=made.pk, reason="x")
    with pytest.raises(Http404):
        revoke(actor=cast.actor("captain_zx"), certificate_id=made.pk, reason="x")


@pytest.mark.parametrize("values", [{"number": "X"}, {"valid_until": None}, {"issuer": "某协会"}])
def test_the_database_keeps_what_a_certificate_says(cast: Cast, values: dict[str, Any]) -> None:
    kind, (one,) = kind_of(cast), people(cast, 1)
    made = record(one, kind)
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.filter(pk=made.pk).update(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        made.delete()
    certificates.revoke_certificate(actor=SYSTEM, certificate_id=made.pk, reason="违纪")
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.filter(pk=made.pk).update(revoked_on=None, revoked_reason="")


def test_nobody_is_warned_who_holds_a_longer_one_in_whichever_order_they_were_recorded(cast: Cast) -> None:
    """An old paper is often entered after the new one."""
    kind, (one,) = kind_of(cast), people(cast, 1)
    sg, today, day = current_tree().nodes[cast.units["sg"].pk], local_today(), dt.timedelta(days=1)
    new = record(one, kind, number="新", issued_on=today - 30 * day, valid_until=today + 300 * day)
    old = record(one, kind, number="旧", issued_on=today - 400 * day, valid_until=today - day)
    assert old.renews_id is None
    assert [(mine.certificate, mine.standing) for mine in certificates_of(one, today)] == [
        (new, "valid"),
        (old, "renewed"),
    ]
    assert due_within(SYSTEM, sg) == Due(0, 0)
    listed = certificates_within(SYSTEM, sg, CertificateFilter(standing="expired"))
    assert not listed.exists()
    certificates.revoke_certificate(actor=SYSTEM, certificate_id=new.pk, reason="冒名")
    assert [mine.certificate for mine in certificates_due(one, today)] == [old]
    assert due_within(SYSTEM, sg) == Due(0, 1)
    assert list(listed.all()) == [old]


def test_of_two_that_end_on_one_day_one_is_spoken_of(cast: Cast) -> None:
    kind, (one,), today = kind_of(cast), people(cast, 1), local_today()
    first, second = (record(one, kind, number=number, valid_until=today) for number in ("1", "2"))
    assert [mine.certificate for mine in certificates_due(one, today)] == [second]
    # What is valid for good needs nobody's care.
    record(one, kind, number="3", valid_until=dt.date(9999, 1, 1))
    assert certificates_due(one, today) == []
    assert first.renewals.get() == second


def test_a_kind_out_of_use_is_not_renewed(cast: Cast) -> None:
    kind, (one,) = kind_of(cast), people(cast, 1)
    made = record(one, kind)
    catalogue.retire_certificate_kind(actor=SYSTEM, kind_id=kind.pk)
    with refused("certificate.kind"):
        certificates.renew_certificate(actor=SYSTEM, certificate_id=made.pk, on=local_today(), reason="复训")
