"""What every admin page stands on: scoped rows, permissions of the house, writes through operations, history.

Django's own model permissions play no part here. A page names the permissions for looking and changing; rows come from
`visible_to(actor)`; saving calls an operation, and its refusal appears above the form with nothing lost.
"""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from corps.errors import Refusal
from corps.models.scope import InUnits
from corps.permissions import Permission
from corps.queries.scope import scope_of


class OperationForm(forms.ModelForm[Any]):
    """A model form whose save is an operation; what the operation refused is shown as the form's own error."""

    refusal: ClassVar[Refusal | None] = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.refusal is not None:
            place = self.refusal.place if self.refusal.place in self.fields else None
            raise ValidationError({place: str(self.refusal)} if place else str(self.refusal))
        return cleaned


class ProjectAdmin(ModelAdmin):
    """Base of every admin page; with no permission named, nobody may do it.

    `unit_path` is the path from a row to the id of the unit that decides. Rows that belong to a corps as a whole
    (`corps_path`) are seen by whoever sees any of its units and changed by whoever holds the right in its root.
    """

    form = OperationForm
    view_permission: ClassVar[Permission] = Permission.UNIT_VIEW
    add_permission: ClassVar[Permission | None] = None
    change_permission: ClassVar[Permission | None] = None
    delete_permission: ClassVar[Permission | None] = None
    unit_path: ClassVar[str | None] = "unit_id"
    corps_path: ClassVar[str | None] = None

    # Deleting many rows with two clicks is nothing a corps needs; operations offer what may be undone.
    actions: ClassVar[list[Any]] = []
    show_full_result_count = False
    list_per_page = 50
    compressed_fields = True
    list_fullwidth = True

    # --- rows -------------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        scope = scope_of(request.user, self.view_permission)  # type: ignore[arg-type]
        if scope.everything:
            return rows
        if self.unit_path is not None:
            return rows.filter(InUnits(self.unit_path, scope.ids))
        if self.corps_path is not None:
            corps = {scope.tree.nodes[unit_id].corps_id for unit_id in scope.ids}
            return rows.filter(**{f"{self.corps_path}__in": corps})
        return rows.none()

    # --- permissions --------------------------------------------------------------------------------------------------

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.view_permission, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.add_permission, None)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.change_permission, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.delete_permission, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.view_permission, None)

    def _may(self, request: HttpRequest, permission: Permission | None, obj: Model | None) -> bool:
        if permission is None or not request.user.is_authenticated:
            return False
        scope = scope_of(request.user, permission)
        if obj is None or scope.everything:
            return bool(scope)
        if self.unit_path is not None:
            return _value(obj, self.unit_path) in scope
        corps_id = _value(obj, self.corps_path or "pk")
        if permission == self.view_permission:
            return any(scope.tree.nodes[unit_id].corps_id == corps_id for unit_id in scope.ids)
        return any(root.corps_id == corps_id and root.id in scope for root in scope.tree.roots())

    # --- writes -------------------------------------------------------------------------------------------------------

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        """Save through an operation of the app; pages that may change something implement it."""
        raise PermissionDenied

    def operate_delete(self, request: HttpRequest, obj: Any) -> None:
        """Delete through an operation of the app; pages that may delete implement it."""
        raise PermissionDenied

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        saved = self.operate(request, obj, form, adding=not change)
        if saved is not None and obj.pk is None:
            # The admin's answer names and links what was saved.
            obj.pk = saved.pk
            obj.refresh_from_db()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.operate_delete(request, obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        form = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refusal as refusal:
            # The transaction is rolled back; the same form is shown again with what was typed and the sentence above.
            request.refusal = refusal  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        try:
            return super().delete_view(request, object_id, extra_context)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return self._response_post_save(request, self.get_object(request, object_id))

    # The house keeps its own history (row events and the action log); Django's admin log would be a third, weaker one.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        return

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        return

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        return


def _value(obj: Model, path: str) -> Any:
    value: Any = obj
    for part in path.split("__"):
        value = getattr(value, part, None)
    return value
