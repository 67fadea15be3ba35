"""Fields, forms and buttons."""

from typing import Any

from django import forms
from django.forms import BaseForm, BoundField
from django.utils.safestring import SafeString

from yiwu.ui.library import attributes, component, register

BUTTON_KINDS = ("", "next", "quiet", "danger", "alarm")


@register.simple_tag
def button(
    label: str,
    *,
    kind: str = "",
    icon: str = "",
    href: str = "",
    opens: str = "",
    small: bool = False,
    wide: bool = False,
    thumb: bool = False,
    **attrs: Any,
) -> SafeString:
    """A button, or a link that looks like one (`href`), or an opener of a dialog (`opens` its id).

    `kind` is `next` for the one next action of the page (lime), `danger`, `alarm`, `quiet` or empty; `thumb` is the
    members' large button; further attributes pass through (`hx_post="…"`, `name="…"`).
    """
    if kind not in BUTTON_KINDS:
        raise ValueError(f"no button kind {kind!r}")
    sizes = {"y-btn-small": small, "y-btn-wide": wide, "y-btn-thumb": thumb}
    classes = ["y-btn", *([f"y-btn-{kind}"] if kind else []), *(name for name, wanted in sizes.items() if wanted)]
    if opens:
        attrs = {"type": "button", "data_opens": opens, "aria_haspopup": "dialog", **attrs}
    elif not href:
        attrs = {"type": "submit", **attrs}
    values = {"label": label, "icon": icon, "href": href, "classes": " ".join(classes), "attrs": attributes(attrs)}
    return component("button", values)


def field_kind(bound: BoundField) -> str:
    """How a field is laid out: `check` (one box), `choices` (a group), `file` or `input`."""
    widget = bound.field.widget
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "input"


@register.simple_tag
def field(bound: BoundField, *, help: str | bool = "", optional: bool = True) -> SafeString:  # noqa: A002
    """A form field with label, help, errors; `help=False` hides the help, `optional` marks what may stay empty."""
    return component(
        "field",
        {
            "field": bound,
            "kind": field_kind(bound),
            "help": "" if help is False else help or bound.help_text,
            "mark": optional and not bound.field.required and not isinstance(bound.field, forms.BooleanField),
        },
    )


@register.simple_tag
def form_fields(form: BaseForm, *, help: bool = True) -> SafeString:  # noqa: A002
    """All errors and fields of a form, hidden ones too; the `<form>` element and its buttons stay with the page."""
    return component("form_fields", {"form": form, "help": help})
