"""What goes into a store or out of it: lines typed one below the other, or quantities beside what lies there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.forms.equipment.base import read_numbers

MOST_QUANTITY: Final = 1_000_000
EMPTY_LINES: Final = 3
MOST_LINES: Final = 60


class KindChoice(NamedTuple):
    """A kind as lines offer it."""

    id: int
    name: str
    measure: str
    numbered: bool
    sizes: tuple[str, ...]


class Typed(NamedTuple):
    """A line that was understood: `numbers` for a numbered kind, else `quantity` in `size`."""

    kind_id: int
    size: str
    quantity: int
    numbers: tuple[str, ...]


class LineForm(forms.Form):
    """One line; left empty it means nothing."""

    kind = forms.TypedChoiceField(label=gettext_lazy("Kind of equipment"), coerce=int, required=False, empty_value=None)
    size = forms.CharField(label=gettext_lazy("Size"), max_length=8, required=False)
    quantity = forms.IntegerField(label=gettext_lazy("Quantity"), min_value=1, max_value=MOST_QUANTITY, required=False)
    numbers = forms.CharField(label=gettext_lazy("Numbers"), max_length=4000, required=False)

    def __init__(self, *arguments: Any, kinds: Sequence[KindChoice], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kinds = {kind.id: kind for kind in kinds}
        chooser: Any = self.fields["kind"]
        chooser.choices = [("", _("Please choose")), *((kind.id, kind.name) for kind in kinds)]
        chooser.widget.attrs["data-line-kind"] = True
        self.fields["size"].widget.attrs |= {"data-line-size": True, "autocomplete": "off"}
        self.fields["quantity"].widget.attrs |= {"data-line-quantity": True, "inputmode": "numeric"}
        self.fields["numbers"].widget.attrs |= {
            "data-line-numbers": True,
            "autocomplete": "off",
            "placeholder": _("001–050、077"),
        }

    def clean_numbers(self) -> tuple[str, ...]:
        """Each number once, ranges written out."""
        return tuple(read_numbers(self.cleaned_data["numbers"]))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        kind = self.kinds.get(cleaned["kind"] or 0)
        if kind is None:
            if cleaned["size"] or cleaned["quantity"] or cleaned["numbers"]:
                self.add_error("kind", _("Please choose the kind of this line."))
        elif kind.numbered:
            if not cleaned["numbers"]:
                self.add_error(
                    "numbers", _("“%(kind)s” are told apart by number. Please enter the numbers.") % _of(kind)
                )
            elif cleaned["quantity"] and cleaned["quantity"] != len(cleaned["numbers"]):
                self.add_error(
                    "numbers",
                    _("These are %(numbers)d numbers, the quantity says %(quantity)d. Please correct one of them.")
                    % {"numbers": len(cleaned["numbers"]), "quantity": cleaned["quantity"]},
                )
        else:
            self._clean_counted(cleaned, kind)
        return cleaned

    def _clean_counted(self, cleaned: dict[str, Any], kind: KindChoice) -> None:
        if cleaned["numbers"]:
            self.add_error("numbers", _("“%(kind)s” are counted, they have no numbers.") % _of(kind))
        if not cleaned["quantity"]:
            self.add_error("quantity", _("Please enter how many."))
        size = next((one for one in kind.sizes if one.upper() == cleaned["size"].strip().upper()), "")
        if kind.sizes and not size:
            self.add_error(
                "size", _("“%(kind)s” come in the sizes %(sizes)s.") % {**_of(kind), "sizes": "、".join(kind.sizes)}
            )
        cleaned["size"] = size


def _of(kind: KindChoice) -> dict[str, str]:
    return {"kind": kind.name}


class Lines:
    """Lines below each other. `is_valid` also says when there is none; `typed` are those that were understood."""

    def __init__(self, data: Any, kinds: Sequence[KindChoice], *, lines: int = EMPTY_LINES) -> None:
        self.kinds = kinds
        self.empty = ""
        count = lines
        if data is not None:
            text = data.get("lines", "")
            count = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else lines
            count = min(max(count, 1), MOST_LINES)
        self.forms = [LineForm(data, kinds=kinds, prefix=f"line-{number}") for number in range(count)]
        self.blank = LineForm(kinds=kinds, prefix="line-NUMBER")

    def is_valid(self) -> bool:
        """Whether every line is understood, and there is at least one."""
        # Every line is looked at, so that all that is wrong is said at once.
        fine = all([form.is_valid() for form in self.forms])  # noqa: C419
        if fine and not self.typed:
            self.empty = _("Please fill in at least one line.")
        return fine and not self.empty

    @property
    def typed(self) -> list[Typed]:
        """Only after `is_valid`."""
        return [
            Typed(one["kind"], one["size"], one["quantity"] or len(one["numbers"]), one["numbers"])
            for one in (form.cleaned_data for form in self.forms)
            if one.get("kind")
        ]


@dataclass(slots=True)
class Pick:
    """What lies in one place of a store: a counted kind in a size, or the numbers of a numbered kind.

    `numbers` are the things by number, `holdings` the rows of the ledger: by number, or all of a counted kind with
    their quantities. `typed` is what somebody wants of it, `error` what is wrong with that; `taken`, `articles` and
    `from_holdings` follow from a valid one.
    """

    kind_id: int
    kind: str
    measure: str
    size: str
    quantity: int
    place: str = "store"
    numbers: dict[str, int] = field(default_factory=dict)
    holdings: list[tuple[int, int, str]] = field(default_factory=list)
    numbered: bool = False
    typed: str = ""
    error: str = ""
    taken: int = 0
    articles: list[int] = field(default_factory=list)
    from_holdings: dict[int, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of its input."""
        return f"take-{self.place}-{self.kind_id}-{self.size}"

    @property
    def shown_numbers(self) -> str:
        """The numbers, for reading."""
        return "、".join(self.numbers)


class Picks:
    """Quantities beside what lies in a store; what is left empty stays there."""

    def __init__(self, data: Mapping[str, Any] | None, picks: Sequence[Pick], *, may_be_empty: bool = False) -> None:
        self.rows = list(picks)
        self.bound = data is not None
        self.may_be_empty = may_be_empty
        self.error = ""
        for row in self.rows:
            row.typed = str((data or {}).get(row.name, "")).strip()

    def is_valid(self) -> bool:
        """Whether every quantity and number can be taken, and there is at least one."""
        for row in self.rows:
            try:
                self._read(row)
            except forms.ValidationError as wrong:
                row.error = " ".join(wrong.messages)
        if any(row.error for row in self.rows):
            return False
        if not self.may_be_empty and not any(row.taken for row in self.rows):
            self.error = _("Please enter at least one quantity or number.")
            return False
        return True

    def _read(self, row: Pick) -> None:
        if not row.typed:
            return
        if row.numbered:
            numbers = read_numbers(row.typed)
            strange = [number for number in numbers if number not in row.numbers]
            if strange:
                raise forms.ValidationError(
                    _("Not here: %(numbers)s. Please choose among the numbers that are.")
                    % {"numbers": "、".join(strange[:10])}
                )
            row.articles = [row.numbers[number] for number in numbers]
            row.from_holdings = {holding_id: 1 for holding_id, _one, number in row.holdings if number in set(numbers)}
            row.taken = len(numbers)
            return
        if not (row.typed.isascii() and row.typed.isdigit() and len(row.typed) < 8):
            raise forms.ValidationError(_("Please enter a whole number."))
        row.taken = int(row.typed)
        if row.taken > row.quantity:
            raise forms.ValidationError(
                _("Only %(left)s %(measure)s are here.") % {"left": f"{row.quantity:,}", "measure": row.measure}
            )
        left = row.taken
        for holding_id, quantity, _number in row.holdings:
            if left:
                row.from_holdings[holding_id] = min(left, quantity)
                left -= row.from_holdings[holding_id]

    @property
    def from_holdings(self) -> dict[int, int]:
        """How many are taken of each row of the ledger; only after `is_valid`."""
        return {holding_id: number for row in self.rows for holding_id, number in row.from_holdings.items()}

    @property
    def chosen(self) -> list[Pick]:
        """Rows of which something is taken; only after `is_valid`."""
        return [row for row in self.rows if row.taken]


def sent(data: Any, name: str, most: int = 20_000) -> list[int]:
    """Whole numbers that were ticked under a name."""
    values = data.getlist(name) if isinstance(data, MultiValueDict) else []
    return [int(one) for one in values[:most] if one.isascii() and one.isdigit() and len(one) <= 18]
