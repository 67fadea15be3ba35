"""What may still be done with the record of somebody whose personal data was erased: nothing but counting it."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.personal import WORD

if TYPE_CHECKING:
    from members.models import Member


def is_erased(member: "Member") -> bool:
    """Whether nothing of the person is left in the row."""
    return member.name == WORD and not member.identity_head


def check_not_erased(member: "Member") -> None:
    """Raise `Refusal` for a record that was erased: it is filled by nobody again, and has no number to show."""
    if is_erased(member):
        raise Refusal(
            _("The personal data of this person has been erased."),
            code="member.erased",
            place="member",
            remedy=_("Enter the person anew if they come back."),
        )
