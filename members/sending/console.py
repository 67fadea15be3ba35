"""For development and tests: the message stands in the log of the process, nothing leaves the machine."""

import sys


class ConsoleSender:
    """Writes to standard error, past the logs: those mask the numbers that somebody developing has to read."""

    def send(self, phone: str, text: str) -> None:
        sys.stderr.write(f"SMS → {phone}: {text}\n")
        sys.stderr.flush()
