"""What is asked of a device before it is believed: 32 bytes of chance, answered once."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Literal

from chalicelib.identity import store_challenges
from chalicelib.identity.model_factors import CHALLENGE_LIFETIME, Asked
from chalicelib.kernel import entropy

Purpose = Literal["second-factor", "passkey-sign-in", "new-passkey", "step-up"]
_BYTES = 32


def made(purpose: Purpose, user_id: str, at: datetime, device_name: str | None = None, cooling_until: int = 0) -> str:
    """In base64url without padding, as WebAuthn writes its challenges."""
    text = urlsafe_b64encode(entropy.token(_BYTES)).decode().rstrip("=")
    store_challenges.put(Asked(purpose, text, user_id, at + CHALLENGE_LIFETIME, device_name, cooling_until))
    return text


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
