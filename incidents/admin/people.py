"""Members with the rights they have to their own data: what needs all apps stands above the roster's own page."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from corps.admin.pages import OperationPage, ReasonForm
from corps.doors import actor_of
from corps.errors import Refusal
from corps.permissions import Permission
from incidents.admin.merging import MergePage, TellApartPage
from incidents.exports.person import hand_out_record
from incidents.operations.erasure import erase_member, prepare_erasure
from members.admin.people import MemberAdmin as RosterAdmin
from members.models import Member
from members.operations.erasing import ERASABLE
from members.policies.erased import is_erased


class RecordPage(OperationPage):
    """Everything held about the person, as one file."""

    name = "record"
    title = _("Everything held")
    icon = "folder_shared"
    form_class = ReasonForm
    right = Permission.MEMBER_RECORD
    notes = (_("Your name, the time and the reason are recorded; the person reads them in the next file."),)

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return not is_erased(obj)

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        content, name = hand_out_record(actor=actor_of(request), member_id=obj.pk, reason=values["reason"])
        answer = HttpResponse(content, content_type="application/zip")
        answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
        answer["Cache-Control"] = "no-store"
        return answer


class EraseForm(ReasonForm):
    """Why, and the name typed once more."""

    name = forms.CharField(
        label=_("Name of the person, to confirm"), max_length=50, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class ErasePage(OperationPage):
    """What is personal is destroyed; what is counted stays."""

    name = "erase"
    title = _("Erase personal data")
    icon = "delete_forever"
    danger = True
    form_class = EraseForm
    right = Permission.MEMBER_ERASE
    notes = (
        _(
            "Destroyed for good: name, identity number, phone, address, employer, contacts, insurance, skills, remarks,"
            " in the record, its history, imports, reasons and log; the account, if there is one."
        ),
        _(
            "Kept as counted facts without a name: attendance, incidents, equipment, training, days of joining and"
            " leaving. No figure changes."
        ),
    )

    def offered(self, request: HttpRequest, obj: Any) -> bool:
        return obj.status in ERASABLE and not is_erased(obj)

    def perform(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> Any:
        actor = actor_of(request)
        intended = prepare_erasure(actor=actor, member_id=obj.pk, reason=values["reason"])
        if values["name"].strip() != intended.member.name:
            raise Refusal(
                _("This is not the name on the record."),
                code="erase.name",
                place="name",
                remedy=_("Please look again whom you are erasing."),
            )
        erase_member(actor=actor, member_id=obj.pk, token=intended.token)
        return _("The personal data is gone; what was counted stays.")


admin.site.unregister(Member)


@admin.register(Member)
class MemberAdmin(RosterAdmin):
    """The roster for officers, with the person's rights and what two records of one person need."""

    pages = (*RosterAdmin.pages, MergePage, TellApartPage, RecordPage, ErasePage)  # type: ignore[assignment]
