"""An officer changes something in the admin; the history keeps who and why, and the superior reads it in the trail."""

import pytest
from django.test import Client
from django.urls import reverse
from pghistory.models import Context

from tests.admin_rows import member
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def client_of(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.accounts[name])
    return client


def test_an_edit_is_read_by_the_superior_with_its_reason(cast: Cast) -> None:
    officer, superior = client_of(cast, "liaison_sg"), client_of(cast, "captain_hy")
    unit = cast.units["sg11"]
    form = {"name": "第一中队", "short_name": "一中队", "code": unit.code, "division_code": "", "reason": "按文件更名"}
    assert officer.post(reverse("admin:corps_unit_change", args=[unit.pk]), form).status_code == 302
    unit.refresh_from_db()
    assert unit.name == "第一中队"

    context = Context.objects.get(metadata__action="unit.rename")
    assert context.metadata["account"] == cast.accounts["liaison_sg"].pk
    assert context.metadata["reason"] == "按文件更名"

    history = officer.get(reverse("admin:corps_unit_history", args=[unit.pk])).content.decode()
    for told in ("按文件更名", "liaison sg", "一中队", "第一中队"):
        assert told in history

    trail = superior.get(reverse("trail", args=["hy"])).content.decode()
    assert "按文件更名" in trail
    assert "liaison sg" in trail
    rows = client_of(cast, "auditor_hy").get(reverse("admin:corps_actionlog_rows")).content.decode()
    assert "按文件更名" in rows
    assert "第一中队" in rows

    beside = client_of(cast, "captain_zx")
    assert "按文件更名" not in beside.get(reverse("trail", args=["zx"])).content.decode()
    assert beside.get(reverse("trail", args=["sg"])).status_code == 404


def test_a_transfer_in_the_admin_stands_in_the_members_own_story(cast: Cast) -> None:
    officer, captain = client_of(cast, "liaison_sg"), client_of(cast, "captain_sg")
    somebody = member(cast, "sg11")
    sent = {"unit": cast.units["sg12"].pk, "reason": "搬家至东区"}
    assert officer.post(reverse("admin:members_member_transfer", args=[somebody.pk]), sent).status_code == 302
    page = captain.get(reverse("member", args=[somebody.pk])).content.decode()
    assert "搬家至东区" in page
    assert "搬家至东区" in captain.get(reverse("trail", args=["sg"])).content.decode()
