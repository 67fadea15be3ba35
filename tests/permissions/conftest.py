"""The sweeps' scenery, set up once for all tests of a file, and silence about what they are refused."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.cast import assemble
from tests.permissions.stage import Scenery, furnish


@pytest.fixture(scope="module")
def scenery(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scenery]:
    """The cast and an object of every kind in every place, for all tests of the file; what each does is taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield furnish(assemble())
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of refusals need no line of the log each, which takes as long as some answers; failures keep theirs."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)
