"""What every form of an act has in common: its token, the day, the reason."""

from collections.abc import Callable
from typing import Any, Final, TypeVar
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corps.errors import Refusal
from corps.queries.scope import local_today
from members.logic.article_numbers import WrongNumbers, numbers_of

Made = TypeVar("Made")

DATE_INPUT: Final = {"type": "date"}


def day_field(label: Any, *, help_text: Any = "") -> forms.DateField:
    """A day that may stay empty."""
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs=DATE_INPUT, format="%Y-%m-%d"), help_text=help_text
    )


class TokenForm(forms.Form):
    """A form that is one voucher however often it is sent."""

    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.initial.setdefault("token", uuid4())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "token" in self.errors:
            self.add_error(None, _("This form cannot be read any more. Please open the page again and repeat it."))
        return cleaned

    def refuse(self, refusal: Refusal) -> None:
        """Show what the operation refused beside the field it is about, or above all."""
        self.add_error(refusal.place if refusal.place in self.fields else None, str(refusal))

    def attempt(self, act: Callable[[], Made]) -> Made | None:
        """Run the operation; None when it was refused, and the form says why."""
        try:
            return act()
        except Refusal as refusal:
            self.refuse(refusal)
        return None


class DatedForm(TokenForm):
    """With the day it happened."""

    on = day_field(gettext_lazy("Date"))

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.initial.setdefault("on", local_today())
        self.fields["on"].widget.attrs["max"] = local_today().isoformat()


class ActForm(DatedForm):
    """With the reason; acts that nobody understands later without one ask for it."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *arguments: Any, reason_needed: bool = False, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["reason"].required = reason_needed


def read_numbers(text: str) -> list[str]:
    """Numbers as typed, ranges written out. Raises `ValidationError` that quotes what cannot be read."""
    try:
        return numbers_of(text)
    except WrongNumbers as wrong:
        sentences = {
            "range": _("“%(part)s” is no range of numbers."),
            "long": _("The number “%(part)s” is too long."),
            "many": _("“%(part)s”: these are too many numbers for one voucher."),
            "twice": _("The number “%(part)s” stands there twice."),
        }
        raise forms.ValidationError(sentences[wrong.code] % {"part": wrong.part[:40]}) from wrong
