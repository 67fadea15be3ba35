"""The four processes of `./dev up` as children: one merged log, started again when they fall, all ended together."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence

from yiwu.services import kin
from yiwu.services.places import ROOT
from yiwu.services.trouble import TroubleError, say

COLOURS = {"web": 36, "live": 35, "worker": 33, "beat": 34}
SHORT_LIFE_SECONDS = 10.0
MOST_SHORT_LIVES = 5
LONGEST_PAUSE_SECONDS = 30.0
STOP_SECONDS = 15.0


class Child:
    """One process; its output goes to our standard output, each line headed by its name."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = name
        self.command = command
        self.environment = environment
        self.short_lives = 0
        self.started = 0.0
        self.due = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = kin.start(
            [sys.executable, "-m", *self.command],
            last_signal=signal.SIGTERM,
            environment=self.environment,
            output=subprocess.PIPE,
            folder=ROOT,
        )
        threading.Thread(target=self._relay, args=(self.process,), daemon=True).start()

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def fell(self) -> None:
        """Note that the process ended by itself and when to start it again.

        Raises `TroubleError` after `MOST_SHORT_LIVES` lives in a row that lasted less than `SHORT_LIFE_SECONDS`.
        """
        status = self.process.returncode if self.process else None
        if self.process:
            kin.kill_group(self.process.pid)
        self.process = None
        short = time.monotonic() - self.started < SHORT_LIFE_SECONDS
        self.short_lives = self.short_lives + 1 if short else 0
        if self.short_lives >= MOST_SHORT_LIVES:
            raise TroubleError(
                f"The process {self.name} ends again and again as soon as it starts (status {status}).",
                f"Its lines above, headed {self.name!r}, say why.",
            )
        pause = min(2.0 ** max(0, self.short_lives - 1), LONGEST_PAUSE_SECONDS)
        self.due = time.monotonic() + pause
        say(f"{self.name} ended with status {status}; starting it again in {pause:.0f} s")

    def _relay(self, process: subprocess.Popen[bytes]) -> None:
        head = f"{self.name:<6} | ".encode()
        if sys.stdout.isatty():
            head = b"\x1b[%dm%s\x1b[0m" % (COLOURS[self.name], head)
        for line in process.stdout or ():
            try:
                # One write per line keeps lines of different processes whole.
                os.write(sys.stdout.fileno(), head + line.rstrip(b"\n") + b"\n")
            except BrokenPipeError:  # whoever read the log is gone: so is the terminal
                os.kill(os.getpid(), signal.SIGTERM)


class Children:
    """All children; `watch` keeps them running, `stop` ends them."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = children

    def start(self) -> None:
        for child in self.children:
            child.start()

    def watch(self) -> None:
        """Start fallen children again when their pause is over. Raises `TroubleError` when one cannot live."""
        for child in self.children:
            if child.process is None:
                if time.monotonic() >= child.due:
                    child.start()
            elif not child.running():
                child.fell()

    def stop(self) -> None:
        """Ask all at once, wait `STOP_SECONDS` together, then kill what is left of their groups."""
        running = [child.process for child in self.children if child.process]
        kin.stop_all(running, gently=signal.SIGTERM, seconds=STOP_SECONDS)
