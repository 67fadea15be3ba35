"""Secrets of one development installation: made once, kept in its state folder, readable by its owner only."""

import base64
import json
import os
import secrets
import tempfile
from contextlib import suppress
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
    # `mkstemp` makes the file for its owner only. A link never overwrites, so of two that start at once the first wins
    # and both go on with its secrets: numbers sealed with others could not be read again.
    descriptor, half = tempfile.mkstemp(dir=place.parent, prefix="secrets.")
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(made, file)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(half, place)
    finally:
        Path(half).unlink()


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
