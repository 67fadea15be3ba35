"""Scoping: who sees which units, and how the snapshot of the tree follows writes."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from corps.actors import SYSTEM
from corps.enums import Level
from corps.models import Appointment, Unit
from corps.models.scope import current_tree, local_today, scope_of
from corps.operations.tree import create_unit
from corps.permissions import Permission
from corps.queries.scope import require
from tests.cast import SINCE, Cast


def codes(actor: object) -> set[str]:
    return set(Unit.objects.visible_to(actor).values_list("code", flat=True))


def test_an_appointment_covers_the_subtree(cast: Cast) -> None:
    assert codes(cast.actor("captain_sg1")) == {"sg1", "sg11", "sg12"}
    assert codes(cast.actor("captain_zx")) == {"zx", "zx1", "zx11", "zx9"}
    assert len(codes(cast.actor("liaison_hy"))) == 11


def test_no_appointment_sees_nothing_and_no_actor_is_an_error(cast: Cast) -> None:
    assert codes(cast.actor("nobody")) == set()
    with pytest.raises(TypeError):
        Unit.objects.visible_to(None)


def test_an_appointment_counts_only_in_its_period(cast: Cast) -> None:
    today = local_today()
    Appointment.objects.filter(account__username="captain_sg1").update(ends_on=today)
    assert codes(cast.actor("captain_sg1")) == set()
    Appointment.objects.filter(account__username="captain_sg1").update(
        starts_on=today, ends_on=today + timedelta(days=1)
    )
    assert codes(cast.actor("captain_sg1")) == {"sg1", "sg11", "sg12"}


def test_the_snapshot_follows_a_write_in_the_same_transaction(cast: Cast) -> None:
    actor = cast.actor("captain_sg1")
    assert "sg13" not in codes(actor)
    create_unit(
        actor=SYSTEM,
        parent_id=cast.units["sg1"].pk,
        level=Level.SQUAD,
        name="三中队",
        short_name="三中队",
        code="sg13",
        active_from=SINCE,
    )
    assert "sg13" in codes(actor)
    assert [node.code for node in current_tree().path(cast.units["sg11"].pk)] == ["hy", "sg", "sg1", "sg11"]


def test_outside_the_scope_is_not_found_inside_without_the_right_is_denied(cast: Cast) -> None:
    inspector = cast.actor("inspector_sg")
    with pytest.raises(Http404):
        require(inspector, Permission.MEMBER_EDIT, cast.units["zx1"].pk)
    with pytest.raises(PermissionDenied):
        require(inspector, Permission.MEMBER_EDIT, cast.units["sg1"].pk)
    require(inspector, Permission.MEMBER_VIEW, cast.units["sg1"].pk)


def test_the_administrator_keeps_the_system_but_sees_no_people(cast: Cast) -> None:
    admin = cast.actor("admin")
    assert scope_of(admin, Permission.UNIT_STRUCTURE).everything
    assert not scope_of(admin, Permission.MEMBER_VIEW)
    assert not scope_of(admin, Permission.TRAIL_VIEW)
