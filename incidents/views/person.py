"""The rights of a person to the own data: everything as one file, for the officer and for the member; erasure."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from corps.doors import actor_of
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import current_tree, require
from corps.views.pages import entered, frame
from incidents.exports.person import hand_out_own_record, hand_out_record
from incidents.forms.person import ConfirmForm, ReasonForm
from incidents.operations.erasure import erase_member, prepare_erasure
from members.models import Member
from members.queries.people import see_member


@login_required
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, member_id: int) -> HttpResponse:
    """Ask why; then send everything held about the member."""
    actor = actor_of(request)
    found = see_member(actor, member_id)
    form = ReasonForm(entered(request))
    if request.method == "POST" and form.is_valid():
        try:
            return _sent(*hand_out_record(actor=actor, member_id=member_id, reason=form.cleaned_data["reason"]))
        except Refusal as refusal:
            form.add_error(refusal.place if refusal.place in form.fields else None, str(refusal))
    require(actor, Permission.MEMBER_RECORD, found.unit_id)
    return _page(request, found, "incidents/person_record.html", form=form)


@login_required
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "POST"])
def own_record(request: HttpRequest) -> HttpResponse:
    """The same for the member; whoever finds the phone lying there has to know the password."""
    if request.method == "POST":
        try:
            return _sent(*hand_out_own_record(actor=actor_of(request)))
        except Refusal as refusal:
            messages.error(request, str(refusal))
    return render(request, "incidents/own_record.html", frame(request, None, "my_record"))


@login_required
@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, member_id: int) -> HttpResponse:
    """Two steps: why, and then the name typed once more beside what will be gone."""
    actor = actor_of(request)
    found = see_member(actor, member_id)
    require(actor, Permission.MEMBER_ERASE, found.unit_id)
    if "token" in request.POST:
        return _confirm(request, found)
    form = ReasonForm(entered(request))
    if request.method == "POST" and form.is_valid():
        try:
            intended = prepare_erasure(actor=actor, member_id=member_id, reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            form.add_error(refusal.place if refusal.place in form.fields else None, str(refusal))
        else:
            confirm = ConfirmForm(expected=found.name, initial={"token": intended.token})
            return _page(request, found, "incidents/person_erase.html", form=confirm, reason=intended.reason)
    return _page(request, found, "incidents/person_erase.html", form=form)


def _confirm(request: HttpRequest, found: Member) -> HttpResponse:
    actor, form = actor_of(request), ConfirmForm(request.POST, expected=found.name)
    if form.is_valid():
        try:
            erase_member(actor=actor, member_id=found.pk, token=form.cleaned_data["token"])
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The personal data is gone; what was counted stays."))
            return redirect("member", found.pk)
    return _page(request, found, "incidents/person_erase.html", form=form, reason="…")


def _page(request: HttpRequest, found: Member, template: str, **values: object) -> HttpResponse:
    home = current_tree().nodes[found.unit_id]
    back = reverse("member", args=[found.pk])
    return render(request, template, frame(request, home, "roster", member=found, back=back, **values))


def _sent(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/zip")
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    answer["Cache-Control"] = "no-store"
    return answer
