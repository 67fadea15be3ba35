"""Operations that are more than saving a row: each a page of its own that names the object and the consequence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.enums import ActionVariant

from corps.admin.fields import dress, reason_field
from corps.errors import Refusal
from corps.permissions import Permission


@dataclass(frozen=True, slots=True)
class Shown:
    """A secret that is shown once and kept nowhere: a one-time password, an API key, a revealed number."""

    heading: str
    secret: str
    explanation: str


class ActForm(forms.Form):
    """The form of an operation. It knows the page, the reader and the row it is about; why is asked last."""

    def __init__(self, *arguments: Any, admin: Any, request: HttpRequest, obj: Any, **options: Any) -> None:
        self.admin, self.request, self.obj = admin, request, obj
        super().__init__(*arguments, **options)
        self.build()
        if "reason" in self.fields:
            self.fields["reason"] = self.fields.pop("reason")
        for field in self.fields.values():
            dress(field)

    def build(self) -> None:
        """Add fields whose choices depend on the reader and the row."""

    def refuse(self, refusal: Refusal) -> None:
        """Show what the operation refused beside the field it is about, or above all."""
        problems: dict[str, str] = getattr(refusal, "problems", None) or {refusal.place: str(refusal)}
        for place, sentence in problems.items():
            self.add_error(place if place in self.fields else None, sentence)


class ReasonForm(ActForm):
    """Why; forms that ask for more stand on it."""

    reason = reason_field(required=True)


class MayReasonForm(ActForm):
    """The same where it may stay empty."""

    reason = reason_field()


class OperationPage:
    """A page for one operation on a row, or, with `on_list`, on the whole of a list."""

    name: ClassVar[str]
    title: ClassVar[Promise | str]
    icon: ClassVar[str] = ""
    danger: ClassVar[bool] = False
    on_list: ClassVar[bool] = False
    form_class: ClassVar[type[ActForm]] = ReasonForm
    template: ClassVar[str] = "admin/operation.html"
    right: ClassVar[Permission | None] = None
    notes: ClassVar[Sequence[Promise]] = ()

    def __init__(self, admin: ModelAdmin) -> None:
        self.admin = admin

    @property
    def url_name(self) -> str:
        """Name of the address inside the admin's namespace."""
        opts = self.admin.opts
        return f"{opts.app_label}_{opts.model_name}_{self.name.replace('-', '_')}"

    # --- what a page says and does ------------------------------------------------------------------------------------

    def permitted(self, request: HttpRequest, obj: Any) -> bool:
        """Whether the reader may do this to the row: by `right` or, where none is named, whoever may change it."""
        if self.right is None:
            return bool(self.admin.has_change_permission(request, obj))
        return bool(self.admin.may(request, self.right, obj))

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        """Whether the state of the row lets the button stand there; the operation decides in the end."""
        return True

    def heading(self, request: HttpRequest, obj: Any) -> str:
        """What is done to what."""
        return str(self.title) if obj is None else f"{self.title} · {self.admin.option_label(obj)}"

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        """What will happen, in sentences with numbers; `notes` where it is the same for every row."""
        return [str(note) for note in self.notes]

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        """Call the operation. Returns a sentence for the officer, a `Shown`, or a whole answer. Raises `Refusal`."""
        raise NotImplementedError

    def initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """What stands in the form at first."""
        return {}

    def after(self, obj: Any) -> str:
        """Where to go when it is done."""
        return self.row_url(obj) if obj is not None else self.list_url()

    # --- the machinery ------------------------------------------------------------------------------------------------

    def list_url(self) -> str:
        """The list of rows of this kind."""
        return reverse(f"admin:{self.admin.opts.app_label}_{self.admin.opts.model_name}_changelist")

    def row_url(self, obj: Any) -> str:
        """The row's own page."""
        return reverse(f"admin:{self.admin.opts.app_label}_{self.admin.opts.model_name}_change", args=[obj.pk])

    def url(self, obj: Any) -> str:
        """This page."""
        return reverse(f"admin:{self.url_name}", args=[] if obj is None else [obj.pk])

    def button(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """As the theme wants it."""
        return {
            "title": self.title,
            "path": self.url(obj),
            "icon": self.icon,
            "variant": ActionVariant.DEFAULT,
            "attrs": {},
            "dialog": None,
        }

    def view(self, request: HttpRequest, object_id: str | None = None) -> HttpResponseBase:
        """Ask, then do. Outside the scope 404, inside it without the right 403; a refusal keeps what was typed."""
        obj = None if object_id is None else self.admin.get_object(request, unquote(object_id))
        if not self.admin.has_view_permission(request, obj) or not self.permitted(request, obj):
            raise PermissionDenied
        form = self.form(request, obj)
        if request.method == "POST" and form.is_valid():
            try:
                return self._answer(request, obj, self.perform(request, obj, form.cleaned_data))
            except Refusal as refusal:
                form.refuse(refusal)
        return self.ask(request, obj, form)

    def form(self, request: HttpRequest, obj: Any) -> ActForm:
        """The form, bound when it was sent."""
        data = (request.POST, request.FILES) if request.method == "POST" else ()
        return self.form_class(
            *data, admin=self.admin, request=request, obj=obj, initial=self.initial(request, obj), auto_id="id_%s"
        )

    def ask(self, request: HttpRequest, obj: Any, form: ActForm) -> HttpResponseBase:
        """The page with its form."""
        context = {
            **self.admin.admin_site.each_context(request),
            "title": self.heading(request, obj),
            "opts": self.admin.opts,
            "form": form,
            "page": self,
            "label": self.title,
            "consequences": self.consequences(request, obj),
            "back": self.after(obj) if obj is None else self.row_url(obj),
            "media": self.admin.media + form.media,
        }
        return TemplateResponse(request, self.template, context)

    def _answer(self, request: HttpRequest, obj: Any, outcome: Any) -> HttpResponseBase:
        if isinstance(outcome, Shown):
            return shown_once(self.admin, request, obj, outcome)
        if isinstance(outcome, HttpResponseBase):
            return outcome
        messages.success(request, str(outcome))
        return redirect(self.after(obj))


class RemovePage(OperationPage):
    """Taking a row out of the lists; its history stays."""

    name = "remove"
    title = _("Remove")
    icon = "delete"
    danger = True

    def consequences(self, request: HttpRequest, obj: Any) -> list[str]:
        return [
            str(_("%(name)s disappears from the lists; its history stays.")) % {"name": self.admin.option_label(obj)}
        ]

    def remove(self, request: HttpRequest, obj: Any, reason: str) -> None:
        """Call the operation."""
        raise NotImplementedError

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        self.remove(request, obj, values["reason"])
        return _("%(name)s has been removed.") % {"name": obj.name}

    def after(self, obj: Any) -> str:
        return self.list_url()


def shown_once(admin: ModelAdmin, request: HttpRequest, obj: Any, shown: Shown) -> HttpResponseBase:
    """A page with the secret, kept by no cache."""
    opts = admin.opts
    context = {
        **admin.admin_site.each_context(request),
        "title": shown.heading,
        "opts": opts,
        "shown": shown,
        "back": reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[obj.pk]),
    }
    answer = TemplateResponse(request, "admin/shown_once.html", context)
    answer["Cache-Control"] = "no-store"
    return answer
