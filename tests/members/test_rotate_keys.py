"""Rotating keys: everything opens afterwards, nobody looks edited, and a run that was stopped goes on."""

import base64
from dataclasses import replace
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from corps.actors import SYSTEM
from corps.crypto import SealBroken, blind_index, seal, sealed_with_current_key, unseal
from corps.models import ActionLog
from corps.operations.canary import set_canary
from corps.queries.canary import key_troubles
from members.models import Member
from members.models.people import IDENTITY_PURPOSE
from members.operations import keys
from tests.cast import Cast

ONE = base64.b64encode(bytes(range(32))).decode()
TWO = base64.b64encode(bytes(range(32, 64))).decode()
COUNT = 25


def number(index: int) -> str:
    return f"43040519900101{index:04d}"


@pytest.fixture
def people(cast: Cast, settings: Settings) -> None:
    settings.DATA_KEYS = f"1:{ONE}"
    settings.INDEX_KEY = ONE
    set_canary(actor=SYSTEM, index=True, sealed=True)
    Member.objects.bulk_create(
        Member(
            unit=cast.units["sg11"],
            name=f"队员{index}",
            identity_sealed=seal(number(index), purpose=IDENTITY_PURPOSE),
            identity_index=blind_index(number(index), purpose=IDENTITY_PURPOSE),
            identity_head="430",
            identity_tail=number(index)[-4:],
            sex="1",
            birth_date=date(1990, 1, 1),
        )
        for index in range(COUNT)
    )


def state() -> list[Any]:
    events = apps.get_model("members", "MemberEvent").objects
    return [*Member.objects.order_by("pk").values_list("revision", flat=True), events.count()]


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("rotate_keys", *arguments, stdout=out)
    return out.getvalue()


def check_all_open() -> None:
    for index, member in enumerate(Member.objects.order_by("pk")):
        assert unseal(bytes(member.identity_sealed), purpose=IDENTITY_PURPOSE) == number(index)


@pytest.mark.parametrize("cipher", ["aes-256-gcm", "sm4-gcm"])
def test_a_new_key_or_cipher_reaches_every_value_without_an_edit(people: None, settings: Settings, cipher: str) -> None:
    before = state()
    settings.DATA_KEYS, settings.CIPHER = f"2:{TWO},1:{ONE}", cipher
    said = run()
    assert str(COUNT) in said
    assert "2" in said
    assert state() == before
    settings.DATA_KEYS = f"2:{TWO}"
    check_all_open()
    assert keys.keys_in_use() == {2}
    assert key_troubles() == []
    assert ActionLog.objects.latest("id").detail == {"rows": COUNT, "kind": "seal"}
    assert "0" in run()


def test_a_stopped_run_goes_on(people: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_KEYS = f"2:{TWO},1:{ONE}"
    small = replace(keys.MEMBERS, batch=10)
    monkeypatch.setattr(keys, "sealed_columns", lambda: (small,))

    def stop(_table: str, done: int, _total: int) -> None:
        if done >= 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keys.reseal(actor=SYSTEM, progress=stop)
    sealed = [sealed_with_current_key(bytes(one)) for one in Member.objects.values_list("identity_sealed", flat=True)]
    assert sealed.count(True) == 10
    check_all_open()
    assert keys.reseal(actor=SYSTEM) == COUNT - 10
    assert keys.keys_in_use() == {2}


def test_a_missing_key_is_said_and_nothing_is_lost(people: None, settings: Settings) -> None:
    settings.DATA_KEYS = f"2:{TWO}"
    with pytest.raises(CommandError, match="YIWU_DATA_KEYS"):
        run()
    settings.DATA_KEYS = f"1:{ONE}"
    check_all_open()


@pytest.mark.parametrize(("key", "digest"), [(TWO, "sha256"), (ONE, "sm3")])
def test_a_new_index_key_or_digest_is_computed_for_all_or_none(
    people: None, settings: Settings, key: str, digest: str
) -> None:
    before = state()
    settings.INDEX_KEY, settings.INDEX_HASH = key, digest
    assert len(key_troubles()) == 1
    assert str(COUNT) in run("--reindex")
    assert key_troubles() == []
    assert state() == before
    for index, member in enumerate(Member.objects.order_by("pk")):
        assert bytes(member.identity_index) == blind_index(number(index), purpose=IDENTITY_PURPOSE)
    Member.objects.filter(name="队员3").update(identity_sealed=b"Y" + bytes(40))
    settings.INDEX_KEY = base64.b64encode(bytes(range(64, 96))).decode()
    indexes = list(Member.objects.order_by("pk").values_list("identity_index", flat=True))
    with pytest.raises(SealBroken):
        keys.reindex(actor=SYSTEM)
    assert list(Member.objects.order_by("pk").values_list("identity_index", flat=True)) == indexes


def test_an_ordinary_edit_still_raises_the_revision(people: None) -> None:
    before = state()
    Member.objects.filter(name="队员3").update(remarks="x")
    after = state()
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 2
