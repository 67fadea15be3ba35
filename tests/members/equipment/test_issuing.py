"""Issuing to members: what is written, what the member is asked to confirm, and every refusal by name."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from corps.actors import SYSTEM
from corps.errors import Refusal
from corps.queries.scope import local_today
from members.enums import MemberStatus
from members.logic.ledger import Line
from members.models import Confirmation, EquipmentKind, Movement, Requirement, Voucher
from members.operations.equipment.getters import ask_to_confirm
from members.operations.equipment.issuing import issue, issue_to_unit
from tests.cast import Cast
from tests.members.equipment import stage
from tests.members.roster import person


@pytest.fixture
def scene(cast: Cast) -> stage.Scene:
    return stage.build(cast)


def test_issuing_moves_things_into_hands_and_asks_for_a_confirmation(scene: stage.Scene) -> None:
    voucher = issue(
        actor=scene.captain,
        store_id=scene.store.pk,
        member_lines={
            scene.zhang.pk: [Line(scene.vest.pk, 1), Line(scene.radio.pk, article_id=scene.radio_1.pk)],
            scene.li.pk: [Line(scene.vest.pk, 1), Line(scene.vest.pk, 1)],
        },
        token=stage.token(),
        due_on=local_today(),
    )
    assert voucher.unit_id == scene.store.unit_id
    assert voucher.recorded_by == scene.captain
    assert stage.in_store(scene.store, scene.vest) == 17
    assert (stage.in_hands(scene.zhang, scene.radio), stage.in_hands(scene.li, scene.vest)) == (1, 2)
    # What was entered twice is one movement.
    assert Movement.objects.filter(voucher=voucher).count() == 3
    assert stage.holding(scene.li, scene.vest).due_on == local_today()
    asked = Confirmation.objects.filter(voucher=voucher, confirmed_at=None)
    assert set(asked.values_list("member", "due_on")) == {
        (one.pk, local_today() + dt.timedelta(days=7)) for one in (scene.zhang, scene.li)
    }


def test_the_week_to_confirm_begins_on_the_day_at_the_corps_place(scene: stage.Scene) -> None:
    """An issue after midnight there, while it is the day before in Greenwich."""
    voucher = issue(
        actor=scene.captain,
        store_id=scene.store.pk,
        member_lines={scene.zhang.pk: [Line(scene.vest.pk)]},
        token=stage.token(),
    )
    Confirmation.objects.filter(voucher=voucher).delete()
    voucher.recorded_at = dt.datetime(2026, 3, 1, 17, 0, tzinfo=dt.UTC)
    ask_to_confirm(voucher)
    assert Confirmation.objects.get(voucher=voucher).due_on == dt.date(2026, 3, 9)


def test_the_same_form_twice_is_one_voucher(scene: stage.Scene) -> None:
    token = stage.token()
    vouchers = {
        issue(
            actor=scene.captain,
            store_id=scene.store.pk,
            member_lines={scene.zhang.pk: [Line(scene.vest.pk)]},
            token=token,
        ).pk
        for _press in range(2)
    }
    assert len(vouchers) == 1
    assert stage.in_hands(scene.zhang, scene.vest) == 1
    with pytest.raises(Refusal) as refused:
        issue_to_unit(
            actor=scene.cast.actor("captain_zx"),
            store_id=stage.store(scene.cast, "zx").pk,
            unit_id=scene.cast.units["zx"].pk,
            lines=[Line(scene.vest.pk)],
            token=token,
        )
    assert refused.value.code == "equipment.token"


def refusal(scene: stage.Scene, lines: list[Line], **more: object) -> Refusal:
    with pytest.raises(Refusal) as refused:
        issue(
            **{
                "actor": scene.captain,
                "store_id": scene.store.pk,
                "member_lines": {scene.zhang.pk: lines},
                "token": stage.token(),
                **more,
            }
        )
    assert refused.value.remedy
    assert refused.value.place
    # Nothing is half done.
    assert Voucher.objects.count() == 1
    return refused.value


def test_more_than_the_store_has_is_refused_with_what_is_left(scene: stage.Scene) -> None:
    found = refusal(scene, [Line(scene.vest.pk, 21)])
    assert found.code == "equipment.not_enough"
    assert (found.params["left"], "反光背心" in str(found), "装备室" in str(found)) == (20, True, True)
    other = stage.kind(scene.cast, "雨衣")
    found = refusal(scene, [Line(other.pk, 1)])
    assert (found.code, found.params["left"]) == ("equipment.not_enough", 0)


def test_wrong_lines_are_refused(scene: stage.Scene) -> None:
    sized = stage.kind(scene.cast, "制服", sizes=["M", "L"])
    wrong = {
        "equipment.nothing": [],
        "equipment.wrong_size": [Line(sized.pk, 1, "XXL")],
        "equipment.wrong_quantity": [Line(scene.vest.pk, 0)],
        "equipment.wrong_article": [Line(scene.radio.pk, 1)],
        "equipment.wrong_kind": [Line(0, 1)],
    }
    assert {code: refusal(scene, lines).code for code, lines in wrong.items()} == {code: code for code in wrong}
    assert refusal(scene, [Line(sized.pk, 1)]).code == "equipment.wrong_size"
    assert refusal(scene, [Line(scene.vest.pk, 1, "L")]).code == "equipment.wrong_size"
    assert refusal(scene, [Line(scene.vest.pk, 1, article_id=scene.radio_1.pk)]).code == "equipment.wrong_article"
    assert refusal(scene, [Line(scene.vest.pk, 1_000_001)]).code == "equipment.wrong_quantity"


def test_the_day_is_neither_to_come_nor_before_what_stands_already(scene: stage.Scene) -> None:
    line = [Line(scene.vest.pk)]
    assert refusal(scene, line, on=local_today() + dt.timedelta(days=1)).code == "equipment.future"
    assert refusal(scene, line, on=stage.days_ago(31)).code == "equipment.backdated"
    assert refusal(scene, line, due_on=stage.days_ago(1)).code == "equipment.due_early"


def test_who_is_not_on_duty_is_named(scene: stage.Scene) -> None:
    for status in (MemberStatus.SUSPENDED, MemberStatus.LEFT, MemberStatus.APPLICANT, MemberStatus.VETTED):
        scene.zhang.status = status
        scene.zhang.save()
        found = refusal(scene, [Line(scene.vest.pk)])
        assert (found.code, "张伟" in str(found)) == ("equipment.not_on_duty", True)


def test_who_is_at_home_elsewhere_is_named_only_to_who_may_see_them(scene: stage.Scene) -> None:
    far = person(scene.cast.units["zx11"].pk, "王芳")
    lines = {far.pk: [Line(scene.vest.pk)]}
    found = refusal(scene, [], member_lines=lines)
    assert (found.code, "王芳" in str(found)) == ("equipment.out_of_reach", False)
    found = refusal(scene, [], member_lines=lines, actor=SYSTEM)
    assert (found.code, "王芳" in str(found)) == ("equipment.out_of_reach", True)


def test_a_double_issue_needs_a_reason_and_never_passes_what_one_member_may_hold(scene: stage.Scene) -> None:
    stage.entitle(scene.vest)
    stage.give(scene.store, scene.zhang, Line(scene.vest.pk))
    args = {
        "actor": scene.captain,
        "store_id": scene.store.pk,
        "member_lines": {scene.zhang.pk: [Line(scene.vest.pk)]},
    }
    with pytest.raises(Refusal, match="张伟") as refused:
        issue(**args, token=stage.token())
    assert refused.value.code == "equipment.double"
    extra = issue(**args, token=stage.token(), extra_reason="夜间另配一件")
    assert extra.reason == "夜间另配一件"
    EquipmentKind.objects.filter(pk=scene.vest.pk).update(most_per_member=2)
    with pytest.raises(Refusal, match="张伟") as refused:
        issue(**args, token=stage.token(), extra_reason="再配一件")
    assert refused.value.code == "equipment.most_per_member"


def test_what_a_kind_requires_is_asked(scene: stage.Scene) -> None:
    needed = Requirement.objects.create(corps_id=scene.radio.corps_id, name="成年", min_age=90)
    EquipmentKind.objects.filter(pk=scene.vest.pk).update(requirement=needed)
    found = refusal(scene, [Line(scene.vest.pk)])
    assert (found.code, "张伟" in str(found)) == ("equipment.requirement", True)


def test_the_last_radio_says_who_has_it(scene: stage.Scene) -> None:
    stage.give(scene.store, scene.li, Line(scene.radio.pk, article_id=scene.radio_1.pk))
    with pytest.raises(Refusal, match="李娜") as refused:
        stage.give(scene.store, scene.zhang, Line(scene.radio.pk, article_id=scene.radio_1.pk))
    assert refused.value.code == "equipment.article_elsewhere"
    assert "R-001" in str(refused.value)


def test_rights(scene: stage.Scene) -> None:
    args = {"store_id": scene.store.pk, "member_lines": {scene.zhang.pk: [Line(scene.vest.pk)]}}
    with pytest.raises(PermissionDenied):
        issue(actor=scene.cast.actor("commissar_sg"), token=stage.token(), **args)  # type: ignore[arg-type]
    for name in ("captain_zx", "captain_sg11", "admin", "nobody", "member_sg11"):
        with pytest.raises(Http404):
            issue(actor=scene.cast.actor(name), token=stage.token(), **args)  # type: ignore[arg-type]


def test_a_unit_below_gets_something_into_its_use(scene: stage.Scene) -> None:
    issue_to_unit(
        actor=scene.captain,
        store_id=scene.store.pk,
        unit_id=scene.cast.units["sg12"].pk,
        lines=[Line(scene.vest.pk, 3)],
        token=stage.token(),
    )
    assert stage.in_store(scene.store, scene.vest) == 17
    with pytest.raises(Refusal) as refused:
        issue_to_unit(
            actor=scene.captain,
            store_id=scene.store.pk,
            unit_id=scene.cast.units["zx"].pk,
            lines=[Line(scene.vest.pk, 3)],
            token=stage.token(),
        )
    assert refused.value.code == "equipment.out_of_reach"


def test_a_store_out_of_use_gives_nothing(scene: stage.Scene) -> None:
    scene.store.active = False
    scene.store.save()
    assert refusal(scene, [Line(scene.vest.pk)]).code == "equipment.store_closed"
