"""Background work of the statistics; each task is one domain call, and a lost or repeated message does no harm."""

from celery import shared_task

from corps.actors import SYSTEM
from stats.operations import rollups


@shared_task(name="stats.drain_dirty")
def drain_dirty() -> None:
    """Once a second: count again what facts have changed."""
    rollups.drain_all(actor=SYSTEM)


@shared_task(name="stats.watch_rollups")
def watch_rollups() -> None:
    """Nightly: compare some of what is stored with the facts; a difference is an alarm, never silently mended."""
    rollups.watch(actor=SYSTEM)
