"""Applications in these tests are answered as soon as they can be; `test_silence` looks at the wait itself."""

import pytest

from members.views import join


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the wait that makes all answers alike."""
    monkeypatch.setattr(join, "ANSWER_SECONDS", 0.0)
