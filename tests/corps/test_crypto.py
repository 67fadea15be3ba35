"""Sealing and indexing: round trips, every way a sealed value can be wrong, and keys that do not fit."""

import base64

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from corps.actors import SYSTEM
from corps.crypto import (
    SealBroken,
    blind_index,
    current_header,
    indexer,
    seal,
    seal_bytes,
    sealed_with_current_key,
    sealer,
    unseal,
    unseal_bytes,
)
from corps.models import KeyCanary
from corps.operations.canary import set_canary
from corps.queries.canary import key_troubles

PURPOSE = b"test.purpose"
ONE = base64.b64encode(bytes(range(32))).decode()
TWO = base64.b64encode(bytes(range(32, 64))).decode()


@pytest.fixture(params=["aes-256-gcm", "sm4-gcm"])
def cipher(request: pytest.FixtureRequest, settings: Settings) -> str:
    settings.CIPHER = request.param
    settings.DATA_KEYS = f"1:{ONE}"
    return str(request.param)


def test_what_is_sealed_opens_again(cipher: str) -> None:
    for text in ("430405199001011234", "", "衡阳义警", "x" * 100_000):
        sealed = seal(text, purpose=PURPOSE)
        assert unseal(sealed, purpose=PURPOSE) == text
        assert text.encode() not in sealed or not text
        assert seal(text, purpose=PURPOSE) != sealed


@given(value=st.binary(max_size=300), purpose=st.binary(min_size=1, max_size=40), position=st.integers(min_value=0))
def test_any_changed_byte_is_noticed(value: bytes, purpose: bytes, position: int) -> None:
    sealed = seal_bytes(value, purpose=purpose)
    assert unseal_bytes(sealed, purpose=purpose) == value
    at = position % len(sealed)
    with pytest.raises(SealBroken):
        unseal_bytes(sealed[:at] + bytes((sealed[at] ^ 1,)) + sealed[at + 1 :], purpose=purpose)
    with pytest.raises(SealBroken):
        unseal_bytes(sealed[:at], purpose=purpose)


def test_a_changed_byte_is_noticed_by_both_ciphers(cipher: str) -> None:
    sealed = seal("430405199001011234", purpose=PURPOSE)
    for at in range(len(sealed)):
        with pytest.raises(SealBroken):
            unseal(sealed[:at] + bytes((sealed[at] ^ 0x80,)) + sealed[at + 1 :], purpose=PURPOSE)


def test_a_value_cannot_be_moved_to_another_column(cipher: str) -> None:
    with pytest.raises(SealBroken):
        unseal(seal("x", purpose=PURPOSE), purpose=b"test.other")


def test_old_keys_and_the_other_cipher_still_open(cipher: str, settings: Settings) -> None:
    sealed = seal("x", purpose=PURPOSE)
    settings.DATA_KEYS = f"2:{TWO},1:{ONE}"
    settings.CIPHER = "aes-256-gcm" if cipher == "sm4-gcm" else "sm4-gcm"
    assert unseal(sealed, purpose=PURPOSE) == "x"
    assert not sealed_with_current_key(sealed)
    assert sealed_with_current_key(seal("x", purpose=PURPOSE))
    assert seal("x", purpose=PURPOSE)[:3] == current_header()
    settings.DATA_KEYS = f"2:{TWO}"
    with pytest.raises(SealBroken):
        unseal(sealed, purpose=PURPOSE)


def test_sealing_many_gives_the_same_form(cipher: str) -> None:
    many, index = sealer(purpose=PURPOSE), indexer(purpose=PURPOSE)
    for text in ("430405199001011234", "衡阳"):
        assert unseal(many(text.encode()), purpose=PURPOSE) == text
        assert index(text.encode()) == blind_index(text, purpose=PURPOSE)


def test_sm4_is_the_standard_cipher() -> None:
    # The example of GM/T 0002-2012, appendix A: one block under a key equal to it.
    block = bytes.fromhex("0123456789abcdeffedcba9876543210")
    encryptor = Cipher(algorithms.SM4(block), modes.ECB()).encryptor()  # noqa: S305 - the standard's example is one block
    assert encryptor.update(block).hex() == "681edf34d206965e86b3e94f536e4246"


def test_an_index_depends_on_key_purpose_and_digest_but_not_on_the_cipher(settings: Settings) -> None:
    first = blind_index("x", purpose=PURPOSE)
    assert len(first) == 32
    assert blind_index("x", purpose=b"test.other") != first
    settings.CIPHER = "sm4-gcm"
    assert blind_index("x", purpose=PURPOSE) == first
    settings.INDEX_HASH = "sm3"
    assert blind_index("x", purpose=PURPOSE) != first
    assert len(blind_index("x", purpose=PURPOSE)) == 32
    settings.INDEX_HASH = "sha256"
    settings.INDEX_KEY = TWO
    assert blind_index("x", purpose=PURPOSE) != first


@pytest.mark.parametrize(
    "ring", ["", "x", "1:short", f"0:{ONE}", f"256:{ONE}", f"1:{ONE},1:{TWO}", "1:" + base64.b64encode(b"x").decode()]
)
def test_a_wrong_key_ring_is_refused(settings: Settings, ring: str) -> None:
    settings.DATA_KEYS = ring
    with pytest.raises(ImproperlyConfigured, match="YIWU_DATA_KEYS"):
        seal("x", purpose=PURPOSE)


def test_a_wrong_index_key_is_refused(settings: Settings) -> None:
    for key in ("", "not base64!", base64.b64encode(b"short").decode()):
        settings.INDEX_KEY = key
        with pytest.raises(ImproperlyConfigured, match="YIWU_INDEX_KEY"):
            blind_index("x", purpose=PURPOSE)


def test_keys_that_do_not_fit_the_stored_values_are_noticed(db: None, settings: Settings) -> None:
    set_canary(actor=SYSTEM, index=True, sealed=True)
    assert key_troubles() == []
    call_command("check", databases=["default"])
    settings.INDEX_HASH = "sm3"
    assert len(key_troubles()) == 1
    with pytest.raises(SystemCheckError, match="YIWU_INDEX_HASH"):
        call_command("check", databases=["default"])
    settings.INDEX_HASH = "sha256"
    settings.DATA_KEYS = f"9:{TWO}"
    with pytest.raises(SystemCheckError, match="YIWU_DATA_KEYS"):
        call_command("check", databases=["default"])
    set_canary(actor=SYSTEM, index=False, sealed=True)
    assert key_troubles() == []


def test_the_first_migration_sets_the_canary(django_db_blocker: object, db: None) -> None:
    # Transactional tests empty the table, so the migration's own function is run again here.
    from importlib import import_module

    from django.apps import apps

    KeyCanary.objects.all().delete()
    assert key_troubles() == []
    import_module("corps.migrations.0007_key_canary").set_canary(apps, None)
    assert key_troubles() == []
    assert KeyCanary.objects.count() == 1
