"""What the roster holds about one person, for the right of access. The caller has made sure of the right."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from pghistory.models import Context

from corps.actions import action_name
from corps.crypto import unseal
from corps.models import ActionLog, Unit
from members.enums import Education, MemberRole, MemberStatus, Occupation, PoliticalStatus, Sex
from members.logic.record import Section, Value
from members.models import (
    Application,
    Certificate,
    Confirmation,
    Consent,
    Enrolment,
    Holding,
    Member,
    Movement,
    Proposal,
    TransferRequest,
)
from members.models.people import IDENTITY_PURPOSE
from members.queries.life import homes_of, statuses_of

#: What people correct, and what history therefore holds in an older wording as well.
_CORRECTED = (
    *("name", "phone", "occupation", "employer", "address", "political_status", "education", "emergency_name"),
    *("emergency_phone", "insurer", "policy_number", "recruiter", "remarks"),
)
_LOOKED = ("member.reveal_identity", "member.record")


def sections_of(member: Member, records: Collection[int]) -> list[Section]:
    """Everything in the order in which people ask; `records` are the member's own and those merged into it."""
    ids = list(records)
    return [
        _particulars(member),
        _former(member, ids),
        _statuses(member),
        _homes(member),
        _belongs(ids),
        _agreed(ids),
        _holds(ids),
        _moved(ids),
        _certificates(ids),
        _trained(ids),
        _asked(ids),
        _looks(ids),
        _changes(ids),
    ]


def _label(choices: Any, code: str) -> str:
    return str(dict(choices.choices).get(code, code)) if code else ""


def _particulars(member: Member) -> Section:
    rows: list[tuple[str, Value]] = [
        (_("Name"), member.name),
        (_("Identity number"), unseal(bytes(member.identity_sealed), purpose=IDENTITY_PURPOSE)),
        (_("Sex"), _label(Sex, member.sex)),
        (_("Birth date"), member.birth_date),
        (_("Phone"), member.phone),
        (_("Occupation"), _label(Occupation, member.occupation)),
        (_("Employer"), member.employer),
        (_("Address"), member.address),
        (_("Grid"), member.grid.name if member.grid else ""),
        (_("Political status"), _label(PoliticalStatus, member.political_status)),
        (_("Education"), _label(Education, member.education)),
        (_("Skills"), "、".join(member.skills)),
        (_("Roles"), "、".join(_label(MemberRole, role) for role in member.roles)),
        (_("Joined on"), member.joined_on),
        (_("Status"), str(MemberStatus(member.status).label)),
        (_("Reason of the status"), member.status_reason),
        (_("Emergency contact"), member.emergency_name),
        (_("Emergency contact's phone"), member.emergency_phone),
        (_("Insurer"), member.insurer),
        (_("Insurance policy number"), member.policy_number),
        (_("Insured until"), member.insured_until),
        (_("Recruited by"), member.recruiter),
        (_("Partner organisation"), member.partner.name if member.partner else ""),
        (_("Remarks"), member.remarks),
    ]
    if member.account is not None:
        account = member.account
        rows += [
            (_("Account"), account.username),
            (_("Name of the account"), account.display_name),
            (_("Phone of the account"), account.phone),
            (_("Email of the account"), account.email),
        ]
    return Section(
        "particulars",
        _("Particulars"),
        (_("Field"), pgettext("record", "Value")),
        tuple((name, _plain(value)) for name, value in rows),
    )


def _former(member: Member, ids: list[int]) -> Section:
    """What history still holds and the record says no more, also of records that were merged into it."""
    history: Any = Member.pgh_event_model  # type: ignore[attr-defined]
    last: dict[tuple[str, str], Any] = {}
    for event in history.objects.filter(pgh_obj_id__in=ids).order_by("pgh_id").values("pgh_created_at", *_CORRECTED):
        for name in _CORRECTED:
            if event[name] and event[name] != getattr(member, name):
                last[name, event[name]] = event["pgh_created_at"]
    rows = [
        (str(Member._meta.get_field(name).verbose_name), value, at)  # type: ignore[union-attr]
        for (name, value), at in sorted(last.items(), key=lambda one: one[1])
    ]
    heads = (_("Field"), pgettext("record", "Value"), _("Last written at"))
    return Section("former", _("Former particulars that are still held"), heads, tuple(rows))


def _plain(value: Any) -> Value:
    return (
        str(value)
        if not isinstance(value, int | bool) and not hasattr(value, "isoformat") and value is not None
        else value
    )


def _statuses(member: Member) -> Section:
    heads = (_("Status"), pgettext("period", "From"), pgettext("period", "Until"), _("Reason"), _("By"))
    rows = [(_label(MemberStatus, one.value), one.first, one.end, one.reason, one.who) for one in statuses_of(member)]
    return Section("statuses", _("Status history"), heads, tuple(rows))


def _homes(member: Member) -> Section:
    spells = homes_of(member)
    names = dict(Unit.objects.filter(pk__in=[one.value for one in spells]).values_list("pk", "name"))
    heads = (_("Unit"), pgettext("period", "From"), pgettext("period", "Until"), _("By"))
    return Section(
        "homes",
        _("Home units"),
        heads,
        tuple((names.get(one.value, ""), one.first, one.end, one.who) for one in spells),
    )


def _belongs(ids: list[int]) -> Section:
    rows: list[tuple[Value, ...]] = []
    for member in Member.objects.filter(pk__in=ids).prefetch_related("groups", "team_links__unit"):
        rows += [(_("Functional group"), group.name) for group in member.groups.all()]
        rows += [(_("Further team"), link.unit.name) for link in member.team_links.all()]
    return Section("teams", _("Teams and groups"), (_("Kind"), _("Name")), tuple(rows))


def _agreed(ids: list[int]) -> Section:
    heads = (_("What"), _("Time"), pgettext("consent", "Where"), _("State"), _("Reason"))
    applied = Application.objects.filter(member__in=ids).select_related("unit").order_by("pk")
    rows: list[tuple[Value, ...]] = [
        (
            _("Application: %(unit)s") % {"unit": one.unit.name},
            one.applied_at,
            one.get_source_display(),
            one.get_state_display(),
            one.reason,
        )
        for one in applied
    ]
    agreed = Consent.objects.filter(Q(member__in=ids) | Q(application__member__in=ids)).select_related("notice")
    for consent in agreed.order_by("pk"):
        said = _("Consent to the privacy notice, version %(version)d") % {"version": consent.notice.version}
        gone = consent.withdrawn_at
        rows.append((said, consent.at, consent.get_door_display(), _("withdrawn") if gone else _("in force"), ""))
    return Section("consents", _("Applications and consents"), heads, tuple(rows))


def _holds(ids: list[int]) -> Section:
    heads = (_("Equipment"), _("Number"), _("Size"), _("Quantity"), _("Due back on"))
    rows = Holding.objects.filter(member__in=ids, quantity__gt=0).select_related("kind", "article")
    return Section(
        "equipment",
        _("Equipment held"),
        heads,
        tuple(
            (one.kind.name, one.article.number if one.article else "", one.size, one.quantity, one.due_on)
            for one in rows
        ),
    )


def _moved(ids: list[int]) -> Section:
    heads = (_("Date"), _("Act"), _("Equipment"), _("Number"), _("Quantity"), _("Reason"), _("Confirmed at"))
    rows = Movement.objects.filter(Q(to_member__in=ids) | Q(from_member__in=ids))
    confirmed = {one.voucher_id: one.confirmed_at for one in Confirmation.objects.filter(member__in=ids)}
    told = [
        (
            one.on,
            one.voucher.get_act_display(),
            one.kind.name,
            one.article.number if one.article else "",
            one.quantity,
            one.voucher.reason,
            confirmed.get(one.voucher_id),
        )
        for one in rows.select_related("voucher", "kind", "article").order_by("on", "pk")
    ]
    return Section("movements", _("Equipment given and returned"), heads, tuple(told))


def _certificates(ids: list[int]) -> Section:
    heads = (
        _("Certificate"),
        _("Number"),
        _("Issued on"),
        _("Valid until"),
        _("Issued by"),
        _("Revoked on"),
        _("Reason"),
    )
    rows = Certificate.objects.filter(member__in=ids).select_related("kind").order_by("issued_on", "pk")
    return Section(
        "certificates",
        _("Certificates"),
        heads,
        tuple(
            (one.kind.name, one.number, one.issued_on, one.valid_until, one.issuer, one.revoked_on, one.revoked_reason)
            for one in rows
        ),
    )


def _trained(ids: list[int]) -> Section:
    heads = (_("Course"), _("Time"), _("Attended"), _("Score"), _("Result"))
    rows = Enrolment.objects.filter(member__in=ids).select_related("session__course").order_by("pk")
    return Section(
        "training",
        _("Training"),
        heads,
        tuple(
            (one.session.course.name, one.session.starts_at, one.attended, one.score, one.get_result_display() or "")
            for one in rows
        ),
    )


def _asked(ids: list[int]) -> Section:
    heads = (_("What"), _("Time"), _("State"), _("Entered"), _("Remark"))
    rows: list[tuple[Value, ...]] = []
    for one in Proposal.objects.filter(member__in=ids).order_by("pk"):
        entered = "；".join(f"{name}：{value}" for name, value in one.entered.items())
        rows.append((_("Proposed change"), one.proposed_at, one.get_state_display(), entered, one.remark))
    for asked in TransferRequest.objects.filter(member__in=ids).select_related("from_unit", "to_unit").order_by("pk"):
        way = f"{asked.from_unit.name} → {asked.to_unit.name}：{asked.reason}"
        rows.append((_("Transfer request"), asked.asked_at, asked.get_state_display(), way, asked.remark))
    return Section("requests", _("Proposals and transfers"), heads, tuple(rows))


def _looks(ids: list[int]) -> Section:
    """Who opened the full number, or took this file, and when."""
    heads = (_("Time"), _("Who"), _("What"), _("Reason"))
    rows = ActionLog.objects.filter(
        object_type__in=("member", "members.member"), object_id__in=[str(one) for one in ids], action__in=_LOOKED
    )
    return Section(
        "looks",
        _("Who opened the identity number or this file"),
        heads,
        tuple((one.at, one.actor_name, action_name(one.action), one.reason) for one in rows.order_by("pk")),
    )


def _changes(ids: list[int]) -> Section:
    """Who changed the record: the acts that the database noted with the row."""
    heads = (_("Time"), _("Who"), _("What"), _("Reason"))
    history: Any = Member.pgh_event_model  # type: ignore[attr-defined]
    acts = history.objects.filter(pgh_obj_id__in=ids, pgh_context__isnull=False).values("pgh_context")
    rows = Context.objects.filter(pk__in=acts).order_by("created_at", "pk")
    return Section(
        "changes",
        _("Who changed the record"),
        heads,
        tuple(
            (
                one.created_at,
                str((one.metadata or {}).get("actor", "")),
                action_name(str((one.metadata or {}).get("action", ""))),
                str((one.metadata or {}).get("reason", "")),
            )
            for one in rows
        ),
    )
