"""What waits of training: sessions to close, certificates that expire."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from corps.actors import Actor
from corps.queries.scope import Node
from members.queries.training.certificates import due_within
from members.queries.training.sessions import to_close
from stats.views.task import Task

CLOSE_SHOWN = 2


def training_tasks(actor: Actor, unit: Node, *, sessions: bool) -> list[Task]:
    """For whoever records training in the unit; without `sessions` there is none to close."""
    rows = to_close(actor, unit, limit=CLOSE_SHOWN) if sessions else []
    tasks = [
        Task(
            "wait",
            one.course.name,
            _("over and not closed: no certificates yet"),
            reverse("training_session", args=[one.pk]),
            pgettext("a session", "Close"),
            one.starts_at,
        )
        for one in rows[:CLOSE_SHOWN]
    ]
    if len(rows) > CLOSE_SHOWN:
        url = f"{reverse('training', args=[unit.code])}?which=to_close"
        tasks.append(Task("wait", _("More training sessions"), _("not closed"), url, _("See the list")))
    due, base = due_within(actor, unit), reverse("certificates", args=[unit.code])
    for shape, number, note, standing in (
        ("stop", due.expired, _("expired and not renewed"), "expired"),
        ("warn", due.expiring, _("expire soon"), "expiring"),
    ):
        if number:
            what = ngettext("%(n)s certificate", "%(n)s certificates", number) % {"n": f"{number:,}"}
            tasks.append(Task(shape, what, note, f"{base}?standing={standing}", _("See the list")))
    return tasks
