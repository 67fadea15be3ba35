"""The browser of the browser tests: the one the machine has, never a downloaded one."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """`$YIWU_CHROMIUM`, or the first Chromium on the PATH."""
    named = os.environ.get("YIWU_CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)
