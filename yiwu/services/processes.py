"""The processes of an installation and their commands: one source for `./dev up` and docker-compose.yml."""

from dataclasses import dataclass

NAMES = ("web", "live", "worker", "beat")


@dataclass(frozen=True, slots=True)
class Setting:
    """What differs between a developer's machine and production."""

    host: str
    web_port: int
    live_port: int
    web_workers: int
    worker_slots: int
    beat_schedule: str
    reload: bool = False


PRODUCTION = Setting(
    host="0.0.0.0",  # noqa: S104 (inside the container; only the proxy's network reaches it)
    web_port=8000,
    live_port=8001,
    web_workers=4,
    worker_slots=4,
    beat_schedule="/var/lib/yiwu/beat-schedule",
)


def command(name: str, setting: Setting) -> list[str]:
    """The arguments after `python -m` that start process `name` of `NAMES`."""
    bind, host = f"{setting.host}:{setting.web_port}", setting.host
    commands = {
        # A worker is renewed now and then, so that a slow leak never becomes an outage.
        "web": f"gunicorn yiwu.wsgi:application --bind {bind} --worker-class gthread --workers {setting.web_workers} "
        "--threads 8 --max-requests 20000 --max-requests-jitter 2000 --timeout 60 --graceful-timeout 10 "
        "--no-control-socket --log-level warning",
        # Streams never end by themselves; without a limit a stop would wait for the last listener.
        "live": f"uvicorn yiwu.live:application --host {host} --port {setting.live_port} "
        "--timeout-graceful-shutdown 3 --no-access-log --log-level warning",
        # One broker on one host has nothing to gossip about; work waits in the queue, not in a busy worker.
        "worker": f"celery --quiet -A yiwu.celery worker --loglevel INFO --concurrency {setting.worker_slots} "
        "--prefetch-multiplier 1 --without-gossip --without-mingle",
        "beat": "celery --quiet -A yiwu.celery beat --loglevel WARNING",
    }
    arguments = commands[name].split()
    if name == "beat":
        arguments += ["--schedule", setting.beat_schedule]
    if setting.reload and name in {"web", "live"}:
        arguments.append("--reload")
    return arguments


MIGRATE = ["manage.py", "migrate", "--noinput"]
