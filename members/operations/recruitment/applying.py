"""Somebody asks to join, by the public page; and takes the application back."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.actors import SystemActor
from corps.crypto import blind_index, seal
from corps.errors import Refusal
from corps.limits import Limit
from corps.logic.masking import mask_identity
from corps.operations.context import acting
from corps.operations.trail import record
from corps.queries.scope import local_today
from members.enums import ApplicationSource, ApplicationState, ConsentDoor, MemberStatus
from members.logic.flaws import Flaw
from members.logic.identity import parse_identity
from members.models import Application, Consent, JoinPage, Member, PrivacyNotice
from members.models.people import IDENTITY_PURPOSE
from members.models.recruitment import ENTERED_PURPOSE, PHONE_PURPOSE
from members.operations import people
from members.queries.recruitment import (
    WAITING,
    current_notice,
    phone_digest,
    recruiter_by_code,
    standing_of,
    units_offered,
)
from members.queries.sentences import problem_sentence

if TYPE_CHECKING:
    from corps.actors import Actor

#: In whose name the page writes: nobody is signed in.
APPLICANT: Final = SystemActor("applicant")

# A station that recruits in a square, or a mobile network, has one address for many people.
PER_ADDRESS: Final = Limit("join.address", 60, 3_600)
PER_PHONE: Final = Limit("join.phone", 5, 86_400)
PER_PAGE: Final = Limit("join.page", 3_000, 86_400)

ASKED: Final = ("name", "phone", "occupation", "address", "grid_id", "skills", "recruiter", "partner_id")
"""What the form may bring, as `people.clean` knows it."""


def apply(
    *,
    actor: "Actor",
    page_id: int,
    unit_id: int,
    identity: str,
    particulars: Mapping[str, Any],
    notice_id: int | None,
    code: str = "",
    poster: bool = False,
    address: str = "",
) -> Application | None:
    """Take an application: an applicant on the roster, or where the number stands there, a note for the captain.

    The caller answers the same in both cases. Returns None when the very same application waits already. Raises
    `people.InvalidParticulars` for what was mistyped, and `Refusal` for a closed page, a notice that was replaced, and
    too many applications from one `address`, with one phone or for one page.
    """
    if not (PER_ADDRESS.hit(address) and PER_PAGE.hit(str(page_id))):
        raise _too_often()
    page: JoinPage | None = JoinPage.objects.select_related("unit").filter(pk=page_id).first()
    if page is None:
        raise Http404("no such page")
    with acting(actor=actor, action="join.apply", unit_id=unit_id):
        notice = _check_offer(page, unit_id, notice_id)
        values = {name: value for name, value in particulars.items() if name in ASKED}
        recruiter = recruiter_by_code(code, page.unit.corps_id)
        if recruiter is not None:
            values["recruiter"] = recruiter.name
        if problems := problems_of(identity, values):
            raise people.InvalidParticulars(problems)
        cleaned = people.clean(values, required=("name", "phone"))
        if not PER_PHONE.hit(cleaned["phone"]):
            raise _too_often()
        source = ApplicationSource.POSTER if poster else ApplicationSource.PAGE
        application = Application(
            unit_id=unit_id, recruiter=recruiter, source=ApplicationSource.RECRUITER if recruiter else source
        )
        try:
            application.member = people.enrol(
                actor=actor, unit_id=unit_id, identity=identity, particulars=values, status=MemberStatus.APPLICANT
            )
        except Refusal as refusal:
            if refusal.code != "member.exists":
                raise
            if not _note_duplicate(application, identity, cleaned):
                return None
        application.save()
        Consent.objects.create(application=application, member=application.member, notice=notice, door=ConsentDoor.PAGE)
        record(
            actor=actor,
            action="join.apply",
            unit_id=unit_id,
            object_type="application",
            object_id=application.pk,
            detail={"source": str(application.source), "known": application.member is None},
        )
        return application


def problems_of(identity: str, particulars: Mapping[str, Any]) -> dict[str, str]:
    """A sentence for each field that cannot be taken, all at once; nothing is looked up."""
    found: dict[str, str] = {}
    try:
        people.clean({name: value for name, value in particulars.items() if name in ASKED}, required=("name", "phone"))
    except people.InvalidParticulars as invalid:
        found |= invalid.problems
    number = parse_identity(identity, local_today())
    if number is None:
        found["identity"] = _("Please fill in this field.")
    elif isinstance(number, Flaw):
        found["identity"] = problem_sentence(number.code, number.params)
    return found


def withdraw(*, actor: "Actor", application_id: int) -> Application:
    """The applicant takes it back; whoever was no member yet is none. The consent ends. Raises `Refusal`."""
    known = Application.objects.filter(pk=application_id).first()
    if known is None:
        raise Http404("no such application")
    with acting(actor=actor, action="join.withdraw", unit_id=known.unit_id):
        application: Application = (
            Application.objects.select_for_update(of=("self",)).select_related("member").get(pk=application_id)
        )
        if not standing_of(application).may_withdraw:
            raise Refusal(
                _("This application has been decided already."),
                code="join.decided",
                place="state",
                remedy=_("To leave the corps, please speak to your captain."),
            )
        reason = _("Taken back by the applicant")
        settle(application, ApplicationState.WITHDRAWN, reason=reason)
        if application.member_id is not None:
            people.change_status(
                actor=actor, member_id=application.member_id, status=MemberStatus.REFUSED, reason=reason
            )
        Consent.objects.filter(application=application, withdrawn_at__isnull=True).update(withdrawn_at=timezone.now())
        record(actor=actor, action="join.withdraw", object_type="application", object_id=application.pk)
        return application


def settle(application: Application, state: ApplicationState, *, by: int | None = None, reason: str = "") -> None:
    """Write down what was decided; what had been kept of a duplicate only for the decision goes."""
    application.state, application.reason = state, reason[:200]
    application.entered_sealed = None
    application.decided_at, application.decided_by_id = timezone.now(), by
    application.save()


def _too_often() -> Refusal:
    return Refusal(
        _("Too many applications came from here in a short time."),
        code="join.too_often",
        remedy=_("Please try again later, or ask the unit to enter you."),
    )


def _check_offer(page: JoinPage, unit_id: int, notice_id: int | None) -> PrivacyNotice:
    if not page.is_open:
        raise Refusal(
            _("This page is closed at present."),
            code="join.closed",
            remedy=_("Please ask the unit when it takes people again."),
        )
    if unit_id not in {node.id for node in units_offered(page)}:
        raise Refusal(
            _("This unit cannot be chosen here."), code="join.unit", place="unit", remedy=_("Choose from the list.")
        )
    notice = current_notice(page.unit.corps_id)
    if notice is None or notice.pk != notice_id:
        raise Refusal(
            _("The privacy notice has been replaced by a newer version meanwhile."),
            code="join.notice_changed",
            place="consent",
            remedy=_("Please read it and agree once more."),
        )
    return notice


def _note_duplicate(application: Application, identity: str, cleaned: Mapping[str, Any]) -> bool:
    """Keep, sealed, what was entered about somebody who is on a roster already; False when that waits already.

    The same person with another phone is noted once more: the one before may have been mistyped, and whoever tries with
    two phones must not learn from the second one who is on a roster.
    """
    found: Any = parse_identity(identity, local_today())
    index = blind_index(found.number, purpose=IDENTITY_PURPOSE)
    known = Member.objects.filter(identity_index=index).first()
    digest = phone_digest(cleaned["phone"])
    waiting = Application.objects.filter(WAITING, unit_id=application.unit_id)
    same = Q(member=known, member__phone=cleaned["phone"]) | Q(duplicate_of=known, phone_index=digest)
    if waiting.filter(same).exists():
        return False
    entered = {name: value for name, value in cleaned.items() if value}
    entered["identity"] = mask_identity(found.number)
    application.duplicate_of = known
    application.entered_sealed = seal(json.dumps(entered, ensure_ascii=False), purpose=ENTERED_PURPOSE)
    application.phone_sealed, application.phone_index = seal(cleaned["phone"], purpose=PHONE_PURPOSE), digest
    return True
