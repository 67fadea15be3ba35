"""What comes back, what is broken or lost, what is replaced, and what arrives from another store."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.forms.equipment.base import ActForm, DatedForm
from members.forms.equipment.lines import sent

DAMAGE, LOSS, REPLACE, REPLACE_LOST = "damage", "loss", "replace", "replace_lost"


@dataclass(slots=True)
class BackRow:
    """A thing in hands or on its way, and how much of it comes (back) good and broken."""

    id: int
    what: str
    who: str
    note: str
    measure: str
    quantity: int
    url: str = ""
    ticked: bool = False
    typed: str = ""
    typed_broken: str = ""
    good: int = 0
    broken: int = 0
    error: str = ""


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


class _Rows:
    """Reads the rows of such a form."""

    rows: list[BackRow]

    def read_rows(self, data: Any, *, whole_by_default: bool) -> None:
        """What was typed beside each row. An empty number is all of it where `whole_by_default`."""
        ticked = set(sent(data, "row"))
        for row in self.rows:
            row.ticked = row.id in ticked
            row.typed = data.get(f"quantity-{row.id}", "").strip()
            row.typed_broken = data.get(f"broken-{row.id}", "").strip()
            total = _whole(row.typed) if row.typed else (row.quantity if whole_by_default else 0)
            broken = _whole(row.typed_broken) if row.typed_broken else 0
            if total is None or broken is None:
                row.error = _("Please enter whole numbers.")
            elif total > row.quantity:
                row.error = _("There are only %(left)s %(measure)s.") % {"left": row.quantity, "measure": row.measure}
            elif broken > total:
                row.error = _("More are broken than there are.")
            else:
                row.good, row.broken = total - broken, broken

    def check_ticked(self, form: forms.Form) -> None:
        """Say what is wrong with ticked rows, or that there is none."""
        chosen = [row for row in self.rows if row.ticked]
        wrong = [row.what for row in chosen if row.error]
        if wrong:
            form.add_error(None, _("Please look at the marked lines: %(names)s.") % {"names": "、".join(wrong[:8])})
        elif not any(row.good or row.broken for row in chosen):
            form.add_error(None, _("Please tick what comes back."))

    def ticked_rows(self) -> dict[int, tuple[int, int]]:
        """Good and broken ones of each ticked row."""
        return {row.id: (row.good, row.broken) for row in self.rows if row.ticked and (row.good or row.broken)}


class TakeBackForm(_Rows, DatedForm):
    """Which of the things come back into which store, and how many of them are broken."""

    store = forms.TypedChoiceField(label=gettext_lazy("Into store"), coerce=int)

    def __init__(
        self, data: Any = None, *, rows: Sequence[BackRow], stores: Sequence[tuple[int, str]], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.rows = list(rows)
        chooser: Any = self.fields["store"]
        chooser.choices = stores
        if data is not None:
            self.read_rows(data, whole_by_default=True)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.check_ticked(self)
        return cleaned

    @property
    def taken(self) -> dict[int, tuple[int, int]]:
        """By holding how many are good and how many broken."""
        return self.ticked_rows()


class RepairedForm(_Rows, ActForm):
    """What comes back from repair, and how much of it is broken still."""

    def __init__(self, data: Any = None, *, rows: Sequence[BackRow], **options: Any) -> None:
        super().__init__(data, **options)
        self.rows = list(rows)
        if data is not None:
            self.read_rows(data, whole_by_default=True)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.check_ticked(self)
        return cleaned

    @property
    def taken(self) -> dict[int, tuple[int, int]]:
        """By holding how many are good and how many broken."""
        return self.ticked_rows()


class ArrivalForm(_Rows, ActForm):
    """What arrived of a transfer: everything, unless somebody types less."""

    def __init__(self, data: Any = None, *, rows: Sequence[BackRow], **options: Any) -> None:
        super().__init__(data, **options)
        self.rows = list(rows)
        for row in self.rows:
            row.typed = str(row.quantity)
        if data is not None:
            self.read_rows(data, whole_by_default=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        wrong = [row.what for row in self.rows if row.error]
        if wrong:
            self.add_error(None, _("Please look at the marked lines: %(names)s.") % {"names": "、".join(wrong[:8])})
        elif (self.short or any(row.broken for row in self.rows)) and not cleaned.get("reason"):
            self.add_error(
                "reason",
                _("Not everything arrived whole. Please say why; what is short leaves the books with this reason."),
            )
        return cleaned

    @property
    def arrived(self) -> dict[int, tuple[int, int]]:
        """By line how many arrived good and how many broken."""
        return {row.id: (row.good, row.broken) for row in self.rows}

    @property
    def short(self) -> int:
        """How many pieces did not arrive."""
        return sum(row.quantity - row.good - row.broken for row in self.rows)


class HoldingForm(ActForm):
    """What happened to a thing somebody holds."""

    what = forms.ChoiceField(label=gettext_lazy("What happened"), widget=forms.RadioSelect)
    quantity = forms.IntegerField(label=gettext_lazy("Quantity"), min_value=1, initial=1)
    store = forms.TypedChoiceField(
        label=gettext_lazy("New one from store"), coerce=int, required=False, empty_value=None
    )
    size = forms.CharField(label=gettext_lazy("Size of the new one"), max_length=8, required=False)
    number = forms.CharField(label=gettext_lazy("Number of the new one"), max_length=40, required=False)

    field_order = ("what", "quantity", "store", "size", "number", "on", "reason")

    def __init__(
        self,
        *arguments: Any,
        held: int,
        by_member: bool,
        numbered: bool,
        sizes: Sequence[str],
        stores: Sequence[tuple[int, str]],
        **options: Any,
    ) -> None:
        super().__init__(*arguments, reason_needed=True, **options)
        whats = [(DAMAGE, _("It is broken and stays in the store's care")), (LOSS, _("It is lost"))]
        if by_member and stores:
            whats += [
                (REPLACE, _("It is broken and replaced by a new one")),
                (REPLACE_LOST, _("It is lost and replaced by a new one")),
            ]
        chooser: Any = self.fields["what"]
        chooser.choices = whats
        chooser = self.fields["store"]
        chooser.choices = stores
        self.numbered = numbered
        quantity: Any = self.fields["quantity"]
        quantity.max_value = held
        quantity.validators.append(MaxValueValidator(held))
        quantity.widget.attrs["max"] = held
        self._drop(held=held, sizes=sizes, replaceable=by_member and bool(stores))

    def _drop(self, *, held: int, sizes: Sequence[str], replaceable: bool) -> None:
        """Take away what cannot be asked."""
        if held == 1:
            self.fields["quantity"].widget = forms.HiddenInput()
        if not sizes or not replaceable:
            del self.fields["size"]
        if not self.numbered or not replaceable:
            del self.fields["number"]
        if not replaceable:
            del self.fields["store"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        replaced = cleaned.get("what") in {REPLACE, REPLACE_LOST}
        if replaced and self.numbered and not cleaned.get("number"):
            self.add_error("number", _("Please enter the number of the new one."))
        return cleaned
