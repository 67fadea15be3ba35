"""Erasing a person (PIPL article 47): what is personal is destroyed everywhere, what is counted stays.

It stands here because this is the lowest app that knows all that is held of a member; each app below declares its part.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from corps.actors import SystemActor, account_id
from corps.errors import Refusal
from corps.models import Account
from corps.operations.accounts import check_forgettable, forget_account
from corps.operations.acts import Act
from corps.operations.context import acting
from corps.operations.erasing import redacted, shred, shred_log, usable_words
from corps.operations.trail import record
from corps.operations.tree import hold_tree
from corps.permissions import Permission
from corps.queries.scope import local_today, require
from duties.queries.record import check_nothing_open
from members.models import Member
from members.operations.erasing import check_erasable, records_of, shred_roster, words_of
from members.operations.recruitment.keeping import forget_notes
from members.queries.recruitment import kept_too_long

if TYPE_CHECKING:
    from corps.actors import Actor

CONFIRM_SECONDS: Final = 15 * 60
#: So many are erased in one run; the next one goes on.
AT_ONCE: Final = 500
_SALT: Final = "member.erase"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Intention:
    """What an officer is about to do; `token` is given back to confirm that very thing."""

    member: Member
    reason: str
    token: str


def prepare_erasure(*, actor: "Actor", member_id: int, reason: str) -> Intention:
    """The first of two steps: say who and why, and learn whether it can be done. Nothing is changed.

    Raises `Refusal`, `Http404`, `PermissionDenied`.
    """
    member = _erasable(actor, member_id)
    _need_reason(reason)
    _check(member)
    token = signing.dumps([member.pk, int(member.revision), account_id(actor), reason], salt=_SALT)
    return Intention(member, reason, token)


def erase_member(*, actor: "Actor", member_id: int, token: str) -> dict[str, int]:
    """The second step: destroy what is personal, everywhere, for good; what is counted stays.

    `token` comes from `prepare_erasure`, by the same officer, within a quarter of an hour, the member unchanged since.
    Returns how many rows of which kind were touched. Raises `Refusal`, `Http404`, `PermissionDenied`.
    """
    seen = _erasable(actor, member_id)
    reason = _confirmed(actor, seen, token)
    words = _words(seen)
    said = redacted(reason, words)
    with acting(
        actor=actor,
        action="member.erase",
        permission=Permission.MEMBER_ERASE,
        unit_id=seen.unit_id,
        reason=said,
        refusals_recorded=True,
    ) as act:
        return _destroy(act, seen, words, said)


def forget_applicants(*, actor: "Actor", most: int = AT_ONCE) -> int:
    """Erase who asked to join, never became a member, and is kept no longer (PIPL article 47): `APPLICANT_DAYS` of the
    settings after a refusal, `WITHDRAWN_DAYS` after an application was taken back. Returns how many, `most` at most.

    Each in a transaction of its own: a worker that dies leaves nobody half erased, and the next night goes on. Whom
    something keeps here, as an import that is not settled, waits for it.
    """
    if not isinstance(actor, SystemActor):
        raise TypeError("sweeping is the system's work")
    if not settings.APPLICANT_DAYS:
        return 0
    forgotten = 0
    for seen in kept_too_long(local_today()):
        if forgotten >= most:
            break
        said = _("Not admitted, and kept long enough.")
        try:
            with acting(actor=actor, action="member.erase", unit_id=seen.unit_id, reason=said) as act:
                _destroy(act, seen, _words(seen), said)
        except Refusal as refusal:
            _log.info("applicant_kept", member=seen.pk, why=refusal.code)
        else:
            forgotten += 1
    with acting(actor=actor, action="join.forget"):
        if notes := forget_notes(local_today()):
            record(actor=actor, action="join.forget", detail={"applications": notes})
    return forgotten


def _destroy(act: Act, seen: Member, words: list[str], said: str) -> dict[str, int]:
    """What both ways of erasing do, inside the act; the member must be as it was `seen`."""
    hold_tree()
    records = records_of(seen.pk)
    people = list(Member.objects.select_for_update(of=("self",)).filter(pk__in=records).order_by("pk"))
    member = next(one for one in people if one.pk == seen.pk)
    if member.revision != seen.revision:
        raise _stale()
    _check(member)
    accounts = [one.account_id for one in people if one.account_id is not None]
    names = _sign_in_names(accounts)
    for account in accounts:
        forget_account(actor=act.actor, account_id=account, reason=said)
    shred_roster(actor=act.actor, members=people, words=words)
    touched = shred(members=records, accounts=accounts, words=words)

    def last() -> None:
        # After everything that notes entries at the end of the act, and before the entry of the act itself.
        log = shred_log(members=records, accounts=accounts, words=words, names=names)
        record(
            actor=act.actor,
            action="member.erase",
            unit_id=member.unit_id,
            object_type="member",
            object_id=member.pk,
            reason=said,
            detail={"rows": touched, "log": [list(one) for one in log]},
        )

    act.at_the_end.append(last)
    # The shipped log tells whom to erase again after an older backup was restored.
    transaction.on_commit(lambda: _log.info("member_erased", members=records))
    return touched


def _erasable(actor: "Actor", member_id: int) -> Member:
    member: Member = get_object_or_404(Member.objects.visible_to(actor), pk=member_id)
    require(actor, Permission.MEMBER_ERASE, member.unit_id)
    return member


def _check(member: Member) -> None:
    check_erasable(member)
    check_nothing_open(records_of(member.pk), member.name)
    for one in Member.objects.filter(pk__in=records_of(member.pk), account__isnull=False).select_related("account"):
        check_forgettable(one.account)


def _words(member: Member) -> list[str]:
    people = list(Member.objects.filter(pk__in=records_of(member.pk)).select_related("account"))
    found = words_of(people)
    for one in people:
        if one.account is not None:
            found += [one.account.display_name, one.account.phone, one.account.email, one.account.police_number]
    return usable_words(found)


def _sign_in_names(accounts: list[int]) -> set[str]:
    """Under which names the accounts are known, also to failed sign-ins."""
    pairs = Account.objects.filter(pk__in=accounts).values_list("username", "display_name")
    return {name for pair in pairs for name in pair if name}


def _confirmed(actor: "Actor", member: Member, token: str) -> str:
    try:
        who, revision, by, reason = signing.loads(token, salt=_SALT, max_age=CONFIRM_SECONDS)
    except (signing.BadSignature, ValueError) as error:
        raise _stale() from error
    if (who, revision, by) != (member.pk, int(member.revision), account_id(actor)):
        raise _stale()
    return str(reason)


def _stale() -> Refusal:
    return Refusal(
        _("The confirmation does not fit any more: it is too old, or the record was changed meanwhile."),
        code="erase.stale",
        place="token",
        remedy=_("Begin again with the reason."),
    )


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise Refusal(
            _("A reason is needed."), code="reason.missing", place="reason", remedy=_("Please say why in a few words.")
        )
