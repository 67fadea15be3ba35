"""Transfers, bulk moves, proposed changes and duplicates in a real browser, as captain and officer meet them."""

import pytest

from corps.actors import SYSTEM
from members.enums import MemberStatus
from members.models import Member
from members.operations import people
from members.operations.moves import apply_move, prepare_move
from members.operations.transfers import ask_transfer
from tests.browser.conftest import Look, PageFor
from tests.cast import Cast
from tests.members.life import cases
from tests.members.roster import person

pytestmark = pytest.mark.django_db(transaction=True)


def test_pages_of_transfers_and_moves(look_at: Look, cast: Cast) -> None:
    for _number in range(2):
        cases.arriving(cast, "sg11")
    cases.leaving(cast, "sg11")
    move = cases.move(cast, "sg11", "孙一", "孙二", "孙三")
    gone = person(cast.units["sg11"].pk, "孙四", status="left")
    applied = prepare_move(
        actor=SYSTEM,
        unit_id=cast.units["sg11"].pk,
        target_id=cast.units["sg12"].pk,
        member_ids=[person(cast.units["sg11"].pk, "孙五").pk, gone.pk],
        reason="并队",
    )
    apply_move(actor=cast.actor("captain_sg"), move_id=applied.pk)
    for account, path, name in (
        ("captain_sg11", "/u/sg11/transfers/", "transfers"),
        ("captain_sg", "/u/sg/moves/", "moves"),
        ("captain_sg", f"/moves/{move.pk}/", "move-preview"),
        ("captain_sg", f"/moves/{applied.pk}/", "move-applied"),
    ):
        look_at(account, path, name)
    look_at("captain_sg11", f"/members/{gone.pk}/", "member-left")


def test_pages_of_proposals(look_at: Look, cast: Cast) -> None:
    proposal = cases.proposal(cast, "sg11")
    member = Member.objects.get(pk=proposal.member_id)
    look_at("captain_sg11", "/u/sg11/proposals/", "proposals")
    look_at("captain_sg11", f"/proposals/{proposal.pk}/", "proposal")
    people.change_status(
        actor=cast.actor("captain_sg11"),
        member_id=member.pk,
        status=MemberStatus.SUSPENDED,
        reason="住院",
    )
    look_at("captain_sg11", f"/members/{member.pk}/", "member-suspended")
    look_at("captain_sg11", f"/members/{member.pk}/status/", "member-status")
    look_at("captain_sg11", f"/members/{member.pk}/transfer/", "member-transfer")


def test_pages_of_duplicates(look_at: Look, cast: Cast) -> None:
    one, other = cases.pair(cast, "sg11")
    cases.distinction(cast, "sg11")
    for path, name in (
        ("/u/sg/duplicates/", "duplicates"),
        (f"/members/{one.pk}/twins/", "twins"),
        (f"/members/{other.pk}/merge/{one.pk}/", "merge"),
    ):
        look_at("liaison_sg", path, name)


def test_a_captain_asks_for_a_transfer_and_the_other_one_accepts_on_the_phone(page_for: PageFor, cast: Cast) -> None:
    member = person(cast.units["sg11"].pk, "张伟")
    ask_transfer(actor=cast.actor("captain_sg11"), member_id=member.pk, unit_id=cast.units["zx11"].pk, reason="住得近")
    page = page_for("captain_zx", size="phone").go("/u/zx/transfers/")
    page.get_by_role("button", name="接收").click()
    page.wait_for_load_state()
    member.refresh_from_db()
    assert member.unit == cast.units["zx11"]


def test_an_officer_tells_two_people_apart(page_for: PageFor, cast: Cast) -> None:
    cases.pair(cast, "sg11")
    page = page_for("liaison_sg", size="phone").go("/u/sg/duplicates/")
    page.get_by_text("不是同一人", exact=True).first.click()
    page.get_by_label("依据是什么？").fill("父子同名")
    page.get_by_role("button", name="不再列出").click()
    page.get_by_role("button", name="重新列出").wait_for()
    assert page.get_by_text("父子同名").count() == 1
