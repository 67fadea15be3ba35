"""Stands between a parent and its child where the kernel cannot tell the child that its parent died (macOS).

Run as a file: `python guard.py SIGNAL PARENT USER GROUP COMMAND …`; USER and GROUP are ids to drop to, or `-`.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

POLL_SECONDS = 0.5


def main(arguments: Sequence[str]) -> int:
    """Run the command; send it SIGNAL once PARENT is gone, and pass on the signals this process receives."""
    last_signal, parent = int(arguments[0]), int(arguments[1])
    user, group = (None if text == "-" else int(text) for text in arguments[2:4])
    child = subprocess.Popen(list(arguments[4:]), user=user, group=group, extra_groups=None if user is None else [])

    def pass_on(number: int, _frame: object) -> None:
        child.send_signal(number)

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(name, pass_on)
    while child.poll() is None:
        if os.getppid() != parent:
            child.send_signal(last_signal)
            break
        time.sleep(POLL_SECONDS)
    return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
