"""Acts of a store on what lies there: sending, counting, reversing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.forms.equipment.base import ActForm, TokenForm, read_numbers


class SendForm(ActForm):
    """To which store."""

    to_store = forms.TypedChoiceField(label=gettext_lazy("To store"), coerce=int)

    field_order = ("to_store", "on", "reason")

    def __init__(self, *arguments: Any, stores: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        chooser: Any = self.fields["to_store"]
        chooser.choices = [("", _("Please choose")), *stores]


class ReverseForm(TokenForm):
    """Why a voucher is taken back."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)


@dataclass(slots=True)
class CountRow:
    """What the book has of a kind and size, and what was found. For a numbered kind: which of its numbers are not
    there, and which others are; `all_there` says that it was counted and nothing is missing.
    """

    kind_id: int
    kind: str
    measure: str
    size: str
    book: int
    numbers: dict[str, int] = field(default_factory=dict)
    numbered: bool = False
    typed: str = ""
    extra: str = ""
    all_there: bool = False
    error: str = ""
    counted: int | None = None
    seen: list[int] | None = None

    @property
    def name(self) -> str:
        """Name of its inputs."""
        return f"{self.kind_id}-{self.size}"

    @property
    def shown_numbers(self) -> str:
        """The numbers, for reading."""
        return "、".join(self.numbers)

    @property
    def difference(self) -> int:
        """Found more (or, negative, less) than the book has."""
        if self.numbered:
            return 0 if self.seen is None else len(self.seen) - self.book
        return 0 if self.counted is None else self.counted - self.book


class CountForm(ActForm):
    """Stock-taking: what was found beside what the book says; what is left empty was not counted.

    `known` gives the ids of numbered things by number, for those that turn up without being in the book.
    """

    def __init__(
        self, data: Any = None, *, rows: Sequence[CountRow], known: Mapping[tuple[int, str], int], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.rows, self.known = list(rows), known
        if data is not None:
            for row in self.rows:
                row.typed = data.get(f"count-{row.name}", "").strip()
                row.extra = data.get(f"extra-{row.name}", "").strip()
                row.all_there = bool(data.get(f"all-{row.name}"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for row in self.rows:
            try:
                self._read(row)
            except forms.ValidationError as wrong:
                row.error = " ".join(wrong.messages)
        wrong_rows = [row.kind for row in self.rows if row.error]
        if wrong_rows:
            self.add_error(
                None, _("Please look at the marked lines: %(names)s.") % {"names": "、".join(wrong_rows[:8])}
            )
        elif not any(row.counted is not None or row.seen is not None for row in self.rows):
            self.add_error(None, _("Please enter what you counted of at least one kind."))
        elif any(row.difference for row in self.rows) and not cleaned.get("reason"):
            told = "、".join(
                f"{row.kind} {row.size} {row.difference:+d}".replace("  ", " ") for row in self.rows if row.difference
            )
            self.add_error("reason", _("The count differs from the book: %(rows)s. Please say why.") % {"rows": told})
        return cleaned

    def _read(self, row: CountRow) -> None:
        row.counted, row.seen = None, None
        if row.numbered:
            self._read_numbers(row)
        elif row.typed:
            if not (row.typed.isascii() and row.typed.isdigit() and len(row.typed) < 8):
                raise forms.ValidationError(_("Please enter a whole number."))
            row.counted = int(row.typed)

    def _read_numbers(self, row: CountRow) -> None:
        gone, more = read_numbers(row.typed), read_numbers(row.extra)
        if not (gone or more or row.all_there):
            return
        strange = [number for number in gone if number not in row.numbers]
        if strange:
            raise forms.ValidationError(
                _("Not in this store's book: %(numbers)s. They cannot be missing here.")
                % {"numbers": "、".join(strange[:10])}
            )
        unknown = [number for number in more if (row.kind_id, number) not in self.known]
        if unknown:
            raise forms.ValidationError(
                _("Unknown numbers: %(numbers)s. Please enter new things as goods received.")
                % {"numbers": "、".join(unknown[:10])}
            )
        seen = {article for number, article in row.numbers.items() if number not in set(gone)}
        row.seen = sorted(seen | {self.known[row.kind_id, number] for number in more})

    @property
    def counted(self) -> dict[tuple[int, str], int]:
        """By kind and size how many were found."""
        return {(row.kind_id, row.size): row.counted for row in self.rows if row.counted is not None}

    @property
    def seen(self) -> dict[int, list[int]]:
        """By numbered kind which things were found."""
        return {row.kind_id: row.seen for row in self.rows if row.seen is not None}
