"""Refusals: what a user may not do, said as a sentence that names the place and the remedy."""

from typing import Any

from django.utils.functional import Promise


class Refusal(Exception):
    """An operation or policy says no, and why. Doors show `message`; `code` is stable for the API and for tests.

    `place` names the field, row or object the refusal is about; `remedy` says what to do instead.
    """

    #: Whether an operation that records its refusals records this one; what is only mistyped is no event.
    recorded = True

    def __init__(
        self,
        message: str | Promise,
        *,
        code: str,
        place: str = "",
        remedy: str | Promise = "",
        params: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(str(message))
        self.message = message
        self.code = code
        self.place = place
        self.remedy = remedy
        self.params = params or {}

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.message), str(self.remedy)) if part)
