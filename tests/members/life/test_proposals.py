"""What members propose of their own record: sent from the phone, approved or returned by the captain."""

from typing import Any

import pytest
from django.http import Http404
from django.test import Client

from corps.errors import Refusal
from members.enums import MemberStatus, ProposalState
from members.models import Member, Proposal
from members.operations import people
from members.operations.people import InvalidParticulars
from members.operations.proposals import approve, propose, return_proposal, withdraw_proposal
from members.queries.asking import LISTED
from tests.cast import Cast
from tests.members.life import cases
from tests.members.roster import person


def somebody(cast: Cast) -> tuple[Member, Any]:
    member = person(cast.units["sg11"].pk, "李改")
    return member, cases.with_account(member)


def test_a_proposal_is_cleaned_and_written_on_approval(cast: Cast) -> None:
    member, account = somebody(cast)
    made = propose(actor=account, particulars={"phone": "+86 137-0000-1234", "skills": "急救、驾驶", "employer": ""})
    assert made is not None
    assert made.fields == ["phone", "skills"]
    member.refresh_from_db()
    assert member.phone != "13700001234"
    approve(actor=cast.actor("captain_sg11"), proposal_id=made.pk)
    member.refresh_from_db()
    made.refresh_from_db()
    assert (member.phone, member.skills, made.state) == ("13700001234", ["急救", "驾驶"], ProposalState.APPROVED)
    with pytest.raises(Refusal):
        approve(actor=cast.actor("captain_sg11"), proposal_id=made.pk)


def test_one_waits_at_a_time_and_takes_in_what_comes_later(cast: Cast) -> None:
    _member, account = somebody(cast)
    first = propose(actor=account, particulars={"phone": "13700001234"})
    second = propose(actor=account, particulars={"address": "长湖路 1 号"})
    assert first is not None
    assert second is not None
    assert (first.pk, second.fields) == (second.pk, ["phone", "address"])
    withdraw_proposal(actor=account)
    assert Proposal.objects.get().state == ProposalState.WITHDRAWN
    assert propose(actor=account, particulars={}) is None


def test_wrong_values_and_strangers_are_refused(cast: Cast) -> None:
    member, account = somebody(cast)
    with pytest.raises(InvalidParticulars):
        propose(actor=account, particulars={"phone": "12"})
    with pytest.raises(TypeError):
        propose(actor=account, particulars={"remarks": "队长"})
    with pytest.raises(Http404):
        propose(actor=cast.actor("captain_sg11"), particulars={"phone": "13700001234"})
    made = propose(actor=account, particulars={"phone": "13700001234"})
    assert made is not None
    with pytest.raises(Http404):
        approve(actor=cast.actor("captain_zx"), proposal_id=made.pk)
    with pytest.raises(Http404):
        approve(actor=account, proposal_id=made.pk)
    people.change_status(actor=cast.actor("captain_sg11"), member_id=member.pk, status=MemberStatus.LEFT, reason="搬走")
    made.refresh_from_db()
    assert made.state == ProposalState.WITHDRAWN
    with pytest.raises(Refusal):
        propose(actor=account, particulars={"phone": "13700001235"})


def test_a_returned_proposal_says_why_to_the_member(cast: Cast) -> None:
    _member, account = somebody(cast)
    made = propose(actor=account, particulars={"phone": "13700001234"})
    assert made is not None
    with pytest.raises(Refusal):
        return_proposal(actor=cast.actor("captain_sg11"), proposal_id=made.pk, remark="")
    return_proposal(actor=cast.actor("captain_sg11"), proposal_id=made.pk, remark="号码不通，请核对")
    client = Client()
    client.force_login(account)
    assert "号码不通" in client.get("/my/proposal/").content.decode()


def test_from_the_phone_to_the_record(cast: Cast) -> None:
    member, account = somebody(cast)
    phone, desk = Client(), Client()
    phone.force_login(account)
    desk.force_login(cast.accounts["captain_sg11"])
    whole = {"phone": "13700001234", "occupation": "guard", "emergency_phone": "13800000000"}
    assert phone.post("/my/proposal/", whole).status_code == 302
    made = Proposal.objects.get()
    assert made.fields == ["phone"]
    assert "李改" in desk.get("/u/sg11/").content.decode()
    shown = desk.get("/u/sg11/proposals/").content.decode()
    assert member.phone in shown
    assert "13700001234" in shown
    assert desk.get(f"/proposals/{made.pk}/").status_code == 200
    desk.post(f"/proposals/{made.pk}/approve/")
    member.refresh_from_db()
    assert member.phone == "13700001234"
    assert phone.post("/my/proposal/withdraw/").status_code == 302
    desk_only = Client()
    desk_only.force_login(cast.accounts["captain_sg11"])
    assert desk_only.post("/my/proposal/withdraw/").status_code == 404


@pytest.mark.parametrize(("beyond", "told"), [(0, 0), (1, 1)])
def test_a_list_that_is_cut_says_so(cast: Cast, beyond: int, told: int) -> None:
    for _number in range(LISTED + beyond):
        cases.proposal(cast, "sg11")
    client = Client()
    client.force_login(cast.accounts["captain_sg11"])
    page = client.get("/u/sg11/proposals/").content.decode()
    assert page.count("李改") == LISTED
    assert page.count("这里先显示 100 条") == told


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_takes_as_many_queries_for_one_as_for_fifty(
    cast: Cast, rows: int, django_assert_num_queries: Any
) -> None:
    for _number in range(rows):
        cases.proposal(cast, "sg11")
    client = Client()
    client.force_login(cast.accounts["captain_sg11"])
    client.get("/u/sg11/proposals/")
    with django_assert_num_queries(6):
        client.get("/u/sg11/proposals/")
