"""The embedded Valkey: every write is logged, no TCP port, a Unix socket only its owner can open."""

import os
import signal
import socket
import subprocess
import time

from yiwu.services import kin, orphans
from yiwu.services.home import Home, tail
from yiwu.services.trouble import TroubleError, full_disk, is_about_full_disk, say

DATABASES = 64  # parallel tests take one each


class Valkey:
    """One server on the folders of `home`; the caller holds the lock of their state folder."""

    def __init__(self, home: Home, *, durable: bool = True) -> None:
        self.home = home
        self.durable = durable
        self.data = home.data / "valkey"
        self.log = home.logs / "valkey.log"
        self.socket = home.sockets / "valkey.sock"
        self.child: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    @property
    def broker_url(self) -> str:
        return f"redis+socket://{self.socket}?virtual_host=1"

    def start(self) -> None:
        """Start the server and return once it answers. Raises `TroubleError` when it cannot."""
        orphans.end("valkey-server", self.data, gently=signal.SIGTERM, seconds=30)
        if not self.data.exists():
            self.data.mkdir(mode=0o700)
            if self.home.user:
                os.chown(self.data, self.home.user.uid, self.home.user.gid)
        self._await_ready(self.launch())

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the process and return at once."""
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self.child = kin.start(
                [self.home.valkey_program, *self._options()],
                last_signal=signal.SIGTERM,
                environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
                output=log,
                folder=self.data,
                user=self.home.user,
            )
        return self.child

    def stop(self) -> None:
        if self.child is not None:
            kin.stop(self.child, gently=signal.SIGTERM, seconds=30)
            self.child = None

    def _options(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "databases": str(DATABASES),
            "appendonly": "yes" if self.durable else "no",
            "save": "",
            "daemonize": "no",
            "always-show-logo": "no",
            # Redis-era default would stop writes after a failed snapshot; the append-only file is the record here.
            "stop-writes-on-bgsave-error": "no",
        }
        return [part for name, value in settings.items() for part in (f"--{name}", value)]

    def _await_ready(self, child: subprocess.Popen[bytes]) -> None:
        began = last_word = time.monotonic()
        while self._ping() != "+PONG":
            if child.poll() is not None:
                raise self._trouble()
            if time.monotonic() - last_word > 10:
                last_word = time.monotonic()
                say(f"Valkey is still loading its data after {last_word - began:.0f} s")
            time.sleep(0.02)

    def _ping(self) -> str:
        """What the server answers to PING: `+PONG`, `-LOADING …`, or nothing yet."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(5)
            try:
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(200).decode(errors="replace").strip()
            except OSError:
                return ""

    def _trouble(self) -> TroubleError:
        said = tail(self.log, self._log_start)
        if is_about_full_disk(said, self.home.data):
            return full_disk(self.data)
        last = said.strip().splitlines()[-1].strip() if said.strip() else f"see {self.log}"
        return TroubleError(
            f"Valkey cannot start on {self.data}: {last}.",
            "Remove that folder (queued background work in it is lost, the database is not) and start again.",
        )
