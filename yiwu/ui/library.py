"""The one tag library all component modules register with, and how they render."""

from collections.abc import Mapping
from typing import Any

from django.template import Library
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = Library()


def component(name: str, values: Mapping[str, Any]) -> SafeString:
    """Render `components/<name>.html` with exactly these values, escaped as every template."""
    return mark_safe(get_template(f"components/{name}.html").render(dict(values)))  # noqa: S308 (a template's output)


def attributes(values: Mapping[str, Any]) -> SafeString:
    """Attributes from arguments: `hx_post="/x"` → ` hx-post="/x"`; `True` → bare, `None` and `False` → left out."""
    parts = []
    for key, value in values.items():
        name = key.rstrip("_").replace("_", "-")
        if value is True:
            parts.append(format_html(" {}", name))
        elif value is not None and value is not False:
            parts.append(format_html(' {}="{}"', name, value))
    return mark_safe("".join(parts))  # noqa: S308 (joined from escaped parts)
