"""The environment, read once and typed: what an installation may set, and what production must set.

Nothing here has a side effect; `yiwu.settings` turns it into Django settings. `.env.sample` explains every variable.
"""

import base64
import re
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent

# Stand-ins that let tools import the settings outside an installation. They are public, so production refuses them.
_PUBLIC_SECRET = "development-only-" + "0" * 40
_PUBLIC_KEY = base64.b64encode(b"development-only-data-key-000000").decode()
_PUBLIC_INDEX_KEY = base64.b64encode(b"development-only-index-key-00000").decode()

# The host stands fixed: it becomes part of the content security policy.
_TILE_ADDRESS = re.compile(r"(https?://[A-Za-z0-9.:-]+)/[^\s;,]*")
_GATEWAY_ADDRESS = re.compile(r"(https?)://([A-Za-z0-9.:\[\]-]+)(?:/\S*)?")
_SAME_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$")


@dataclass(frozen=True, slots=True)
class Environment:
    """What the process environment says; lists are already split, numbers already parsed."""

    mode: str
    secret_key: str
    allowed_hosts: list[str]
    trusted_origins: list[str]
    proxy_count: int
    database_url: str
    redis_url: str
    broker_url: str
    live_url: str
    live_origins: list[str]
    live_stream: str
    data_keys: str
    index_key: str
    cipher: str
    index_hash: str
    tile_url: str
    tile_datum: str
    tile_credit: str
    email_url: str
    sender: str
    sms_gateway_url: str
    sms_gateway_token: str
    sms_signature: str
    sms_timeout: float
    applicant_days: int
    log_format: str

    @property
    def production(self) -> bool:
        return self.mode == "production"

    @property
    def tile_origin(self) -> str:
        """Where map tiles come from, as the content security policy names it; empty without tiles."""
        match = _TILE_ADDRESS.fullmatch(self.tile_url)
        return match.group(1) if match else ""


def read_environment() -> Environment:
    """Read the environment. Raises `ImproperlyConfigured` when production lacks a secret or carries a public one."""
    env = Env()
    found = Environment(
        mode=env.str("YIWU_MODE", "development"),
        secret_key=env.str("SECRET_KEY", _PUBLIC_SECRET),
        allowed_hosts=env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"]),
        trusted_origins=env.list("CSRF_TRUSTED_ORIGINS", []),
        proxy_count=env.int("PROXY_COUNT", 0),
        database_url=env.str("DATABASE_URL", "postgresql://yiwu@localhost/yiwu"),
        redis_url=env.str("REDIS_URL", "redis://localhost:6379/0"),
        broker_url=env.str("CELERY_BROKER_URL", "redis://localhost:6379/1"),
        live_url=env.str("LIVE_URL", "/live"),
        live_origins=env.list("LIVE_ORIGINS", []),
        live_stream=env.str("LIVE_STREAM", "yiwu:live"),
        data_keys=env.str("YIWU_DATA_KEYS", f"1:{_PUBLIC_KEY}"),
        index_key=env.str("YIWU_INDEX_KEY", _PUBLIC_INDEX_KEY),
        cipher=env.str("YIWU_CIPHER", "aes-256-gcm"),
        index_hash=env.str("YIWU_INDEX_HASH", "sha256"),
        tile_url=env.str("TILE_URL", ""),
        tile_datum=env.str("TILE_DATUM", "wgs84"),
        tile_credit=env.str("TILE_CREDIT", ""),
        email_url=env.str("EMAIL_URL", "consolemail://"),
        sender=env.str("SENDER", "") or ("none" if env.str("YIWU_MODE", "development") == "production" else "console"),
        sms_gateway_url=env.str("SMS_GATEWAY_URL", ""),
        sms_gateway_token=env.str("SMS_GATEWAY_TOKEN", ""),
        sms_signature=env.str("SMS_SIGNATURE", ""),
        sms_timeout=env.float("SMS_TIMEOUT", 10.0),
        applicant_days=env.int("APPLICANT_DAYS", 180),
        log_format=env.str("LOG_FORMAT", "console"),
    )
    if found.mode not in {"development", "test", "production"}:
        raise ImproperlyConfigured(f"YIWU_MODE is {found.mode!r}; it must be development, test or production.")
    if found.cipher not in {"aes-256-gcm", "sm4-gcm"}:
        raise ImproperlyConfigured(f"YIWU_CIPHER is {found.cipher!r}; it must be aes-256-gcm or sm4-gcm.")
    if found.index_hash not in {"sha256", "sm3"}:
        raise ImproperlyConfigured(f"YIWU_INDEX_HASH is {found.index_hash!r}; it must be sha256 or sm3.")
    if found.tile_datum not in {"wgs84", "gcj02"}:
        raise ImproperlyConfigured(f"TILE_DATUM is {found.tile_datum!r}; it must be wgs84 or gcj02.")
    if found.tile_url and not (found.tile_origin and all(part in found.tile_url for part in ("{z}", "{x}", "{y}"))):
        raise ImproperlyConfigured("TILE_URL must be an http(s) address with a fixed host and with {z}, {x} and {y}.")
    if not 0 <= found.applicant_days <= 3650:
        raise ImproperlyConfigured("APPLICANT_DAYS must lie between 0 (nobody is erased by itself) and 3650.")
    _check_sender(found)
    if found.production:
        _refuse_public_secrets(found)
    return found


def _check_sender(found: Environment) -> None:
    """How phones are reached: decided by name, so that a forgotten variable does not leave codes in a log."""
    if found.sender not in {"console", "gateway", "none"}:
        raise ImproperlyConfigured(
            f"SENDER is {found.sender!r}; it must be gateway, none or (not in production) console."
        )
    if found.production and found.sender == "console":
        raise ImproperlyConfigured(
            "SENDER is console: in production one-time codes would stand in the log. Use gateway or none."
        )
    if found.sender != "gateway":
        return
    address = _GATEWAY_ADDRESS.fullmatch(found.sms_gateway_url)
    if address is None:
        raise ImproperlyConfigured(
            "SMS_GATEWAY_URL must be the http(s) address of the SMS gateway when SENDER is gateway."
        )
    if found.production and address.group(1) != "https" and not _SAME_HOST.match(address.group(2)):
        raise ImproperlyConfigured(
            "SMS_GATEWAY_URL must begin with https:// in production, or lead to an adapter on this host."
        )
    if len(found.sms_gateway_token) < 16:
        raise ImproperlyConfigured("SMS_GATEWAY_TOKEN needs at least 16 characters when SENDER is gateway.")
    if not 0 < found.sms_timeout <= 60:
        raise ImproperlyConfigured("SMS_TIMEOUT must lie above 0 and at most at 60 seconds.")


def _refuse_public_secrets(found: Environment) -> None:
    data_keys = [part.partition(":")[2].strip() for part in found.data_keys.split(",")]
    public = {
        "SECRET_KEY": len(found.secret_key) < 40 or "development-only" in found.secret_key,
        "YIWU_DATA_KEYS": _PUBLIC_KEY in found.data_keys or not all(map(_is_key, data_keys)),
        # One key for both would let whoever reads the index key decrypt.
        "YIWU_INDEX_KEY": found.index_key in {_PUBLIC_INDEX_KEY, *data_keys} or not _is_key(found.index_key),
    }
    wrong = [name for name, is_public in public.items() if is_public]
    if wrong:
        raise ImproperlyConfigured(
            f"Production needs secrets of its own: {', '.join(wrong)} missing, malformed or a development value. "
            "See .env.sample for how to make them."
        )


def _is_key(text: str) -> bool:
    """Whether `text` is base64 of 32 bytes."""
    try:
        return len(base64.b64decode(text, validate=True)) == 32
    except ValueError:
        return False
