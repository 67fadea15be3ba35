"""A store, and sheets that fill it or empty it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from members.forms.equipment.base import TokenForm

IN_STORE, IN_HANDS = "store", "hands"


class StoreForm(forms.Form):
    """Where it is and who keeps it."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=40)
    place = forms.CharField(label=gettext_lazy("Where it is"), max_length=100, required=False)
    keeper = forms.CharField(label=gettext_lazy("Storekeeper"), max_length=50, required=False)


class SheetForm(forms.Form):
    """The workbook and what it means."""

    store = forms.TypedChoiceField(label=gettext_lazy("Store"), coerce=int)
    what = forms.ChoiceField(
        label=gettext_lazy("What the sheet says"),
        choices=[
            (IN_STORE, gettext_lazy("What comes into the store")),
            (IN_HANDS, gettext_lazy("What is issued to whom")),
        ],
        widget=forms.RadioSelect,
        initial=IN_STORE,
    )
    opening = forms.BooleanField(
        label=gettext_lazy(
            "It was handed out before and was never in this store's books: enter it as received as well"
        ),
        required=False,
    )
    file = forms.FileField(label=gettext_lazy("Workbook"), allow_empty_file=True)

    def __init__(self, *arguments: Any, stores: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        chooser: Any = self.fields["store"]
        chooser.choices = stores


class ApplyForm(TokenForm):
    """What the preview showed, signed, so that it is applied as it was seen."""

    sheet = forms.CharField(widget=forms.HiddenInput, max_length=3_500_000)
