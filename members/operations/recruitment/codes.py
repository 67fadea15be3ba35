"""One-time codes: whoever holds the phone of an application may read how it stands.

Whether a phone is known makes no difference to what the caller sees, nor to how long it takes: row, message and entry
in the action log are made either way, and only the worker that sends knows whether there is a message in the row. The
code itself is kept as a keyed digest; six digits, ten minutes, five tries, and each newer code ends the ones before it.
"""

import datetime as dt
import hmac
import json
import secrets
from typing import TYPE_CHECKING, Final

import structlog
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.actors import SystemActor
from corps.crypto import blind_index, seal, unseal
from corps.errors import Refusal
from corps.limits import Limit
from corps.operations.context import acting
from corps.operations.trail import record
from corps.queue import enqueue
from members.logic.phones import read_mobile
from members.models import Application, OneTimeCode
from members.models.recruitment import CODE_PURPOSE, MESSAGE_PURPOSE
from members.queries.recruitment import applications_of_phone, phone_digest
from members.sending import NotSent, sender

if TYPE_CHECKING:
    from corps.actors import Actor

VALID: Final = dt.timedelta(minutes=10)
TRIES: Final = 5
KEPT: Final = dt.timedelta(days=1)
SEND_TASK: Final = "members.send_code"

PER_PHONE_MINUTE = Limit("code.phone.minute", 1, 60)
PER_PHONE_DAY = Limit("code.phone.day", 5, 86_400)
PER_ADDRESS = Limit("code.address", 30, 3_600)
TRIES_PER_ADDRESS = Limit("code.tries.address", 60, 3_600)

_log = structlog.get_logger(__name__)


def send_code(*, actor: "Actor", phone: str, address: str) -> OneTimeCode:
    """Send a code to the phone if somebody applied with it; the same row and the same answer if nobody did.

    Raises `Refusal`: no mobile number, too often for this phone or from this address, no way to reach phones.
    """
    if sender() is None:
        raise Refusal(
            _("Codes cannot be sent at present."),
            code="code.no_sender",
            place="phone",
            remedy=_("Please ask the unit you applied to how your application stands."),
        )
    number = read_mobile(phone)
    if not isinstance(number, str):
        raise Refusal(
            _("This is no mobile number."),
            code="code.phone",
            place="phone",
            remedy=_("Enter the eleven digits that you gave with your application."),
        )
    if not (PER_ADDRESS.hit(address) and PER_PHONE_MINUTE.hit(number) and PER_PHONE_DAY.hit(number)):
        raise Refusal(
            _("A code was asked for too often."),
            code="code.too_often",
            place="phone",
            remedy=_("Wait a minute; at most five codes a day are sent to one phone."),
        )
    with acting(actor=actor, action="join.code"):
        found = applications_of_phone(number)
        index, now = phone_digest(number), timezone.now()
        OneTimeCode.objects.filter(phone_index=index, expires_at__gt=now).update(expires_at=now)
        code = f"{secrets.randbelow(1_000_000):06}"
        message = seal(json.dumps({"phone": number, "code": code}), purpose=MESSAGE_PURPOSE)
        row: OneTimeCode = OneTimeCode.objects.create(
            phone_index=index,
            digest=_digest(index, code),
            message_sealed=message if found else None,
            applications=[one.pk for one in found],
            expires_at=now + VALID,
        )
        # Phones that nobody applied with as well: whoever tries many leaves a trail.
        record(
            actor=actor,
            action="join.code",
            unit_id=found[0].unit_id if found else None,
            object_type="application",
            object_id=found[0].pk if found else "",
        )
        enqueue(SEND_TASK, row.pk)
        return row


def deliver_code(*, actor: "Actor", code_id: int) -> bool:
    """Send what waits in the row, once, and forget it. False when there is nothing to send any more."""
    if not isinstance(actor, SystemActor):
        raise TypeError("sending is the system's work")
    with transaction.atomic():
        row = OneTimeCode.objects.select_for_update().filter(pk=code_id, expires_at__gt=timezone.now()).first()
        if row is None or row.message_sealed is None:
            return False
        message = json.loads(unseal(bytes(row.message_sealed), purpose=MESSAGE_PURPOSE))
        # Before the network call: a worker that dies meanwhile must not send twice.
        row.message_sealed, row.sent_at = None, timezone.now()
        row.save(update_fields=["message_sealed", "sent_at"])
    text = _("Your code is %(code)s. It holds for 10 minutes; tell it to nobody.") % {"code": message["code"]}
    try:
        _send(message["phone"], text)
    except NotSent as failure:
        _log.warning("code_not_sent", code_id=code_id, why=str(failure))
        OneTimeCode.objects.filter(pk=code_id).update(sent_at=None)
        return False
    return True


def _send(phone: str, text: str) -> None:
    """Twice at most: whoever waits for a code asks again soon enough."""
    way = sender()
    if way is None:
        raise NotSent("no sender")
    try:
        way.send(phone, text)
    except NotSent as failure:
        if failure.lasting:
            raise
        way.send(phone, text)


def check_code(*, actor: "Actor", code_id: int, entered: str, address: str) -> list[int]:
    """The ids of the applications of whoever entered the right code; it is used up by that. Raises `Refusal`.

    Wrong, expired, used and unknown codes are answered alike.
    """
    wrong = Refusal(
        _("The code is wrong or has expired."),
        code="code.wrong",
        place="code",
        remedy=_("Check the digits, or ask for a new code."),
    )
    if not TRIES_PER_ADDRESS.hit(address):
        raise wrong
    with acting(actor=actor, action="join.look"):
        now = timezone.now()
        usable = OneTimeCode.objects.filter(pk=code_id, used_at__isnull=True, expires_at__gt=now, tries__lt=TRIES)
        # One statement counts the try, so that guesses at the same moment cannot share one.
        if not usable.update(tries=F("tries") + 1):
            tried = None
        else:
            row = OneTimeCode.objects.get(pk=code_id)
            right = hmac.compare_digest(bytes(row.digest), _digest(bytes(row.phone_index), _digits(entered)))
            tried = row if right else None
        if tried is not None:
            # Of two that enter the right code at the same moment one wins.
            won = OneTimeCode.objects.filter(pk=code_id, used_at__isnull=True).update(used_at=now)
            if won and tried.applications:
                for application in Application.objects.filter(pk__in=tried.applications[:1]):
                    record(
                        actor=actor,
                        action="join.look",
                        unit_id=application.unit_id,
                        object_type="application",
                        object_id=application.pk,
                    )
                return list(tried.applications)
    # Raised after the transaction: the counted try must stay.
    raise wrong


def forget_codes(*, actor: "Actor") -> int:
    """Delete rows that are over; returns how many. Sittings that are over go as well: anybody may begin one here."""
    if not isinstance(actor, SystemActor):
        raise TypeError("sweeping is the system's work")
    SessionStore.clear_expired()
    return int(OneTimeCode.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0])


def _digits(entered: str) -> str:
    return "".join(str(int(one)) for one in entered if one.isdecimal())[:12]


def _digest(index: bytes, code: str) -> bytes:
    return blind_index(f"{index.hex()}:{code}", purpose=CODE_PURPOSE)
