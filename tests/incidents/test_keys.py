"""Rotating data keys reaches the sealed particulars of parties, and every other sealed column there is."""

import base64

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import BinaryField
from pytest_django.fixtures import Settings

from corps.actors import SYSTEM
from corps.crypto import sealed_with_current_key
from corps.operations.canary import set_canary
from corps.sealed import sealed_columns
from incidents.logic.parties import Particulars
from incidents.models import Party
from incidents.operations.parties import PartyEntry, reveal_party
from tests.cast import Cast
from tests.incidents.log import incident

ONE = base64.b64encode(bytes(range(32))).decode()
TWO = base64.b64encode(bytes(range(32, 64))).decode()


@pytest.mark.parametrize("cipher", ["aes-256-gcm", "sm4-gcm"])
def test_rotation_reaches_parties_and_is_no_edit(cast: Cast, settings: Settings, cipher: str) -> None:
    settings.DATA_KEYS = f"1:{ONE}"
    set_canary(actor=SYSTEM, index=True, sealed=True)
    known = Particulars(name="王五", phone="13912345678", remarks="住在路口第二家")
    party = incident(cast, parties=[PartyEntry("disputant", known)]).parties.get()
    events = apps.get_model("incidents", "PartyEvent").objects
    before = events.count()
    settings.DATA_KEYS, settings.CIPHER = f"2:{TWO},1:{ONE}", cipher
    call_command("rotate_keys")
    assert sealed_with_current_key(bytes(Party.objects.get().sealed))
    assert events.count() == before
    settings.DATA_KEYS = f"2:{TWO}"
    assert reveal_party(actor=SYSTEM, party_id=party.pk, reason="回访") == known


# Sealed with the current key whenever it is written, or no sealed value at all.
OTHERS = {("corps_keycanary", "sealed")}


def test_every_sealed_column_is_declared() -> None:
    """A new one must be rotated as well."""
    found = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, BinaryField) and "sealed" in field.name
    }
    events = {(table, column) for table, column in found if table.endswith("event")}
    assert found - events - OTHERS == {(column.table, column.column) for column in sealed_columns()}
    # A history that kept sealed values would have to be rotated too; it refuses every change.
    assert events <= {("members_memberevent", "identity_sealed")}
