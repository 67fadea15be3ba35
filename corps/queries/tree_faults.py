"""What is wrong with the unit tree: read for the nightly check, the command and the repair."""

from django.db import connection
from django.utils.translation import gettext as _

from corps.logic.tree import Fault, FaultKind, Row, find_faults


def unit_rows() -> list[Row]:
    """All units as the table has them, in the order of their codes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, parent_id, corps_id, level, code, active_until IS NOT NULL, tree_id, lft, rght, depth"
            " FROM corps_unit ORDER BY code"
        )
        return [Row(*row) for row in cursor.fetchall()]


def tree_faults() -> list[Fault]:
    """Empty for a perfect tree. One read, then plain Python: independent of the check the database makes at commit."""
    return find_faults(unit_rows())


def sentence(fault: Fault) -> str:
    """The fault as a plain sentence with the unit's code."""
    forms = {
        FaultKind.CYCLE: _("Unit %(code)s hangs, over its superiors, under itself or under nothing."),
        FaultKind.LEVEL: _("Unit %(code)s (level %(found)s) is not of a lower level than its superior %(expected)s."),
        FaultKind.CORPS: _("Unit %(code)s belongs to another corps than its superior %(expected)s."),
        FaultKind.CLOSED: _("Unit %(code)s is open, but its superior %(expected)s is closed."),
        FaultKind.ROOT: _("Unit %(code)s is a second top unit beside %(expected)s."),
        FaultKind.TREE: _("Unit %(code)s carries tree number %(found)s instead of %(expected)s."),
        FaultKind.DEPTH: _("Unit %(code)s carries depth %(found)s instead of %(expected)s."),
        FaultKind.EDGES: _("Unit %(code)s spans %(found)s in tree order instead of %(expected)s."),
    }
    return forms[fault.kind] % {"code": fault.code, "found": fault.found, "expected": fault.expected}
