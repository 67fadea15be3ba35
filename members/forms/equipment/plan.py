"""A kit for all squads of a brigade or more: which squads and kinds, and a size for those whose size nobody knows."""

from collections.abc import Collection, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.forms.equipment.base import DatedForm, day_field
from members.forms.equipment.lines import KindChoice, sent


class PlanForm(DatedForm):
    """What is ticked. Before anything is entered all is; `sizes` are by kind, for members without a known size."""

    due_on = day_field(gettext_lazy("Due back on"), help_text=gettext_lazy("Only for what is lent for a time."))

    def __init__(
        self, data: Any = None, *, unit_ids: Collection[int], kinds: Sequence[KindChoice], **options: Any
    ) -> None:
        super().__init__(data, **options)
        every_kind = [kind.id for kind in kinds]
        self.unit_ids = set(unit_ids if data is None else sent(data, "unit")) & set(unit_ids)
        self.kind_ids = set(every_kind if data is None else sent(data, "kind")) & set(every_kind)
        self.sizes: dict[int, str] = {}
        for kind in kinds if data is not None else ():
            size = data.get(f"size-{kind.id}", "")
            if size in kind.sizes:
                self.sizes[kind.id] = size

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.unit_ids or not self.kind_ids:
            self.add_error(None, _("Please tick at least one unit and one kind of equipment."))
        return cleaned
