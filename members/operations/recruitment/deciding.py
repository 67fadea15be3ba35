"""What the captain or officer decides on applications: vetted, admitted, refused, taken up again."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.actors import account_id
from corps.errors import Refusal
from corps.operations.context import acting
from corps.permissions import Permission
from members.enums import ApplicationState, MemberStatus
from members.models import Application, Member
from members.operations import people
from members.operations.recruitment.applying import settle
from members.queries.recruitment import steps_for

if TYPE_CHECKING:
    from corps.actors import Actor

STEPS: Final = {
    "vet": MemberStatus.VETTED,
    "probation": MemberStatus.PROBATION,
    "admit": MemberStatus.ACTIVE,
    "refuse": MemberStatus.REFUSED,
    "take_up": MemberStatus.APPLICANT,
}
AT_ONCE: Final = 200
_ACTIONS: Final = {"vet": "join.accept", "probation": "join.accept", "admit": "join.accept", "take_up": "join.accept"}


def decide(*, actor: "Actor", application_ids: Iterable[int], step: str, reason: str = "") -> int:
    """Take one step (`STEPS`) with some applications, all or none; returns how many. Refusing needs a reason.

    The reason is read by the applicant. Raises `Refusal` naming who cannot take the step, `Http404`,
    `PermissionDenied`.
    """
    wanted = sorted(set(application_ids))
    if step not in STEPS or not 0 < len(wanted) <= AT_ONCE:
        raise Refusal(
            _("Nothing was chosen, or more than %(most)d at once.") % {"most": AT_ONCE},
            code="join.nothing",
            place="id",
            remedy=_("Tick the applicants, then choose what is decided."),
        )
    if step == "refuse" and not reason.strip():
        raise Refusal(
            _("A refusal needs a reason; the applicant reads it."),
            code="join.reason",
            place="reason",
            remedy=_("Please say why in a few words."),
        )
    seen = {row.pk: row for row in Application.objects.visible_to(actor).filter(pk__in=wanted)}
    if len(seen) != len(wanted):
        raise Http404("not all of these applications are the actor's to decide")
    first = seen[wanted[0]]
    with acting(
        actor=actor,
        action=_ACTIONS.get(step, "join.refuse"),
        permission=Permission.MEMBER_ADMIT,
        unit_id=first.unit_id,
        reason=reason,
    ):
        rows = Application.objects.select_for_update(of=("self",)).filter(pk__in=wanted)
        for application in rows.select_related("member", "duplicate_of").order_by("pk"):
            _take(actor, application, step, reason)
    return len(wanted)


def _take(actor: "Actor", application: Application, step: str, reason: str) -> None:
    if step not in steps_for(application, application.duplicate_of):
        raise Refusal(
            _("This step is not possible any more: somebody else has decided on an applicant meanwhile."),
            code="join.step",
            place="id",
            remedy=_("Look at the list again."),
        )
    if step == "take_up":
        _take_up(actor, application)
        return
    if step in {"probation", "admit"}:
        settle(application, ApplicationState.ACCEPTED, by=account_id(actor), reason=reason)
    elif step == "refuse":
        settle(application, ApplicationState.REFUSED, by=account_id(actor), reason=reason)
    if application.member_id is not None:
        people.change_status(actor=actor, member_id=application.member_id, status=STEPS[step], reason=reason)


def _take_up(actor: "Actor", application: Application) -> None:
    """Somebody who left or was turned down applies again: the old record goes on, in the unit that was asked for."""
    twin = application.duplicate_of
    if twin is None or not Member.objects.visible_to(actor, Permission.MEMBER_ADMIT).filter(pk=twin.pk).exists():
        raise Refusal(
            _("The earlier record of this person lies outside your area."),
            code="join.elsewhere",
            place="id",
            remedy=_("Ask the liaison officer to take it up."),
        )
    reason = _("Applied again")
    people.change_status(actor=actor, member_id=twin.pk, status=MemberStatus.APPLICANT, reason=reason)
    if twin.unit_id != application.unit_id:
        people.transfer(actor=actor, member_id=twin.pk, unit_id=application.unit_id, reason=reason)
    # A roster that was imported over an application left it open.
    Application.objects.filter(member=twin, state=ApplicationState.WAITING).update(
        state=ApplicationState.REFUSED, reason=reason, decided_at=timezone.now()
    )
    application.member, application.duplicate_of = twin, None
    application.entered_sealed = application.phone_sealed = application.phone_index = None
    application.save()
    application.consents.filter(member__isnull=True).update(member=twin)
