"""Handing out: a kit to many people at once, and whatever else to whoever is named."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.forms.equipment.base import DatedForm, day_field
from members.forms.equipment.lines import sent

TO_MEMBERS, TO_UNIT = "members", "unit"
NOT_NOW: Final = "-"
"""Chosen in place of a size: this one gets none today."""
MOST_NAMES: Final = 200
_BETWEEN: Final = re.compile(r"[\s、，,;；]+")

Named = dict[str, list[tuple[int, str]]]
FindPeople = Callable[[Sequence[str]], Named]


@dataclass(slots=True)
class Cell:
    """What one member lacks of one kind. `wanted` says whether it is ticked, `size` and `number` what was chosen."""

    member_id: int
    kind_id: int
    quantity: int
    sizes: tuple[str, ...] = ()
    numbered: bool = False
    wanted: bool = True
    size: str = ""
    number: str = ""
    article_id: int | None = None
    error: str = ""

    @property
    def key(self) -> str:
        """Its place in the form."""
        return f"{self.member_id}-{self.kind_id}"


@dataclass(slots=True)
class KitRow:
    """One member with what is lacking, by kind."""

    member_id: int
    name: str
    unit: str
    cells: dict[int, Cell] = field(default_factory=dict)
    ticked: bool = True

    @property
    def error(self) -> str:
        """What is wrong with any of its cells."""
        return " ".join(cell.error for cell in self.cells.values() if cell.error)


class KitForm(DatedForm):
    """The list: whom, and of what each lacks how much, in which size, by which number.

    `numbers` are the numbers in store, by kind: number → id of the thing. Without anything entered all is ticked and
    numbers are proposed in their order.
    """

    due_on = day_field(gettext_lazy("Due back on"), help_text=gettext_lazy("Only for what is lent for a time."))

    def __init__(
        self, data: Any = None, *, rows: Sequence[KitRow], numbers: Mapping[int, Mapping[str, int]], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.rows, self.numbers = list(rows), numbers
        if data is None:
            self._propose()
        else:
            self._fill(data)

    def _propose(self) -> None:
        free = {kind_id: iter(found) for kind_id, found in self.numbers.items()}
        for cell in self._cells():
            if cell.numbered:
                cell.number = next(free.get(cell.kind_id, iter(())), "")
                cell.wanted = bool(cell.number)

    def _fill(self, data: Any) -> None:
        members = set(sent(data, "member"))
        given = set(data.getlist("give"))
        for row in self.rows:
            row.ticked = row.member_id in members
        for cell in self._cells():
            cell.size = data.get(f"size-{cell.key}", "")
            cell.number = data.get(f"number-{cell.key}", "").strip()
            # One field for each thing: a size or none, a number or none, a tick.
            if cell.sizes:
                cell.wanted = cell.size != NOT_NOW
            else:
                cell.wanted = bool(cell.number) if cell.numbered else cell.key in given

    def _cells(self) -> list[Cell]:
        return [cell for row in self.rows for cell in row.cells.values()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        taken: dict[str, str] = {}
        for row in self.rows:
            for cell in row.cells.values():
                if row.ticked and cell.wanted:
                    self._check(row, cell, taken)
        wrong = [row.name for row in self.rows if row.error]
        if wrong:
            self.add_error(
                None, _("Please look at the marked lines: %(names)s.") % {"names": "、".join(dict.fromkeys(wrong[:8]))}
            )
        elif not self.chosen():
            self.add_error(None, _("Please tick at least one member and one thing."))
        return cleaned

    def _check(self, row: KitRow, cell: Cell, taken: dict[str, str]) -> None:
        if cell.sizes and cell.size not in cell.sizes:
            cell.error = _("Please choose a size, or “not now”.")
        elif cell.numbered:
            cell.article_id = self.numbers.get(cell.kind_id, {}).get(cell.number)
            if cell.article_id is None:
                cell.error = _("Number %(number)s is not in this store.") % {"number": cell.number}
            elif cell.number in taken:
                cell.error = _("Number %(number)s stands at %(name)s already.") % {
                    "number": cell.number,
                    "name": taken[cell.number],
                }
            else:
                taken[cell.number] = row.name

    def chosen(self) -> dict[int, list[Cell]]:
        """By member what is to be issued."""
        found: dict[int, list[Cell]] = {}
        for row in self.rows:
            cells = [cell for cell in row.cells.values() if cell.wanted]
            if row.ticked and cells:
                found[row.member_id] = cells
        return found


class HandOutForm(DatedForm):
    """Whatever is not part of the kit: to people by their names, or into the use of a unit."""

    store = forms.TypedChoiceField(label=gettext_lazy("From store"), coerce=int)
    to = forms.ChoiceField(
        label=gettext_lazy("To whom"),
        choices=[(TO_MEMBERS, gettext_lazy("Members")), (TO_UNIT, gettext_lazy("Into the use of a unit"))],
        widget=forms.RadioSelect,
        initial=TO_MEMBERS,
    )
    people = forms.CharField(
        label=gettext_lazy("Members"),
        max_length=2000,
        required=False,
        help_text=gettext_lazy(
            "Names with 、 between them; each gets what stands below. Several with one name: 张伟(123X)."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    unit = forms.TypedChoiceField(label=gettext_lazy("Unit"), coerce=int, required=False, empty_value=None)
    due_on = day_field(gettext_lazy("Due back on"), help_text=gettext_lazy("Only for what is lent for a time."))
    reason = forms.CharField(
        label=gettext_lazy("Why more than the entitlement"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Needed only where somebody gets more than they are entitled to."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self,
        *arguments: Any,
        stores: Sequence[tuple[int, str]],
        units: Sequence[tuple[int, str]],
        find_people: FindPeople,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self.find_people = find_people
        self._choices("store", stores)
        self._choices("unit", [("", _("Please choose")), *units])

    def _choices(self, name: str, choices: Sequence[tuple[Any, str]]) -> None:
        chooser: Any = self.fields[name]
        chooser.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("to") == TO_UNIT and not cleaned.get("unit"):
            self.add_error("unit", _("Please choose the unit that uses it."))
        if cleaned.get("to") == TO_MEMBERS:
            cleaned["member_ids"] = self._members(cleaned.get("people", ""))
        return cleaned

    def _members(self, text: str) -> list[int]:
        words = list(dict.fromkeys(word for word in _BETWEEN.split(text.strip()) if word))
        if not words:
            self.add_error("people", _("Please enter at least one name."))
            return []
        if len(words) > MOST_NAMES:
            self.add_error("people", _("At most %(most)s names fit here.") % {"most": MOST_NAMES})
            return []
        named = self.find_people(words)
        for word in words:
            found = named.get(word, [])
            if not found:
                self.add_error("people", _("Nobody on duty here is called “%(name)s”.") % {"name": word})
            elif len(found) > 1:
                labels = "、".join(label for _id, label in found[:8])
                self.add_error("people", _("“%(name)s” may be: %(names)s.") % {"name": word, "names": labels})
        return [found[0][0] for word in words if len(found := named.get(word, [])) == 1]
