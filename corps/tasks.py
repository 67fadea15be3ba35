"""Background work of the corps."""

import structlog
from celery import shared_task

from corps.queries.tree_faults import sentence, tree_faults

_log = structlog.get_logger(__name__)


@shared_task(name="corps.check_tree")
def check_tree() -> None:
    """Nightly: a broken tree is an alarm for the operators, never mended silently."""
    faults = tree_faults()
    if faults:
        _log.error("unit_tree_broken", faults=len(faults), first=[sentence(fault) for fault in faults[:5]])
