"""Front-end packages as static files: only the files named here are served, under `vendor/`, out of `node_modules`.

Nothing of a package is copied into the repository; `package-lock.json` pins what `./dev` and the image install.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage

from yiwu.env import BASE_DIR

NODE_MODULES = BASE_DIR / "node_modules"

# Address below /static/ -> file below node_modules. Source maps are here because the manifest storage follows the
# references in the files and refuses a missing one.
SERVED = {
    "vendor/alpine/alpine.min.js": "@alpinejs/csp/dist/cdn.min.js",
    "vendor/echarts/echarts.min.js": "echarts/dist/echarts.min.js",
    "vendor/gcoord/gcoord.js": "gcoord/dist/gcoord.global.prod.js",
    "vendor/leaflet/leaflet.js": "leaflet/dist/leaflet.js",
    "vendor/leaflet/leaflet.js.map": "leaflet/dist/leaflet.js.map",
    "vendor/leaflet/leaflet.css": "leaflet/dist/leaflet.css",
    "vendor/leaflet/images/layers.png": "leaflet/dist/images/layers.png",
    "vendor/leaflet/images/layers-2x.png": "leaflet/dist/images/layers-2x.png",
    "vendor/leaflet/images/marker-icon.png": "leaflet/dist/images/marker-icon.png",
    "vendor/leaflet/images/marker-icon-2x.png": "leaflet/dist/images/marker-icon-2x.png",
    "vendor/leaflet/images/marker-shadow.png": "leaflet/dist/images/marker-shadow.png",
    "vendor/tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/tabler/tabler.min.css.map": "@tabler/core/dist/css/tabler.min.css.map",
    "vendor/tabler/tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "vendor/tabler/tabler.min.js.map": "@tabler/core/dist/js/tabler.min.js.map",
}


class PackageStorage(FileSystemStorage):
    """The files of `SERVED`, read only, by their address below /static/."""

    prefix = ""

    def path(self, name: str) -> str:
        return str(NODE_MODULES / SERVED[name])


class PackageFinder(BaseFinder):
    """Finds the files of `SERVED`; a package that is not installed is reported by `manage.py check`."""

    def __init__(self, *_arguments: Any, **_options: Any) -> None:
        self.storage = PackageStorage(location=NODE_MODULES)

    def check(self, **_options: Any) -> list[CheckMessage]:
        missing = [source for source in SERVED.values() if not (NODE_MODULES / source).is_file()]
        if not missing:
            return []
        return [
            Error(
                f"Front-end files are not installed: {', '.join(missing)}.",
                hint="Run any ./dev command, or `npm ci --ignore-scripts`.",
                id="yiwu.E001",
            )
        ]

    def find(self, path: str, find_all: bool = False, **_options: Any) -> Any:  # noqa: FBT001, FBT002 (Django's signature)
        place = Path(self.storage.path(path)) if path in SERVED else None
        found = [str(place)] if place is not None and place.is_file() else []
        return found if find_all or not found else found[0]

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, PackageStorage]]:
        for name, source in SERVED.items():
            if (NODE_MODULES / source).is_file():
                yield name, self.storage
