"""Second factors and the payment PIN: what is asked, what is answered, and the rules about both. No AWS."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.identity.model import AnyPassword, DeviceName, DeviceToken
from chalicelib.kernel import clock

Method = Literal["totp", "passkey", "recovery-code"]
StepUpMethod = Literal["pin", "passkey", "totp"]
STEP_SECONDS, DIGITS, DRIFT = 30, 6, 1
"""RFC 6238: a code is good for one step, and one step before and after (§5.2)."""
CHALLENGE_LIFETIME = timedelta(minutes=5)
STEP_UP_SECONDS = 300
PROPOSED_LIFETIME = timedelta(minutes=15)
MOST_PASSKEYS, RECOVERY_CODES = 10, 10
_STRAIGHT = "01234567890 09876543210"

Typed = Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
Challenge = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Pin = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$", description="Six digits")]
AnyPin = Annotated[str, msgspec.Meta(max_length=32)]
Credential = Annotated[dict[str, Any], msgspec.Meta(description="PublicKeyCredential as JSON (WebAuthn Level 3, §5.1)")]


class ProofRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of them: `code` of an authenticator or a recovery code."""

    password: AnyPassword | None = None
    code: Typed | None = None


class CodeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: Typed


class PinRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The new PIN, and one of the others."""

    pin: Pin
    current_pin: AnyPin | None = None
    password: AnyPassword | None = None


class StepUpRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`pin`, `code` or `credential`, as `method` says."""

    method: StepUpMethod
    pin: AnyPin | None = None
    code: Typed | None = None
    credential: Credential | None = None


class SecondFactorRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`code`, or for a passkey `credential`."""

    challenge: Challenge
    method: Method
    code: Typed | None = None
    credential: Credential | None = None
    device_token: DeviceToken | None = None


class NewPasskeyRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: DeviceName
    credential: Credential


class PasskeySignInRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    credential: Credential
    device_name: DeviceName | None = None
    device_token: DeviceToken | None = None


class TotpView(msgspec.Struct, frozen=True):
    """`secret` in base32; `uri` for a QR code (otpauth). Not in force until confirmed."""

    secret: str
    uri: str


class RecoveryCodesView(msgspec.Struct, frozen=True):
    codes: tuple[str, ...]


class RecoveryCodesLeftView(msgspec.Struct, frozen=True):
    left: int
    """Not used yet, of ten; 0 where there never were any."""


class OptionsView(msgspec.Struct, frozen=True):
    """For `navigator.credentials`, as JSON (WebAuthn Level 3, §5.1.8 and §5.1.9)."""

    options: dict[str, Any]


class PasskeyView(msgspec.Struct, frozen=True):
    id: str
    name: str
    created_at: str
    last_used_at: str


class PasskeysView(msgspec.Struct, frozen=True):
    """All of them: nobody has more than fit on a page."""

    data: list[PasskeyView]
    has_more: bool = False
    next_cursor: str | None = None


class ChallengeView(msgspec.Struct, frozen=True):
    """The password was right. `passkey`: options for `navigator.credentials.get`, where that is a method."""

    challenge: str
    methods: tuple[str, ...]
    expires_in: int
    passkey: dict[str, Any] | None = None


class AccessView(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: int
    stepped_up_until: str
    token_type: str = "Bearer"


@dataclass(frozen=True, slots=True)
class Totp:
    """`made_at` tells it from one that took its place; `last_step` is the newest step that was used."""

    user_id: str
    secret: str
    made_at: str
    last_step: int


@dataclass(frozen=True, slots=True)
class Passkey:
    """`key`: COSE, base64url. `credential_mark` is what a credential's id is found by; the id itself is empty where it
    was not kept."""

    user_id: str
    credential_mark: str
    id: str
    name: str
    key: str
    sign_count: int
    created_at: datetime
    last_used_at: datetime
    credential_id: str = ""

    @property
    def view(self) -> PasskeyView:
        return PasskeyView(self.id, self.name, clock.written(self.created_at), clock.written(self.last_used_at))


@dataclass(frozen=True, slots=True)
class Asked:
    """A challenge that waits for its answer. `user_id` is empty where a passkey is to say who it is."""

    purpose: str
    text: str
    user_id: str
    expires_at: datetime
    device_name: str | None = None
    cooling_until: int = 0
    """The person's, when it was asked."""


def step_at(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS


def weak(pin: str) -> bool:
    """One digit, a straight run, or a short pattern repeated."""
    repeated = re.fullmatch(r"(\d{1,3})\1+", pin) is not None
    doubled = re.fullmatch(r"(\d)\1(\d)\2(\d)\3", pin) is not None
    return repeated or doubled or pin in _STRAIGHT
