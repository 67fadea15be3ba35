"""Both embedded servers together: started under the lock of a state folder, published, stopped in order."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yiwu.services.home import forget_home, make_home
from yiwu.services.locks import Owner, Running, guest, own, taken
from yiwu.services.places import make_state_folder
from yiwu.services.postgres import Postgres, Tuning
from yiwu.services.secrets_file import development_secrets
from yiwu.services.trouble import disk_errors, say
from yiwu.services.valkey import Valkey


class Services:
    """PostgreSQL and Valkey of one state folder. A server whose address the environment names is not started."""

    def __init__(self, owner: Owner, tuning: Tuning) -> None:
        self.state = owner.state
        self.owner = owner
        self._forget_old_sockets()
        self.home = make_home(self.state)
        self.postgres = None if os.environ.get("DATABASE_URL") else Postgres(self.home, tuning)
        self.valkey = None if os.environ.get("REDIS_URL") else Valkey(self.home, durable=tuning.durable)

    def start(self) -> Running:
        """Start what is needed and publish the addresses. Raises `TroubleError`; then nothing is left running."""
        try:
            with disk_errors(self.state):
                self._shorten_logs()
                for server in (self.postgres, self.valkey):
                    if server:
                        server.start()
                running = self._addresses()
                running.publish(self.state)
        except BaseException:
            self.stop()
            raise
        return running

    def stop(self) -> None:
        """Stop the servers and free the state folder."""
        for server in (self.valkey, self.postgres):
            if server:
                server.stop()
        shutil.rmtree(self.home.sockets, ignore_errors=True)
        self.owner.release()

    def mend(self) -> None:
        """Start again a server that has ended by itself; its data is kept."""
        for name, server in (("PostgreSQL", self.postgres), ("Valkey", self.valkey)):
            if server and server.child and server.child.poll() is not None:
                say(f"{name} ended ({server.child.returncode}), starting it again")
                server.start()

    def _addresses(self) -> Running:
        redis_url = self.valkey.url if self.valkey else os.environ["REDIS_URL"]
        return Running(
            pid=os.getpid(),
            command=self.owner.command,
            database_url=self.postgres.url if self.postgres else os.environ["DATABASE_URL"],
            redis_url=redis_url,
            broker_url=os.environ.get("CELERY_BROKER_URL") or (self.valkey.broker_url if self.valkey else redis_url),
            sockets=str(self.home.sockets),
        )

    def _forget_old_sockets(self) -> None:
        """Remove the socket folder of an owner that was killed; the lock says that it is gone."""
        if left := Running.read(self.state):
            shutil.rmtree(left.sockets, ignore_errors=True)

    def _shorten_logs(self) -> None:
        for log in self.home.logs.glob("*.log"):
            if log.stat().st_size > 20 * 2**20:
                log.replace(log.with_suffix(".log.old"))


def django_environment(state: Path, running: Running, mode: str) -> dict[str, str]:
    """The process environment for Django on these servers; secrets and servers the caller's environment names win."""
    return {
        **development_secrets(state),
        **os.environ,
        "YIWU_MODE": mode,
        "DJANGO_SETTINGS_MODULE": "yiwu.settings",
        "DATABASE_URL": os.environ.get("DATABASE_URL") or running.database_url,
        "REDIS_URL": os.environ.get("REDIS_URL") or running.redis_url,
        "CELERY_BROKER_URL": os.environ.get("CELERY_BROKER_URL") or os.environ.get("REDIS_URL") or running.broker_url,
    }


@contextmanager
def exclusive(state: Path, command: str, tuning: Tuning) -> Iterator[tuple[Services, Running]]:
    """The servers of `state` for one owner. Raises `TroubleError` when the folder is in use."""
    make_state_folder(state)
    owner = own(state, command)
    if owner is None:
        raise taken(state)
    services = Services(owner, tuning)
    running = services.start()
    try:
        yield services, running
    finally:
        services.stop()


@contextmanager
def shared(state: Path, command: str) -> Iterator[Running]:
    """The servers of `state`: those that run, or ones started for the duration of the block."""
    make_state_folder(state)
    told = False
    while True:
        owner = own(state, command)
        if owner is not None:
            break
        with guest(state) as running:
            if running is not None:
                yield running
                return
        if not told:
            say(f"waiting for the servers of {state}")
            told = True
    services = Services(owner, Tuning.for_development())
    running = services.start()
    try:
        yield running
    finally:
        owner.await_guests()
        services.stop()


@contextmanager
def throw_away(state: Path, name: str, command: str, tuning: Tuning) -> Iterator[tuple[Path, Running]]:
    """Servers on an empty folder below `state` that is removed at the end; several may run side by side."""
    make_state_folder(state)
    number = 1
    while True:
        place = make_state_folder(state / (name if number == 1 else f"{name}-{number}"))
        owner = own(place, command)
        if owner is not None:
            break
        number += 1
    forget_home(place)
    services = Services(owner, tuning)
    running = services.start()
    try:
        yield place, running
    finally:
        services.stop()
        forget_home(place)
        # The lock file stays: another command may just be opening it.
        shutil.rmtree(place / "logs", ignore_errors=True)
        (place / "secrets.json").unlink(missing_ok=True)
