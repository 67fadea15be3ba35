"""The embedded PostgreSQL: made once with a pinned locale, run in the foreground, reached by a Unix socket only."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from yiwu.services import kin, orphans
from yiwu.services.accounts import own_name
from yiwu.services.home import Home, tail
from yiwu.services.trouble import TroubleError, full_disk, is_about_full_disk, say

ROLE = "yiwu"
DATABASE = "yiwu"
MAJOR = "18"
# Without a pin initdb follows LANG, and with LC_CTYPE=C pg_trgm finds no trigrams in Chinese text.
LOCALE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
INITDB_LOCALE = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", f"--locale={LOCALE}"]
SMALL_SHARED_MEMORY = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Tuning:
    """How much of the machine the server may take, and whether its data must survive a power cut."""

    shared_buffers_mb: int
    work_mem_mb: int = 32
    durable: bool = True

    @classmethod
    def for_development(cls) -> "Tuning":
        return cls(shared_buffers_mb=_within_memory(1024))

    @classmethod
    def for_tests(cls) -> "Tuning":
        return cls(shared_buffers_mb=_within_memory(512), durable=False)

    @classmethod
    def for_bench(cls) -> "Tuning":
        """What the published baselines were measured with, where memory allows."""
        return cls(shared_buffers_mb=_within_memory(4096), work_mem_mb=64)


def _within_memory(most_mb: int) -> int:
    """At most a sixth of the machine's memory, at least 64 MB."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return max(64, min(most_mb, memory_mb // 6))


class Postgres:
    """One server on the folders of `home`; the caller holds the lock of their state folder."""

    def __init__(self, home: Home, tuning: Tuning) -> None:
        self.home = home
        self.tuning = tuning
        self.data = home.data / "postgres"
        self.log = home.logs / "postgres.log"
        self.child: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def url(self) -> str:
        return f"postgresql://{ROLE}@{quote(str(self.home.sockets), safe='')}/{DATABASE}"

    def start(self) -> None:
        """Start the server and return once it takes connections. Raises `TroubleError` when it cannot."""
        orphans.end("postgres", self.data, gently=signal.SIGINT, seconds=60)
        if not self.data.exists():
            self._make()
        self._check_folder()
        # No postgres of this folder runs (see above), so whatever process the file names is another one.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        self._write_access_rules()
        self._await_ready(self.launch())

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the process and return at once."""
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self.child = kin.start(
                [self.home.postgres_programs / "postgres", "-D", self.data, *self._options()],
                last_signal=signal.SIGINT,
                environment=_environment(),
                output=log,
                folder=self.home.data,
                user=self.home.user,
            )
        return self.child

    def stop(self) -> None:
        if self.child is not None:
            kin.stop(self.child, gently=signal.SIGINT, seconds=60)
            self.child = None

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.home.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "shared_buffers": f"{self.tuning.shared_buffers_mb}MB",
            "work_mem": f"{self.tuning.work_mem_mb}MB",
            "maintenance_work_mem": "128MB",
            "max_wal_size": "4GB",
            "jit": "off",
            "random_page_cost": "1.1",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "lc_messages": "C",
            "logging_collector": "off",
            "dynamic_shared_memory_type": _shared_memory_type(),
        }
        if not self.tuning.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _make(self) -> None:
        """initdb beside the final name and rename, so that an interrupted start leaves nothing half made."""
        half = self.home.data / "postgres.half"
        shutil.rmtree(half, ignore_errors=True)
        programs = self.home.postgres_programs
        initdb: list[str | Path] = [programs / "initdb", "-D", half, "-U", ROLE, "--auth=peer", *INITDB_LOCALE]
        initdb += ["--no-clean", "--no-instructions", *([] if self.tuning.durable else ["--no-sync"])]
        single: list[str | Path] = [programs / "postgres", "--single", "-D", half, "-c", "lc_messages=C", "postgres"]
        try:
            self._run_once(initdb)
            self._run_once(single, feed=f"CREATE DATABASE {DATABASE};\n")
        except TroubleError:
            shutil.rmtree(half, ignore_errors=True)
            raise
        half.rename(self.data)

    def _run_once(self, command: list[str | Path], feed: str = "") -> None:
        user = self.home.user
        answer = subprocess.run(
            command,
            input=feed,
            capture_output=True,
            text=True,
            errors="replace",
            cwd=self.home.data,
            env=_environment(),
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
            check=False,
        )
        said = answer.stdout + answer.stderr
        with self.log.open("a") as log:
            log.write(said)
        if answer.returncode != 0:
            raise self._trouble(said)  # measures the room that is left before anything is removed

    def _check_folder(self) -> None:
        try:
            version = (self.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            raise self._broken("the file PG_VERSION is missing") from None
        if version != MAJOR:
            raise TroubleError(
                f"The database in {self.data} was made by PostgreSQL {version}; this version of Yiwu runs {MAJOR}.",
                "Run the version of Yiwu that made it and `./dev manage dumpdata` what you need, "
                "or start afresh with `./dev reset`.",
            )

    def _write_access_rules(self) -> None:
        """Only the person who started the server may connect, whoever else could reach the socket."""
        self._write("pg_hba.conf", "local all all peer map=owner\n")
        self._write("pg_ident.conf", f'owner "{own_name()}" {ROLE}\n')

    def _write(self, name: str, text: str) -> None:
        place = self.data / name
        place.write_text(text)
        if self.home.user:
            os.chown(place, self.home.user.uid, self.home.user.gid)

    def _await_ready(self, child: subprocess.Popen[bytes]) -> None:
        """Wait as long as the server works on it: recovery after a crash may take minutes."""
        began = last_word = time.monotonic()
        while not self._is_ready():
            if child.poll() is not None:
                raise self._trouble(tail(self.log, self._log_start))
            if time.monotonic() - last_word > 10:
                last_word = time.monotonic()
                say(f"PostgreSQL is still starting after {last_word - began:.0f} s (recovery after a crash takes time)")
            time.sleep(0.02)

    def _is_ready(self) -> bool:
        """The eighth line of postmaster.pid is what pg_ctl waits for as well."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[7].strip() == "ready"

    def _trouble(self, said: str) -> TroubleError:
        if is_about_full_disk(said, self.home.data):
            return full_disk(self.data)
        wrong = [line for line in said.splitlines() if "FATAL" in line or "PANIC" in line or "error:" in line]
        return self._broken(wrong[-1].strip() if wrong else "see " + str(self.log))

    def _broken(self, why: str) -> TroubleError:
        return TroubleError(
            f"PostgreSQL cannot start on {self.data}: {why}.",
            "Bring the folder back from a copy, or start afresh with `./dev reset` (the data in it is lost).",
        )


def _environment() -> dict[str, str]:
    """A small environment of our own: no LANG, LC_* or PG* of the caller reaches the server."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": LOCALE, "TZ": "UTC"}


def _shared_memory_type() -> str:
    """Containers often give /dev/shm 64 MB, too little for parallel queries; files in the data folder then."""
    try:
        found = os.statvfs("/dev/shm")  # noqa: S108
    except OSError:
        return "sysv" if sys.platform == "darwin" else "mmap"
    return "posix" if found.f_bavail * found.f_frsize >= SMALL_SHARED_MEMORY else "mmap"
