"""A voucher with more lines than a page bears: told in sums, read and signed unit by unit."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from corps.actors import SYSTEM
from members.admin import ledger
from members.logic.ledger import Line
from members.models import Confirmation, Voucher
from members.operations.equipment.issuing import issue_kit
from members.views.equipment import vouchers
from tests.cast import Cast
from tests.members.equipment import stage
from tests.members.equipment.desk import Desk, desk_of, signed_in
from tests.members.roster import person

pytestmark = pytest.mark.django_db

# Session, account, the tree's version, appointments; the voucher, its first lines, by unit, by kind.
QUERIES = 8


@pytest.fixture
def desk(cast: Cast) -> Desk:
    made = desk_of(cast)
    made.people["周洋"] = person(cast.units["sg12"].pk, "周洋", status="active")
    return made


@pytest.fixture
def voucher(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Voucher:
    """Fourteen lines, where a page bears ten."""
    monkeypatch.setattr(vouchers, "MOST_LINES", 10)
    monkeypatch.setattr(ledger, "MOST_LINES", 10)
    people = [one.pk for one in desk.people.values()]
    return issue_kit(
        actor=SYSTEM, store_id=desk.store.pk, member_ids=people, sizes={desk.vest.pk: "L"}, token=stage.token()
    )


@pytest.fixture
def captain(client: Client, desk: Desk) -> Client:
    return signed_in(client, desk.cast, "captain_sg1")


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def test_a_long_voucher_is_told_in_sums_and_signed_by_unit(captain: Client, desk: Desk, voucher: Voucher) -> None:
    path = reverse("equipment_voucher", args=[voucher.pk])
    part = f"{path}?unit={desk.cast.units['sg12'].pk}"
    page = text(captain, path)
    assert "张伟" not in page
    assert part in page
    assert "0 / 6" in page
    assert '<td class="y-num">7 件</td>' in page
    page = text(captain, part)
    assert "周洋" in page
    assert "张伟" not in page
    assert reverse("equipment_reverse", args=[voucher.pk]) not in page, "only the whole is reversed"
    sheet = text(captain, f"{reverse('equipment_sheet', args=[voucher.pk])}?unit={desk.cast.units['sg12'].pk}")
    assert "周洋" in sheet
    assert "张伟" not in sheet
    done = captain.post(
        f"{reverse('equipment_confirm', args=[voucher.pk])}?unit={desk.cast.units['sg12'].pk}",
        {"member": desk.people["周洋"].pk},
    )
    assert done["Location"] == part
    assert Confirmation.objects.get(confirmed_at__isnull=False).member == desk.people["周洋"]
    assert "1 / 1" in text(captain, path)


def test_a_sheet_for_all_starts_anew_for_each_squad(captain: Client, desk: Desk, voucher: Voucher) -> None:
    page = text(captain, reverse("equipment_sheet", args=[voucher.pk]))
    assert page.count("<caption>") == 2
    assert page.index("张伟") < page.rindex("<caption>") < page.index("周洋")


def test_a_sheet_with_too_many_lines_leads_to_the_units(
    captain: Client, voucher: Voucher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vouchers, "MOST_OF_A_PART", 10)
    answer = captain.get(reverse("equipment_sheet", args=[voucher.pk]))
    assert answer["Location"] == reverse("equipment_voucher", args=[voucher.pk])


def test_a_squads_captain_sees_no_sums_of_others(client: Client, desk: Desk, voucher: Voucher) -> None:
    signed_in(client, desk.cast, "captain_sg11")
    page = text(client, reverse("equipment_voucher", args=[voucher.pk]))
    assert f"?unit={desk.cast.units['sg12'].pk}" not in page
    assert "0 / 6" in page
    assert '<td class="y-num">6 件</td>' in page
    strange = f"{reverse('equipment_voucher', args=[voucher.pk])}?unit={desk.cast.units['sg12'].pk}"
    assert client.get(strange).status_code == 404


def test_a_long_voucher_is_reversed_as_a_whole(captain: Client, desk: Desk, voucher: Voucher) -> None:
    path = reverse("equipment_reverse", args=[voucher.pk])
    assert captain.post(path, {"token": str(stage.token()), "reason": "发错批次"}).status_code == 302
    assert stage.in_hands(desk.people["张伟"], desk.vest) == 0


def test_the_admin_shows_how_many_lines_and_leads_to_them(client: Client, desk: Desk, voucher: Voucher) -> None:
    signed_in(client, desk.cast, "liaison_hy")
    page = text(client, f"/admin/members/voucher/{voucher.pk}/change/")
    assert "共 14 条" in page
    assert reverse("equipment_voucher", args=[voucher.pk]) in page
    assert "张伟" not in page


@pytest.mark.parametrize("rows", [6, 40])
def test_a_long_voucher_asks_the_same_number_of_questions(
    captain: Client, desk: Desk, voucher: Voucher, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    people = [person(desk.cast.units["sg12"].pk, f"队员{n:02d}", status="active").pk for n in range(rows)]
    stage.fill(desk.store, desk.vests(50), Line(desk.light.pk, 50))
    made = issue_kit(
        actor=SYSTEM, store_id=desk.store.pk, member_ids=people, sizes={desk.vest.pk: "L"}, token=stage.token()
    )
    path = reverse("equipment_voucher", args=[made.pk])
    captain.get(path)
    with django_assert_num_queries(QUERIES):
        assert captain.get(path).status_code == 200
