"""Ids that carry their kind: TypeID 0.3 (`pay_01j…`) over UUIDs of RFC 9562.

`new` holds a UUIDv7, so ids sort by time; `derived` holds a UUIDv8 made of a SHA-256, so the same
parts always give the same id, on every machine and with no secret that could be rotated.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from chalicelib.kernel import entropy

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_AS_DIGITS = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")
"""Python counts to 32 with letters of its own: translating is quicker than counting."""
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_SHIFTS = range(120, -1, -10)
_ID = re.compile(r"[a-z]{3}_[0-7][0-9a-hjkmnp-tv-z]{25}")


def new(prefix: str, at: datetime) -> str:
    milliseconds = int(at.timestamp() * 1000)
    return _typed(prefix, _stamped(milliseconds.to_bytes(6, "big") + entropy.token(10), version=7))


def derived(prefix: str, *parts: str) -> str:
    """The id that follows from `parts`; lengths are hashed too, so ("ab", "c") is not ("a", "bc")."""
    digest = hashlib.sha256(prefix.encode())
    for part in parts:
        raw = part.encode()
        digest.update(len(raw).to_bytes(4, "big") + raw)
    return _typed(prefix, _stamped(digest.digest()[:16], version=8))


def dated(prefix: str, at: datetime, *parts: str) -> str:
    """The id that follows from `parts` and sorts by `at`: as `new`, with a hash in the place of chance."""
    milliseconds, digest = int(at.timestamp() * 1000), packed(derived(prefix, *parts))
    return _typed(prefix, _stamped(milliseconds.to_bytes(6, "big") + digest[6:], version=7))


def is_id(text: str, prefix: str) -> bool:
    return text.startswith(prefix + "_") and _ID.fullmatch(text) is not None


def packed(typed: str) -> bytes:
    """The 16 bytes of an id, without its kind."""
    return int(typed[4:].translate(_AS_DIGITS), 32).to_bytes(16, "big")


def unpacked(prefix: str, raw: bytes) -> str:
    return _typed(prefix, raw)


def _stamped(raw: bytes, version: int) -> bytes:
    field = bytearray(raw)
    field[6] = (field[6] & 0x0F) | (version << 4)
    field[8] = (field[8] & 0x3F) | 0x80
    return bytes(field)


def _typed(prefix: str, raw: bytes) -> str:
    number = int.from_bytes(raw, "big")
    return prefix + "_" + "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])
