"""What lists of kinds have in common: set up from the common ones, taken out of use and back into it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from corps.admin.base import CodeColumn
from corps.admin.corps_wide import CorpsWide, in_a_root
from corps.admin.fields import LabelledChoiceField
from corps.admin.pages import ActForm, MayReasonForm, OperationPage
from corps.admin.scopes import scope_for
from corps.doors import actor_of
from corps.models import Corps

if TYPE_CHECKING:
    from corps.actors import Actor


class KindAdmin(CodeColumn, CorpsWide):
    """A corps' own list of kinds; `add_permission` is the right to decide it."""

    settled = ("corps", "code")
    search_fields = ("name", "code")
    search_help_text = _("Name or code")
    ordering = ("corps", "category", "code")


class UseKindPage(OperationPage):
    """Out of use, or back into use."""

    name = "use"
    title = _("Take out of use, or back into use")
    icon = "power_settings_new"
    form_class = MayReasonForm
    retire: ClassVar[Callable[..., Any]]
    restore: ClassVar[Callable[..., Any]]
    retire_note: ClassVar[Promise]
    restore_note: ClassVar[Promise]

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [str(self.retire_note if obj.active else self.restore_note)]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        act = self.retire if obj.active else self.restore
        kind = act(actor=actor_of(request), kind_id=obj.pk, reason=values["reason"])
        return (_("“%(kind)s” is in use.") if kind.active else _("“%(kind)s” is out of use.")) % {"kind": kind.name}


class CorpsForm(ActForm):
    """For which corps."""

    def build(self) -> None:
        scope = scope_for(self.request, self.admin.add_permission)
        mine = [root.corps_id for root in scope.tree.roots() if root.id in scope]
        self.fields["corps"] = LabelledChoiceField(
            label=_("Corps"), queryset=Corps.objects.filter(pk__in=mine), widget=forms.Select
        )
        if len(mine) == 1:
            self.initial.setdefault("corps", mine[0])


class PlantKindsPage(OperationPage):
    """Take over the common kinds."""

    name = "plant"
    title = _("Set up the common kinds")
    icon = "library_add"
    on_list = True
    form_class = CorpsForm
    names: ClassVar[Sequence[str]]

    def plant(self, actor: "Actor", corps_id: int) -> int:
        """Call the operation; returns how many kinds are new."""
        raise NotImplementedError

    def permitted(self, request: HttpRequest, obj: Any) -> bool:
        return in_a_root(request, self.admin.add_permission)

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [
            str(
                _("These are added as far as the corps does not have them: %(names)s.")
                % {"names": "、".join(self.names)}
            ),
            str(_("Each may be renamed or taken out of use afterwards.")),
        ]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        number = self.plant(actor_of(request), values["corps"].pk)
        return ngettext("%(n)d kind was added.", "%(n)d kinds were added.", number) % {"n": number}
