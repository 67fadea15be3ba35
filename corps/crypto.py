"""Sealing personal data: authenticated encryption at rest and a blind index for uniqueness and search.

A sealed value is `b"Y" + algorithm id (1 byte) + key id (1 byte) + nonce (12 bytes) + ciphertext and tag (16 bytes)`,
so a reader needs no configuration to know how it was written. Algorithms: 1 = AES-256-GCM (NIST SP 800-38D),
2 = SM4-GCM (GM/T 0002-2012 with the GCM mode of RFC 8998). Keys come from the environment; the index key is apart
from the data keys, because identity numbers have little entropy and an index key alone must not open anything. The
purpose (for example `b"member.identity"`) is bound as associated data, so a value cannot be moved to another
column.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Callable
from functools import lru_cache, partial

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

MAGIC = b"Y"
AES_256_GCM = 1
SM4_GCM = 2
ALGORITHMS = {"aes-256-gcm": AES_256_GCM, "sm4-gcm": SM4_GCM}
HEADER_LENGTH = 3
NONCE_LENGTH = 12
TAG_LENGTH = 16


class SealBroken(Exception):
    """The sealed value was changed, belongs to another purpose, or its key is not in the key ring."""


@lru_cache(maxsize=4)
def _key_ring(configured: str) -> tuple[int, dict[int, bytes]]:
    """Parse `id:base64,id:base64`; the first is the one that seals. Returns (current id, all keys)."""
    ring: dict[int, bytes] = {}
    current = 0
    for part in configured.split(","):
        identifier, _, encoded = part.strip().partition(":")
        try:
            key_id, key = int(identifier), base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise ImproperlyConfigured("YIWU_DATA_KEYS must be id:base64[,id:base64…].") from error
        if len(key) != 32 or not 0 < key_id < 256:
            raise ImproperlyConfigured("Every key of YIWU_DATA_KEYS needs an id from 1 to 255 and 32 bytes.")
        if key_id in ring:
            raise ImproperlyConfigured(f"YIWU_DATA_KEYS names the key {key_id} twice.")
        ring[key_id] = key
        current = current or key_id
    return current, ring


@lru_cache(maxsize=4)
def _index_key(configured: str) -> bytes:
    try:
        key = base64.b64decode(configured, validate=True)
    except ValueError as error:
        raise ImproperlyConfigured("YIWU_INDEX_KEY must be base64.") from error
    if len(key) < 32:
        raise ImproperlyConfigured("YIWU_INDEX_KEY needs 32 bytes.")
    return key


@lru_cache(maxsize=16)
def _aes(key: bytes) -> AESGCM:
    return AESGCM(key)


@lru_cache(maxsize=16)
def _sm4_key(key: bytes) -> bytes:
    """SM4 takes 128 bits; they are derived from the 256-bit data key so that one ring serves both algorithms."""
    return hashlib.sha256(b"yiwu sm4" + key).digest()[:16]


def seal(value: str, *, purpose: bytes) -> bytes:
    """Encrypt `value` (UTF-8) with the current key under the configured algorithm."""
    return seal_bytes(value.encode(), purpose=purpose)


def seal_bytes(value: bytes, *, purpose: bytes) -> bytes:
    """Encrypt raw bytes; the shape of the result is at the top of this file."""
    key_id, ring = _key_ring(settings.DATA_KEYS)
    algorithm = ALGORITHMS[settings.CIPHER]
    nonce = os.urandom(NONCE_LENGTH)
    header = MAGIC + bytes((algorithm, key_id))
    if algorithm == AES_256_GCM:
        return header + nonce + _aes(ring[key_id]).encrypt(nonce, value, header + purpose)
    encryptor = Cipher(algorithms.SM4(_sm4_key(ring[key_id])), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(header + purpose)
    body = encryptor.update(value) + encryptor.finalize()
    return header + nonce + body + encryptor.tag


def sealer(*, purpose: bytes) -> Callable[[bytes], bytes]:
    """`seal_bytes` for many values: keys and header are looked up once."""
    key_id, ring = _key_ring(settings.DATA_KEYS)
    algorithm = ALGORITHMS[settings.CIPHER]
    if algorithm != AES_256_GCM:
        return partial(seal_bytes, purpose=purpose)
    header = MAGIC + bytes((algorithm, key_id))
    encrypt, urandom, bound = _aes(ring[key_id]).encrypt, os.urandom, header + purpose

    def seal_one(value: bytes) -> bytes:
        nonce = urandom(NONCE_LENGTH)
        return header + nonce + encrypt(nonce, value, bound)

    return seal_one


def unseal(sealed: bytes, *, purpose: bytes) -> str:
    """Decrypt what `seal` made. Raises `SealBroken`."""
    return unseal_bytes(sealed, purpose=purpose).decode()


def unseal_bytes(sealed: bytes, *, purpose: bytes) -> bytes:
    """Decrypt what `seal_bytes` made. Raises `SealBroken` when the value, its purpose or its key is wrong."""
    sealed = bytes(sealed)
    header, rest = sealed[:HEADER_LENGTH], sealed[HEADER_LENGTH:]
    _, ring = _key_ring(settings.DATA_KEYS)
    if len(rest) < NONCE_LENGTH + TAG_LENGTH or header[:1] != MAGIC or header[2] not in ring:
        raise SealBroken("not a sealed value of this installation")
    nonce, body, key = rest[:NONCE_LENGTH], rest[NONCE_LENGTH:], ring[header[2]]
    try:
        if header[1] == AES_256_GCM:
            return _aes(key).decrypt(nonce, body, header + purpose)
        if header[1] == SM4_GCM:
            decryptor = Cipher(algorithms.SM4(_sm4_key(key)), modes.GCM(nonce, body[-TAG_LENGTH:])).decryptor()
            decryptor.authenticate_additional_data(header + purpose)
            return decryptor.update(body[:-TAG_LENGTH]) + decryptor.finalize()
    except InvalidTag as error:
        raise SealBroken("the sealed value was changed or belongs elsewhere") from error
    raise SealBroken(f"unknown algorithm {header[1]}")


def current_header() -> bytes:
    """The first bytes of every value sealed with the current key and algorithm; rotation looks for others."""
    key_id, _ = _key_ring(settings.DATA_KEYS)
    return MAGIC + bytes((ALGORITHMS[settings.CIPHER], key_id))


def sealed_with_current_key(sealed: bytes) -> bool:
    """False when rotation still has this value to do."""
    return bytes(sealed)[:HEADER_LENGTH] == current_header()


def indexer(*, purpose: bytes) -> Callable[[bytes], bytes]:
    """`blind_index` for many values (UTF-8): the key is prepared once."""
    key, digest, start, keyed = _index_key(settings.INDEX_KEY), settings.INDEX_HASH, purpose + b"\0", hmac.digest
    return lambda value: keyed(key, start + value, digest)


def blind_index(value: str, *, purpose: bytes) -> bytes:
    """A keyed, deterministic 32-byte digest of `value` for unique constraints and exact search.

    HMAC-SHA-256 or HMAC-SM3 (GM/T 0004-2012), a choice of its own: another cipher must not change the indexes that
    are stored. `corps.queries.canary` tells when key or digest are not those of the stored indexes.
    """
    return hmac.digest(_index_key(settings.INDEX_KEY), purpose + b"\0" + value.encode(), settings.INDEX_HASH)
