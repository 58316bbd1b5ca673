"""Personal fields, sealed one by one: AES-256-GCM with data keys that KMS wraps, bound to their owner and field.

KEYRING       KEY#<number> a data key as KMS wrapped it; the highest number seals, every number opens

No key is ever taken away: what is sealed in the audit log cannot be sealed anew.

A process has each key unwrapped once and looks for a newer one at most every five minutes. While KMS is away, a
process that has not yet seen the keys neither seals nor opens anything.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pynamodb.attributes import UnicodeAttribute

from chalicelib import cloud
from chalicelib.cases import sealing
from chalicelib.cloud_tables import Table, absent, made
from chalicelib.kernel import clock, entropy
from chalicelib.kernel.errors import InternalError
from chalicelib.settings import settings

KEPT = timedelta(minutes=5)
_RING, _KEY = "KEYRING", "KEY#"
_NONCE_BYTES = 12
_SEALED = re.compile(r"k([0-9]{1,6})\.([A-Za-z0-9_=-]{40,})")


class _KeyItem(Table):
    setting = "identity_table"
    wrapped_key = UnicodeAttribute()
    """Base64."""


@dataclass(frozen=True, slots=True)
class _Ring:
    keys: dict[int, AESGCM]
    read_at: datetime

    @property
    def current(self) -> int:
        return max(self.keys)


_ring: _Ring | None = None


def seal(owner: str, field: str, plain: str) -> str:
    """`k<number>.<base64url of nonce and ciphertext>`: opens for the same owner and field only."""
    ring, nonce = ready(), entropy.token(_NONCE_BYTES)
    hidden = ring.keys[ring.current].encrypt(nonce, plain.encode(), _bound(owner, field))
    return f"k{ring.current}.{urlsafe_b64encode(nonce + hidden).decode()}"


def sealed(owner: str, **fields: str | None) -> dict[str, Any]:
    """Each field sealed under its name; None stays None."""
    return {field: None if plain is None else seal(owner, field, plain) for field, plain in fields.items()}


def opened(owner: str, field: str, text: str) -> str:
    """Raises InternalError if it was not sealed for this owner and field."""
    parts, number = _SEALED.fullmatch(text), key_of(text)
    if parts is None or number is None:
        raise InternalError()
    key = _key(number)
    try:
        raw = urlsafe_b64decode(parts[2])
        return key.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound(owner, field)).decode()
    except (InvalidTag, ValueError) as error:
        raise InternalError() from error


def key_of(text: str) -> int | None:
    """The number of the key that `text` is sealed with; None if it is not sealed."""
    parts = _SEALED.fullmatch(text)
    return int(parts[1]) if parts else None


def ready() -> _Ring:
    """Have the keys at hand. Whoever must not show whether there is anything to open calls this first."""
    global _ring
    now = clock.now()
    if _ring is None or abs(now - _ring.read_at) >= KEPT:
        _ring = _read(now)
    return _ring


def turn() -> int:
    """A new current key; its number. Whoever is faster wins, and the loser takes the winner's."""
    number = _newest() + 1
    _make(number)
    forget()
    return number


def rewrap(from_key_id: str) -> int:
    """The data keys, wrapped by another KMS key so far, wrapped by ours from now on; how many. What they sealed stays.

    For tables that were brought back where the key that wrapped them is a replica.
    """
    keys, found = cloud.client("kms"), _wrapped()
    for number, text in found.items():
        told = {"KeyId": from_key_id, "CiphertextBlob": b64decode(text), "EncryptionContext": _context()}
        plain = keys.decrypt(**told)["Plaintext"]
        ours = {"KeyId": settings().fields_key_id, "Plaintext": plain, "EncryptionContext": _context()}
        wrapped = b64encode(keys.encrypt(**ours)["CiphertextBlob"]).decode()
        _KeyItem(_RING, f"{_KEY}{number:06d}", wrapped_key=wrapped).save(_KeyItem.wrapped_key == text)
    forget()
    return len(found)


def forget() -> None:
    """As a process that starts cold."""
    global _ring
    _ring = None


def _key(number: int) -> AESGCM:
    ring = ready()
    if number not in ring.keys:
        forget()
        ring = ready()
    if number not in ring.keys:
        raise InternalError()
    return ring.keys[number]


def _read(at: datetime) -> _Ring:
    if not (found := _wrapped()):
        _make(1)
        found = _wrapped()
    known = _ring.keys if _ring else {}
    return _Ring({number: known.get(number) or _unwrapped(text) for number, text in found.items()}, at)


def _wrapped() -> dict[int, str]:
    found = _KeyItem.query(_RING, _KeyItem.sk.startswith(_KEY), consistent_read=True)
    return {int(item.sk.removeprefix(_KEY)): item.wrapped_key for item in found}


def _newest() -> int:
    return max(_wrapped(), default=0)


def _make(number: int) -> None:
    made_by_kms = cloud.client("kms").generate_data_key(
        KeyId=settings().fields_key_id, KeySpec="AES_256", EncryptionContext=_context()
    )
    item = _KeyItem(_RING, f"{_KEY}{number:06d}", wrapped_key=b64encode(made_by_kms["CiphertextBlob"]).decode())
    made(lambda: item.save(absent()))


def _unwrapped(text: str) -> AESGCM:
    answer = cloud.client("kms").decrypt(
        KeyId=settings().fields_key_id, CiphertextBlob=b64decode(text), EncryptionContext=_context()
    )
    return AESGCM(answer["Plaintext"])


def _context() -> dict[str, str]:
    """KMS opens a key only for whoever names the same purpose and stage; the roles' policies name them too."""
    return {"purpose": "identity-fields", "stage": settings().stage}


def _bound(owner: str, field: str) -> bytes:
    return b"\0".join((b"coffer.field.v1", owner.encode(), field.encode()))


sealing.lend(seal=seal, opened=opened)
