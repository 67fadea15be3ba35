"""Who may be put on duty."""

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from corps.errors import Refusal
from duties.logic.standing import may_serve
from members.enums import MemberStatus

if TYPE_CHECKING:
    from members.models import Member


def check_on_duty(member: "Member", day: dt.date) -> None:
    """Raise `Refusal` for somebody who has left, is suspended, or is not yet a member."""
    if not may_serve(member.status, member.status_on, day):
        raise Refusal(
            _("%(name)s cannot be put on duty: %(status)s.")
            % {"name": member.name, "status": MemberStatus(member.status).label},
            code="duty.member_status",
            place=member.name,
            remedy=_("Choose somebody else, or change the member's status first."),
        )
