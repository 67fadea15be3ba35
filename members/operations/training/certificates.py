"""Certificates one at a time: brought from elsewhere, renewed, revoked. What one says is never changed."""

import datetime as dt
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from corps.actors import account_id
from corps.errors import Refusal
from corps.operations.context import acting
from corps.operations.tree import hold_tree
from corps.permissions import Permission
from corps.queries.scope import local_today, require
from members.models import Certificate, CertificateKind, Member
from members.operations.training.holding import hold_members
from members.operations.training.issuing import end_of, issue, last_in_force
from members.policies import training as policy

if TYPE_CHECKING:
    from corps.actors import Actor


def record_certificate(
    *,
    actor: "Actor",
    member_id: int,
    kind_id: int,
    number: str,
    issuer: str,
    issued_on: dt.date,
    valid_until: dt.date | None = None,
    reason: str = "",
) -> Certificate:
    """Record a certificate that somebody else issued; without an end it is valid as long as its kind is.

    It renews the one of the kind that is in force. Raises `Refusal`.
    """
    member = get_object_or_404(Member.objects.visible_to(actor, Permission.TRAINING_VIEW), pk=member_id)
    with acting(
        actor=actor,
        action="certificate.record",
        permission=Permission.TRAINING_RECORD,
        unit_id=member.unit_id,
        reason=reason,
    ):
        hold_tree()
        policy.check_can_learn(member)
        kind = _kind(member, kind_id)
        told, from_whom = number.strip(), issuer.strip()
        if not told or not from_whom:
            raise Refusal(
                _("A certificate from elsewhere needs its number and who issued it."),
                code="certificate.incomplete",
                place="issuer" if told else "number",
                remedy=_("Copy both from the certificate."),
            )
        ends = valid_until if valid_until is not None else end_of(kind, issued_on)
        policy.check_days(issued_on=issued_on, valid_until=ends, today=local_today())
        hold_members([member.pk])
        same = Certificate.objects.filter(
            member=member, kind=kind, number=told[:40], issuer=from_whom[:80], revoked_on=None
        )
        if same.exists():
            raise Refusal(
                _("This certificate of %(name)s is recorded already.") % {"name": member.name},
                code="certificate.exists",
                place="number",
                remedy=_("Check the number."),
            )
        return Certificate.objects.create(
            member=member,
            kind=kind,
            number=told[:40],
            issuer=from_whom[:80],
            issued_on=issued_on,
            valid_until=ends,
            renews=last_in_force(member.pk, kind.pk, issued_on),
            recorded_by_id=account_id(actor),
        )


def renew_certificate(*, actor: "Actor", certificate_id: int, on: dt.date, reason: str) -> Certificate:
    """Issue the corps' own certificate of the same kind anew, such as after a re-examination. Raises `Refusal`."""
    told = policy.check_reason(reason)
    old = _see(actor, certificate_id)
    with acting(
        actor=actor,
        action="certificate.renew",
        permission=Permission.TRAINING_RECORD,
        unit_id=old.member.unit_id,
        reason=told,
    ):
        hold_tree()
        policy.check_can_learn(old.member)
        _kind(old.member, old.kind_id)
        policy.check_days(issued_on=on, valid_until=None, today=local_today())
        hold_members([old.member_id])
        latest = last_in_force(old.member_id, old.kind_id, on)
        if latest is None or latest.pk != old.pk:
            raise Refusal(
                _("This certificate cannot be renewed: it was revoked, renewed already, or issued later."),
                code="certificate.not_latest",
                place="on",
                remedy=_("Renew the latest one of its kind."),
            )
        (key,) = issue(kind_id=old.kind_id, member_ids=[old.member_id], on=on, session=None, account=account_id(actor))
        made: Certificate = Certificate.objects.get(pk=key)
        return made


def revoke_certificate(*, actor: "Actor", certificate_id: int, reason: str) -> Certificate:
    """Take a certificate out of force from today on, once and for good. Raises `Refusal`."""
    told = policy.check_reason(reason)
    seen = _see(actor, certificate_id)
    with acting(
        actor=actor,
        action="certificate.revoke",
        permission=Permission.TRAINING_RECORD,
        unit_id=seen.member.unit_id,
        reason=told,
        refusals_recorded=True,
    ):
        found: Certificate = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate_id)
        if found.revoked_on is not None:
            raise Refusal(
                _("This certificate was revoked on %(day)s.") % {"day": found.revoked_on},
                code="certificate.revoked",
                place="state",
                remedy=_("Nothing is left to do."),
            )
        found.revoked_on, found.revoked_reason = local_today(), told
        found.revoked_by_id = account_id(actor)
        found.save(update_fields=["revoked_on", "revoked_reason", "revoked_by"])
        return found


def _see(actor: "Actor", certificate_id: int) -> Certificate:
    rows = Certificate.objects.visible_to(actor).select_related("member", "kind")
    found: Certificate | None = rows.filter(pk=certificate_id).first()
    if found is None:
        raise Http404("no such certificate")
    require(actor, Permission.TRAINING_RECORD, found.member.unit_id)
    return found


def _kind(member: Member, kind_id: int) -> CertificateKind:
    found = CertificateKind.objects.filter(pk=kind_id, corps_id=member.unit.corps_id, active=True).first()
    if found is None:
        raise Refusal(
            _("This kind of certificate is not in use."),
            code="certificate.kind",
            place="kind",
            remedy=_("Choose from the list."),
        )
    return found
