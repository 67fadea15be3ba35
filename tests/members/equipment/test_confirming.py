"""Confirming what was handed over: by the member's tap, or from a signed sheet."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from corps.errors import Refusal
from members.enums import ConfirmedBy
from members.logic.ledger import Line
from members.models import Confirmation
from members.operations.equipment.confirming import confirm_by_sheet, confirm_own
from tests.cast import Cast
from tests.members.equipment import stage


@pytest.fixture
def scene(cast: Cast) -> stage.Scene:
    scene = stage.build(cast)
    scene.zhang.account = cast.accounts["member_sg11"]
    scene.zhang.save()
    return scene


def test_a_member_confirms_the_own_things_once(scene: stage.Scene) -> None:
    voucher = stage.give(scene.store, scene.zhang, Line(scene.vest.pk))
    asked = Confirmation.objects.get(voucher=voucher)
    first = confirm_own(actor=scene.cast.actor("member_sg11"), confirmation_id=asked.pk)
    again = confirm_own(actor=scene.cast.actor("member_sg11"), confirmation_id=asked.pk)
    assert first.how == ConfirmedBy.TAP
    assert first.confirmed_at == again.confirmed_at
    for name in ("captain_sg1", "nobody"):
        with pytest.raises(Http404):
            confirm_own(actor=scene.cast.actor(name), confirmation_id=asked.pk)


def test_the_captain_ticks_off_a_signed_sheet_and_a_tap_stays_a_tap(scene: stage.Scene) -> None:
    vouchers = [stage.give(scene.store, one, Line(scene.vest.pk)) for one in (scene.zhang, scene.li)]
    asked = Confirmation.objects.get(voucher=vouchers[0])
    confirm_own(actor=scene.cast.actor("member_sg11"), confirmation_id=asked.pk)
    assert confirm_by_sheet(actor=scene.captain, voucher_id=vouchers[0].pk, member_ids=[scene.zhang.pk]) == []
    asked.refresh_from_db()
    assert asked.how == ConfirmedBy.TAP
    # The squad's own captain, although the voucher is the brigade's.
    squad = scene.cast.actor("captain_sg11")
    (ticked,) = confirm_by_sheet(actor=squad, voucher_id=vouchers[1].pk, member_ids=[scene.li.pk])
    assert (ticked.how, ticked.confirmed_by) == (ConfirmedBy.SHEET, squad)


def test_only_members_of_the_voucher_are_ticked_by_who_may(scene: stage.Scene) -> None:
    voucher = stage.give(scene.store, scene.zhang, Line(scene.vest.pk))
    for members in ([scene.li.pk], [scene.zhang.pk, scene.li.pk], []):
        with pytest.raises(Refusal) as refused:
            confirm_by_sheet(actor=scene.captain, voucher_id=voucher.pk, member_ids=members)
        assert refused.value.code == "equipment.not_on_voucher"
    with pytest.raises(Http404):
        confirm_by_sheet(actor=scene.cast.actor("captain_zx"), voucher_id=voucher.pk, member_ids=[scene.zhang.pk])
    with pytest.raises(PermissionDenied):
        confirm_by_sheet(actor=scene.cast.actor("commissar_sg"), voucher_id=voucher.pk, member_ids=[scene.zhang.pk])
    with pytest.raises(Http404):
        confirm_by_sheet(actor=scene.captain, voucher_id=0, member_ids=[scene.zhang.pk])
