"""Shapes of what is entered in statistics."""

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

ACCEPT: Final = ".xlsx,.xls,.et,.csv"


class SheetForm(forms.Form):
    """A sheet of alarm figures."""

    file = forms.FileField(label=_("Workbook"), allow_empty_file=True)
