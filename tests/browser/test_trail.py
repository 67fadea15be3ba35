"""The trail in a browser: the list and one act, as a superior meets them."""

from corps.enums import ActionResult
from corps.models import Site
from corps.operations.context import acting
from corps.operations.trail import record
from corps.operations.tree import rename_unit
from tests.browser.conftest import Look
from tests.cast import Cast


def some_days(cast: Cast) -> str:
    """A few acts of several people; returns the address of one that changed many rows."""
    rename_unit(
        actor=cast.actor("liaison_sg"),
        unit_id=cast.units["sg11"].pk,
        name="建设新村中队",
        short_name="建设",
        reason="按民政部门批复更名",
    )
    unit = cast.units["sg1"]
    with acting(actor=cast.actor("captain_sg1"), action="site.add", reason="开学前补录", unit_id=unit.pk) as act:
        Site.objects.bulk_create(Site(unit=unit, kind="school", name=f"第{number}小学") for number in range(60))
        address = f"/acts/{act.id}/"
    record(
        actor=cast.actor("captain_sg1"),
        action="appointment.make",
        unit_id=unit.pk,
        detail={"code": "denied"},
        result=ActionResult.REFUSED,
    )
    record(actor=None, actor_name="captain_sg1", action="session.refuse", unit_id=unit.pk, result=ActionResult.FAILED)
    record(actor=cast.actor("captain_sg"), action="member.export", unit_id=unit.pk, detail={"rows": 1204})
    return address


def test_the_list_and_an_act(cast: Cast, look_at: Look) -> None:
    address = some_days(cast)
    words = ("captain", "liaison", "sg", "sg1", "captain_sg1", "system")
    look_at("captain_sg", "/u/sg/trail/", "trail", words=words)
    look_at("captain_sg", address, "act", words=words)
