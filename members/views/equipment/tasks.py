"""What waits for a captain about equipment: for the first page of equipment and the first page of all."""

from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corps.queries.scope import Node, current_tree, local_today
from members.queries.equipment.waiting import Waiting, waiting_in


class Task(NamedTuple):
    """One thing that waits: what it is, why, and where it is done."""

    shape: str
    what: str
    note: str
    url: str
    button: str


def equipment_tasks(unit: Node, found: Waiting | None = None) -> list[Task]:
    """What waits in the unit and below, the most pressing first."""
    waiting = found or waiting_in(current_tree().within(unit.id), local_today())
    holdings, confirmations, transfers = (
        reverse(name, args=[unit.code])
        for name in ("equipment_holdings", "equipment_confirmations", "equipment_transfers")
    )
    rows = [
        ("stop", _things(waiting.overdue), _("overdue: to be returned"), f"{holdings}?due=over", _("See the list")),
        (
            "stop",
            _hand_overs(waiting.unconfirmed_late),
            _("not confirmed in time"),
            confirmations,
            _("Confirm by sheet"),
        ),
        ("wait", _transfers(waiting.on_their_way), _("on the way to your stores"), transfers, _("Receive")),
        ("warn", _things(waiting.due_soon), _("due back within 7 days"), f"{holdings}?due=soon", _("See the list")),
        (
            "wait",
            _hand_overs(waiting.unconfirmed),
            _("wait for the members' confirmation"),
            confirmations,
            _("See the list"),
        ),
    ]
    numbers = (
        waiting.overdue,
        waiting.unconfirmed_late,
        waiting.on_their_way,
        waiting.due_soon,
        waiting.unconfirmed,
    )
    return [Task(*row) for row, number in zip(rows, numbers, strict=True) if number]


def _things(number: int) -> str:
    return ngettext("%(n)s thing handed out", "%(n)s things handed out", number) % {"n": f"{number:,}"}


def _hand_overs(number: int) -> str:
    return ngettext("%(n)s hand-over", "%(n)s hand-overs", number) % {"n": f"{number:,}"}


def _transfers(number: int) -> str:
    return ngettext("%(n)s transfer", "%(n)s transfers", number) % {"n": f"{number:,}"}
