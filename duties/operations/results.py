"""What a shift came to: results, photos, closing and reopening."""

import hashlib
from typing import TYPE_CHECKING

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from corps.actors import account_id
from corps.crypto import seal_bytes
from corps.errors import Refusal
from corps.permissions import Permission
from duties.enums import ShiftState
from duties.logic.pictures import LARGEST, PictureFault, clean_picture
from duties.models import Shift, ShiftPhoto
from duties.models.shifts import PHOTO_PURPOSE
from duties.operations.holding import writing_shift
from duties.policies import shifts as policy
from duties.policies.closing import check_can_close

if TYPE_CHECKING:
    from corps.actors import Actor

MOST_PHOTOS = 20
MOST_COUNTED = 10_000_000
LONGEST_SUMMARY = 2000
LONGEST_CAPTION = 100


def record_results(
    *,
    actor: "Actor",
    shift_id: int,
    materials: int | None = None,
    people_reached: int | None = None,
    summary: str | None = None,
) -> Shift:
    """Write down what was handed out (items), how many people were reached, and what was done; what is left out stays.

    Raises `Refusal`.
    """
    with writing_shift(actor=actor, action="shift.results", permission=Permission.DUTY_RECORD, shift_id=shift_id) as (
        shift,
        _right,
    ):
        policy.check_can_change(shift)
        materials = shift.materials if materials is None else materials
        people_reached = shift.people_reached if people_reached is None else people_reached
        summary = shift.summary if summary is None else summary.strip()
        for place, number in (("materials", materials), ("people_reached", people_reached)):
            if not 0 <= number <= MOST_COUNTED:
                raise Refusal(
                    _("%(number)d cannot be right.") % {"number": number},
                    code="shift.invalid",
                    place=place,
                    remedy=_("Enter a number from %(least)d to %(most)d.") % {"least": 0, "most": MOST_COUNTED},
                )
        policy.check_texts(LONGEST_SUMMARY, summary=summary)
        shift.materials, shift.people_reached, shift.summary = materials, people_reached, summary
        shift.save(update_fields=["materials", "people_reached", "summary"])
        return shift


def close_shift(*, actor: "Actor", shift_id: int) -> Shift:
    """The shift is complete and counts from now on. Raises `Refusal` that names everything that is lacking."""
    with writing_shift(actor=actor, action="shift.close", permission=Permission.DUTY_RECORD, shift_id=shift_id) as (
        shift,
        _right,
    ):
        policy.check_can_become(shift, ShiftState.CLOSED)
        check_can_close(
            shift,
            list(shift.assignments.filter(active=True).select_related("member").order_by("member__pinyin", "id")),
            list(shift.attendances.filter(current=True).select_related("member").order_by("member__pinyin", "id")),
        )
        shift.state, shift.closed_at, shift.closed_by_id = ShiftState.CLOSED, timezone.now(), account_id(actor)
        shift.save(update_fields=["state", "closed_at", "closed_by"])
        return shift


def reopen_shift(*, actor: "Actor", shift_id: int, reason: str) -> Shift:
    """Take a closed shift up again; until it is closed anew it does not count. Raises `Refusal`."""
    policy.check_reason(reason)
    with writing_shift(
        actor=actor, action="shift.reopen", permission=Permission.DUTY_RECORD, shift_id=shift_id, reason=reason
    ) as (shift, _right):
        policy.check_can_become(shift, ShiftState.PLANNED)
        shift.state, shift.closed_at, shift.closed_by = ShiftState.PLANNED, None, None
        shift.save(update_fields=["state", "closed_at", "closed_by"])
        return shift


def add_photo(*, actor: "Actor", shift_id: int, content: bytes, caption: str = "") -> ShiftPhoto:
    """Keep a picture of the shift, sealed, without the place and the device it was taken with. Raises `Refusal`.

    JPEG, PNG or WebP up to 5 MB, told by the content. The same picture twice is one.
    """
    with writing_shift(actor=actor, action="shift.photo_add", permission=Permission.DUTY_RECORD, shift_id=shift_id) as (
        shift,
        _right,
    ):
        policy.check_can_change(shift)
        policy.check_texts(LONGEST_CAPTION, caption=caption.strip())
        picture, content_type = _cleaned(content)
        digest = hashlib.sha256(picture).digest()
        present: ShiftPhoto | None = shift.photos.filter(digest=digest).first()
        if present is not None:
            return present
        if shift.photos.count() >= MOST_PHOTOS:
            raise Refusal(
                _("The shift has %(number)d photos already.") % {"number": MOST_PHOTOS},
                code="photo.too_many",
                place="photo",
                remedy=_("Remove one first."),
            )
        return ShiftPhoto.objects.create(
            shift=shift,
            sealed=seal_bytes(picture, purpose=PHOTO_PURPOSE),
            content_type=content_type,
            digest=digest,
            caption=caption.strip(),
            taken_by_id=account_id(actor),
        )


def remove_photo(*, actor: "Actor", shift_id: int, photo_id: int) -> None:
    """Delete a picture of a shift that is not closed. Raises `Refusal`; `Http404` for a picture of another shift."""
    with writing_shift(
        actor=actor, action="shift.photo_remove", permission=Permission.DUTY_RECORD, shift_id=shift_id
    ) as (shift, _right):
        policy.check_can_change(shift)
        deleted, _models = shift.photos.filter(pk=photo_id).delete()
        if not deleted:
            raise Http404("no such photo")


def _cleaned(content: bytes) -> tuple[bytes, str]:
    if len(content) > LARGEST:
        raise Refusal(
            _("The picture is larger than 5 MB."),
            code="photo.file",
            place="photo",
            remedy=_("Choose a smaller one, or let the phone send it in a smaller size."),
        )
    try:
        return clean_picture(content)
    except PictureFault as error:
        raise Refusal(
            _("This file is no picture that can be kept."),
            code="photo.file",
            place="photo",
            remedy=_("Choose an undamaged JPEG, PNG or WebP picture."),
        ) from error
