"""API keys: issued, shown once, revoked."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from corps.admin.base import OperationForm, ProjectAdmin, verbatim
from corps.admin.fields import DATE_WIDGET
from corps.admin.pages import MayReasonForm, OperationPage, Shown
from corps.doors import actor_of
from corps.models import Account, ApiKey
from corps.operations.api_keys import issue_key, revoke_key
from corps.permissions import Permission
from corps.queries.accounts import may_manage
from corps.queries.scope import local_today


class KeyForm(OperationForm):
    """For which system, under which name, until when."""

    last_day = forms.DateField(
        label=_("Valid until"), widget=DATE_WIDGET, help_text=_("The last day; a year from today at most.")
    )

    class Meta:
        model = ApiKey
        fields = ("account", "name")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if "last_day" in self.fields:
            self.fields["last_day"].initial = local_today() + timedelta(days=180)


class UsableFilter(DropdownFilter):
    """Those that still open something unless asked."""

    title = _("state")
    parameter_name = "state"
    all_option = ("", _("Usable"))

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("all", _("Also revoked and expired"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "all":
            return queryset
        return queryset.filter(revoked_at=None, expires_at__gt=timezone.now())


class RevokePage(OperationPage):
    """The key opens nothing any more."""

    name = "revoke"
    title = _("Revoke")
    icon = "key_off"
    danger = True
    form_class = MayReasonForm

    def permitted(self, request: HttpRequest, obj: Any) -> bool:
        actor = actor_of(request)
        return obj.account_id == actor.pk or may_manage(actor, obj.account, Permission.API_KEY_MANAGE)

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return obj.revoked_at is None

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [_("The system that uses “%(name)s” is refused from now on.") % {"name": obj.name}]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        revoke_key(actor=actor_of(request), key_id=obj.pk, reason=values["reason"])
        return _("The key “%(name)s” has been revoked.") % {"name": obj.name}


@admin.register(ApiKey)
class ApiKeyAdmin(ProjectAdmin):
    """Keys of accounts in the reader's scope; only a digest is kept."""

    form = KeyForm
    view_permission = Permission.API_KEY_MANAGE
    add_permission = Permission.API_KEY_MANAGE
    unit_path = "account__unit_id"
    pages = (RevokePage,)
    autocomplete_fields = ("account",)
    list_display = ("name", "account", "prefix_column", "created_at", "expires_at", "last_used_at", "revoked_at")
    list_filter = (UsableFilter,)
    list_select_related = ("account",)
    search_fields = ("name", "prefix", "account__display_name", "account__username")
    search_help_text = _("Name, prefix or account")
    readonly_fields = ("prefix_column",)
    ordering = ("-created_at",)

    def get_queryset(self, request: HttpRequest) -> Any:
        accounts = Account.objects.visible_to(actor_of(request), Permission.API_KEY_MANAGE)
        return ApiKey.objects.filter(account__in=accounts).select_related("account").order_by("-created_at")

    @admin.display(description=_("prefix"))
    def prefix_column(self, key: ApiKey) -> str:
        """What the log of a system shows of it."""
        return verbatim(key.prefix)

    def may(self, request: HttpRequest, permission: Permission | None, obj: Any) -> bool:
        """Keys are seen with their account, which may belong to several units."""
        return super().may(request, permission, None)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": ("account", "name", "last_day", "reason")})]
        names = ("account", "name", "prefix_column", "created_at", "expires_at", "last_used_at", "revoked_at")
        return [(None, {"fields": names})]

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = form.cleaned_data
        # Until the end of the day, at the corps' place.
        expires_at = timezone.make_aware(datetime.combine(values["last_day"], time.max))
        issued = issue_key(
            actor=actor_of(request),
            account_id=values["account"].pk,
            name=values["name"],
            expires_at=expires_at,
            reason=values["reason"],
        )
        request.shown = Shown(  # type: ignore[attr-defined]
            heading=str(_("The key “%(name)s”") % {"name": issued.key.name}),
            secret=issued.text,
            explanation=str(_("Copy it into the system that needs it. It is shown this once and kept nowhere.")),
        )
        return issued.key
