"""The admin site: who sees which rows, how many queries a list costs, and that no list offers to delete."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.admin_rows import EVERY_KIND
from tests.cast import Cast

pytestmark = pytest.mark.django_db

# Session, account, session record, version of the tree, appointments per permission … and the list itself: the same
# for one row and for fifty.
QUERIES: dict[str, int] = {}
ADDED = ["corps_unit", "corps_post", "corps_station", "corps_site", "corps_grid", "corps_levelname", "corps_speciality"]
ADDED += ["corps_account", "corps_appointment", "corps_apikey"]
ADDED += ["members_member", "members_partnerorganisation", "members_functionalgroup"]


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.accounts[name])
    return client


def list_url(kind: str) -> str:
    return reverse(f"admin:{kind}_changelist")


def change_url(kind: str, key: object, page: str = "change") -> str:
    return reverse(f"admin:{kind}_{page}", args=[key])


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_list_and_form_opens_for_the_officer(cast: Cast, kind: str) -> None:
    row = EVERY_KIND[kind](cast, "sg11")
    client = signed_in(cast, "liaison_hy")
    assert client.get(list_url(kind)).status_code == 200
    assert client.get(change_url(kind, row.pk)).status_code == 200
    added = client.get(reverse(f"admin:{kind}_add")).status_code
    assert added == (200 if kind in ADDED else 403)
    history = client.get(change_url(kind, row.pk, "history")).status_code
    assert history == (403 if kind in {"corps_actionlog", "members_rosterimport"} else 200)
