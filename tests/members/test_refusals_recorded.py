"""Attempts that are refused and that a superior should read of: exports, imports, probing for people elsewhere."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from corps.enums import ActionResult
from corps.errors import Refusal
from corps.models import ActionLog, Unit
from corps.queries.scope import current_tree
from members.models import Member
from members.operations import people
from members.queries.figures import figures_of
from tests.cast import Cast

NUMBER = "11010519491231002X"


def refused(action: str) -> list[tuple[str, int | None]]:
    found = ActionLog.objects.filter(action=action, result=ActionResult.REFUSED)
    return [(entry.actor_name, entry.unit_id) for entry in found]


@pytest.mark.parametrize(("door", "action"), [("roster_export", "member.export"), ("import_new", "import.upload")])
def test_sending_without_the_right(cast: Cast, door: str, action: str) -> None:
    client = Client()
    client.force_login(cast.accounts["inspector_sg"])
    path = reverse(door, args=["sg1"])
    assert client.get(path).status_code == 403
    assert refused(action) == [], "looking is no attempt"
    assert client.post(path).status_code == 403
    assert refused(action) == [("inspector sg", cast.units["sg1"].pk)]


def test_uploading_through_the_api_without_the_right(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.accounts["inspector_sg"])
    file = SimpleUploadedFile("a.csv", "姓名,身份证号\n".encode())
    assert client.post("/api/v1/imports/", {"unit": "sg1", "file": file}).status_code == 403
    assert refused("import.upload") == [("inspector sg", cast.units["sg1"].pk)]


def test_probing_for_a_person_elsewhere(cast: Cast) -> None:
    people.enrol(
        actor=cast.actor("liaison_hy"), unit_id=cast.units["zx1"].pk, identity=NUMBER, particulars={"name": "李芳"}
    )
    captain, unit = cast.actor("captain_sg"), cast.units["sg1"].pk
    with pytest.raises(Refusal) as refusal:
        people.enrol(actor=captain, unit_id=unit, identity=NUMBER, particulars={"name": "李芳"})
    assert refusal.value.code == "member.exists"
    assert "长湖" not in str(refusal.value)
    assert refused("member.enrol") == [("captain sg", unit)]
    with pytest.raises(people.InvalidParticulars):
        people.enrol(actor=captain, unit_id=unit, identity="1", particulars={"name": "李芳"})
    assert len(refused("member.enrol")) == 1, "a slip of the hand is no event"


def test_a_member_comes_with_the_groups_or_not_at_all(cast: Cast) -> None:
    with pytest.raises(Refusal):
        people.enrol(
            actor=cast.actor("captain_sg"),
            unit_id=cast.units["sg1"].pk,
            identity=NUMBER,
            particulars={"name": "李芳"},
            group_ids=[1 << 40],
        )
    assert not Member.objects.exists()


def test_figures_follow_every_door(cast: Cast, django_capture_on_commit_callbacks: object) -> None:
    officer = cast.actor("liaison_hy")

    def present(unit: Unit) -> int:
        return figures_of(officer, current_tree().nodes[unit.pk]).present

    sg, zx = cast.units["sg"], cast.units["zx"]
    assert (present(sg), present(zx)) == (0, 0)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        member = people.enrol(
            actor=officer, unit_id=cast.units["sg11"].pk, identity=NUMBER, particulars={"name": "李芳"}
        )
    assert (present(sg), present(zx)) == (1, 0)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        people.transfer(actor=officer, member_id=member.pk, unit_id=cast.units["zx11"].pk, reason="moved")
    assert (present(sg), present(zx)) == (0, 1)
