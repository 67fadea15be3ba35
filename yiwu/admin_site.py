"""The admin site for police liaison officers: who may enter, its content security policy, its name."""

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import secure_admin_login
from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.http import HttpRequest
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from corps.permissions import Permission
from corps.queries.scope import scope_of

# The theme computes its colours in an inline style and evaluates expressions of its own; nothing else may.
THEME_POLICY = csp_update({"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]})


class YiwuAdminSite(UnfoldAdminSite):
    """Entered by whoever holds `admin.site` somewhere; sign-in is the one of the house, with its second factor."""

    site_header = _("Administration")
    site_title = _("Administration")
    index_title = _("Overview")

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(user.is_authenticated and user.is_active and scope_of(user, Permission.ADMIN_SITE))

    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().login(request, extra_context)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:  # noqa: FBT001, FBT002
        wrapped: Callable[..., Any] = THEME_POLICY(super().admin_view(view, cacheable))
        return wrapped
