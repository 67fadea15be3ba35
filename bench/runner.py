"""`./dev bench [names]`: each `bench/bench_<name>.py` in a process and a fresh database of its own.

A bench module has `run(report: Report) -> None`. Started by `./dev bench`, which brings the servers.
"""

import importlib
import os
import pkgutil
import platform
import subprocess
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

import bench
from bench.report import HEADER, Report

PREFIX = "bench_"


def names() -> list[str]:
    """The benches there are."""
    found = (module.name for module in pkgutil.iter_modules(bench.__path__))
    return sorted(name.removeprefix(PREFIX) for name in found if name.startswith(PREFIX))


def main(arguments: Sequence[str]) -> int:
    """Run the named benches, or all; returns 1 when a measure is short, 2 for an unknown name."""
    if arguments[:1] == ["--one"]:
        return _run_here(arguments[1])
    known = names()
    unknown = [name for name in arguments if name not in known]
    if unknown:
        print(f"dev: there is no bench {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    return _run_all(list(arguments) or known)


def _run_all(wanted: Sequence[str]) -> int:
    environment = dict(os.environ)
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0", "--noinput", "--skip-checks"], env=environment, check=True
    )
    print(_machine(environment["DATABASE_URL"]))
    print(HEADER, flush=True)
    failed = []
    for name in wanted:
        environment["DATABASE_URL"] = _fresh_database(os.environ["DATABASE_URL"], PREFIX + name)
        print(f"[{name}]", flush=True)
        answer = subprocess.run([sys.executable, "-m", "bench.runner", "--one", name], env=environment, check=False)
        if answer.returncode != 0:
            failed.append(name)
    print(f"short or failed: {', '.join(failed)}" if failed else "every bar is reached")
    return 1 if failed else 0


def _run_here(name: str) -> int:
    import django

    django.setup()
    report = Report()
    importlib.import_module(f"bench.{PREFIX}{name}").run(report)
    if not report.measures:
        print(f"dev: bench {name} measured nothing", file=sys.stderr)
        return 1
    return 1 if report.short else 0


def _fresh_database(url: str, name: str) -> str:
    """A copy of the migrated, empty database."""
    import psycopg
    from psycopg import sql

    parts = urlsplit(url)
    template = parts.path.removeprefix("/")
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as connection:
        fresh, old = sql.Identifier(name), sql.Identifier(template)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(fresh))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(fresh, old))
    return urlunsplit(parts._replace(path=f"/{name}"))


def _machine(url: str) -> str:
    import psycopg

    with psycopg.connect(url) as connection:
        settings = ("server_version", "shared_buffers", "work_mem", "fsync", "synchronous_commit")
        shown = [f"{name}={_shown(connection.execute(f'SHOW {name}'.encode()).fetchone())}" for name in settings]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = os.cpu_count()
    return f"{cores} cores, {memory:.0f} GiB, Python {platform.python_version()}, PostgreSQL {', '.join(shown)}"


def _shown(row: tuple[object, ...] | None) -> object:
    return row[0] if row else "?"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
