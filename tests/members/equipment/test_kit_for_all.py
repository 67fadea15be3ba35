"""The kit of a whole brigade by one list: counted before, issued at once, and nobody gets what must not be."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from corps.actors import SYSTEM
from members.logic.ledger import Line
from members.models import Confirmation, EquipmentKind, Holding, Member, Requirement, Voucher
from members.operations.equipment.returning import report_loss
from members.views.equipment import home, issuing, kits
from tests.cast import Cast
from tests.members.equipment import stage
from tests.members.equipment.desk import Desk, desk_of, signed_in, token_of
from tests.members.roster import person

pytestmark = pytest.mark.django_db

PATH = "/u/sg1/equipment/issue/all/"
# Session, account, the tree's version, appointments; then stores, members counted, what they lack, kinds, shelves.
QUERIES = 9


@pytest.fixture
def desk(cast: Cast) -> Desk:
    """Six people in one squad and two in another; one of the first has worn M before."""
    made = desk_of(cast)
    for name in ("周洋", "吴迪"):
        made.people[name] = person(cast.units["sg12"].pk, name, status="active")
    wear(made, "张伟", "M")
    return made


def wear(desk: Desk, name: str, size: str) -> None:
    """The member held a vest of the size, and lost it."""
    desk.give(name, desk.vests(1, size))
    held = stage.holding(desk.people[name], desk.vest)
    report_loss(actor=SYSTEM, holding_id=held.pk, quantity=1, reason="夜巡遗失", token=stage.token())


@pytest.fixture
def captain(client: Client, desk: Desk) -> Client:
    return signed_in(client, desk.cast, "captain_sg1")


def text(client: Client, path: str = PATH) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def entered(desk: Desk, page: str, **more: object) -> dict[str, object]:
    """Everything ticked, nothing chosen."""
    return {
        "token": token_of(page),
        "unit": [desk.cast.units[code].pk for code in ("sg11", "sg12")],
        "kind": [desk.vest.pk, desk.light.pk],
        **more,
    }


def held(desk: Desk) -> dict[tuple[str, str], str]:
    rows = Holding.objects.filter(member__isnull=False, quantity__gt=0)
    return {(row.member.name if row.member else "", row.kind.name): row.size for row in rows.select_related("member")}


def test_the_list_is_counted_by_kind_and_squad_before_anything_is_issued(captain: Client, desk: Desk) -> None:
    page = text(captain)
    assert "7 件尺码不明" in page, "one size of eight is known"
    squads = page[page.index('id="plan-rows"') :]
    for code, people in (("sg11", 6), ("sg12", 2)):
        row = squads[squads.index(f'value="{desk.cast.units[code].pk}"') :]
        assert f'<td class="y-num">{people}</td>' in row[: row.index("</tr>")]
    counted = captain.post(PATH, entered(desk, page, count="1", unit=desk.cast.units["sg12"].pk)).content.decode()
    assert "2</b> 人" in counted[counted.index('id="plan-sum"') :][:400]
    assert Voucher.objects.filter(act="issue").count() == 1, "only what was issued before"


def test_a_brigade_gets_its_kit_by_one_voucher_however_often_it_is_pressed(captain: Client, desk: Desk) -> None:
    values = entered(desk, text(captain), **{f"size-{desk.vest.pk}": "L"})
    first, second = (captain.post(PATH, values) for _press in range(2))
    assert first.status_code == 302, first.content.decode()[-3000:]
    assert second["Location"] == first["Location"]
    found = held(desk)
    assert len(found) == 16
    assert found["张伟", "反光背心"] == "M", "the size worn last comes before the size for the others"
    assert {found[name, "反光背心"] for name in desk.people if name != "张伟"} == {"L"}
    voucher = Voucher.objects.filter(act="issue").latest("pk")
    assert Confirmation.objects.filter(voucher=voucher).count() == 8
    assert "y-empty" in text(captain), "nobody lacks anything now"


def test_whose_size_nobody_knows_gets_the_rest_and_who_is_unticked_nothing(captain: Client, desk: Desk) -> None:
    values = entered(desk, text(captain), unit=[desk.cast.units["sg11"].pk])
    assert captain.post(PATH, values).status_code == 302
    found = held(desk)
    assert [name for name, kind in found if kind == "反光背心"] == ["张伟"]
    assert {name for name, kind in found if kind == "肩灯"} == {"张伟", "王芳", "李娜", "刘敏", "陈曦", "赵磊"}


def test_who_lacks_what_a_kind_requires_is_left_out_and_told(captain: Client, desk: Desk) -> None:
    insured = Requirement.objects.create(corps_id=desk.light.corps_id, name="须有保险", insured=True)
    EquipmentKind.objects.filter(pk=desk.light.pk).update(requirement=insured)
    Member.objects.filter(pk=desk.people["王芳"].pk).update(insured_until=stage.days_ago(-30))
    page = text(captain)
    assert "7 人暂不符合领用条件" in page
    assert captain.post(PATH, entered(desk, page)).status_code == 302
    assert [name for name, kind in held(desk) if kind == "肩灯"] == ["王芳"]


def test_what_the_store_has_too_few_of_is_shown_before_and_named_after(captain: Client, desk: Desk) -> None:
    for number in range(12):
        person(desk.cast.units["sg12"].pk, f"队员{number}", status="active")
    page = text(captain)
    values = entered(desk, page, **{f"size-{desk.vest.pk}": "XL"})
    counted = captain.post(PATH, {**values, "count": "1"}).content.decode()
    assert "缺 9 件" in counted, "nineteen of unknown size, ten in store"
    refused = captain.post(PATH, values).content.decode()
    assert "反光背心 XL：9 件" in refused[refused.index("y-notice-error") :][:900]
    assert "<option selected>XL</option>" in refused
    assert not Confirmation.objects.exclude(voucher__reversed_by=None).exists()
    assert Voucher.objects.filter(act="issue").count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"unit": []}, "至少勾选一个单位和一种装备"),
        ({"kind": []}, "至少勾选一个单位和一种装备"),
        ({"unit": ["999999", "x"]}, "至少勾选一个单位和一种装备"),
        ({"token": "nonsense"}, "表单已失效"),
    ],
)
def test_a_list_that_says_nothing_is_refused(captain: Client, desk: Desk, wrong: dict[str, object], said: str) -> None:
    answer = captain.post(PATH, entered(desk, text(captain), **wrong))
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not held(desk)


def test_a_list_that_is_too_long_sends_to_the_units_below(
    captain: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kits, "MOST_PEOPLE", 7)
    page = text(captain)
    said = captain.post(PATH, entered(desk, page)).content.decode()
    assert "最多发给 7 人" in said
    assert not held(desk)
    monkeypatch.setattr(kits, "MOST_COUNTED", 7)
    page = text(captain)
    assert reverse("equipment_issue_all", args=["sg11"]) in page
    assert "plan-rows" not in page


def test_more_people_than_fit_on_a_form_are_led_here(
    captain: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "MOST_PEOPLE", 7)
    monkeypatch.setattr(home, "MOST_PEOPLE", 7)
    assert reverse("equipment_issue_all", args=["sg1"]) in text(captain, "/u/sg1/equipment/")
    assert reverse("equipment_issue_all", args=["sg1"]) in text(captain, "/u/sg1/equipment/issue/")


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_asks_the_same_number_of_questions(
    captain: Client, desk: Desk, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    stage.fill(desk.store, Line(desk.light.pk, 100))
    for number in range(rows):
        person(desk.cast.units["sg12"].pk, f"队员{number:02d}", status="active")
    captain.get(PATH)
    with django_assert_num_queries(QUERIES):
        assert captain.get(PATH).status_code == 200
