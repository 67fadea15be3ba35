"""Two records of one person, for officers: merged, or told apart as two people."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from corps.admin.base import ProjectAdmin
from corps.admin.filters import UnitFilter
from corps.admin.pages import MayReasonForm, OperationPage, ReasonForm
from corps.admin.scopes import scope_for
from corps.doors import actor_of
from corps.models.scope import InUnits
from corps.permissions import Permission
from corps.queries.scope import current_tree
from corps.queries.units import path_text
from incidents.operations.merging import merge_members
from members.enums import MemberStatus
from members.models import Distinction, Member, Merger
from members.operations.duplicates import list_again, tell_apart
from members.policies.erased import is_erased
from members.queries.duplicates import twins_of


def told(member: Member) -> str:
    """A record in one line, by which two of one name are told apart."""
    return " · ".join(
        (
            member.name,
            f"{member.identity_head}***********{member.identity_tail}",
            path_text(current_tree(), member.unit_id),
            str(MemberStatus(member.status).label),
        )
    )


class PairForm(ReasonForm):
    """Which other record, and why."""

    other = forms.TypedChoiceField(label=_("Other record"), coerce=int, widget=forms.RadioSelect)

    def build(self) -> None:
        field: Any = self.fields["other"]
        field.choices = [(pair.other.pk, told(pair.other)) for pair in twins_of(actor_of(self.request), self.obj)]
        if not field.choices:
            field.help_text = _("No other record has the same name and birth date, or the same phone.")


class PairPage(OperationPage):
    """An act on a record and another one that looks like the same person's."""

    form_class = PairForm
    right = Permission.MEMBER_MERGE

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return obj.status != MemberStatus.MERGED and not is_erased(obj)


class MergePage(PairPage):
    """This record is closed, the other one remains."""

    name = "merge"
    title = _("Merge into another record")
    icon = "merge"
    danger = True
    notes = (
        _("This record is closed; all that was served, learnt and held goes to the other one. This cannot be undone."),
    )

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        merged = merge_members(
            actor=actor_of(request), merged_id=obj.pk, into_id=values["other"], reason=values["reason"]
        )
        return _("The two records of %(name)s are one.") % {"name": merged.into.name}


class TellApartPage(PairPage):
    """They are two people."""

    name = "tell-apart"
    title = _("Two people")
    icon = "call_split"
    notes = (_("The two are listed as probable duplicates no more, and not merged, until that is taken back."),)

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        tell_apart(actor=actor_of(request), one_id=obj.pk, other_id=values["other"], reason=values["reason"])
        return _("They are kept as two people and listed no more.")


class OfRemainingUnitFilter(UnitFilter):
    """By the home unit of the remaining record."""

    unit_path = "into__unit_id"


@admin.register(Merger)
class MergerAdmin(ProjectAdmin):
    """Mergers into records of the officer's units; they begin at the record that is closed."""

    unit_path = "into__unit_id"
    view_permission = Permission.MEMBER_MERGE
    fields = ("merged", "into", "reason", "merged_by", "merged_at")
    list_display = ("merged", "into", "unit_text", "reason", "merged_at")
    list_select_related = ("merged", "into")
    list_filter = (OfRemainingUnitFilter,)
    search_fields = ("into__name",)
    search_help_text = _("Name")
    ordering = ("-merged_at", "-pk")

    @admin.display(description=_("home unit"))
    def unit_text(self, row: Any) -> str:
        """Of the remaining record, with its superiors."""
        return path_text(current_tree(), row.into.unit_id)


class ListAgainPage(OperationPage):
    """They may be one person after all."""

    name = "list-again"
    title = _("List again")
    icon = "undo"
    form_class = MayReasonForm
    right = Permission.MEMBER_MERGE
    notes = (_("The two are listed as probable duplicates again."),)

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        list_again(actor=actor_of(request), distinction_id=obj.pk, reason=values["reason"])
        return _("The pair is listed again.")

    def after(self, obj: Any) -> str:
        return self.list_url()


class OfFirstUnitFilter(UnitFilter):
    """By the home unit of the first record."""

    unit_path = "one__unit_id"


@admin.register(Distinction)
class DistinctionAdmin(ProjectAdmin):
    """Pairs told apart, both of the officer's units; they begin at one of the two records."""

    unit_path = "one__unit_id"
    view_permission = Permission.MEMBER_MERGE
    pages = (ListAgainPage,)
    fields = ("one", "other", "reason", "told_by", "told_at")
    list_display = ("one_text", "other_text", "reason", "told_at")
    list_select_related = ("one", "other")
    list_filter = (OfFirstUnitFilter,)
    search_fields = ("one__name", "other__name")
    search_help_text = _("Name")
    ordering = ("-told_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows, scope = super().get_queryset(request), scope_for(request, self.view_permission)
        return rows if scope.everything else rows.filter(InUnits("other__unit_id", scope.ids))

    @admin.display(description=_("first record"))
    def one_text(self, row: Any) -> str:
        """The older one."""
        return told(row.one)

    @admin.display(description=_("second record"))
    def other_text(self, row: Any) -> str:
        """The younger one."""
        return told(row.other)
