"""Certificates for officers: what each says stays; it is revoked or renewed."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from corps.admin.base import OperationForm, ProjectAdmin, UnitText
from corps.admin.filters import UnitFilter
from corps.admin.pages import OperationPage, ReasonForm
from corps.doors import actor_of
from corps.permissions import Permission
from corps.queries.scope import local_today
from members.models import Certificate
from members.operations.training import certificates


class CertificateForm(OperationForm):
    """One from elsewhere; it is added and never changed."""

    class Meta:
        model = Certificate
        fields = ("member", "kind", "number", "issuer", "issued_on", "valid_until")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if "issuer" in self.fields:
            self.fields["issuer"].required = True


class CertificatePage(OperationPage):
    """An act on a certificate that is in force."""

    right = Permission.TRAINING_RECORD

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return obj.revoked_on is None


class RevokePage(CertificatePage):
    """Out of force, for good."""

    name = "revoke"
    title = pgettext_lazy("certificate", "Revoke")
    icon = "block"
    danger = True
    notes = (_("From today on it is not valid any more, and that cannot be undone; a new one may be issued."),)

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        certificates.revoke_certificate(actor=actor_of(request), certificate_id=obj.pk, reason=values["reason"])
        return _("The certificate is revoked.")


class RenewForm(ReasonForm):
    """From which day."""

    on = forms.DateField(label=_("Issued on"))

    def build(self) -> None:
        self.initial.setdefault("on", local_today())


class RenewPage(CertificatePage):
    """A new one in its place."""

    name = "renew"
    title = _("Renew")
    icon = "autorenew"
    form_class = RenewForm
    notes = (_("A new certificate of the corps takes the place of this one; both stay on record."),)

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        made = certificates.renew_certificate(
            actor=actor_of(request), certificate_id=obj.pk, on=values["on"], reason=values["reason"]
        )
        return _("The new certificate is issued: %(number)s.") % {"number": made.number}


class OfMemberUnitFilter(UnitFilter):
    """By the home unit of the member."""

    unit_path = "member__unit_id"


@admin.register(Certificate)
class CertificateAdmin(UnitText, ProjectAdmin):
    """Certificates of the officer's units."""

    form = CertificateForm
    unit_path = "member__unit_id"
    view_permission = Permission.TRAINING_VIEW
    add_permission = Permission.TRAINING_RECORD
    pages = (RevokePage, RenewPage)
    fields = ("member", "kind", "number", "issuer", ("issued_on", "valid_until"), "reason")
    list_display = ("kind", "number", "member", "issued_on", "valid_until", "revoked_on", "unit_column")
    list_select_related = ("kind", "member__unit")
    list_filter = (OfMemberUnitFilter,)
    search_fields = ("number", "member__name")
    search_help_text = _("Name or certificate number")
    autocomplete_fields = ("member",)
    ordering = ("-issued_on", "-pk")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.fields
        return ("member", "kind", "number", "issuer", "issued_on", "valid_until", "revoked_on", "revoked_reason")

    def operate(self, request: HttpRequest, obj: Any, form: Any, *, adding: bool) -> Any:
        values = dict(form.cleaned_data)
        return certificates.record_certificate(
            actor=actor_of(request), member_id=values.pop("member").pk, kind_id=values.pop("kind").pk, **values
        )
