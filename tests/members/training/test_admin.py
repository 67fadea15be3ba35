"""The catalogue of training in the admin: kinds that are out of use, and nothing lost by saving."""

import pytest
from django.test import Client
from django.urls import reverse

from corps.actors import SYSTEM
from members.operations.training import catalogue
from tests.admin_acts import send
from tests.cast import Cast
from tests.members.training.stage import kind_of, requirement_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.accounts["liaison_hy"])
    return client


def test_a_requirement_keeps_a_kind_that_went_out_of_use(officer: Client, cast: Cast) -> None:
    kind, other, unasked = kind_of(cast), kind_of(cast, "乙证"), kind_of(cast, "丙证")
    made = requirement_of(cast, kind, other)
    for one in (kind, unasked):
        catalogue.retire_certificate_kind(actor=SYSTEM, kind_id=one.pk)
    page = officer.get(reverse("admin:members_requirement_change", args=[made.pk])).content.decode()
    assert ("急救证" in page, "乙证" in page, "丙证" in page) == (True, True, False)
    sent = {"name": "新要求", "kinds": [kind.pk, other.pk], "insured": "on", "reason": "加保险"}
    answer = send(officer, "members_requirement_change", made.pk, **sent)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    made.refresh_from_db()
    assert (made.insured, set(made.certificates.all())) == (True, {kind, other})
