"""The public pages: applying to a unit, and how the own application stands. Nobody is signed in here."""

import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from corps.addresses import client_ip, network_of
from corps.doors import number_in
from corps.errors import Refusal
from corps.logic.masking import mask_phone
from corps.queries.scope import current_tree
from corps.queries.units import path_text
from corps.views.pages import entered
from members.enums import Occupation
from members.forms.join import CodeForm, JoinForm, PhoneForm
from members.models import Application
from members.operations.people import InvalidParticulars
from members.operations.recruitment.applying import APPLICANT, apply, problems_of, withdraw
from members.operations.recruitment.codes import check_code, send_code
from members.queries.recruitment import (
    current_notice,
    entered_of,
    kept_until,
    own_applications,
    places_entered,
    public_page,
    recruiter_by_code,
    standing_of,
    units_offered,
)
from members.views.words import label

BODY_LIMIT = 32 * 1024
# No application is answered earlier: to note a duplicate takes some milliseconds more than to enter somebody new.
ANSWER_SECONDS = 0.2
LOOK_SECONDS = 30 * 60
_CODE, _PHONE, _LOOK = "join_code", "join_phone", "join_look"
WORDS = {
    "waiting": (
        "wait",
        pgettext_lazy("application", "Received"),
        gettext_lazy("The unit checks what you entered; this takes a few days."),
    ),
    "vetted": (
        "wait",
        gettext_lazy("Vetted"),
        gettext_lazy("You passed the vetting. The unit will tell you when probation begins."),
    ),
    "probation": (
        "on",
        gettext_lazy("On probation"),
        gettext_lazy("Please come to the training and the duties the unit invites you to."),
    ),
    "active": (
        "good",
        gettext_lazy("Member"),
        gettext_lazy("Welcome. Your captain tells you about duties and equipment."),
    ),
    "suspended": ("warn", gettext_lazy("Suspended"), gettext_lazy("Please speak to your captain.")),
    "left": ("idle", gettext_lazy("Left"), gettext_lazy("You are no member any more. You may apply again.")),
    "refused": (
        "stop",
        gettext_lazy("Not admitted"),
        gettext_lazy("You may ask the unit about it, and apply again later."),
    ),
    "withdrawn": (
        "idle",
        pgettext_lazy("application", "Withdrawn"),
        gettext_lazy("You took the application back. You may apply again at any time."),
    ),
    "accepted": (
        "good",
        pgettext_lazy("application", "Accepted"),
        gettext_lazy("The unit will get in touch with you."),
    ),
}


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, code: str) -> HttpResponse:
    """The form of a unit. Whatever is known of the person already, the answer is the same page."""
    if _too_large(request):
        return render(request, "members/join/too_large.html", status=413)
    began = time.monotonic()
    page, node = public_page(code)
    notice = current_notice(node.corps_id)
    context: dict[str, Any] = {"page": page, "node": node, "place": path_text(current_tree(), node.id)}
    if not page.is_open or notice is None:
        return render(request, "members/join/closed.html", context)
    asked = request.POST if request.method == "POST" else request.GET
    recruiter = recruiter_by_code(asked.get("by", "")[:12], node.corps_id)
    form = JoinForm(
        entered(request),
        units=units_offered(page),
        recruiter=recruiter.name if recruiter else "",
        initial={
            "notice": notice.pk,
            "by": recruiter.code if recruiter else "",
            "source": "poster" if request.GET.get("from") == "poster" else "",
        },
    )
    status = 200
    if request.method == "POST":
        if form.trapped:
            return redirect("join_received", code)
        if form.is_valid():
            status = _apply(request, form, page.pk)
            if status == 302:
                time.sleep(max(0.0, began + ANSWER_SECONDS - time.monotonic()))
                return redirect("join_received", code)
        else:
            status = 422
            _add_problems(form)
        # What was agreed to was another version, or nothing: the tick is asked for again.
        sent = request.POST.copy()
        sent["notice"] = str(notice.pk)
        if status == 409:
            sent.pop("consent", None)
        form.data = sent
    context |= {"form": form, "notice": notice, "recruiter": recruiter}
    return render(request, "members/join/form.html", context, status=status)


def _add_problems(form: JoinForm) -> None:
    """What else is wrong, so that a missing tick does not hide a wrong number until the next try."""
    for name, sentence in problems_of(form.cleaned_data.get("identity", ""), form.particulars).items():
        if name in form.fields and name not in form.errors:
            form.add_error(name, sentence)


def _apply(request: HttpRequest, form: JoinForm, page_id: int) -> int:
    """Hand the application over; the status of the answer, with what was wrong beside the fields."""
    values = form.cleaned_data
    try:
        apply(
            actor=APPLICANT,
            page_id=page_id,
            unit_id=form.unit_id,
            identity=values["identity"],
            particulars=form.particulars,
            notice_id=values["notice"],
            code=values["by"],
            poster=values["source"] == "poster",
            address=_from(request),
        )
    except InvalidParticulars as problems:
        for name, sentence in problems.problems.items():
            form.add_error(name if name in form.fields else None, sentence)
        return 422
    except Refusal as refusal:
        form.add_error(refusal.place if refusal.place in form.fields else None, str(refusal))
        return {"join.too_often": 429, "join.notice_changed": 409}.get(refusal.code, 422)
    return 302


@require_GET
def received(request: HttpRequest, code: str) -> HttpResponse:
    """The same words for everybody who sent the form."""
    page, node = public_page(code)
    context = {
        "page": page,
        "node": node,
        "place": path_text(current_tree(), node.id),
        "by_phone": settings.SENDER != "none",
    }
    return render(request, "members/join/received.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def progress(request: HttpRequest) -> HttpResponse:
    """By the phone of the application: ask for a code, or see what the last one opened."""
    if _too_large(request):
        return render(request, "members/join/too_large.html", status=413)
    if request.method == "GET" and (ids := _opened(request)):
        rows = [_told(row) for row in own_applications(ids)]
        return render(request, "members/join/progress.html", {"rows": rows})
    form = PhoneForm(entered(request))
    if request.method == "POST" and form.is_valid():
        phone = form.cleaned_data["phone"]
        try:
            sent = send_code(actor=APPLICANT, phone=phone, address=_from(request))
        except Refusal as refusal:
            form.add_error("phone", str(refusal))
        else:
            request.session.pop(_LOOK, None)
            request.session[_CODE], request.session[_PHONE] = sent.pk, mask_phone("".join(phone.split())[-11:])
            return redirect("join_code")
    return render(request, "members/join/phone.html", {"form": form, "by_phone": settings.SENDER != "none"})


@never_cache
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Enter the code that was sent; wrong, expired and used ones are answered alike."""
    waiting = request.session.get(_CODE)
    if waiting is None:
        return redirect("join_progress")
    form = CodeForm(entered(request))
    if request.method == "POST" and form.is_valid():
        try:
            ids = check_code(
                actor=APPLICANT, code_id=waiting, entered=form.cleaned_data["code"], address=_from(request)
            )
        except Refusal as refusal:
            form.add_error("code", str(refusal))
        else:
            # A new session: whoever knew the old one does not look over the shoulder.
            request.session.cycle_key()
            request.session.pop(_CODE, None)
            request.session[_LOOK] = {"ids": ids, "until": int(time.time()) + LOOK_SECONDS}
            return redirect("join_progress")
    return render(request, "members/join/code.html", {"form": form, "phone": request.session.get(_PHONE, "")})


@never_cache
@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Take the own application back."""
    wanted = number_in(request.POST.get("application", ""))
    if wanted is not None and wanted in _opened(request):
        try:
            withdraw(actor=APPLICANT, application_id=wanted)
        except Refusal as refusal:
            rows = [_told(row) for row in own_applications(_opened(request))]
            return render(request, "members/join/progress.html", {"rows": rows, "refusal": str(refusal)}, status=409)
    return redirect("join_progress")


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close the look: the next person at this phone sees nothing."""
    for name in (_CODE, _PHONE, _LOOK):
        request.session.pop(name, None)
    return redirect("join_progress")


def _too_large(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return request.method == "POST" and (not length.isdigit() or int(length) > BODY_LIMIT)


def _from(request: HttpRequest) -> str:
    """What limits count by."""
    return network_of(client_ip(request))


def _opened(request: HttpRequest) -> list[int]:
    """Ids of the applications that this sitting may read."""
    look = request.session.get(_LOOK) or {}
    return list(look.get("ids", ())) if look.get("until", 0) > time.time() else []


def _told(row: Application) -> dict[str, Any]:
    standing = standing_of(row)
    shape, word, follows = WORDS[standing.state]
    consent = row.consents.all()[0] if row.consents.all() else None
    return {
        "id": row.pk,
        "unit": path_text(current_tree(), row.member.unit_id if row.member else row.unit_id),
        "applied_at": row.applied_at,
        "shape": shape,
        "word": word,
        "follows": follows,
        "reason": standing.reason,
        "on": standing.on,
        "may_withdraw": standing.may_withdraw,
        "erased_on": kept_until(row),
        "held": [(name, value) for name, value in _held(row) if value] if standing.state not in _OVER else [],
        "consent": consent,
        "steps": _steps(standing.state),
    }


# Of a duplicate nothing is kept once it is decided; so nothing is listed of the others either, or the difference would
# tell who is on a roster.
_OVER = frozenset({"refused", "withdrawn"})


def _steps(state: str) -> list[tuple[str, str]]:
    """The way in, as far as it goes; none for who is not on it any more."""
    order = ("waiting", "vetted", "probation", "active")
    if state not in order:
        return []
    here = order.index(state)
    names = (pgettext("application", "Received"), _("Vetted"), _("On probation"), _("Member"))
    return [
        (name, "done" if at < here or state == "active" else "now" if at == here else "todo")
        for at, name in enumerate(names)
    ]


def _held(row: Application) -> list[tuple[str, str]]:
    member = row.member
    if member is None:
        known = entered_of(row)
        skills = known.get("skills") or []
        grid, partner = places_entered(known)
        return [
            (_("Name"), known.get("name", "")),
            (_("Identity number"), known.get("identity", "")),
            (_("Phone"), mask_phone(known.get("phone", ""))),
            (_("Occupation"), label(Occupation, known.get("occupation", ""))),
            (_("Address"), known.get("address", "")),
            (_("Grid"), grid),
            (_("Skills"), "、".join(skills)),
            (_("Recruited by"), known.get("recruiter", "")),
            (_("Partner organisation"), partner),
        ]
    return [
        (_("Name"), member.name),
        (_("Identity number"), f"{member.identity_head}***********{member.identity_tail}"),
        (_("Phone"), mask_phone(member.phone)),
        (_("Occupation"), label(Occupation, member.occupation)),
        (_("Address"), member.address),
        (_("Grid"), member.grid.name if member.grid else ""),
        (_("Skills"), "、".join(member.skills)),
        (_("Recruited by"), member.recruiter),
        (_("Partner organisation"), member.partner.name if member.partner else ""),
    ]
