"""Which state of an import of alarm figures allows what."""

from django.utils.translation import gettext as _

from corps.errors import Refusal
from stats.enums import AlarmImportState
from stats.models import AlarmImport


def can_apply_alarms(one: AlarmImport) -> bool:
    """Whether its figures can be written: reviewed by nobody yet, and nothing wrong with them."""
    return one.state == AlarmImportState.READY and not one.problems and bool(one.lines)


def can_discard_alarms(one: AlarmImport) -> bool:
    """Whether it may be thrown away: nothing was written."""
    return one.state == AlarmImportState.READY


def can_undo_alarms(one: AlarmImport) -> bool:
    """Whether what it wrote may be taken back."""
    return one.state == AlarmImportState.APPLIED


def check_can_apply_alarms(one: AlarmImport) -> None:
    """Raise `Refusal`."""
    if one.state != AlarmImportState.READY:
        raise _settled(one)
    if not can_apply_alarms(one):
        raise Refusal(
            _("This sheet cannot be taken over as it is."),
            code="alarms.problems",
            place="file",
            remedy=_("Correct the places that are listed and upload it again."),
        )


def check_can_discard_alarms(one: AlarmImport) -> None:
    """Raise `Refusal`."""
    if not can_discard_alarms(one):
        raise _settled(one)


def check_can_undo_alarms(one: AlarmImport) -> None:
    """Raise `Refusal`."""
    if not can_undo_alarms(one):
        raise _settled(one)


def _settled(one: AlarmImport) -> Refusal:
    return Refusal(
        _("This import is %(state)s already.") % {"state": AlarmImportState(one.state).label},
        code="alarms.state",
        place="state",
        remedy=_("Load the page again to see how it stands."),
    )
