"""Accounts of people and systems: who signs in, and everything an officer does about it."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from corps.admin.base import OperationForm, ProjectAdmin, ReadInline, UnitText, verbatim
from corps.admin.filters import UnitFilter
from corps.admin.pages import MayReasonForm, OperationPage, Shown
from corps.doors import actor_of
from corps.models import Account, ApiKey, Appointment
from corps.operations import accounts as operations
from corps.permissions import Permission
from corps.queries.accounts import may_manage


class AccountForm(OperationForm):
    """Particulars; a new account may belong to a system, which has no password."""

    machine = forms.BooleanField(
        label=_("For a system"), required=False, help_text=_("It has no password and acts by API keys alone.")
    )

    class Meta:
        model = Account
        fields = ("username", "display_name", "unit", "phone", "police_number")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if "unit" in self.fields:
            self.fields["unit"].required = True


class ActiveFilter(DropdownFilter):
    """Those in use unless asked."""

    title = _("state")
    parameter_name = "state"
    all_option = ("", _("In use"))

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("off", _("Deactivated")), ("all", _("All accounts"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.value() == "all" else queryset.filter(is_active=self.value() != "off")


class AccountPage(OperationPage):
    """An act on an account that the officer manages as a whole."""

    def permitted(self, request: HttpRequest, obj: Any) -> bool:
        return may_manage(actor_of(request), obj)

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return bool(obj.is_active)


class ResetPasswordPage(AccountPage):
    """A new one-time password."""

    name = "reset-password"
    title = _("Reset password")
    icon = "lock_reset"
    form_class = MayReasonForm

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return bool(obj.is_active and obj.has_usable_password())

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [
            _("The old password of %(name)s no longer works, running sessions end, a lock is lifted.")
            % {"name": obj.display_name},
            str(_("The one-time password is shown once, on the next page.")),
        ]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        made = operations.reset_password(actor=actor_of(request), account_id=obj.pk, reason=values["reason"])
        return password_shown(made)


class RemoveFactorPage(AccountPage):
    """For a lost telephone."""

    name = "remove-second-factor"
    title = _("Remove second factor")
    icon = "phonelink_erase"

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [
            _("%(name)s sets up a new second factor at the next sign-in; running sessions end.")
            % {"name": obj.display_name}
        ]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        operations.remove_second_factor(actor=actor_of(request), account_id=obj.pk, reason=values["reason"])
        return _("The second factor has been removed.")


class EndSessionsPage(AccountPage):
    """Sign somebody out everywhere."""

    name = "end-sessions"
    title = _("End sessions")
    icon = "logout"
    form_class = MayReasonForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [_("%(name)s is signed out on every device.") % {"name": obj.display_name}]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        ended = operations.end_sessions(actor=actor_of(request), account_id=obj.pk, reason=values["reason"])
        return _("%(n)d sessions have been ended.") % {"n": ended}


class DeactivatePage(AccountPage):
    """Somebody leaves."""

    name = "deactivate"
    title = _("Deactivate")
    icon = "person_off"
    danger = True

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [
            _("%(name)s can no longer sign in; sessions, API keys and appointments end today.")
            % {"name": obj.display_name}
        ]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        operations.deactivate_account(actor=actor_of(request), account_id=obj.pk, reason=values["reason"])
        return _("The account of %(name)s is deactivated.") % {"name": obj.display_name}


class ReactivatePage(AccountPage):
    """Somebody comes back."""

    name = "reactivate"
    title = _("Reactivate")
    icon = "person_check"

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return not obj.is_active

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [
            _("%(name)s can sign in again with a one-time password; appointments are made anew.")
            % {"name": obj.display_name}
        ]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        made = operations.reactivate_account(actor=actor_of(request), account_id=obj.pk, reason=values["reason"])
        if not made.password:
            return _("The account of %(name)s is active again.") % {"name": obj.display_name}
        return password_shown(made)


def password_shown(made: operations.NewAccount) -> Shown:
    """The page that shows a one-time password."""
    return Shown(
        heading=str(_("One-time password of %(name)s") % {"name": made.account.display_name}),
        secret=made.password,
        explanation=str(
            _(
                "Hand it over in person or by telephone, with the user name %(username)s. It is shown this once "
                "and has to be changed at the first sign-in."
            )
            % {"username": made.account.username}
        ),
    )


class AppointmentInline(ReadInline):
    """What the account may do, and where."""

    model = Appointment
    fields = ("role", "unit", "starts_on", "ends_on", "reason")
    readonly_fields = fields
    verbose_name_plural = _("appointments")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = Appointment.objects.visible_to(actor_of(request)).select_related("unit", "account")
        return rows.order_by("-starts_on")


class KeyInline(ReadInline):
    """Keys of a system."""

    model = ApiKey
    fields = ("name", "prefix", "expires_at", "revoked_at", "last_used_at")
    readonly_fields = fields
    verbose_name_plural = _("API keys")


@admin.register(Account)
class AccountAdmin(UnitText, ProjectAdmin):
    """Whoever signs in, with home unit; rights come from appointments."""

    form = AccountForm
    view_permission = Permission.ACCOUNT_VIEW
    add_permission = Permission.ACCOUNT_APPOINT
    change_permission = Permission.ACCOUNT_APPOINT
    pages = (
        ResetPasswordPage,
        RemoveFactorPage,
        EndSessionsPage,
        ReactivatePage,
        DeactivatePage,
    )
    autocomplete_fields = ("unit",)
    list_display = ("display_name", "username_column", "unit_column", "phone", "active", "last_login")
    list_display_links = ("display_name",)
    list_filter = (UnitFilter, ActiveFilter)
    search_fields = ("username", "display_name", "phone", "police_number")
    search_help_text = _("Name, user name, phone or police number")
    ordering = ("username",)
    inlines: ClassVar[list[Any]] = [AppointmentInline, KeyInline]

    @admin.display(description=_("in use"), boolean=True)
    def active(self, account: Account) -> bool:
        """Whether somebody may sign in with it."""
        return account.is_active

    @admin.display(description=_("username"), ordering="username")
    def username_column(self, account: Account) -> str:
        """As typed at the sign-in."""
        return verbatim(account.username)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # Accounts are seen by their home unit and by their appointments.
        return Account.objects.visible_to(actor_of(request)).order_by("username")

    def may(self, request: HttpRequest, permission: Permission | None, obj: Any) -> bool:
        """Seen by the list's own rule; changed by whoever manages the whole of it."""
        if obj is None or permission is None or not request.user.is_authenticated:
            return super().may(request, permission, None)
        if permission == self.view_permission:
            return super().may(request, permission, None)
        return may_manage(actor_of(request), obj, permission)

    def option_label(self, obj: Any) -> str:
        return f"{obj.display_name} · {obj.username}"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            names: tuple[str, ...] = ("username", "display_name", "unit", "phone", "police_number", "machine", "reason")
            return [(None, {"fields": names})]
        facts = (_("Sign-in"), {"fields": ("active", "last_login", "password_changed_at", "one_time_password")})
        names = ("username_column", "display_name", "unit", "phone", "police_number")
        changing = self.has_change_permission(request, obj)
        return [(None, {"fields": (*names, *(("reason",) if changing else ()))}), facts]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ()
        return ("username_column", "active", "last_login", "password_changed_at", "one_time_password")

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = form.cleaned_data
        facts = {
            "actor": actor_of(request),
            "display_name": values["display_name"],
            "unit_id": values["unit"].pk,
            "phone": values["phone"],
            "police_number": values["police_number"],
            "reason": values["reason"],
        }
        if not adding:
            return operations.edit_account(account_id=obj.pk, **facts)
        made = operations.create_account(username=values["username"], machine=values["machine"], **facts)
        if made.password:
            request.shown = password_shown(made)  # type: ignore[attr-defined]
        return made.account
