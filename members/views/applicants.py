"""The captain's side of recruitment: who waits, the unit's page and poster, recruiters, partner organisations."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from corps.doors import actor_of, number_in
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, current_tree
from corps.queries.units import path_text
from corps.views.pages import entered, frame, refused, rights, unit_door
from members.enums import MemberStatus
from members.exports.qr import qr_picture
from members.exports.recruiters import export_recruiters
from members.forms.join import PageForm, RecruiterForm
from members.models import Recruiter
from members.operations.recruitment.deciding import decide
from members.operations.recruitment.pages import set_page
from members.operations.recruitment.recruiters import add_recruiter, edit_recruiter
from members.queries.recruiters import partner_standing, partner_standings, people_of_partner, standings
from members.queries.recruitment import Candidate, current_notice, decided_in, page_of, queue_of, recruiter_by_code
from members.views.words import STATUS_SHAPES

RECRUITERS_SHOWN = 200
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@unit_door(Permission.MEMBER_ADMIT)
def applicants(request: HttpRequest, unit: Node) -> HttpResponse:
    """Who waits, those that came first at the top; below it what was decided last."""
    actor = actor_of(request)
    queue = queue_of(actor, unit)
    page = page_of(unit.id)
    values = {
        "number": queue.number,
        "waiting": [_row(one) for one in queue.candidates],
        "more": queue.number > len(queue.candidates),
        "decided": [_row(one) for one in decided_in(actor, unit)],
        "page": page,
        "address": request.build_absolute_uri(reverse("join", args=[unit.code])),
        "places": _places("applicants", unit),
    }
    return render(request, "members/applicants/queue.html", frame(request, unit, "roster", **values))


@require_POST
@unit_door(Permission.MEMBER_ADMIT)
def applicants_decide(request: HttpRequest, unit: Node) -> HttpResponse:
    """Vet, admit, refuse or take up again: one applicant by the row's button, or those that are ticked."""
    step, _sep, one = request.POST.get("do", "").partition(":")
    chosen = [one] if one else request.POST.getlist("id")
    ids = [number for text in chosen if (number := number_in(text)) is not None]
    back = reverse("applicants", args=[unit.code])
    try:
        done = decide(actor=actor_of(request), application_ids=ids, step=step, reason=request.POST.get("reason", ""))
    except Refusal as refusal:
        return refused(request, refusal, back)
    said = {
        "vet": _("Vetted: %(n)d."),
        "probation": _("Taken on probation: %(n)d."),
        "admit": _("Admitted: %(n)d."),
        "refuse": _("Refused: %(n)d. The reason stands on their own page."),
        "take_up": _("Taken up again: %(n)d."),
    }
    messages.success(request, said[step] % {"n": done})
    return redirect(back)


@require_http_methods(["GET", "POST"])
@unit_door(Permission.MEMBER_ADMIT)
def join_page(request: HttpRequest, unit: Node) -> HttpResponse:
    """Open or close the unit's public page, and say what stands on it."""
    actor, page = actor_of(request), page_of(unit.id)
    tree = current_tree()
    units = [tree.nodes[one] for one in tree.within(unit.id) if not tree.nodes[one].closed]
    initial = (
        {"is_open": page.is_open, "greeting": page.greeting, "contact": page.contact, "offered": page.offered}
        if page
        else {}
    )
    form = PageForm(entered(request), units=units, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            set_page(actor=actor, unit_id=unit.id, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.place if refusal.place in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The page is saved."))
            return redirect("join_page", unit.code)
    values = {
        "form": form,
        "page": page,
        "notice": current_notice(unit.corps_id),
        "address": request.build_absolute_uri(reverse("join", args=[unit.code])),
        "places": _places("join_page", unit),
    }
    return render(request, "members/applicants/page.html", frame(request, unit, "roster", **values))


@require_GET
@unit_door(Permission.MEMBER_ADMIT)
def poster(request: HttpRequest, unit: Node) -> HttpResponse:
    """A sheet to print, with the code that leads to the page; `?by=` makes it a recruiter's own."""
    page = page_of(unit.id)
    if page is None:
        messages.error(request, _("This unit has no recruitment page yet. Please open one first."))
        return redirect("join_page", unit.code)
    recruiter = recruiter_by_code(request.GET.get("by", "")[:12], unit.corps_id)
    address = request.build_absolute_uri(reverse("join", args=[unit.code]))
    query = {"by": recruiter.code} if recruiter else {"from": "poster"}
    values = {
        "node": unit,
        "place": path_text(current_tree(), unit.id),
        "page": page,
        "recruiter": recruiter,
        "address": address,
        "picture": qr_picture(f"{address}?{urlencode(query)}"),
        "back": reverse("recruiters" if recruiter else "join_page", args=[unit.code]),
    }
    return render(request, "members/join/poster.html", values)


@require_http_methods(["GET", "POST"])
@unit_door(Permission.MEMBER_ADMIT)
def recruiters(request: HttpRequest, unit: Node) -> HttpResponse:
    """Recruiters with their targets, those furthest from it first; a new one below."""
    form = RecruiterForm(entered(request))
    if request.method == "POST" and form.is_valid():
        try:
            add_recruiter(actor=actor_of(request), unit_id=unit.id, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.place if refusal.place in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The recruiter is on the list; the own code stands beside the name."))
            return redirect("recruiters", unit.code)
    rows = standings(actor_of(request), unit)
    values: dict[str, Any] = {
        "rows": rows[:RECRUITERS_SHOWN],
        "number": len(rows),
        "reached": sum(one.reached for one in rows if one.recruiter.active),
        "active": sum(one.recruiter.active for one in rows),
        "form": form,
        "places": _places("recruiters", unit),
        **rights(actor_of(request), unit.id, Permission.MEMBER_EXPORT),
    }
    return render(request, "members/applicants/recruiters.html", frame(request, unit, "roster", **values))


@require_http_methods(["GET", "POST"])
@unit_door(Permission.MEMBER_ADMIT)
def recruiter(request: HttpRequest, unit: Node, recruiter_id: int) -> HttpResponse:
    """Change a recruiter's target, or end the recruiting."""
    actor = actor_of(request)
    found = get_object_or_404(Recruiter.objects.visible_to(actor, Permission.MEMBER_ADMIT), pk=recruiter_id)
    initial = {"name": found.name, "category": found.category, "target": found.target}
    form = RecruiterForm(entered(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        active = found.active if "active" not in request.POST else request.POST["active"] == "1"
        try:
            edit_recruiter(
                actor=actor,
                recruiter_id=found.pk,
                account_id=found.account_id,
                station_id=found.station_id,
                active=active,
                **form.cleaned_data,
            )
        except Refusal as refusal:
            form.add_error(refusal.place if refusal.place in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The change is saved."))
            return redirect("recruiters", unit.code)
    values = {"form": form, "found": found, "back": reverse("recruiters", args=[unit.code])}
    return render(request, "members/applicants/recruiter.html", frame(request, unit, "roster", **values))


@require_GET
@unit_door(Permission.MEMBER_EXPORT, refused_as="member.export")
def recruiters_export(request: HttpRequest, unit: Node) -> HttpResponse:
    """The list as a workbook."""
    content, name = export_recruiters(actor=actor_of(request), unit=unit)
    answer = HttpResponse(content, content_type=WORKBOOK)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    answer["Cache-Control"] = "no-store"
    return answer


@require_GET
@unit_door(Permission.MEMBER_VIEW)
def partners(request: HttpRequest, unit: Node) -> HttpResponse:
    """Partner organisations with their own strength and those of theirs who are on the roster."""
    rows = partner_standings(actor_of(request), unit)
    values = {"rows": rows, "places": _places("partners", unit)}
    return render(request, "members/applicants/partners.html", frame(request, unit, "roster", **values))


@require_GET
@unit_door(Permission.MEMBER_VIEW)
def partner(request: HttpRequest, unit: Node, partner_id: int) -> HttpResponse:
    """One of them and its people in the unit and below."""
    actor = actor_of(request)
    standing = partner_standing(actor, unit, partner_id)
    tree = current_tree()
    people = [
        {
            "id": one.pk,
            "name": one.name,
            "identity": f"{one.identity_head}***********{one.identity_tail}",
            "unit": tree.nodes[one.unit_id].short_name,
            "shape": STATUS_SHAPES[MemberStatus(one.status)],
            "word": MemberStatus(one.status).label,
            "joined_on": one.joined_on,
            "left_on": one.status_on if one.status == MemberStatus.LEFT else None,
        }
        for one in people_of_partner(actor, unit, partner_id)
    ]
    values = {
        "standing": standing,
        "people": people,
        "list_url": f"{reverse('roster', args=[unit.code])}?{urlencode({'partner': partner_id})}",
        "places": _places("partners", unit),
    }
    return render(request, "members/applicants/partner.html", frame(request, unit, "roster", **values))


def _row(one: Candidate) -> dict[str, Any]:
    application = one.application
    status = MemberStatus(one.status)
    flags = []
    if one.known:
        where = path_text(current_tree(), one.twin.unit_id) if one.twin else _("a unit outside your area")
        flags.append(_("Already on a roster: %(unit)s") % {"unit": where})
    elif one.alike:
        flags.append(_("Same phone, or same name and birth date, as somebody else"))
    return {
        "id": application.pk,
        "key": str(application.pk),
        "member": (application.member_id if one.here else None) or (one.twin.pk if one.twin else None),
        "name": one.name or "—",
        "phone": one.phone,
        "identity": one.identity,
        "unit": path_text(current_tree(), application.unit_id),
        "applied_at": application.applied_at,
        "source": application.recruiter.name if application.recruiter else application.get_source_display(),
        "shape": STATUS_SHAPES[status],
        "word": status.label,
        "flags": flags,
        "reason": application.reason,
        "decided_by": str(application.decided_by) if application.decided_by else "",
        "steps": one.steps,
    }


def _places(here: str, unit: Node) -> list[dict[str, Any]]:
    """The pages of recruitment, as chips."""
    pages = (
        ("applicants", _("Applicants")),
        ("join_page", _("Recruitment page")),
        ("recruiters", _("Recruiters")),
        ("partners", _("Partner organisations")),
    )
    return [{"label": word, "url": reverse(name, args=[unit.code]), "active": name == here} for name, word in pages]
