"""A kind of equipment may require certificates, insurance, an age: every door that puts it into hands asks."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from corps.actors import SYSTEM
from corps.queries.scope import local_today
from members.logic.ledger import Line
from members.models import Holding, Requirement, Voucher
from members.operations.equipment.kinds import edit_kind
from members.operations.equipment.returning import replace, take_back
from members.operations.equipment.reversing import reverse as reverse_voucher
from members.operations.training.certificates import record_certificate
from tests.cast import Cast
from tests.members.equipment import stage
from tests.members.equipment.desk import SQUAD, Desk, desk_of, signed_in, token_of
from tests.members.equipment.test_sheets import HANDS, apply, upload
from tests.members.training.stage import kind_of, refused, requirement_of

pytestmark = pytest.mark.django_db

LACKS = "王芳：无「装备使用证」证书、未登记保险"
REMEDY = "请先安排培训或补办保险，或改派他人"


@pytest.fixture
def desk(cast: Cast) -> Desk:
    """Lights and radios ask for a certificate and insurance, which everybody but 王芳 has."""
    found = desk_of(cast)
    certificate = kind_of(cast, "装备使用证")
    needed = requirement_of(cast, certificate, name="装备要求", insured=True)
    for kind in (found.light, found.radio):
        edit_kind(actor=SYSTEM, kind_id=kind.pk, requirement_id=needed.pk)
    for name in SQUAD:
        if name == "王芳":
            continue
        member = found.people[name]
        member.insured_until = local_today()
        member.save()
        record_certificate(
            actor=SYSTEM,
            member_id=member.pk,
            kind_id=certificate.pk,
            number=name,
            issuer="消防队",
            issued_on=local_today(),
        )
    return found


@pytest.fixture
def captain(client: Client, desk: Desk) -> Client:
    return signed_in(client, desk.cast, "captain_sg1")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def asking() -> Any:
    return refused("equipment.requirement")


def test_the_list_for_many_hands_names_who_lacks_what_and_gives_nobody_anything(captain: Client, desk: Desk) -> None:
    page = text(captain.get("/u/sg1/equipment/issue/"))
    ids = [member.pk for member in desk.people.values()]
    values: dict[str, Any] = {
        "token": token_of(page),
        "rows": ",".join(map(str, ids)),
        "member": ids,
        "give": [f"{pk}-{desk.light.pk}" for pk in ids],
    }
    values |= {f"size-{pk}-{desk.vest.pk}": "L" for pk in ids}
    said = text(captain.post("/u/sg1/equipment/issue/", values))
    assert LACKS in said
    assert REMEDY in said
    assert "张伟：" not in said
    assert not Voucher.objects.filter(act="issue").exists()
    # Without the light for her, all of it goes out, to her as well: a vest asks for nothing.
    values["give"] = [one for one in values["give"] if not one.startswith(f"{desk.people['王芳'].pk}-")]
    assert captain.post("/u/sg1/equipment/issue/", values).status_code == 302
    held = set(Holding.objects.filter(member=desk.people["王芳"]).values_list("kind", flat=True))
    assert held == {desk.vest.pk}


def test_handing_out_by_hand_asks(captain: Client, desk: Desk) -> None:
    path = "/u/sg1/equipment/hand-out/"
    values: dict[str, Any] = {
        "token": token_of(captain.get(path).content),
        "store": desk.store.pk,
        "to": "members",
        "people": "王芳",
        "lines": 1,
        "line-0-kind": desk.radio.pk,
        "line-0-numbers": "对003",
    }
    said = text(captain.post(path, values))
    assert LACKS in said
    assert REMEDY in said
    assert 'value="对003"' in said, "nothing typed is lost"
    assert captain.post(path, values | {"people": "张伟"}).status_code == 302


def test_a_sheet_of_hand_overs_asks_also_for_what_was_handed_out_long_ago(captain: Client, desk: Desk) -> None:
    for more in ({}, {"opening": "on"}):
        said = text(apply(captain, upload(captain, desk, [HANDS[0], HANDS[2]], what="hands", **more)))
        assert LACKS in said
        assert REMEDY in said
    assert not Voucher.objects.filter(act="issue").exists()


def test_other_systems_are_told_who_lacks_what(captain: Client, desk: Desk) -> None:
    wang = desk.people["王芳"].pk
    body = {"token": str(uuid4()), "lines": [{"member": wang, "kind": desk.radio.pk, "number": "对004"}]}
    path = reverse("api:store-issue", args=[desk.store.pk])
    answer = captain.post(path, body, content_type="application/json")
    told = answer.json()
    assert (answer.status_code, told["code"]) == (409, "equipment.requirement")
    assert LACKS in str(told)
    assert REMEDY in str(told)


def test_a_new_one_for_a_lost_one_asks_again(desk: Desk) -> None:
    """Who holds a thing keeps it when the kind begins to ask; a new one is another matter."""
    needed = Requirement.objects.get()
    edit_kind(actor=SYSTEM, kind_id=desk.radio.pk, requirement_id=None)
    desk.give("王芳", desk.one_radio())
    edit_kind(actor=SYSTEM, kind_id=desk.radio.pk, requirement_id=needed.pk)
    held = stage.holding(desk.people["王芳"], desk.radio)
    with asking():
        replace(
            actor=SYSTEM,
            holding_id=held.pk,
            reason="落水",
            token=stage.token(),
            lost=True,
            article_id=desk.radios[1].pk,
        )
    assert stage.holding(desk.people["王芳"], desk.radio).article_id == desk.radios[0].pk


def test_from_one_hand_into_another_goes_through_the_store_and_asks(desk: Desk) -> None:
    desk.give("张伟", desk.one_radio())
    held = stage.holding(desk.people["张伟"], desk.radio)
    take_back(actor=SYSTEM, holdings={held.pk: (1, 0)}, store_id=desk.store.pk, token=stage.token())
    with asking():
        desk.give("王芳", desk.one_radio())
    desk.give("李娜", desk.one_radio())


def test_taking_a_return_back_restores_what_was(desk: Desk) -> None:
    """A return that never happened is corrected, whoever fulfils what today."""
    needed = Requirement.objects.get()
    edit_kind(actor=SYSTEM, kind_id=desk.light.pk, requirement_id=None)
    desk.give("王芳", Line(desk.light.pk))
    edit_kind(actor=SYSTEM, kind_id=desk.light.pk, requirement_id=needed.pk)
    held = stage.holding(desk.people["王芳"], desk.light)
    back = take_back(actor=SYSTEM, holdings={held.pk: (1, 0)}, store_id=desk.store.pk, token=stage.token())
    reverse_voucher(actor=SYSTEM, voucher_id=back.pk, reason="误登", token=stage.token())
    assert stage.in_hands(desk.people["王芳"], desk.light) == 1
