"""What the state of an account and its appointments allows."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from corps.actors import SystemActor
from corps.errors import Refusal
from corps.models import Account, Appointment
from corps.models.scope import local_today
from corps.roles import Role

if TYPE_CHECKING:
    from corps.actors import Actor

# Who audits others must not do what is audited (three roles apart, GB/T 22239-2019).
NOT_BESIDE_AUDITOR = frozenset({Role.LIAISON, Role.CAPTAIN, Role.COMMISSAR, Role.DISPATCHER})
LONGEST_KEY = timedelta(days=366)


def check_not_oneself(actor: "Actor", account: Account) -> None:
    """Nobody changes the own rights, nor locks the own door. Raises `Refusal`."""
    if not isinstance(actor, SystemActor) and actor.pk == account.pk:
        raise Refusal(
            _("You cannot change your own account in this way."),
            code="account.oneself",
            place=str(account),
            remedy=_("Please ask another liaison officer."),
        )


def check_active(account: Account) -> None:
    """Raises `Refusal` for the account of somebody who has left."""
    if not account.is_active:
        raise Refusal(
            _("This account is deactivated."),
            code="account.inactive",
            place=str(account),
            remedy=_("Reactivate it first."),
        )


def check_signs_in(account: Account) -> None:
    """Raises `Refusal` for the account of a machine, which has no password."""
    if not account.has_usable_password():
        raise Refusal(
            _("This account belongs to a system and has no password."),
            code="account.machine",
            place=str(account),
            remedy=_("Issue an API key instead."),
        )


def check_can_be_appointed(account: Account, role: Role, starts_on: date, ends_on: date | None) -> None:
    """Raises `Refusal` where the account, the period or its other roles speak against the appointment."""
    check_active(account)
    if account.is_superuser:
        raise Refusal(
            _("The technical administrator holds no role in a unit."),
            code="appointment.administrator",
            place=str(account),
            remedy=_("Create an account of its own for the person's role."),
        )
    if ends_on is not None and ends_on <= starts_on:
        raise Refusal(
            _("The appointment ends before it begins."),
            code="appointment.period",
            place=f"{starts_on} – {ends_on}",
            remedy=_("Choose an end after the beginning."),
        )
    if ends_on is not None and ends_on <= local_today():
        raise Refusal(
            _("The appointment would be over already."),
            code="appointment.past",
            place=str(ends_on),
            remedy=_("Choose an end in the future."),
        )
    others = account.appointments.not_over_on(starts_on)
    if ends_on is not None:
        others = others.filter(starts_on__lt=ends_on)
    apart = [Role.AUDITOR] if role in NOT_BESIDE_AUDITOR else NOT_BESIDE_AUDITOR if role is Role.AUDITOR else []
    conflict: Appointment | None = others.filter(role__in=apart).select_related("unit").first()
    if conflict is not None:
        raise Refusal(
            _("Auditing and acting are kept apart: this account is already %(role)s of %(unit)s.")
            % {"role": conflict.get_role_display(), "unit": conflict.unit},
            code="appointment.roles_apart",
            place=str(account),
            remedy=_("Appoint another person, or end the other appointment first."),
        )


def check_can_end(appointment: Appointment, ends_on: date) -> None:
    """Ending is for today or later, and never lengthens. Raises `Refusal`."""
    if ends_on < local_today():
        raise Refusal(
            _("An appointment cannot end in the past."),
            code="appointment.end_in_past",
            place=str(ends_on),
            remedy=_("Choose today or a later day."),
        )
    if appointment.ends_on is not None and ends_on > appointment.ends_on:
        raise Refusal(
            _("This appointment ends on %(day)s already.") % {"day": appointment.ends_on},
            code="appointment.ended",
            place=str(appointment),
            remedy=_("Appoint anew for a longer time."),
        )
