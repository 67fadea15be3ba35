"""The equipment ledger for officers: vouchers to read and to reverse, and what members have confirmed."""

from typing import Any, Final
from uuid import uuid4

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse as page_url
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from corps.admin.base import ProjectAdmin, ReadInline, UnitText
from corps.admin.filters import UnitFilter, by_choice
from corps.admin.pages import ActForm, OperationPage, ReasonForm
from corps.doors import actor_of
from corps.permissions import Permission
from members.enums import LedgerAct
from members.models import Confirmation, Movement, Voucher
from members.operations.equipment.confirming import confirm_by_sheet
from members.operations.equipment.reversing import reverse
from members.queries.equipment.papers import reversible

MOST_LINES: Final = 600
"""A voucher with more lines shows none of them here."""


class ReverseForm(ReasonForm):
    """Why; the token makes a second press the same reversal."""

    token = forms.UUIDField(widget=forms.HiddenInput)


class ReversePage(OperationPage):
    """Everything goes back to where it was."""

    name = "reverse"
    title = _("Reverse")
    icon = "undo"
    danger = True
    form_class = ReverseForm
    right = Permission.EQUIPMENT_RECORD
    notes = (
        _("Everything this voucher moved goes back to where it was. Voucher and reversal both stay in the journal."),
    )

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return obj.pk in reversible([obj])

    def initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"token": uuid4()}

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        made = reverse(actor=actor_of(request), voucher_id=obj.pk, reason=values["reason"], token=values["token"])
        return _("The voucher is reversed by voucher %(number)s.") % {"number": made.pk}


class MovementInline(ReadInline):
    """What moved."""

    model = Movement
    fk_name = "voucher"
    fields = ("kind", "size", "article", "quantity", "from_side", "to_side", "due_on")
    readonly_fields = fields
    show_change_link = False
    ordering = ("id",)

    def get_queryset(self, request: HttpRequest) -> Any:
        related = ("kind", "article", "from_store", "to_store", "from_unit", "to_unit", "from_member", "to_member")
        return super().get_queryset(request).select_related(*related)

    @admin.display(description=_("from"))
    def from_side(self, movement: Movement) -> str:
        """Place, store and holder."""
        return _side(movement, "from")

    @admin.display(description=_("to"))
    def to_side(self, movement: Movement) -> str:
        """Place, store and holder."""
        return _side(movement, "to")


def _side(movement: Movement, side: str) -> str:
    if not getattr(movement, f"{side}_place"):
        return str(_("outside"))
    member, unit, store = (getattr(movement, f"{side}_{name}") for name in ("member", "unit", "store"))
    place = getattr(movement, f"get_{side}_place_display")()
    who = member.name if member is not None else unit.short_name
    return f"{place} · {store.name} · {who}"


def _lines_of(voucher: Any) -> int:
    """Counted once for a page."""
    if not hasattr(voucher, "line_number"):
        voucher.line_number = Movement.objects.filter(voucher=voucher).count()
    return int(voucher.line_number)


@admin.register(Voucher)
class VoucherAdmin(UnitText, ProjectAdmin):
    """Nothing in a voucher changes; a mistake is reversed."""

    view_permission = Permission.EQUIPMENT_VIEW
    keeps_history = False
    pages = (ReversePage,)
    inlines = (MovementInline,)
    fields = ("act_column", "unit", "on", "reason", "follows", "reverses", "recorded_by", "recorded_at")
    readonly_fields = (*fields, "lines_column")
    list_display = (
        "number_column",
        "act_column",
        "unit_column",
        "on",
        "reason",
        "recorded_by",
        "recorded_at",
        "reversed_column",
    )
    list_filter = (UnitFilter, by_choice("act", _("kind of voucher"), LedgerAct.choices))
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("unit", "recorded_by", "reversed_by", "follows", "reverses")

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return () if obj is not None and _lines_of(obj) > MOST_LINES else self.inlines

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj is None or _lines_of(obj) <= MOST_LINES else (*self.fields, "lines_column")

    @admin.display(description=_("lines"))
    def lines_column(self, voucher: Voucher) -> str:
        """How many there are, and the page that tells them by unit."""
        words = _("%(n)s lines, by unit") % {"n": f"{_lines_of(voucher):,}"}
        return format_html('<a href="{}">{}</a>', page_url("equipment_voucher", args=[voucher.pk]), words)

    @admin.display(description=_("Number of the voucher"))
    def number_column(self, voucher: Voucher) -> str:
        """As it stands on what is printed."""
        return f"{voucher.pk:08d}"

    @admin.display(description=_("kind of voucher"))
    def act_column(self, voucher: Voucher) -> str:
        """What it records."""
        return str(LedgerAct(voucher.act).label)

    @admin.display(description=_("reversed"), boolean=True)
    def reversed_column(self, voucher: Voucher) -> bool:
        """Whether a later voucher took it back."""
        return getattr(voucher, "reversed_by", None) is not None


class SignedPage(OperationPage):
    """The member has signed on paper."""

    name = "signed"
    title = _("Signed on paper")
    icon = "draw"
    form_class = ActForm
    right = Permission.EQUIPMENT_RECORD
    notes = (_("Keep the signed sheet; the confirmation stands in your name."),)

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return obj.confirmed_at is None

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        confirm_by_sheet(actor=actor_of(request), voucher_id=obj.voucher_id, member_ids=[obj.member_id])
        return _("The hand-over to %(name)s is confirmed.") % {"name": obj.member.name}


class OpenFilter(admin.SimpleListFilter):
    """Confirmed, or not yet."""

    title = _("confirmed")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("1", _("Not confirmed yet")), ("0", _("Confirmed"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() not in {"0", "1"} else queryset.filter(confirmed_at__isnull=self.value() == "1")


class MemberUnitFilter(UnitFilter):
    """Members of a unit and everything below it."""

    unit_path = "member__unit_id"


@admin.register(Confirmation)
class ConfirmationAdmin(UnitText, ProjectAdmin):
    """Who has confirmed what they were given."""

    view_permission = Permission.EQUIPMENT_VIEW
    unit_path = "member__unit_id"
    pages = (SignedPage,)
    fields = ("voucher", "member", "due_on", "confirmed_at", "how", "confirmed_by")
    readonly_fields = fields
    list_display = ("member", "unit_column", "voucher", "due_on", "confirmed_at", "how")
    list_filter = (MemberUnitFilter, OpenFilter)
    search_fields = ("member__name",)
    search_help_text = _("Name of the member")
    ordering = ("due_on", "id")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("member__unit", "voucher", "confirmed_by")
