"""Kinds of duty: the corps' own list, decided in its top unit."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from corps.admin.filters import by_choice
from corps.admin.kinds import KindAdmin, PlantKindsPage, UseKindPage
from corps.doors import actor_of
from corps.permissions import Permission
from duties.enums import DutyCategory, Mechanism
from duties.models import DutyKind
from duties.operations import kinds
from duties.operations.default_kinds import DEFAULTS

if TYPE_CHECKING:
    from corps.actors import Actor


class UsePage(UseKindPage):
    """Planned no more, or again."""

    retire = staticmethod(kinds.retire_kind)
    restore = staticmethod(kinds.restore_kind)
    retire_note = _("Nothing new is planned of this kind; shifts that are planned stay.")
    restore_note = _("Shifts of this kind may be planned again.")


class PlantPage(PlantKindsPage):
    """Take over the customary kinds."""

    names = tuple(default.name for default in DEFAULTS)

    def plant(self, actor: "Actor", corps_id: int) -> int:
        return len(kinds.plant_default_kinds(actor=actor, corps_id=corps_id))


@admin.register(DutyKind)
class DutyKindAdmin(KindAdmin):
    """What the corps plans; what a kind counts as stays once there are shifts of it."""

    view_permission = Permission.DUTY_VIEW
    add_permission = Permission.DUTY_KIND
    change_permission = Permission.DUTY_KIND
    pages = (UsePage, PlantPage)
    fields = ("corps", "code", "name", "category", "mechanism", "needed", "starts", "minutes", "requirement", "reason")
    list_display = (
        "name",
        "code_column",
        "category",
        "mechanism",
        "needed",
        "starts_column",
        "minutes",
        "requirement",
        "active",
        "corps",
    )
    list_select_related: ClassVar[tuple[str, ...]] = ("corps", "requirement")
    list_filter = (
        by_choice("category", _("counts as"), DutyCategory.choices),
        by_choice("mechanism", _("mechanism"), Mechanism.choices),
    )

    @admin.display(description=_("usually starts"), ordering="starts")
    def starts_column(self, kind: DutyKind) -> str:
        """On the clock."""
        return f"{kind.starts:%H:%M}"

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = dict(form.cleaned_data)
        requirement = values.pop("requirement")
        values["requirement_id"] = requirement.pk if requirement else None
        if adding:
            return kinds.add_kind(actor=actor_of(request), corps_id=values.pop("corps").pk, **values)
        return kinds.edit_kind(actor=actor_of(request), kind_id=obj.pk, **values)
