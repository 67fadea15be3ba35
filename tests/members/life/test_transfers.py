"""A transfer that is asked for: who asks, who answers, and what happens between two who act at once."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client

from corps.actors import SYSTEM
from corps.errors import Refusal
from corps.models import Account
from members.enums import MemberStatus, TransferState
from members.models import HomePeriod, Member, TransferRequest
from members.operations import people, units
from members.operations.transfers import (
    accept_transfer,
    ask_transfer,
    move_or_ask,
    return_transfer,
    withdraw_transfer,
)
from members.queries.asking import LISTED
from tests.cast import Cast, assemble
from tests.members.life.cases import arriving
from tests.members.roster import person
from tests.together import at_once, without_failure


def ask(cast: Cast, member: Member, unit: str = "zx11", actor: str = "captain_sg11") -> TransferRequest:
    return ask_transfer(actor=cast.actor(actor), member_id=member.pk, unit_id=cast.units[unit].pk, reason="住得近")


def test_the_giving_captain_asks_and_the_receiving_one_accepts(cast: Cast) -> None:
    member = person(cast.units["sg11"].pk, "张伟")
    request = ask(cast, member)
    member.refresh_from_db()
    assert (request.state, member.unit) == (TransferState.ASKED, cast.units["sg11"])
    accept_transfer(actor=cast.actor("captain_zx"), request_id=request.pk)
    member.refresh_from_db()
    request.refresh_from_db()
    assert (request.state, member.unit) == (TransferState.ACCEPTED, cast.units["zx11"])
    assert request.answered_by == cast.accounts["captain_zx"]
    assert HomePeriod.objects.get(member=member).unit == cast.units["sg11"]


def test_only_the_receiving_unit_answers_and_only_the_giving_one_withdraws(cast: Cast) -> None:
    request = ask(cast, person(cast.units["sg11"].pk, "张伟"))
    with pytest.raises(PermissionDenied):
        withdraw_transfer(actor=cast.actor("inspector_sg"), request_id=request.pk)
    with pytest.raises(Http404):
        accept_transfer(actor=cast.actor("captain_sg11"), request_id=request.pk)
    with pytest.raises(Http404):
        withdraw_transfer(actor=cast.actor("captain_zx"), request_id=request.pk)
    with pytest.raises(Http404):
        return_transfer(actor=cast.actor("nobody"), request_id=request.pk, remark="满员")
    withdraw_transfer(actor=cast.actor("captain_sg11"), request_id=request.pk)
    with pytest.raises(Refusal) as refused:
        accept_transfer(actor=cast.actor("captain_zx"), request_id=request.pk)
    assert refused.value.code == "transfer.settled"


def test_a_returned_request_says_why_and_may_be_asked_again(cast: Cast) -> None:
    member = person(cast.units["sg11"].pk, "张伟")
    request = ask(cast, member)
    with pytest.raises(Refusal) as refused:
        ask(cast, member)
    assert refused.value.code == "transfer.asked"
    with pytest.raises(Refusal):
        return_transfer(actor=cast.actor("captain_zx"), request_id=request.pk, remark="  ")
    return_transfer(actor=cast.actor("captain_zx"), request_id=request.pk, remark="已满员")
    request.refresh_from_db()
    assert (request.state, request.remark) == (TransferState.RETURNED, "已满员")
    assert ask(cast, member).state == TransferState.ASKED


def test_whoever_edits_in_both_units_transfers_at_once_and_settles_what_was_asked(cast: Cast) -> None:
    member = person(cast.units["sg11"].pk, "张伟")
    request = ask(cast, member)
    done = move_or_ask(
        actor=cast.actor("captain_sg"), member_id=member.pk, unit_id=cast.units["sg21"].pk, reason="并队"
    )
    assert isinstance(done, Member)
    request.refresh_from_db()
    assert request.state == TransferState.WITHDRAWN
    asked = move_or_ask(
        actor=cast.actor("captain_sg"), member_id=member.pk, unit_id=cast.units["zx11"].pk, reason="搬家"
    )
    assert isinstance(asked, TransferRequest)


def test_who_leaves_is_asked_for_no_longer_and_who_is_no_member_never(cast: Cast) -> None:
    member = person(cast.units["sg11"].pk, "张伟")
    request = ask(cast, member)
    people.change_status(actor=cast.actor("captain_sg11"), member_id=member.pk, status=MemberStatus.LEFT, reason="搬走")
    request.refresh_from_db()
    assert request.state == TransferState.WITHDRAWN
    with pytest.raises(Refusal) as refused:
        ask(cast, member)
    assert refused.value.code == "transfer.no_member"


def test_requests_follow_units_that_are_merged(cast: Cast) -> None:
    member, other = person(cast.units["sg11"].pk, "张伟"), person(cast.units["sg11"].pk, "李四")
    far, near = ask(cast, member), ask(cast, other, "sg12")
    units.merge_units(actor=SYSTEM, source_id=cast.units["sg11"].pk, target_id=cast.units["sg12"].pk, reason="合并")
    far.refresh_from_db()
    near.refresh_from_db()
    assert (far.state, far.from_unit) == (TransferState.ASKED, cast.units["sg12"])
    assert near.state == TransferState.WITHDRAWN
    accept_transfer(actor=cast.actor("captain_zx"), request_id=far.pk)


def test_the_pages_show_what_waits_and_take_the_answer(cast: Cast) -> None:
    request = arriving(cast, "sg11")
    client = Client()
    client.force_login(cast.accounts["captain_sg11"])
    assert "赵来" in client.get("/u/sg11/").content.decode()
    listed = client.get("/u/sg11/transfers/").content.decode()
    assert "赵来" in listed
    assert "住得近" in listed
    assert client.post(f"/transfers/{request.pk}/accept/").status_code == 302
    request.refresh_from_db()
    assert request.state == TransferState.ACCEPTED
    assert client.get(f"/members/{request.member_id}/").status_code == 200


def test_a_captain_names_a_unit_of_others_by_its_path(cast: Cast) -> None:
    member = person(cast.units["sg11"].pk, "张伟")
    client = Client()
    client.force_login(cast.accounts["captain_sg11"])
    answer = client.post(f"/members/{member.pk}/transfer/", {"unit": "长湖中队", "reason": "搬家"})
    assert answer.status_code == 302
    assert TransferRequest.objects.get().to_unit == cast.units["zx11"]
    page = client.get(f"/members/{member.pk}/").content.decode()
    assert "长湖中队" in page
    assert "对方接收之前" in page
    unknown = client.post(f"/members/{member.pk}/transfer/", {"unit": "没有这个队", "reason": "搬家"})
    assert "没有这个队" in unknown.content.decode()


@pytest.mark.parametrize(("beyond", "told"), [(0, 0), (1, 2)])
def test_a_list_that_is_cut_says_so(cast: Cast, beyond: int, told: int) -> None:
    for _number in range(LISTED + beyond):
        arriving(cast, "sg11")
        ask(cast, person(cast.units["sg11"].pk, "张伟"))
    client = Client()
    client.force_login(cast.accounts["captain_sg11"])
    page = client.get("/u/sg11/transfers/").content.decode()
    assert page.count("赵来") == page.count("张伟") == LISTED
    assert page.count("这里先显示 100 条") == told


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_takes_as_many_queries_for_one_as_for_fifty(
    cast: Cast, rows: int, django_assert_num_queries: Any
) -> None:
    for _number in range(rows):
        arriving(cast, "sg11")
        ask(cast, person(cast.units["sg11"].pk, "张伟"))
    client = Client()
    client.force_login(cast.accounts["captain_sg11"])
    client.get("/u/sg11/transfers/")
    # One more than there are lists of single requests: the requests for many.
    with django_assert_num_queries(8):
        client.get("/u/sg11/transfers/")


def tried(*acts: Callable[[], object]) -> list[object]:
    """What acts gave at once, or how they were refused; nothing else may come of them."""
    found = at_once(*acts)
    without_failure(found, Refusal, Http404, PermissionDenied)
    return found


def named(username: str) -> Account:
    """The account as a request of its own would load it."""
    found: Account = Account.objects.get(username=username)
    return found


def go(member: Member) -> Member:
    """The member leaves, as somebody above decides."""
    return people.change_status(actor=named("captain_hy"), member_id=member.pk, status=MemberStatus.LEFT, reason="搬走")


@pytest.mark.django_db(transaction=True)
def test_two_captains_who_answer_at_once_are_decided_one_after_the_other() -> None:
    cast = assemble()
    for _round in range(5):
        request = ask(cast, person(cast.units["sg11"].pk, "张伟"))
        found = tried(
            partial(accept_transfer, actor=named("captain_zx"), request_id=request.pk),
            partial(return_transfer, actor=named("captain_hy"), request_id=request.pk, remark="已满员"),
        )
        refusals = [one for one in found if isinstance(one, Refusal)]
        assert len(refusals) == 1, found
        request.refresh_from_db()
        home = "zx11" if request.state == TransferState.ACCEPTED else "sg11"
        assert Member.objects.get(pk=request.member_id).unit == cast.units[home]


@pytest.mark.django_db(transaction=True)
def test_a_member_who_leaves_while_the_transfer_is_accepted() -> None:
    cast = assemble()
    for _round in range(5):
        member = person(cast.units["sg11"].pk, "张伟")
        request = ask(cast, member)
        tried(
            partial(accept_transfer, actor=named("captain_zx"), request_id=request.pk),
            partial(
                people.change_status,
                actor=named("captain_hy"),
                member_id=member.pk,
                status=MemberStatus.LEFT,
                reason="搬走",
            ),
        )
        member.refresh_from_db()
        request.refresh_from_db()
        assert member.status == MemberStatus.LEFT
        moved = request.state == TransferState.ACCEPTED
        assert member.unit == cast.units["zx11" if moved else "sg11"]
        assert HomePeriod.objects.filter(member=member).count() == int(moved)
