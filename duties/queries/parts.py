"""Single parts of shifts: one attendance to be corrected, one picture."""

from typing import TYPE_CHECKING

from django.http import Http404

from corps.crypto import unseal_bytes
from duties.models import Attendance, Shift, ShiftPhoto
from duties.models.shifts import PHOTO_PURPOSE

if TYPE_CHECKING:
    from corps.actors import Actor


def attendance_of(actor: "Actor", attendance_id: int) -> Attendance:
    """The attendance with its shift, if the actor may see that shift; else `Http404`."""
    found: Attendance | None = (
        Attendance.objects.filter(pk=attendance_id, shift__in=Shift.objects.visible_to(actor))
        .select_related("member", "replaced_by", "shift__kind", "shift__unit", "shift__site")
        .prefetch_related("shift__joint_units")
        .first()
    )
    if found is None:
        raise Http404("no such attendance")
    return found


def photo_of(actor: "Actor", shift_id: int, photo_id: int) -> tuple[bytes, str]:
    """The picture and its content type, if the actor may see the shift; else `Http404`."""
    found: ShiftPhoto | None = ShiftPhoto.objects.filter(
        pk=photo_id, shift_id=shift_id, shift__in=Shift.objects.visible_to(actor)
    ).first()
    if found is None:
        raise Http404("no such photo")
    return unseal_bytes(bytes(found.sealed), purpose=PHOTO_PURPOSE), found.content_type
