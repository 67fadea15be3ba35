"""What to export: columns, format, and whether identity numbers leave in full."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.exports.roster import FORMATS, USUAL
from members.logic.roster_columns import KEYS
from members.resources import heads


class ExportForm(forms.Form):
    """The columns stand in the order of the roster."""

    columns = forms.MultipleChoiceField(label=_("Columns"), widget=forms.CheckboxSelectMultiple, initial=list(USUAL))
    kind = forms.ChoiceField(
        label=_("Format"),
        choices=[("xlsx", _("Workbook (.xlsx), ready to print")), ("csv", _("Text (.csv)"))],
        initial=FORMATS[0],
        widget=forms.RadioSelect,
    )
    full_identity = forms.BooleanField(label=_("Identity numbers in full"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        help_text=_(
            "Needed for full identity numbers; it is recorded with your name and can be read by your superior."
        ),
    )

    def __init__(self, *arguments: Any, may_reveal: bool, **options: Any) -> None:
        super().__init__(*arguments, **options)
        field: Any = self.fields["columns"]
        field.choices = list(zip(KEYS, heads(list(KEYS)), strict=True))
        if not may_reveal:
            del self.fields["full_identity"], self.fields["reason"]
