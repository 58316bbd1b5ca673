"""API keys: `mk_`, the 26 letters of the key's id, and 32 bytes of chance in base64url. Only a hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from datetime import datetime

from chalicelib.kernel import clock, entropy, ids
from chalicelib.merchants.model import Key, Scope

_SECRET_BYTES = 32
_SHOWN_LETTERS = 4
"""Of 43: enough to tell one key from another in a list."""
_KEY = re.compile(r"mk_([0-7][0-9a-hjkmnp-tv-z]{25})[A-Za-z0-9_-]{43}")


def fresh(merchant_id: str, scopes: tuple[Scope, ...], at: datetime, made_by: str = "") -> tuple[Key, str]:
    """A new key: what is kept of it, and the text that whoever makes it gets to see once."""
    key_id = ids.new("key", at)
    secret = urlsafe_b64encode(entropy.token(_SECRET_BYTES)).decode().rstrip("=")
    text = "mk_" + key_id.removeprefix("key_") + secret
    return Key(key_id, merchant_id, scopes, _digest(text), at, text[-_SHOWN_LETTERS:], made_by=made_by), text


def id_in(text: str) -> str | None:
    """The id of the key that `text` claims to be; None if it is none of ours by its form."""
    found = _KEY.fullmatch(text)
    return "key_" + found[1] if found else None


def opens(key: Key, text: str, at: datetime) -> bool:
    """Whether `text` is the key and still good; compared in constant time."""
    return hmac.compare_digest(key.digest, _digest(text)) and key.state(at) == "active"


def note_use(key: Key, at: datetime) -> None:
    """By whichever request of a day finds an earlier one noted; on the day that the key was made, and of a till's
    session, nothing. Imported for that one request."""
    today = clock.written(at)[:10]
    if key.till is None and today > max(key.used_on, clock.written(key.created_at)[:10]):
        from chalicelib.merchants import uses

        uses.note(key.id, today)


def _digest(text: str) -> bytes:
    """32 bytes of chance need no slow hash and no salt."""
    return hashlib.sha256(text.encode()).digest()
