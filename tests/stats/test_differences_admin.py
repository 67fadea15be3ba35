"""Differences between stored figures and facts in the admin: the open ones first, in words an officer knows."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from stats.catalogue import COLUMNS, MEASURES
from stats.models import Discrepancy
from tests.cast import Cast
from tests.duties.scenes import days_ago

pytestmark = pytest.mark.django_db

ADDRESS = reverse("admin:stats_discrepancy_changelist")


def difference(cast: Cast, column: str, table: str = "own", *, settled: bool = False) -> Discrepancy:
    return Discrepancy.objects.create(
        table=table,
        unit=cast.units["sg11"],
        day=days_ago(3),
        column=column,
        stored=3,
        counted=2,
        settled_at=timezone.now() if settled else None,
    )


def test_open_ones_stand_before_settled_ones(client: Client, cast: Cast) -> None:
    still_open = difference(cast, "attended")
    settled = difference(cast, "shifts", settled=True)
    client.force_login(cast.actor("liaison_sg"))
    page = client.get(ADDRESS).content.decode()
    rows = [reverse("admin:stats_discrepancy_change", args=[one.pk]) for one in (still_open, settled)]
    assert page.index(rows[0]) < page.index(rows[1])


def test_columns_are_named_by_what_they_count(client: Client, cast: Cast) -> None:
    difference(cast, "minutes")
    difference(cast, "incidents_dispute")
    difference(cast, "members", "set")
    client.force_login(cast.actor("liaison_sg"))
    page = client.get(ADDRESS).content.decode()
    for measure in ("hours", "disputes", "served"):
        assert str(MEASURES[measure].name) in page
    for column in ("minutes", "incidents_dispute", "members"):
        assert f">{column}<" not in page
    read = {name for measure in MEASURES.values() for name in measure.columns}
    assert set(COLUMNS) - read == set(), "a column that no measure reads has no words"
