"""Certificates of a unit: what expires soon, has expired, was revoked; one alone; recording, renewing, revoking."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from corps.doors import actor_of
from corps.errors import Refusal
from corps.permissions import Permission
from corps.queries.scope import Node, current_tree, local_today, require
from corps.queries.units import path_text
from corps.views.filters import address, chips, query_text
from corps.views.pages import entered, frame, refused, rights, unit_door
from members.enums import CertificateStanding
from members.exports.certificates import export_certificates, unit_name
from members.forms.training import CertificateFilterForm, CertificateForm, ReasonForm, RenewForm
from members.models import Certificate
from members.operations.training import certificates as operations
from members.queries.people import see_member
from members.queries.training.certificates import (
    CertificateFilter,
    certificate_of,
    certificate_page,
    due_within,
    standing_of,
)
from members.queries.training.sessions import kinds_in_use
from members.views.training.sessions import attempt, form_page
from members.views.training.words import STANDING_SHAPES, left_until, story

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RIGHTS = (Permission.TRAINING_RECORD, Permission.MEMBER_EXPORT)


@require_GET
@unit_door(Permission.TRAINING_VIEW)
def certificates(request: HttpRequest, unit: Node) -> HttpResponse:
    """The list, those that end first on top."""
    actor = actor_of(request)
    form = CertificateFilterForm(request.GET, kinds=kinds_in_use(unit.corps_id))
    chosen = _chosen(request, form)
    page = certificate_page(actor, unit, chosen, request.GET.get("after", ""))
    due = due_within(actor, unit)
    base, now = reverse("certificates", args=[unit.code]), query_text(request.GET)
    standing: list[tuple[str, str, int | None]] = [
        (_("All"), "", None),
        (pgettext("certificate", "Expires soon"), "standing=expiring", due.expiring),
        (pgettext("certificate", "Expired"), "standing=expired", due.expired),
        (pgettext("certificate", "Revoked"), "standing=revoked", None),
    ]
    values = {
        "form": form,
        "typed": chosen.words,
        "rows": [_row(one) for one in page.rows],
        "next": address(request.GET, after=page.next) if page.next else "",
        "narrowed": chips(request.GET, form.words()),
        # A state is chosen above the list already; the fields would only push it down.
        "filtered": chosen.kind_id is not None,
        "standing": [
            {"label": word, "url": f"{base}?{query}" if query else base, "active": now == query, "count": count}
            for word, query, count in standing
        ],
        "query": now,
        "alone": len(current_tree().within(unit.id)) == 1,
        **rights(actor, unit.id, *RIGHTS),
    }
    return render(request, "members/training/certificates.html", frame(request, unit, "training", **values))


@require_POST
@unit_door(Permission.MEMBER_EXPORT, refused_as="certificate.export")
def export(request: HttpRequest, unit: Node) -> HttpResponseBase:
    """What the list shows, as a workbook."""
    form = CertificateFilterForm(request.GET, kinds=kinds_in_use(unit.corps_id))
    try:
        made = export_certificates(actor=actor_of(request), unit=unit, chosen=_chosen(request, form))
    except Refusal as refusal:
        return refused(request, refusal, f"{reverse('certificates', args=[unit.code])}?{query_text(request.GET)}")
    answer = FileResponse(made.file, as_attachment=True, filename=made.name, content_type=WORKBOOK)
    answer["Cache-Control"] = "no-store"
    return answer


@login_required
@require_GET
def certificate(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """One certificate: what it says, how it stands, what it follows."""
    actor = actor_of(request)
    found = certificate_of(actor, certificate_id)
    unit = current_tree().nodes[found.member.unit_id]
    standing = standing_of(found, local_today())
    may = rights(actor, unit.id, Permission.TRAINING_RECORD, Permission.MEMBER_VIEW)
    lives = standing != CertificateStanding.REVOKED
    values = {
        "certificate": found,
        "shape": STANDING_SHAPES[standing],
        "word": standing.label,
        "particulars": _particulars(found),
        "revoked": found.revoked_on,
        "story": story(actor, found, unit.id),
        "may_revoke": may["training_record"] and found.revoked_on is None,
        "may_renew": may["training_record"] and lives and standing != CertificateStanding.RENEWED,
        **may,
    }
    return render(request, "members/training/certificate.html", frame(request, unit, "training", **values))


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, member_id: int) -> HttpResponse:
    """Record a certificate that somebody else issued."""
    actor = actor_of(request)
    found = see_member(actor, member_id)
    require(actor, Permission.TRAINING_RECORD, found.unit_id)
    unit = current_tree().nodes[found.unit_id]
    form = CertificateForm(entered(request), kinds=kinds_in_use(unit.corps_id))
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        kind_id = values.pop("kind")
        act = operations.record_certificate
        made = attempt(form, lambda: act(actor=actor, member_id=found.pk, kind_id=kind_id, **values))
        if made is not None:
            messages.success(request, _("The certificate of %(name)s is recorded.") % {"name": found.name})
            return redirect("certificate", made.pk)
    return form_page(
        request,
        unit,
        form,
        heading=_("Record a certificate of %(name)s") % {"name": found.name},
        note=_("For certificates of other issuers; those of the corps come from closing a session."),
        button=_("Save"),
        back=reverse("member", args=[found.pk]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Take it out of force, with a reason."""
    found, unit = _decided(request, certificate_id)
    form = ReasonForm(entered(request))
    if request.method == "POST" and form.is_valid():
        act, reason = operations.revoke_certificate, form.cleaned_data["reason"]
        if attempt(form, lambda: act(actor=actor_of(request), certificate_id=found.pk, reason=reason)) is not None:
            messages.success(request, _("The certificate is revoked."))
            return redirect("certificate", found.pk)
    return form_page(
        request,
        unit,
        form,
        heading=_("Revoke “%(kind)s” of %(name)s") % {"kind": found.kind.name, "name": found.member.name},
        consequence=_("From today on it is not valid any more, and that cannot be undone; a new one may be issued."),
        button=pgettext("certificate", "Revoke"),
        danger=True,
        back=reverse("certificate", args=[found.pk]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def renew(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Issue it anew, with a reason."""
    found, unit = _decided(request, certificate_id)
    form = RenewForm(entered(request), initial={"on": local_today()})
    if request.method == "POST" and form.is_valid():
        values, act = form.cleaned_data, operations.renew_certificate
        made = attempt(
            form,
            lambda: act(actor=actor_of(request), certificate_id=found.pk, on=values["on"], reason=values["reason"]),
        )
        if made is not None:
            messages.success(request, _("The new certificate is issued: %(number)s.") % {"number": made.number})
            return redirect("certificate", made.pk)
    return form_page(
        request,
        unit,
        form,
        heading=_("Renew “%(kind)s” of %(name)s") % {"kind": found.kind.name, "name": found.member.name},
        note=_("A new certificate of the corps takes the place of this one; both stay on record."),
        button=_("Renew"),
        back=reverse("certificate", args=[found.pk]),
    )


def _decided(request: HttpRequest, certificate_id: int) -> tuple[Certificate, Node]:
    """A certificate about which the reader decides."""
    found = certificate_of(actor_of(request), certificate_id)
    require(actor_of(request), Permission.TRAINING_RECORD, found.member.unit_id)
    return found, current_tree().nodes[found.member.unit_id]


def _chosen(request: HttpRequest, form: CertificateFilterForm) -> CertificateFilter:
    values = form.values
    return CertificateFilter(
        standing=values.get("standing", ""),
        kind_id=values.get("kind"),
        words=request.GET.get("q", "").strip()[:40],
    )


def _row(one: Any) -> dict[str, Any]:
    today = local_today()
    standing = standing_of(one, today)
    node = current_tree().nodes.get(one.member.unit_id)
    due = standing in {CertificateStanding.EXPIRING, CertificateStanding.EXPIRED}
    return {
        "id": one.pk,
        "name": one.member.name,
        "unit": node.short_name if node else "",
        "kind": one.kind.name,
        "number": one.number,
        "issued_on": one.issued_on,
        "valid_until": one.valid_until,
        "left": left_until(one.valid_until, today) if due else "",
        "shape": STANDING_SHAPES[standing],
        "word": standing.label,
        "reason": one.revoked_reason,
    }


def _particulars(one: Certificate) -> list[tuple[str, Any]]:
    tree = current_tree()
    found = [
        (_("Member"), one.member.name),
        (_("Home unit"), path_text(tree, one.member.unit_id)),
        (_("Certificate number"), one.number),
        (_("Issued by"), one.issuer or unit_name(one, tree)),
        (_("Issued on"), one.issued_on),
        (_("Valid until"), one.valid_until or _("for good")),
        (_("From the course"), one.session.course.name if one.session else ""),
        (_("Renews"), one.renews.number if one.renews else ""),
        (_("Recorded by"), str(one.recorded_by) if one.recorded_by else ""),
        (_("Revoked on"), one.revoked_on),
        (_("Why it was revoked"), one.revoked_reason),
        (_("Revoked by"), str(one.revoked_by) if one.revoked_by else ""),
    ]
    return [(name, value) for name, value in found if value]
