"""Rows of a corps as a whole: lists of its own that are decided in its top unit."""

from typing import Any, ClassVar

from django.http import HttpRequest

from corps.admin.base import ProjectAdmin
from corps.admin.scopes import scope_for
from corps.permissions import Permission


class CorpsWide(ProjectAdmin):
    """Seen with any unit of the corps, changed in its top unit; `settled` names what is chosen once, when adding."""

    unit_path = None
    corps_path = "corps_id"
    settled: ClassVar[tuple[str, ...]] = ("corps",)
    list_select_related: ClassVar[tuple[str, ...]] = ("corps",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return in_a_root(request, self.add_permission)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.settled if obj is not None else ()


def in_a_root(request: HttpRequest, permission: Permission | None) -> bool:
    """Whether the reader holds the permission in the top unit of any corps."""
    if permission is None or not request.user.is_authenticated:
        return False
    scope = scope_for(request, permission)
    return any(root.id in scope for root in scope.tree.roots())
