"""Who took part: members, each with the home unit of that time."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from corps.policies.tree import listed
from incidents.models import Incident, Participant
from incidents.operations.cleaning import InvalidIncident
from members.enums import EVER_MEMBERS, MemberStatus
from members.models import Member

if TYPE_CHECKING:
    from corps.actors import Actor


def set_participants(*, actor: "Actor", incident: Incident, member_ids: Collection[int]) -> tuple[str, str] | None:
    """Make these members, and only these, the participants; who stays keeps the unit noted at first.

    New ones must be members the actor may see, of the same corps, who had not left before. Returns the names before and
    after, or None when nothing changed. Raises `InvalidIncident`.
    """
    wanted = set(member_ids)
    present = {one.member_id: one for one in incident.participants.select_related("member")}
    added = wanted - set(present)
    if not added and wanted == set(present):
        return None
    members = {
        member.pk: member
        for member in Member.objects.visible_to(actor).filter(pk__in=added, unit__corps=incident.unit.corps_id)
    }
    if set(members) != added:
        raise InvalidIncident(
            {"participants": _("Somebody on the list is not on the roster of your units. Choose from the list.")}
        )
    strangers = [member.name for member in members.values() if member.status not in EVER_MEMBERS]
    if strangers:
        raise InvalidIncident(
            {"participants": _("No members of the corps: %(names)s. Take them off.") % {"names": listed(strangers)}}
        )
    day = timezone.localdate(incident.occurred_at)
    gone = [
        member.name
        for member in members.values()
        if member.status == MemberStatus.LEFT and member.status_on is not None and member.status_on < day
    ]
    if gone:
        raise InvalidIncident(
            {
                "participants": _("Had left the corps before that day: %(names)s. Take them off.")
                % {"names": listed(gone)}
            }
        )
    incident.participants.exclude(member_id__in=wanted).delete()
    Participant.objects.bulk_create(
        Participant(incident=incident, member=members[pk], unit_id=members[pk].unit_id) for pk in sorted(added)
    )
    before = [one.member.name for one in present.values()]
    after = [one.member.name for pk, one in present.items() if pk in wanted] + [
        members[pk].name for pk in sorted(added)
    ]
    return "、".join(before), "、".join(after)
