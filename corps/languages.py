"""The language a reader is written to."""

from django.utils.translation import get_language


def in_chinese() -> bool:
    """Whether it is Chinese; it is where none is set, as in background work."""
    return (get_language() or "zh-hans").startswith("zh")
