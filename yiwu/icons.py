"""The few icons the product uses, under our own names, cut from the Tabler package into one small sprite.

The package holds five thousand drawings; a page needs a dozen. `IconFinder` writes a sprite of exactly those named
here, for the development server and for `collectstatic` alike, so that no drawing lies in this repository.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage

# our name: the name of the drawing in @tabler/icons
ICONS = {
    "home": "home",
    "roster": "address-book",
    "import": "file-import",
    "export": "file-export",
    "units": "sitemap",
    "records": "history",
    "today": "calendar-event",
    "duty": "shield-check",
    "training": "school",
    "certificate": "certificate",
    "report": "message-report",
    "callout": "urgent",
    "me": "user-circle",
    "person": "user",
    "people": "users",
    "person-add": "user-plus",
    "search": "search",
    "filter": "filter",
    "switch": "switch-horizontal",
    "down": "chevron-down",
    "right": "chevron-right",
    "left": "chevron-left",
    "up": "arrow-up",
    "more": "dots",
    "close": "x",
    "check": "check",
    "add": "plus",
    "edit": "pencil",
    "delete": "trash",
    "undo": "arrow-back-up",
    "redo": "refresh",
    "upload": "upload",
    "download": "download",
    "print": "printer",
    "eye": "eye",
    "eye-off": "eye-off",
    "lock": "lock",
    "key": "key",
    "security": "shield-lock",
    "devices": "devices",
    "sign-out": "logout",
    "language": "language",
    "theme": "moon",
    "info": "info-circle",
    "done": "circle-check",
    "warn": "alert-triangle",
    "error": "alert-octagon",
    "help": "help-circle",
    "calendar": "calendar",
    "clock": "clock",
    "phone": "phone",
    "mail": "mail",
    "place": "map-pin",
    "map": "map",
    "table": "table",
    "chart": "chart-bar",
    "file": "file-spreadsheet",
    "settings": "settings",
    "bell": "bell",
    "link": "external-link",
    "building": "building-community",
    "equipment": "backpack",
    "award": "award",
    "working": "loader-2",
    "move": "arrows-move",
    "merge": "arrows-join",
    "split": "arrows-split",
    "copy": "copy",
    "star": "star",
    "station": "building-fortress",
    "admin": "adjustments",
    "locate": "current-location",
    "send": "send",
    "note": "note",
    "void": "ban",
    "dispute": "heart-handshake",
    "clue": "eye-search",
    "hazard": "alert-triangle",
    "rescue": "lifebuoy",
    "missing": "user-search",
    "help-request": "phone-call",
    "assist": "shield-half",
    "case": "gavel",
    "information": "notes",
    "publicity": "speakerphone",
    "environment": "leaf",
    "work": "video",
    "other": "dots",
}

SPRITE = "icons.svg"
PACKAGE = Path("@tabler/icons/icons/outline")
_DRAWING = re.compile(r"<svg\b[^>]*>(.*)</svg>", re.DOTALL)
_EMPTY_BOX = re.compile(r'<path stroke="none"[^>]*/>')


def sprite(folder: Path) -> str:
    """Join the drawings of `ICONS` found in `folder` into one SVG of symbols named by our names.

    Raises `FileNotFoundError` naming the drawing when the package lacks one.
    """
    symbols = []
    for name, drawing in ICONS.items():
        text = (folder / f"{drawing}.svg").read_text(encoding="utf-8")
        match = _DRAWING.search(text)
        if match is None:
            raise ValueError(f"{drawing}.svg is not an SVG drawing")
        shapes = " ".join(_EMPTY_BOX.sub("", match.group(1)).split())
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


class IconFinder(BaseFinder):
    """Static files finder that offers `icons.svg`, written once per process beside the other generated files."""

    def __init__(self, app_names: object = None, *args: object, **kwargs: object) -> None:
        self.folder = Path(settings.BASE_DIR) / "node_modules" / PACKAGE
        self.storage = FileSystemStorage(location=Path(settings.STATIC_ROOT).parent / "sprite")
        self.written = False

    def check(self, **kwargs: object) -> list[CheckMessage]:
        """Nothing to configure, so nothing to check."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 (Django's signature)
        """Path of the sprite; nothing for any other file, nor before the packages are installed."""
        if path != SPRITE or not self.folder.is_dir():
            return []
        target = str(self._write())
        return [target] if find_all or kwargs.get("all") else target

    def list(self, ignore_patterns: object) -> Iterator[tuple[str, FileSystemStorage]]:
        """The sprite, for `collectstatic`."""
        if self.folder.is_dir():
            self._write()
            yield SPRITE, self.storage

    def _write(self) -> Path:
        target = Path(self.storage.location) / SPRITE
        if not self.written or not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            # Several processes may start at once: write aside, then put in place in one step.
            aside = target.with_suffix(f".{os.getpid()}.part")
            aside.write_text(sprite(self.folder), encoding="utf-8")
            aside.replace(target)
            self.written = True
        return target
