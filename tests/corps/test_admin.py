"""The admin site: who sees which rows, how many queries a list costs, and that no list offers to delete."""

import json
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.admin_rows import EVERY_KIND, OF_THE_CORPS, OF_UNITS, READ_ONLY
from tests.cast import Cast

pytestmark = pytest.mark.django_db

# Session, account, version of the tree, appointments for each permission that the page asks about, the count where one
# is shown, the rows, what a filter offers: the same for one row and for fifty.
QUERIES = {
    "corps_unit": 9,
    "corps_post": 7,
    "corps_term": 6,
    "corps_site": 6,
    "corps_grid": 6,
    "corps_account": 6,
    "corps_appointment": 6,
    "corps_apikey": 6,
    "corps_actionlog": 5,
    "members_member": 8,
    "members_rosterimport": 5,
    "duties_shift": 6,
    "duties_attendance": 5,
    "duties_series": 5,
    "duties_dutykind": 6,
    "incidents_incident": 5,
    "incidents_incidentkind": 6,
    "corps_station": 6,
    "corps_levelname": 6,
    "corps_speciality": 6,
    "members_store": 6,
    "members_voucher": 6,
    "members_confirmation": 6,
    "members_trainingsession": 6,
    "members_certificate": 6,
    "members_application": 6,
    "members_joinpage": 6,
    "members_transferrequest": 6,
    "members_move": 6,
    "members_proposal": 6,
    "members_merger": 6,
    "members_distinction": 6,
    "members_recruiter": 6,
    "members_equipmentkind": 6,
    "members_entitlement": 6,
    "members_article": 6,
    "members_certificatekind": 6,
    "members_course": 6,
    "members_requirement": 7,
    "members_privacynotice": 6,
    "members_partnerorganisation": 6,
    "members_functionalgroup": 6,
    "stats_alarmimport": 5,
    "stats_alarmfigure": 5,
    "stats_discrepancy": 6,
}
ADDED = frozenset(QUERIES) - READ_ONLY
WITHOUT_HISTORY = {"corps_actionlog", "members_rosterimport", "members_voucher", "stats_discrepancy"}


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.accounts[name])
    return client


def list_url(kind: str) -> str:
    return reverse(f"admin:{kind}_changelist")


def row_url(kind: str, key: object, page: str = "change") -> str:
    return reverse(f"admin:{kind}_{page}", args=[key])


def pages_of(kind: str) -> list[Any]:
    """The operation pages on a row of the kind."""
    app, model = kind.split("_", 1)
    found: Any = next(
        page
        for one, page in admin.site._registry.items()
        if (one._meta.app_label, one._meta.model_name) == (app, model)
    )
    return [page(found) for page in found.pages if not page.on_list]


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_list_and_form_opens_for_the_officer(cast: Cast, kind: str) -> None:
    row = EVERY_KIND[kind](cast, "sg11")
    client = signed_in(cast, "liaison_hy")
    assert client.get(list_url(kind)).status_code == 200
    assert client.get(row_url(kind, row.pk)).status_code == 200
    assert client.get(reverse(f"admin:{kind}_add")).status_code == (200 if kind in ADDED else 403)
    history = client.get(row_url(kind, row.pk, "history")).status_code
    assert history == (403 if kind in WITHOUT_HISTORY else 200)
    for page in pages_of(kind):
        assert client.get(page.url(row)).status_code == 200, page.name


@pytest.mark.parametrize("kind", OF_UNITS)
def test_an_officer_sees_the_own_subtree_alone_by_list_and_by_address(cast: Cast, kind: str) -> None:
    inside, outside = OF_UNITS[kind](cast, "sg11"), OF_UNITS[kind](cast, "zx11")
    client = signed_in(cast, "liaison_sg")
    page = client.get(list_url(kind)).content.decode()
    assert row_url(kind, inside.pk) in page
    assert row_url(kind, outside.pk) not in page
    for name in ("change", "delete", "history"):
        assert client.get(row_url(kind, outside.pk, name)).status_code == 404, name
        assert client.post(row_url(kind, outside.pk, name), {"post": "yes"}).status_code == 404, name
    for operation in pages_of(kind):
        assert client.get(operation.url(outside)).status_code == 404, operation.name
        assert client.post(operation.url(outside), {"reason": "x"}).status_code == 404, operation.name
    assert client.get(row_url(kind, inside.pk)).status_code == 200
    assert client.get(row_url(kind, inside.pk, "delete")).status_code == 403
    assert client.post(row_url(kind, inside.pk, "delete"), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("kind", OF_THE_CORPS)
def test_rows_of_the_corps_are_seen_by_all_its_officers_and_decided_at_the_top(cast: Cast, kind: str) -> None:
    row = OF_THE_CORPS[kind](cast, "sg11")
    client = signed_in(cast, "liaison_sg")
    assert row_url(kind, row.pk) in client.get(list_url(kind)).content.decode()
    assert client.get(row_url(kind, row.pk)).status_code == 200
    assert client.get(reverse(f"admin:{kind}_add")).status_code == 403
    assert client.post(row_url(kind, row.pk), {"name": "别名"}).status_code == 403
    for operation in pages_of(kind):
        assert client.get(operation.url(row)).status_code == 403, operation.name


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_the_auditor_reads_trails_and_accounts_and_changes_nothing(cast: Cast, kind: str) -> None:
    row = EVERY_KIND[kind](cast, "sg11")
    client = signed_in(cast, "auditor_sg")
    unseen = kind.startswith(("members_", "duties_", "incidents_", "stats_")) or kind == "corps_apikey"
    assert client.get(list_url(kind)).status_code == (403 if unseen else 200)
    shown = client.get(row_url(kind, row.pk)).status_code
    assert shown in ({403, 404} if unseen else {200})
    assert client.get(reverse(f"admin:{kind}_add")).status_code == 403
    assert client.post(row_url(kind, row.pk), {"name": "别名"}).status_code in {403, 404}
    for operation in pages_of(kind):
        assert client.post(operation.url(row), {"reason": "x"}).status_code in {403, 404}, operation.name


@pytest.mark.parametrize(
    "name", ["captain_hy", "commissar_sg", "dispatcher_sg", "inspector_sg", "member_sg11", "nobody"]
)
def test_other_roles_do_not_enter(cast: Cast, name: str) -> None:
    client = signed_in(cast, name)
    for url in (reverse("admin:index"), list_url("corps_unit"), reverse("admin:corps_actionlog_rows")):
        assert client.get(url).status_code in {302, 403}


def test_pickers_offer_what_the_reader_sees_by_its_whole_path(cast: Cast) -> None:
    def offered(name: str, term: str) -> list[str]:
        asked = {"app_label": "corps", "model_name": "post", "field_name": "unit", "term": term}
        answer = signed_in(cast, name).get(reverse("admin:autocomplete"), asked)
        assert answer.status_code == 200
        return [one["text"] for one in json.loads(answer.content)["results"]]

    assert offered("liaison_hy", "一中队") == ["石鼓支队 › 青山大队 › 一中队", "石鼓支队 › 人民大队 › 一中队"]
    assert offered("liaison_sg", "长湖") == []
    assert offered("liaison_hy", "长湖中队") == ["蒸湘支队 › 长湖大队 › 长湖中队"]
    everything = offered("liaison_sg", "")
    assert everything
    assert all(text.startswith("石鼓支队") for text in everything)


def test_pickers_cost_the_same_for_any_number_of_units(cast: Cast) -> None:
    asked = {"app_label": "corps", "model_name": "post", "field_name": "unit", "term": ""}
    client = signed_in(cast, "liaison_hy")
    client.get(reverse("admin:autocomplete"), asked)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(reverse("admin:autocomplete"), asked)
    for _number in range(12):
        OF_UNITS["corps_unit"](cast, "sg1")
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("admin:autocomplete"), asked)
    # One more: the tree is read anew because it changed.
    assert len(many) <= len(few) + 1


def test_a_choice_outside_the_scope_is_refused_although_it_exists(cast: Cast) -> None:
    client = signed_in(cast, "liaison_sg")
    sent = {"unit": cast.units["zx11"].pk, "kind": "assembly", "name": "火车站"}
    answer = client.post(reverse("admin:corps_site_add"), sent)
    assert answer.status_code == 200
    assert "火车站" in answer.content.decode()
    assert not cast.units["zx11"].sites.exists()


@pytest.mark.parametrize("kind", QUERIES)
def test_a_list_costs_the_same_for_one_row_and_for_fifty(cast: Cast, kind: str) -> None:
    client = signed_in(cast, "liaison_hy")
    EVERY_KIND[kind](cast, "sg11")
    client.get(list_url(kind))
    with CaptureQueriesContext(connection) as one:
        assert client.get(list_url(kind)).status_code == 200
    if kind != "corps_levelname":  # a corps has four
        for _number in range(49):
            EVERY_KIND[kind](cast, "sg11")
    client.get(list_url(kind))
    with CaptureQueriesContext(connection) as fifty:
        assert client.get(list_url(kind)).status_code == 200
    assert (len(one), len(fifty)) == (QUERIES[kind], QUERIES[kind])


def test_no_list_offers_to_delete_many_rows(cast: Cast) -> None:
    request = RequestFactory().get("/admin/")
    request.user = cast.accounts["liaison_hy"]
    for page in admin.site._registry.values():
        assert page.get_actions(request) == {}
        assert not page.has_delete_permission(request)
    for kind in EVERY_KIND:
        assert 'name="action"' not in signed_in(cast, "liaison_hy").get(list_url(kind)).content.decode()
