"""Posts of units and the terms for which people hold them."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from corps.admin.base import ProjectAdmin, ReadInline, UnitText
from corps.admin.fields import pick_one
from corps.admin.filters import UnitFilter, by_choice
from corps.admin.pages import MayReasonForm, OperationPage, RemovePage
from corps.doors import actor_of
from corps.enums import PostKind
from corps.models import Post, Term
from corps.operations.posts import appoint_to_post, create_post, end_term, hand_over, remove_post, rename_post
from corps.permissions import Permission
from corps.queries.posts import running
from corps.queries.scope import local_today


class VacancyFilter(DropdownFilter):
    """Which posts wait for somebody."""

    title = _("holder")
    parameter_name = "held"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("no", _("Vacant")), ("yes", _("Filled"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        held = Exists(Term.objects.filter(running(local_today()), post=OuterRef("pk")))
        if self.value() == "no":
            return queryset.filter(~held, unit__active_until=None)
        return queryset.filter(held) if self.value() == "yes" else queryset


class HolderForm(MayReasonForm):
    """Who takes a post, and from when."""

    holder = forms.CharField(label=_("Holder"), max_length=40)
    position = forms.CharField(
        label=_("Position"),
        max_length=80,
        required=False,
        help_text=_("The office that brings the post, for example deputy secretary of the political-legal committee."),
    )
    starts_on = forms.DateField(label=_("Begins on"))
    ends_on = forms.DateField(label=_("Until"), required=False, help_text=_("The first day without the holder."))

    def build(self) -> None:
        self.fields["account"] = pick_one(
            self.admin, self.request, Term._meta.get_field("account"), label=_("Account"), required=False
        )
        self.initial.setdefault("starts_on", local_today())


class HandOverForm(HolderForm):
    """The same without an end."""

    def build(self) -> None:
        super().build()
        del self.fields["ends_on"]


class EndForm(MayReasonForm):
    """From which day on."""

    ends_on = forms.DateField(label=_("Until"), help_text=_("The first day without the holder."))

    def build(self) -> None:
        self.initial.setdefault("ends_on", local_today())


class AppointPage(OperationPage):
    """Somebody takes a vacant post."""

    name = "appoint"
    title = _("Fill the post")
    icon = "person_add"
    form_class = HolderForm

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        account = values.pop("account")
        appoint_to_post(actor=actor_of(request), post_id=obj.pk, account_id=account.pk if account else None, **values)
        return _("%(holder)s holds the post “%(post)s”.") % {"holder": values["holder"], "post": obj.title}


class HandOverPage(OperationPage):
    """One follows another on the same day."""

    name = "hand-over"
    title = _("Hand over")
    icon = "swap_horiz"
    form_class = HandOverForm

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        term = obj.terms.filter(running(local_today())).first()
        if term is None:
            return [str(_("The post is vacant today."))]
        return [_("The term of %(holder)s ends on the day on which the new one begins.") % {"holder": term.holder}]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        account = values.pop("account")
        hand_over(
            actor=actor_of(request),
            post_id=obj.pk,
            on=values.pop("starts_on"),
            account_id=account.pk if account else None,
            **values,
        )
        return _("%(holder)s holds the post “%(post)s”.") % {"holder": values["holder"], "post": obj.title}


class RemovePostPage(RemovePage):
    """Delete a post nobody ever held."""

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        remove_post(actor=actor_of(request), post_id=obj.pk, reason=values["reason"])
        return _("The post “%(post)s” has been removed.") % {"post": obj.title}


class TermInline(ReadInline):
    """Everybody who held the post."""

    model = Term
    fields = ("holder", "position", "starts_on", "ends_on")
    readonly_fields = fields
    verbose_name_plural = _("terms")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).select_related("post")
        return rows.order_by("-starts_on")


@admin.register(Post)
class PostAdmin(UnitText, ProjectAdmin):
    """Posts with who holds them today."""

    add_permission = Permission.POST_EDIT
    change_permission = Permission.POST_EDIT
    pages = (AppointPage, HandOverPage, RemovePostPage)
    fields = ("unit", "kind", "title", "reason")
    autocomplete_fields = ("unit",)
    list_display = ("title", "kind", "unit_column", "holder")
    list_filter = (UnitFilter, by_choice("kind", _("kind"), PostKind.choices), VacancyFilter)
    search_fields = ("title", "unit__name", "terms__holder")
    search_help_text = _("Post, unit or holder")
    ordering = ("unit__tree_id", "unit__lft", "kind", "title")
    inlines: ClassVar[list[Any]] = [TermInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        terms = Term.objects.filter(running(local_today()))
        rows = super().get_queryset(request).select_related("unit")
        return rows.prefetch_related(Prefetch("terms", queryset=terms, to_attr="running_terms"))

    @admin.display(description=_("holder"))
    def holder(self, post: Any) -> str:
        """Who holds it today."""
        return post.running_terms[0].holder if post.running_terms else str(_("vacant"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("unit", "kind") if obj is not None else ()

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = form.cleaned_data
        if adding:
            return create_post(
                actor=actor_of(request),
                unit_id=values["unit"].pk,
                kind=PostKind(values["kind"]),
                title=values["title"],
                reason=values["reason"],
            )
        return rename_post(actor=actor_of(request), post_id=obj.pk, title=values["title"], reason=values["reason"])


class EndTermPage(OperationPage):
    """The holder leaves."""

    name = "end"
    title = _("End the term")
    icon = "event_busy"
    form_class = EndForm
    right = Permission.POST_EDIT

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return obj.ends_on is None or obj.ends_on > local_today()

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [_("The post “%(post)s” is vacant from then on.") % {"post": obj.post.title}]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        end_term(actor=actor_of(request), term_id=obj.pk, ends_on=values["ends_on"], reason=values["reason"])
        return _("The term of %(holder)s is ended.") % {"holder": obj.holder}


@admin.register(Term)
class TermAdmin(UnitText, ProjectAdmin):
    """Terms, running and past; a new one begins at the post."""

    unit_path = "post__unit_id"
    pages = (EndTermPage,)
    fields = ("post", "holder", "position", "account", "starts_on", "ends_on")
    list_display = ("holder", "post", "unit_column", "starts_on", "ends_on")
    list_filter = (type("TermUnitFilter", (UnitFilter,), {"unit_path": "post__unit_id"}),)
    list_select_related = ("post",)
    search_fields = ("holder", "post__title", "post__unit__name")
    search_help_text = _("Holder, post or unit")
    ordering = ("-starts_on", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("post")
