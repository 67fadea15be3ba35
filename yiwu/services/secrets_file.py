"""Secrets of one development installation: made once, kept in its state folder, readable by its owner only."""

import base64
import json
import os
import secrets
from pathlib import Path

from yiwu.services.trouble import TroubleError, disk_errors

NAMES = ("SECRET_KEY", "YIWU_DATA_KEYS", "YIWU_INDEX_KEY")


def development_secrets(state: Path) -> dict[str, str]:
    """The secrets of `state` by variable name, made on the first call; stored identity numbers open with them only."""
    place = state / "secrets.json"
    with disk_errors(state):
        if not place.exists():
            _write(place)
        try:
            found = json.loads(place.read_text())
        except ValueError:
            found = None
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in NAMES):
        raise TroubleError(
            f"{place} does not hold the secrets of this installation any more.",
            "Bring it back from a copy, or start afresh with `./dev reset`: without it the stored identity numbers "
            "cannot be read.",
        )
    return {name: found[name] for name in NAMES}


def _write(place: Path) -> None:
    made = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "YIWU_DATA_KEYS": f"1:{_key()}",
        "YIWU_INDEX_KEY": _key(),
    }
    half = place.with_suffix(".half")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(made, file)
    half.replace(place)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
