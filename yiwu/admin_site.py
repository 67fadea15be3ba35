"""The admin site for police liaison officers: who may enter, its content security policy, its name."""

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import secure_admin_login
from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from corps.permissions import Permission
from corps.queries.scope import scope_of

# The theme computes its colours in an inline style and evaluates expressions of its own; nothing else may.
THEME_POLICY = csp_update({"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]})


class Autocomplete(AutocompleteJsonView):
    """Pickers: what the reader may see, called what its own page calls it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        rows = list(context["object_list"])
        page: Any = self.model_admin
        page.prepare_options(self.request, rows)
        context["object_list"] = rows
        return context

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        page: Any = self.model_admin
        return {"id": str(getattr(obj, to_field_name)), "text": page.option_label(obj)}


class YiwuAdminSite(UnfoldAdminSite):
    """Entered by whoever holds `admin.site` somewhere; sign-in is the one of the house, with its second factor."""

    site_header = _("Administration")
    site_title = _("Administration")
    index_title = _("Overview")
    index_template = "admin/overview.html"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(user.is_authenticated and user.is_active and scope_of(user, Permission.ADMIN_SITE))

    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().login(request, extra_context)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Leaving the admin is leaving the house; the entrance says good-bye."""
        answer = super().logout(request, extra_context)
        return answer if request.user.is_authenticated else redirect("account_login")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Passwords are changed on one page for everybody."""
        return redirect("account_change_password")

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return Autocomplete.as_view(admin_site=self)(request)  # type: ignore[return-value]

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:  # noqa: FBT001, FBT002
        wrapped: Callable[..., Any] = THEME_POLICY(super().admin_view(view, cacheable))
        return wrapped
