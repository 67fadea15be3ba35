"""Forms of the rights of a person."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    """Why; it is recorded."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class ConfirmForm(forms.Form):
    """The second step: the token of the first, and the name typed once more."""

    # A reason of 200 Chinese characters takes 1,600 in the token.
    token = forms.CharField(max_length=3000, widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Name of the person, to confirm"), max_length=50, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *arguments: object, expected: str, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self.expected = expected

    def clean_name(self) -> str:
        """Exactly the name of the record."""
        typed: str = self.cleaned_data["name"].strip()
        if typed != self.expected:
            raise forms.ValidationError(
                " ".join(
                    (str(_("This is not the name on the record.")), str(_("Please look again whom you are erasing.")))
                )
            )
        return typed
