"""What a unit's public page says, and the privacy notice that applicants agree to."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from corps.actors import account_id
from corps.errors import Refusal
from corps.operations.context import acting
from corps.operations.tree import hold_open
from corps.permissions import Permission
from corps.queries.places import root_id
from corps.queries.scope import current_tree
from members.models import JoinPage, PrivacyNotice
from members.queries.recruitment import current_notice

if TYPE_CHECKING:
    from corps.actors import Actor

GREETING_LIMIT, CONTACT_LIMIT, NOTICE_LIMIT = 500, 120, 8000


def set_page(
    *,
    actor: "Actor",
    unit_id: int,
    is_open: bool,
    greeting: str = "",
    contact: str = "",
    offered: Iterable[int] = (),
    reason: str = "",
) -> JoinPage:
    """Open or close the unit's page and say what stands on it; `offered` are units of its subtree.

    Raises `Refusal`: opened without a privacy notice or contact, texts too long, units that do not lie below.
    """
    with acting(actor=actor, action="join.page", permission=Permission.MEMBER_ADMIT, unit_id=unit_id, reason=reason):
        hold_open([unit_id])
        page = JoinPage.objects.select_for_update().filter(unit_id=unit_id).first() or JoinPage(unit_id=unit_id)
        page.is_open, page.greeting, page.contact = is_open, greeting.strip(), contact.strip()
        page.offered = _below(unit_id, offered)
        _check_page(page)
        page.save()
        return page


def publish_notice(*, actor: "Actor", corps_id: int, text: str, reason: str = "") -> PrivacyNotice:
    """Publish the next version of the corps' privacy notice; those before it stay as they are. Raises `Refusal`."""
    text = text.strip()
    if not 0 < len(text) <= NOTICE_LIMIT:
        raise Refusal(
            _("The privacy notice has no text, or too much of it."),
            code="notice.text",
            place="text",
            remedy=_("Enter at most %(limit)d characters.") % {"limit": NOTICE_LIMIT},
        )
    with acting(
        actor=actor,
        action="join.notice",
        permission=Permission.MEMBER_ADMIT,
        unit_id=root_id(corps_id),
        reason=reason,
    ):
        latest = PrivacyNotice.objects.filter(corps=corps_id).aggregate(number=Max("version"))["number"] or 0
        try:
            with transaction.atomic():
                notice: PrivacyNotice = PrivacyNotice.objects.create(
                    corps_id=corps_id, version=latest + 1, text=text, published_by_id=account_id(actor)
                )
        except IntegrityError as error:
            raise Refusal(
                _("Somebody else has just published a version."),
                code="notice.at_once",
                place="text",
                remedy=_("Read it, then publish yours if it is still needed."),
            ) from error
        return notice


def _below(unit_id: int, offered: Iterable[int]) -> list[int]:
    """The ids in tree order; refused when one is not of the subtree."""
    tree, wanted = current_tree(), set(offered)
    inside = [identifier for identifier in tree.within(unit_id) if identifier in wanted]
    if len(inside) != len(wanted):
        raise Refusal(
            _("A unit that applicants may choose does not lie below this one."),
            code="join.offered",
            place="offered",
            remedy=_("Choose from the list."),
        )
    return inside


def _check_page(page: JoinPage) -> None:
    if len(page.greeting) > GREETING_LIMIT or len(page.contact) > CONTACT_LIMIT:
        raise Refusal(
            _("The greeting or the contact is too long."),
            code="join.too_long",
            place="greeting",
            remedy=_("At most %(greeting)d and %(contact)d characters.")
            % {"greeting": GREETING_LIMIT, "contact": CONTACT_LIMIT},
        )
    if not page.is_open:
        return
    if not page.contact:
        raise Refusal(
            _("An open page needs somebody to ask."),
            code="join.contact",
            place="contact",
            remedy=_("Enter a name and a telephone number of the unit."),
        )
    if current_notice(page.unit.corps_id) is None:
        raise Refusal(
            _("The corps has no privacy notice yet, and nobody may apply without one."),
            code="join.notice_missing",
            place="is_open",
            remedy=_("Ask the liaison officer to publish one."),
        )
