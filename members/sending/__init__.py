"""Ways to reach a phone, one file each, with one interface: `send(phone, text)` or `NotSent`.

Which one is used stands in the environment (`SENDER`). They know nothing of members; what is said to whom is decided by
operations, and the sealed row that waits for sending is the truth.
"""

from django.conf import settings

from members.sending.base import NotSent, Sender
from members.sending.console import ConsoleSender
from members.sending.gateway import GatewaySender

__all__ = ["NotSent", "Sender", "sender"]


def sender() -> Sender | None:
    """The sender of this installation; None where phones cannot be reached."""
    if settings.SENDER == "console":
        return ConsoleSender()
    if settings.SENDER == "gateway":
        return GatewaySender(
            url=settings.SMS_GATEWAY_URL,
            token=settings.SMS_GATEWAY_TOKEN,
            signature=settings.SMS_SIGNATURE,
            timeout=settings.SMS_TIMEOUT,
        )
    return None
