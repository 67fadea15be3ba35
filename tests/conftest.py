"""Fixtures every test may use."""

import pytest

from tests.cast import Cast, assemble


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast inside the test's transaction."""
    return assemble()
