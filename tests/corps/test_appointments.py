"""Appointments: nobody gives more than they hold, above themselves, twice at once, or to oneself."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404

from corps.actors import SYSTEM
from corps.errors import Refusal
from corps.models import ActionLog, Appointment, Unit
from corps.models.scope import local_today, scope_of
from corps.operations.appointments import appoint, end_appointment, transfer_appointment
from corps.permissions import Permission
from corps.queries.accounts import grantable_roles
from corps.roles import Role
from tests.cast import SINCE, Cast, assemble
from tests.together import at_once, count_ways

TODAY = local_today()


def make(cast: Cast, who: str, whom: str, role: Role, unit: str, **more: date | None) -> Appointment:
    return appoint(
        actor=cast.actor(who),
        account_id=cast.accounts[whom].pk,
        role=role,
        unit_id=cast.units[unit].pk,
        starts_on=more.get("starts_on") or TODAY,
        ends_on=more.get("ends_on"),
    )


def test_an_appointment_takes_effect_and_ends(cast: Cast) -> None:
    made = make(cast, "liaison_sg", "captain_sg1", Role.CAPTAIN, "sg2")
    scope = scope_of(cast.actor("captain_sg1"), Permission.MEMBER_EDIT)
    assert cast.units["sg21"].pk in scope
    assert cast.units["sg11"].pk in scope
    Appointment.objects.filter(pk=made.pk).update(starts_on=TODAY - timedelta(days=3))
    end_appointment(actor=cast.actor("liaison_sg"), appointment_id=made.pk, ends_on=TODAY, reason="轮换")
    assert cast.units["sg21"].pk not in scope_of(cast.actor("captain_sg1"), Permission.MEMBER_EDIT)
    labels = (
        apps.get_model("corps", "AppointmentEvent")
        .objects.filter(pgh_obj_id=made.pk)
        .values_list("pgh_label", flat=True)
    )
    assert list(labels) == ["insert", "update", "update"]


def test_future_and_past_appointments_have_no_effect(cast: Cast) -> None:
    make(cast, "liaison_sg", "captain_sg1", Role.CAPTAIN, "sg2", starts_on=TODAY + timedelta(days=1))
    assert cast.units["sg21"].pk not in scope_of(cast.actor("captain_sg1"), Permission.MEMBER_EDIT)


@pytest.mark.parametrize(
    ("who", "whom", "role", "unit", "error"),
    [
        ("liaison_sg", "captain_sg1", Role.LIAISON, "hy", Http404),
        ("liaison_sg", "captain_sg1", Role.CAPTAIN, "zx", Http404),
        ("liaison_sg", "captain_zx", Role.CAPTAIN, "sg", Http404),
        ("captain_sg", "captain_sg1", Role.MEMBER, "sg1", PermissionDenied),
        ("commissar_sg", "captain_sg1", Role.MEMBER, "sg1", PermissionDenied),
        ("auditor_hy", "captain_sg1", Role.MEMBER, "sg1", PermissionDenied),
    ],
)
def test_above_beside_and_without_the_right(
    cast: Cast, who: str, whom: str, role: Role, unit: str, error: type[Exception]
) -> None:
    before = Appointment.objects.count()
    with pytest.raises(error):
        make(cast, who, whom, role, unit)
    assert Appointment.objects.count() == before
    assert ActionLog.objects.get().action == "appointment.make"


@pytest.mark.parametrize(
    ("who", "whom", "role", "unit", "code"),
    [
        ("liaison_sg", "liaison_sg", Role.CAPTAIN, "sg1", "account.oneself"),
        ("liaison_hy", "admin", Role.CAPTAIN, "sg1", "appointment.administrator"),
        ("liaison_hy", "captain_sg1", Role.AUDITOR, "sg1", "appointment.roles_apart"),
        ("liaison_hy", "auditor_sg", Role.CAPTAIN, "zx", "appointment.roles_apart"),
        ("liaison_hy", "captain_sg1", Role.CAPTAIN, "sg1", "appointment.overlap"),
    ],
)
def test_refusals(cast: Cast, who: str, whom: str, role: Role, unit: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        make(cast, who, whom, role, unit)
    assert refused.value.code == code
    assert refused.value.remedy


def test_periods_must_make_sense(cast: Cast) -> None:
    for starts_on, ends_on, code in (
        (TODAY, TODAY, "appointment.period"),
        (SINCE, TODAY - timedelta(days=1), "appointment.past"),
    ):
        with pytest.raises(Refusal) as refused:
            make(cast, "liaison_hy", "captain_sg1", Role.CAPTAIN, "sg2", starts_on=starts_on, ends_on=ends_on)
        assert refused.value.code == code


def test_an_officer_who_holds_less_gives_less(cast: Cast) -> None:
    officer = cast.actor("liaison_sg")
    assert set(grantable_roles(officer, cast.units["sg1"].pk)) == set(Role)
    assert grantable_roles(officer, cast.units["zx"].pk) == []
    assert grantable_roles(cast.actor("captain_sg"), cast.units["sg1"].pk) == []
    assert set(grantable_roles(cast.actor("admin"), cast.units["zx"].pk)) == set(Role)


def test_the_same_role_again_after_the_first_has_ended(cast: Cast) -> None:
    first = Appointment.objects.get(account=cast.accounts["captain_sg1"])
    end_appointment(actor=cast.actor("liaison_sg"), appointment_id=first.pk, ends_on=TODAY + timedelta(days=5))
    make(cast, "liaison_sg", "captain_sg1", Role.CAPTAIN, "sg1", starts_on=TODAY + timedelta(days=5))
    with pytest.raises(IntegrityError, match="one_appointment_at_a_time"), transaction.atomic():
        Appointment.objects.create(
            account=first.account, role="captain", unit=first.unit, starts_on=TODAY, ends_on=TODAY + timedelta(days=2)
        )


def test_ending_is_not_for_the_past_and_does_not_lengthen(cast: Cast) -> None:
    appointment = Appointment.objects.get(account=cast.accounts["captain_sg1"])
    officer = cast.actor("liaison_sg")
    end_appointment(actor=officer, appointment_id=appointment.pk, ends_on=TODAY + timedelta(days=5))
    for day, code in (
        (TODAY - timedelta(days=1), "appointment.end_in_past"),
        (TODAY + timedelta(days=6), "appointment.ended"),
    ):
        with pytest.raises(Refusal) as refused:
            end_appointment(actor=officer, appointment_id=appointment.pk, ends_on=day)
        assert refused.value.code == code
    with pytest.raises(PermissionDenied):
        end_appointment(actor=cast.actor("commissar_sg"), appointment_id=appointment.pk, ends_on=TODAY)
    with pytest.raises(Http404):
        end_appointment(actor=cast.actor("captain_zx"), appointment_id=appointment.pk, ends_on=TODAY)


def test_a_transfer_needs_the_right_at_both_ends(cast: Cast) -> None:
    appointment = Appointment.objects.get(account=cast.accounts["captain_sg1"])
    with pytest.raises(Http404):
        transfer_appointment(
            actor=cast.actor("liaison_sg"), appointment_id=appointment.pk, unit_id=cast.units["zx1"].pk, on=TODAY
        )
    assert Appointment.objects.get(pk=appointment.pk).ends_on is None
    new = transfer_appointment(
        actor=cast.actor("liaison_hy"), appointment_id=appointment.pk, unit_id=cast.units["zx1"].pk, on=TODAY
    )
    assert (new.role, new.unit, new.starts_on, new.ends_on) == ("captain", cast.units["zx1"], TODAY, None)
    assert set(Unit.objects.visible_to(cast.actor("captain_sg1")).values_list("code", flat=True)) == {"zx1", "zx11"}


@pytest.mark.django_db(transaction=True)
def test_the_same_appointment_made_twice_at_once_is_made_once() -> None:
    cast = assemble()
    again = partial(make, cast, "liaison_sg", "captain_sg1", Role.CAPTAIN, "sg2")
    assert count_ways(at_once(*[again] * 4)) == {"done": 1, "appointment.overlap": 3}


def test_the_system_may_appoint(cast: Cast) -> None:
    made = appoint(
        actor=SYSTEM,
        account_id=cast.accounts["nobody"].pk,
        role=Role.LIAISON,
        unit_id=cast.units["hy"].pk,
        starts_on=TODAY,
    )
    assert made.pk
