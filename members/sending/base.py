"""What every sender offers."""

from typing import Protocol


class NotSent(Exception):
    """The message did not go out; `lasting` when sending it again is of no use."""

    def __init__(self, why: str, *, lasting: bool = False) -> None:
        super().__init__(why)
        self.lasting = lasting


class Sender(Protocol):
    """A way to a phone."""

    def send(self, phone: str, text: str) -> None:
        """Hand the message over. Raises `NotSent`."""
