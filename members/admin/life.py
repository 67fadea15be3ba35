"""Transfers, bulk moves and proposed changes for officers: read, answered, applied and undone."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from corps.admin.base import ProjectAdmin
from corps.admin.filters import UnitFilter, by_choice
from corps.admin.pages import ActForm, OperationPage
from corps.admin.scopes import scope_for
from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import current_tree
from corps.queries.units import path_text
from members.enums import MoveState, ProposalState, TransferState
from members.models import Member, Move, Proposal, TransferRequest
from members.operations import moves, proposals, transfers
from members.policies.asking import can_undo


class RemarkForm(ActForm):
    """What the other side reads."""

    remark = forms.CharField(label=_("Remark"), max_length=200)


class TransferPage(OperationPage):
    """An answer to a request that waits."""

    right = Permission.MEMBER_EDIT

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return bool(obj.state == TransferState.ASKED)


class AcceptPage(TransferPage):
    """Take the member."""

    name = "accept"
    title = _("Accept")
    icon = "check"
    form_class = ActForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [
            _("%(name)s leaves %(unit)s and belongs to the new unit.") % {"name": obj.member, "unit": obj.from_unit}
        ]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        transfers.accept_transfer(actor=actor_of(request), request_id=obj.pk)
        return _("%(name)s belongs to %(unit)s from now on.") % {"name": obj.member, "unit": obj.to_unit}


class ReturnPage(TransferPage):
    """Say no."""

    name = "return"
    title = _("Return")
    icon = "undo"
    form_class = RemarkForm

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        transfers.return_transfer(actor=actor_of(request), request_id=obj.pk, remark=values["remark"])
        return _("The request is returned; the other unit reads your remark.")


class ToUnitFilter(UnitFilter):
    """By the receiving unit."""

    unit_path = "to_unit_id"


@admin.register(TransferRequest)
class TransferRequestAdmin(ProjectAdmin):
    """Requests to the officer's units."""

    unit_path = "to_unit_id"
    view_permission = Permission.MEMBER_VIEW
    pages = (AcceptPage, ReturnPage)
    fields = (
        *("member", "from_unit", "to_unit", "reason", "carry", "state"),
        *("asked_by", "asked_at", "answered_at", "remark"),
    )
    list_display = ("member", "from_text", "unit_text", "state", "asked_at", "answered_at")
    list_select_related = ("member",)
    list_filter = (ToUnitFilter, by_choice("state", _("state"), TransferState.choices))
    search_fields = ("member__name",)
    search_help_text = _("Name")
    ordering = ("-asked_at", "-pk")

    @admin.display(description=_("from"))
    def from_text(self, row: Any) -> str:
        """The giving unit with its superiors."""
        return path_text(current_tree(), row.from_unit_id)

    @admin.display(description=_("to"))
    def unit_text(self, row: Any) -> str:
        """The receiving unit with its superiors."""
        return path_text(current_tree(), row.to_unit_id)


class MovePage(OperationPage):
    """An act on a bulk move."""

    right = Permission.MEMBER_EDIT
    form_class = ActForm

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return bool(obj.state == MoveState.READY)


class ApplyPage(MovePage):
    """Move them."""

    name = "apply"
    title = _("Apply")
    icon = "check"

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return super().offered(request, obj) and obj.target_id in scope_for(request, Permission.MEMBER_EDIT)

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [_("%(n)d people are at home in %(unit)s from now on.") % {"n": obj.counts["moves"], "unit": obj.target}]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        moves.apply_move(actor=actor_of(request), move_id=obj.pk)
        return _("The members belong to the new unit from now on.")


class UndoPage(MovePage):
    """Put them back."""

    name = "undo"
    title = _("Undo")
    icon = "undo"
    danger = True
    notes = (_("Everybody goes back to where they were at home. Who was changed since stays and is listed."),)

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return can_undo(obj, timezone.now())

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        moves.undo_move(actor=actor_of(request), move_id=obj.pk)
        return _("The move is undone.")


class AskPage(MovePage):
    """Ask the receiving unit once for all of them."""

    name = "ask"
    title = _("Ask the other unit")
    icon = "send"

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return super().offered(request, obj) and obj.target_id not in scope_for(request, Permission.MEMBER_EDIT)

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        moves.ask_move(actor=actor_of(request), move_id=obj.pk)
        return _("The other unit is asked; nobody is moved before it accepts.")


class AnswerPage(MovePage):
    """An answer to a move that was asked for, by whoever decides for the receiving unit."""

    def permitted(self, request: HttpRequest, obj: Any) -> bool:
        return obj.target_id in scope_for(request, Permission.MEMBER_EDIT)

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return bool(obj.state == MoveState.ASKED)


class AcceptMovePage(AnswerPage):
    """Take them."""

    name = "accept"
    title = _("Accept")
    icon = "check"

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [_("%(n)d people are at home in %(unit)s from now on.") % {"n": obj.counts["moves"], "unit": obj.target}]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        moves.accept_move(actor=actor_of(request), move_id=obj.pk)
        return _("The members belong to your unit from now on.")


class ReturnMovePage(AnswerPage):
    """Say no."""

    name = "return"
    title = _("Return")
    icon = "undo"
    form_class = RemarkForm

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        moves.return_move(actor=actor_of(request), move_id=obj.pk, remark=values["remark"])
        return _("The request is returned; the other unit reads your remark.")


class DiscardPage(MovePage):
    """Drop it, or ask no longer."""

    name = "discard"
    title = _("Discard")
    icon = "delete"

    def permitted(self, request: HttpRequest, obj: Any) -> bool:
        return obj.unit_id in scope_for(request, Permission.MEMBER_EDIT)

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return bool(obj.state in {MoveState.READY, MoveState.ASKED})

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        moves.discard_move(actor=actor_of(request), move_id=obj.pk)
        return _("The move is discarded; nobody was moved.")


@admin.register(Move)
class MoveAdmin(ProjectAdmin):
    """Bulk moves out of the officer's units, or asked of them; they are prepared in the roster."""

    view_permission = Permission.MEMBER_EDIT
    pages = (ApplyPage, AskPage, AcceptMovePage, ReturnMovePage, UndoPage, DiscardPage)
    fields = (
        *("unit", "target", "reason", "carry", "state", "people", "made_by", "made_at"),
        *("asked_at", "answered_by", "answered_at", "remark", "applied_at", "undone_at"),
    )
    list_display = ("from_text", "to_text", "state", "people", "made_at")
    list_filter = (UnitFilter, by_choice("state", _("state"), MoveState.choices))
    ordering = ("-made_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> Any:
        # What was asked of the officer's units as well, which the path of one unit does not say.
        scope = scope_for(request, self.view_permission)
        rows = super(ProjectAdmin, self).get_queryset(request)
        return rows if scope.everything else rows.in_units(scope.ids)

    def may(self, request: HttpRequest, permission: Permission | None, obj: Any) -> bool:
        if obj is not None and obj.asked_at and obj.state != MoveState.DISCARDED and permission is not None:
            scope = scope_for(request, permission)
            return obj.unit_id in scope or obj.target_id in scope
        return super().may(request, permission, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("people",)

    @admin.display(description=_("chosen in"))
    def from_text(self, row: Any) -> str:
        """The unit with its superiors."""
        return path_text(current_tree(), row.unit_id)

    @admin.display(description=_("to"))
    def to_text(self, row: Any) -> str:
        """The receiving unit with its superiors."""
        return path_text(current_tree(), row.target_id)

    @admin.display(description=_("people"))
    def people(self, row: Any) -> int:
        """Who goes, or went."""
        return int(row.counts.get("moves", 0) + row.counts.get("back", 0))


class ProposalPage(OperationPage):
    """A decision on a proposal that waits."""

    right = Permission.MEMBER_EDIT

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return bool(obj.state == ProposalState.OPEN)


class ApprovePage(ProposalPage):
    """Write it into the record."""

    name = "approve"
    title = _("Approve")
    icon = "check"
    form_class = ActForm

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        proposals.approve(actor=actor_of(request), proposal_id=obj.pk)
        return _("The record of %(name)s is changed as proposed.") % {"name": obj.member}


class ReturnProposalPage(ProposalPage):
    """Say no."""

    name = "return"
    title = _("Return")
    icon = "undo"
    form_class = RemarkForm

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        proposals.return_proposal(actor=actor_of(request), proposal_id=obj.pk, remark=values["remark"])
        return _("The proposal is returned; the member reads your remark.")


class OfMemberUnitFilter(UnitFilter):
    """By the home unit of the member."""

    unit_path = "member__unit_id"


@admin.register(Proposal)
class ProposalAdmin(ProjectAdmin):
    """What members of the officer's units want changed; the values stand on the page of the unit."""

    unit_path = "member__unit_id"
    view_permission = Permission.MEMBER_EDIT
    pages = (ApprovePage, ReturnProposalPage)
    fields = ("member", "field_names", "state", "proposed_at", "decided_by", "decided_at", "remark")
    list_display = ("member", "field_names", "state", "proposed_at", "decided_at")
    list_select_related = ("member__unit",)
    list_filter = (OfMemberUnitFilter, by_choice("state", _("state"), ProposalState.choices))
    search_fields = ("member__name",)
    search_help_text = _("Name")
    ordering = ("-proposed_at", "-pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("field_names",)

    @admin.display(description=_("fields"))
    def field_names(self, row: Any) -> str:
        """Which fields, in words."""
        return "、".join(str(getattr(Member._meta.get_field(name), "verbose_name", name)) for name in row.fields)
