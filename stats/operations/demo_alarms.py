"""Alarm figures of a demonstration city: sheets are written, then taken over like any other."""

from datetime import date
from typing import TYPE_CHECKING

from corps.enums import Level
from corps.models import Corps, Unit
from corps.queries.scope import current_tree
from members.demo.city import DemoCity
from stats.demo.alarms import Area, workbooks
from stats.operations.alarms import apply_alarms, upload_alarms

if TYPE_CHECKING:
    from corps.actors import Actor


def import_demo_alarms(*, actor: "Actor", city: DemoCity, seed: int, today: date) -> int:
    """Take the sheets over for a corps with detachments; gives how many figures. Others publish no such figures."""
    corps = Corps.objects.get(code=city.plan.code)
    units = list(Unit.objects.filter(corps=corps, level=Level.DETACHMENT).order_by("code"))
    if not units:
        return 0
    tree = current_tree()
    areas = [Area(unit.name.removesuffix("义警支队"), float(len(tree.within(unit.pk)))) for unit in units]
    root = Unit.objects.get(corps=corps, parent=None)
    figures = 0
    for book in workbooks(city.plan.code, areas, seed=seed, report=city.reported_on, today=today):
        uploaded = upload_alarms(actor=actor, unit_id=root.pk, file_name=book.name, content=book.content)
        figures += len(apply_alarms(actor=actor, import_id=uploaded.pk).lines)
    return figures
