"""What every admin page stands on: scoped rows, permissions of the house, writes through operations, history.

Django's own model permissions play no part here. A page names the permissions for looking and changing; rows come from
the scope of the reader; saving calls an operation, and its refusal appears above the form with nothing lost. What is
more than saving a form (move, merge, end, reveal …) is an `OperationPage`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import PaginationInlineFormSet
from unfold.views import ChangeList

from corps.admin.fields import (
    DATE_WIDGET,
    LabelledChoiceField,
    dress,
    moment_widget,
    page_of,
    reason_field,
    time_widget,
)
from corps.admin.pages import OperationPage, Shown, shown_once
from corps.admin.scopes import scope_for
from corps.doors import actor_of
from corps.errors import Refusal
from corps.models import Corps
from corps.models.scope import InUnits
from corps.permissions import Permission
from corps.queries.history import history_of
from corps.queries.scope import Tree
from corps.queries.units import path_text

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Any]
else:
    _ModelForm = forms.ModelForm


class OperationForm(_ModelForm):
    """A model form whose save is an operation; what the operation refused is shown as the form's own error."""

    refusal: ClassVar[Refusal | None] = None
    reason = reason_field()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for field in self.fields.values():
            dress(field)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.refusal is not None:
            problems = getattr(self.refusal, "problems", None) or {self.refusal.place: str(self.refusal)}
            known = {place: sentence for place, sentence in problems.items() if place in self.fields}
            raise ValidationError(known or str(self.refusal))
        return cleaned


class ProjectChangeList(ChangeList):
    """A list whose rows are made ready together, so that no column needs a query per row."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            # The theme tells a count and offers to show all where the two differ: only where something narrows.
            self.full_result_count = self.result_count
        rows: list[Any] = list(self.result_list)
        self.result_list = rows
        self.model_admin.prepare(request, rows)


class _Raised(HttpResponse):
    """Carries a refusal of rights out of Django's transaction, so that its entry in the action log stays."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class ProjectAdmin(ModelAdmin):
    """Base of every admin page; with no permission named, nobody may do it.

    `unit_path` is the path from a row to the id of the unit that decides. Rows that belong to a corps as a whole
    (`corps_path`) are seen by whoever sees any of its units and changed by whoever holds the right in its root.
    """

    form = OperationForm
    view_permission: ClassVar[Permission] = Permission.UNIT_VIEW
    add_permission: ClassVar[Permission | None] = None
    change_permission: ClassVar[Permission | None] = None
    unit_path: ClassVar[str | None] = "unit_id"
    corps_path: ClassVar[str | None] = None
    pages: ClassVar[Sequence[type[OperationPage]]] = ()

    # Deleting many rows with two clicks is nothing a corps needs; operations offer what may be undone.
    actions = None
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    compressed_fields = True
    list_fullwidth = True
    list_filter_submit = True
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        models.DateField: {"widget": DATE_WIDGET},
        models.DateTimeField: {"form_class": forms.DateTimeField, "widget": moment_widget()},
        models.TimeField: {"form_class": forms.TimeField, "widget": time_widget()},
    }
    object_history_template = "admin/history.html"
    keeps_history: ClassVar[bool] = True

    # --- rows -------------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        scope = scope_for(request, self.view_permission)
        if scope.everything:
            return rows
        if self.unit_path is not None:
            return rows.filter(InUnits(self.unit_path, scope.ids))
        if self.corps_path is not None:
            corps = {scope.tree.nodes[unit_id].corps_id for unit_id in scope.ids}
            return rows.filter(**{f"{self.corps_path}__in": corps})
        return rows.none()

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row, or `Http404` when it does not exist or lies outside the reader's scope."""
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404("no such row in the reader's scope")
        return found

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return ProjectChangeList

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:
        """Make the rows of a list ready at once; by default each learns the path of its unit as `unit_text`."""
        if self.unit_path is None:
            return
        tree = scope_for(request, self.view_permission).tree
        for row in rows:
            row.unit_text = text_of_unit(tree, _value(row, self.unit_path))

    def option_label(self, obj: Any) -> str:
        """What a choice of this kind is called in pickers."""
        return str(obj)

    def prepare_options(self, request: HttpRequest, rows: list[Any]) -> None:
        """Make the rows of a picker ready at once, for `option_label`."""

    def label_of(self, row: Model) -> str:
        """What a row of another kind is called by its own page."""
        return str(page_of(self, type(row)).option_label(row))

    # --- permissions --------------------------------------------------------------------------------------------------

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may(request, self.view_permission, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request, self.add_permission, None)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may(request, self.change_permission, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: removing is an operation with a page of its own."""
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may(request, self.view_permission, None)

    def may(self, request: HttpRequest, permission: Permission | None, obj: Model | None) -> bool:
        """Whether the reader holds the permission for the row, or anywhere when there is none."""
        if permission is None or not request.user.is_authenticated:
            return False
        scope = scope_for(request, permission)
        if obj is None or scope.everything:
            return bool(scope)
        if self.unit_path is not None:
            return _value(obj, self.unit_path) in scope
        corps_id = _value(obj, self.corps_path or "pk")
        if permission == self.view_permission:
            return any(scope.tree.nodes[unit_id].corps_id == corps_id for unit_id in scope.ids)
        return any(root.corps_id == corps_id and root.id in scope for root in scope.tree.roots())

    # --- forms --------------------------------------------------------------------------------------------------------

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices are rows the reader may see, called what their own page calls them."""
        other = self.admin_site._registry.get(db_field.remote_field.model)  # noqa: SLF001 (Django offers no other way)
        if isinstance(other, ProjectAdmin):
            kwargs.setdefault("queryset", other.get_queryset(request))
            kwargs["form_class"] = LabelledChoiceField.labelled(other.option_label)
        elif db_field.remote_field.model is Corps:
            scope = scope_for(request, self.view_permission)
            seen = {scope.tree.nodes[unit_id].corps_id for unit_id in scope.ids}
            kwargs["queryset"] = Corps.objects.filter(pk__in=seen)
            if len(seen) == 1:
                kwargs["initial"] = next(iter(seen))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # Pop-up windows for adding on the way break the one thing at a time that a form is.
            field.widget = field.widget.widget
        return field

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        form = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        form.request = request
        return form

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Rows of another kind hang on a row that exists."""
        return self.inlines if obj is not None else []

    # --- writes -------------------------------------------------------------------------------------------------------

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        """Save through an operation of the app; pages that may change something implement it."""
        raise PermissionDenied

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        saved = self.operate(request, obj, form, adding=not change)
        if saved is not None and obj.pk is None:
            # The admin's answer names and links what was saved.
            obj.pk = saved.pk
            obj.refresh_from_db()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        """Nothing: the operation has written all of it."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Nothing: the history tells it."""
        return []

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        answer = super().changeform_view(request, object_id, form_url, extra_context)
        if isinstance(answer, _Raised):
            raise answer.error
        return answer

    def _changeform_view(self, request: HttpRequest, object_id: Any, form_url: str, extra_context: Any) -> Any:
        try:
            return super()._changeform_view(request, object_id, form_url, extra_context)
        except Refusal as refusal:
            # The operation is rolled back; the same form is shown again with what was typed and the sentence above.
            request.refusal = refusal  # type: ignore[attr-defined]
            return super()._changeform_view(request, object_id, form_url, extra_context)
        except (PermissionDenied, Http404) as error:
            return _Raised(error)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> Any:
        shown: Shown | None = getattr(request, "shown", None)
        if shown is not None:
            return shown_once(self, request, obj, shown)
        return super().response_add(request, obj, post_url_continue)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """No row is deleted here; what may be removed has a page that says so."""
        self.get_object(request, object_id)
        raise PermissionDenied

    # The house keeps its own history (row events and the action log); Django's admin log would be a third, weaker one.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        return

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        return

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        return

    # --- pages --------------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        """The operations stand before Django's catch-all for unknown addresses below a row."""
        own = []
        for kind in self.pages:
            page = kind(self)
            address = f"{page.name}/" if page.on_list else f"<path:object_id>/{page.name}/"
            own.append(path(address, self.admin_site.admin_view(page.view), name=page.url_name))
        return [*own, *super().get_urls()]

    def buttons(self, request: HttpRequest, obj: Any) -> list[dict[str, Any]]:
        """Operations on the row (or on the list, without one) that the reader may start now."""
        wanted = [kind(self) for kind in self.pages if kind.on_list == (obj is None)]
        return [
            page.button(request, obj) for page in wanted if page.permitted(request, obj) and page.offered(request, obj)
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        obj = context.get("original")
        if obj is not None:
            context["actions_detail"] = self.buttons(request, obj)
        context["show_save_and_add_another"] = False
        context["show_save_and_continue"] = False
        context["subtitle"] = None
        context["show_history"] = self.keeps_history
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        answer = super().changelist_view(request, extra_context)
        if isinstance(answer, TemplateResponse) and answer.context_data is not None:
            answer.context_data["actions_list"] = self.buttons(request, None)
        return answer

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """What happened to the row, from the history that the database keeps by itself."""
        obj = self.get_object(request, object_id)
        if not self.has_view_permission(request, obj) or not self.keeps_history:
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("History of %(name)s") % {"name": self.option_label(obj)},
            "opts": self.opts,
            "object": obj,
            "back": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk]),
            "entries": self.history(request, obj),
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.object_history_template, context)

    def history(self, request: HttpRequest, obj: Any) -> Any:
        """Entries of the history page, newest first."""
        unit_id = _value(obj, self.unit_path) if self.unit_path is not None else None
        return history_of(obj, actor_of(request), unit_id=unit_id)


class ReadFormSet(PaginationInlineFormSet):
    """Rows to look at: whatever is sent along is not even read."""

    def __init__(self, data: Any = None, files: Any = None, **options: Any) -> None:
        super().__init__(None, None, **options)

    def is_valid(self) -> bool:
        """There is nothing that could be wrong."""
        return True


class ReadInline(TabularInline):
    """Rows of another kind on a row's page, to look at; each leads to its own page."""

    formset = ReadFormSet
    extra = 0
    max_num = 0
    can_delete = False
    show_change_link = True
    tab = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sees the page sees what stands on it."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def text_of_unit(tree: Tree, unit_id: Any) -> str:
    """The path of the unit below the corps; a dash for none."""
    return path_text(tree, unit_id) if unit_id in tree else "—"


def verbatim(text: str) -> str:
    """A code as it is: no word of any language."""
    return format_html('<span class="y-code">{}</span>', text)


class CodeColumn:
    """Mixin with the column `code_column` for rows with a code."""

    def code_column(self, row: Any) -> str:
        """As it stands in sheets and addresses."""
        return verbatim(row.code)

    code_column.short_description = gettext_lazy("code")  # type: ignore[attr-defined]
    code_column.admin_order_field = "code"  # type: ignore[attr-defined]


class UnitText:
    """Mixin with the column `unit_column`: the unit of a row with its superiors."""

    def unit_column(self, row: Any) -> str:
        """Filled by `prepare`."""
        return str(getattr(row, "unit_text", ""))

    unit_column.short_description = gettext_lazy("Unit")  # type: ignore[attr-defined]


def _value(obj: Model, path: str) -> Any:
    value: Any = obj
    for part in path.split("__"):
        value = getattr(value, part, None)
    return value
