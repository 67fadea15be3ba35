"""`./dev up`: servers, schema, demo city, web, live, worker and beat, until Ctrl-C."""

import errno
import http.client
import json
import os
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from yiwu.services import kin
from yiwu.services.children import Child, Children
from yiwu.services.places import ROOT, Ports, ports
from yiwu.services.postgres import Tuning
from yiwu.services.processes import NAMES, Setting, command
from yiwu.services.supervisor import Services, django_environment, exclusive
from yiwu.services.trouble import TroubleError, full_disk, is_about_full_disk, say

HOST = "127.0.0.1"


def up(state: Path, arguments: Sequence[str]) -> int:
    """Run everything in the foreground; returns when it was told to end.

    `--reload` restarts pages when code changes, `--empty` loads no demo city.
    """
    unknown = set(arguments) - {"--reload", "--empty"}
    if unknown:
        raise TroubleError(f"./dev up does not know {' '.join(sorted(unknown))}.", "It takes --reload and --empty.")
    began = time.monotonic()
    doors = ports()
    _check_free(doors)
    with exclusive(state, "up", Tuning.for_development()) as (services, running):
        environment = django_environment(state, running, "development") | _addresses(doors)
        logins = _prepare(state, environment, with_city="--empty" not in arguments)
        children = Children([_child(name, state, doors, environment, "--reload" in arguments) for name in NAMES])
        try:
            children.start()
            _await_pages(services, children, doors)
            _welcome(doors, logins, time.monotonic() - began)
            while True:
                time.sleep(0.3)
                services.mend()
                children.watch()
        except KeyboardInterrupt:
            say("stopping")
        finally:
            children.stop()
    return 0


def _check_free(doors: Ports) -> None:
    for variable, port in (("YIWU_PORT", doors.web), ("YIWU_LIVE_PORT", doors.live)):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                reason = (
                    "is taken by another program" if error.errno == errno.EADDRINUSE else f"cannot be used ({error})"
                )
                raise TroubleError(
                    f"Port {port} {reason}.",
                    f"End that program, or choose another port: {variable}={_another(port)} ./dev up",
                ) from None


def _another(port: int) -> int:
    return port + 100 if port <= 65000 else port - 100


def _addresses(doors: Ports) -> dict[str, str]:
    origins = ",".join(f"http://{name}:{doors.web}" for name in (HOST, "localhost"))
    return {
        "LIVE_URL": os.environ.get("LIVE_URL") or f"http://{HOST}:{doors.live}/live",
        "LIVE_ORIGINS": os.environ.get("LIVE_ORIGINS") or origins,
        # Celery warns root on every start; on a developer's machine the worker runs as whoever runs ./dev.
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
        "PYTHONUNBUFFERED": "1",
    }


def _child(name: str, state: Path, doors: Ports, environment: Mapping[str, str], reload: bool) -> Child:  # noqa: FBT001
    setting = Setting(
        host=HOST,
        web_port=doors.web,
        live_port=doors.live,
        web_workers=2,
        worker_slots=2,
        beat_schedule=str(state / "beat-schedule"),
        reload=reload,
    )
    return Child(name, command(name, setting), environment)


def _prepare(state: Path, environment: Mapping[str, str], *, with_city: bool) -> list[dict[str, str]]:
    """Bring the schema up to date and load the demo city into an empty database; returns the demo logins."""
    city = [] if with_city else ["--without-city"]
    report = state / "prepared.json"
    report.unlink(missing_ok=True)
    status = kin.run(
        [sys.executable, "manage.py", "prepare", "--report", str(report), *city],
        environment=environment,
        folder=ROOT,
        interactive=False,
    )
    found = json.loads(report.read_text() or "{}") if report.exists() else {}
    if "trouble" in found:
        if is_about_full_disk(found["trouble"], state):
            raise full_disk(state)
        raise TroubleError(found["trouble"], found["remedy"])
    if status != 0:
        raise TroubleError(
            "The database could not be made ready; the lines above say why.",
            "Mend that and start again, or start afresh with `./dev reset`.",
        )
    logins: list[dict[str, str]] = found["logins"]
    return logins


def _await_pages(services: Services, children: Children, doors: Ports) -> None:
    def both_answer() -> bool:
        return _listens(doors.live) and _listens(doors.web) and _answers(doors.web, "/healthz")

    while not both_answer():
        time.sleep(0.1)
        services.mend()
        children.watch()


def _answers(port: int, path: str) -> bool:
    line = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        line.request("GET", path)
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def _listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=5).close()
    except OSError:
        return False
    return True


def _welcome(doors: Ports, logins: Sequence[Mapping[str, str]], seconds: float) -> None:
    address = f"http://{HOST}:{doors.web}/"
    lines = ["", f"  Yiwu 义务 is ready after {seconds:.0f} s", "", f"    {address}", f"    {address}admin/", ""]
    if logins:
        columns = [[login[key] for key in ("role", "username", "password", "who")] for login in logins]
        columns.insert(0, ["role", "user name", "password", "who"])
        widths = [max(_width(row[place]) for row in columns) for place in range(4)]
        rows = ("  ".join(_pad(text, width) for text, width in zip(row, widths, strict=True)) for row in columns)
        lines += [f"    {row}".rstrip() for row in rows]
        lines.append("")
    print("\n".join([*lines, "  Ctrl-C ends everything.", ""]), flush=True)


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
