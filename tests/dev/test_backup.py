"""The drill of docs/deploy.md: a dump restored into an empty database is the same city, tree and trail unbroken."""

import subprocess
from pathlib import Path

from tests.dev.machine import PATIENCE_SECONDS, Running, dev, new_state, services
from yiwu.services.accounts import service_user
from yiwu.services.home import Home
from yiwu.services.postgres import ROLE


def test_a_dump_restores_to_the_same_city() -> None:
    with new_state() as state:
        assert dev(state, "manage", "migrate", "-v0").returncode == 0
        with services(state) as running:
            loaded = dev(state, "manage", "load_city", "hengyang", "--members", "50", "--roster-only")
            assert loaded.returncode == 0, loaded.stderr
            restored = _dump_and_restore(running, state.parent / "yiwu.dump")
            servers = {"DATABASE_URL": restored, "REDIS_URL": running.published()["redis_url"]}
            for command in (["check"], ["check_tree"], ["verify_trail"], ["migrate", "--check"]):
                answer = dev(state, "manage", *command, **servers)
                assert answer.returncode == 0, (command, answer.stdout, answer.stderr)
            count = ["manage", "shell", "-v0", "-c", _COUNT]
            before, after = dev(state, *count), dev(state, *count, **servers)
            assert before.stdout == after.stdout != ""
            (people,) = (line for line in after.stdout.splitlines() if line.startswith("members.Member "))
            assert int(people.split()[1]) >= 50, "fifty at the founding, and newcomers since"


_COUNT = "from django.apps import apps\nfor m in apps.get_models(): print(m._meta.label, m._default_manager.count())"


def _dump_and_restore(running: Running, dump: Path) -> str:
    """Dump the database, restore it under another name; returns the address of the copy."""
    sockets = Path(running.published()["sockets"])
    programs = Home(sockets, sockets, sockets, service_user()).postgres_programs
    role = ["--host", str(sockets), "--username", ROLE]
    with dump.open("wb") as file:
        subprocess.run(
            [programs / "pg_dump", *role, "--format=custom", "yiwu"], stdout=file, check=True, timeout=PATIENCE_SECONDS
        )
    running.query("CREATE DATABASE restored")
    with dump.open("rb") as file:
        command = [str(programs / "pg_restore"), *role, "--dbname=restored", "--no-owner", "--exit-on-error"]
        subprocess.run(command, stdin=file, check=True, timeout=PATIENCE_SECONDS)
    return str(running.published()["database_url"]).removesuffix("/yiwu") + "/restored"
