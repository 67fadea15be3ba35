"""Appointments: who gives which role to whom, where and how long. Nobody gives more than they hold, nor to oneself."""

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from corps.errors import Refusal
from corps.models import Account, Appointment
from corps.models.scope import current_tree
from corps.operations.context import acting
from corps.operations.tree import hold_tree
from corps.permissions import Permission
from corps.policies.accounts import check_can_be_appointed, check_can_end, check_not_oneself
from corps.queries.accounts import may_grant
from corps.queries.scope import require
from corps.roles import Role

if TYPE_CHECKING:
    from corps.actors import Actor


def appoint(
    *,
    actor: "Actor",
    account_id: int,
    role: Role,
    unit_id: int,
    starts_on: date,
    ends_on: date | None = None,
    reason: str = "",
) -> Appointment:
    """Give `account_id` the role in the unit from `starts_on` until (not including) `ends_on`.

    Raises `Http404` for a unit or account the actor does not see, `PermissionDenied` without the right or for a role
    that holds more than the actor's own, and `Refusal`.
    """
    with acting(
        actor=actor,
        action="appointment.make",
        reason=reason,
        permission=Permission.ACCOUNT_APPOINT,
        unit_id=unit_id,
        refusals_recorded=True,
    ):
        # Before any row: a merger of units takes the tree first and appointments after it.
        hold_tree()
        account = _seen_account(actor, account_id)
        check_not_oneself(actor, account)
        return _write(
            actor,
            Appointment(
                account=account, role=role, unit_id=unit_id, starts_on=starts_on, ends_on=ends_on, reason=reason[:200]
            ),
        )


def end_appointment(*, actor: "Actor", appointment_id: int, ends_on: date, reason: str = "") -> None:
    """The appointment has no effect from `ends_on` on; one that would never have begun is removed. Raises `Refusal`."""
    appointment = _seen_appointment(actor, appointment_id)
    with acting(
        actor=actor,
        action="appointment.end",
        reason=reason,
        permission=Permission.ACCOUNT_APPOINT,
        unit_id=appointment.unit_id,
        refusals_recorded=True,
    ):
        hold_tree()
        appointment = _locked(appointment.pk)
        check_not_oneself(actor, appointment.account)
        check_can_end(appointment, ends_on)
        _end(appointment, ends_on)


def transfer_appointment(
    *, actor: "Actor", appointment_id: int, unit_id: int, on: date, reason: str = ""
) -> Appointment:
    """The same role in another unit from `on` on; the right is needed in both. Raises `Refusal`."""
    appointment = _seen_appointment(actor, appointment_id)
    with acting(
        actor=actor,
        action="appointment.transfer",
        reason=reason,
        permission=Permission.ACCOUNT_APPOINT,
        unit_id=appointment.unit_id,
        refusals_recorded=True,
    ):
        require(actor, Permission.ACCOUNT_APPOINT, unit_id)
        hold_tree()
        appointment = _locked(appointment.pk)
        following = Appointment(
            account=appointment.account,
            role=appointment.role,
            unit_id=unit_id,
            starts_on=on,
            ends_on=appointment.ends_on,
            reason=reason[:200],
        )
        check_not_oneself(actor, appointment.account)
        check_can_end(appointment, on)
        _end(appointment, on)
        return _write(actor, following)


def end_all(account: Account, *, on: date) -> None:
    """End what is running and remove what has not begun; part of deactivating an account, inside its act."""
    for appointment in account.appointments.select_for_update().not_over_on(on):
        _end(appointment, on)


def _write(actor: "Actor", appointment: Appointment) -> Appointment:
    account, role = appointment.account, Role(appointment.role)
    node = current_tree().nodes[appointment.unit_id]
    if node.closed:
        raise Refusal(
            _("%(unit)s is closed.") % {"unit": node.name},
            code="appointment.unit_closed",
            place=node.name,
            remedy=_("Choose the unit that took its place."),
        )
    if not may_grant(actor, role, node.id):
        raise PermissionDenied(f"role {role} in unit {node.id}")
    check_can_be_appointed(account, role, appointment.starts_on, appointment.ends_on)
    try:
        with transaction.atomic():
            appointment.save()
    except IntegrityError as error:
        raise Refusal(
            _("%(account)s is already %(role)s of %(unit)s in that time.")
            % {"account": account, "role": role.label, "unit": node.name},
            code="appointment.overlap",
            place=str(account),
            remedy=_("Choose a beginning after the end of the other appointment."),
        ) from error
    return appointment


def _end(appointment: Appointment, on: date) -> None:
    # A period of no day would not be a period; history keeps the row that is removed.
    if on <= appointment.starts_on:
        appointment.delete()
    else:
        appointment.ends_on = on
        appointment.save(update_fields=["ends_on"])


def _seen_account(actor: "Actor", account_id: int) -> Account:
    """Locked, so that two appointments of one account do not pass each other's check."""
    account: Account | None = (
        Account.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=account_id).first()
    )
    if account is None:
        raise Http404("no such account")
    return account


def _seen_appointment(actor: "Actor", appointment_id: int) -> Appointment:
    appointment: Appointment | None = Appointment.objects.visible_to(actor).filter(pk=appointment_id).first()
    if appointment is None:
        raise Http404("no such appointment")
    return appointment


def _locked(appointment_id: int) -> Appointment:
    appointment: Appointment | None = (
        Appointment.objects.select_for_update(of=("self",)).select_related("account").filter(pk=appointment_id).first()
    )
    if appointment is None:
        raise Http404("no such appointment")
    return appointment
