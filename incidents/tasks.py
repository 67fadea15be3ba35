"""Background work that needs to know all that is held of a person."""

from celery import shared_task

from corps.actors import SYSTEM
from incidents.operations import erasure


@shared_task(name="incidents.forget_applicants")
def forget_applicants() -> None:
    """Nightly: erase who was not admitted and is kept no longer."""
    erasure.forget_applicants(actor=SYSTEM)
