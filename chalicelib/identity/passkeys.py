"""Passkeys (WebAuthn Level 3): a key in a device that signs what we ask, once its owner has shown a face or a PIN.

The device proves the person too (`userVerification: required`), so a passkey is both factors at once. Where we are
comes from settings only, never from a request.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from chalicelib.identity import (
    announcing,
    challenges,
    model,
    own_sessions,
    reminders,
    store_challenges,
    store_factors,
    store_passkeys,
)
from chalicelib.identity.challenges import Purpose
from chalicelib.identity.model import User
from chalicelib.identity.model_factors import CHALLENGE_LIFETIME, Asked, Passkey
from chalicelib.kernel import ids
from chalicelib.kernel.errors import Forbidden, InvalidOrExpired, InvalidState, NotFound
from chalicelib.settings import settings

_ALGORITHMS = (-7, -257)
"""ES256, and RS256 for Windows."""
_TIMEOUT = int(CHALLENGE_LIFETIME.total_seconds() * 1000)


def options_to_register(user: User, at: datetime) -> dict[str, Any]:
    """For `navigator.credentials.create`: a device that has a passkey of theirs would make another in its place."""
    return {
        "rp": {"id": _here(), "name": "Coffer"},
        "user": {"id": _handle(user.id), "name": user.display_name, "displayName": user.display_name},
        "challenge": challenges.made("new-passkey", user.id, at),
        "pubKeyCredParams": [{"type": "public-key", "alg": algorithm} for algorithm in _ALGORITHMS],
        "excludeCredentials": [_described(one) for one in store_passkeys.every(user.id) if one.credential_id],
        "authenticatorSelection": {"residentKey": "required", "userVerification": "required"},
        "attestation": "none",
        "timeout": _TIMEOUT,
    }


def options_to_sign(challenge: str) -> dict[str, Any]:
    """For `navigator.credentials.get`; the device knows which of its keys are for us."""
    return {"rpId": _here(), "challenge": challenge, "userVerification": "required", "timeout": _TIMEOUT}


def register(user: User, session_id: str, name: str, credential: dict[str, Any], at: datetime) -> Passkey:
    """Raises InvalidOrExpired; InvalidState if there are too many, or it is known."""
    from webauthn import verify_registration_response

    asked = _asked("new-passkey", credential, at)
    if asked.user_id != user.id or not store_challenges.spend(asked):
        raise InvalidOrExpired(param="credential")
    verified = _believed(
        verify_registration_response,
        credential,
        expected_challenge=challenges.raw(asked.text),
        require_user_verification=True,
    )
    mark = _mark(verified.credential_id)
    key = urlsafe_b64encode(verified.credential_public_key).decode()
    named = model.tidy_name(name, "name")
    credential_id, passkey_id = _written(verified.credential_id), ids.derived("pky", user.id, mark)
    passkey = Passkey(user.id, mark, passkey_id, named, key, verified.sign_count, at, at, credential_id)
    own_sessions.stop_payments_before_the_first(user)
    if not store_passkeys.put(passkey, user, session_id):
        raise InvalidState(state="known_or_too_many")
    if not user.second_factors:
        own_sessions.sign_out_others(user, session_id, at)
    announcing.owner(user, "passkey_added", at)
    reminders.soon(user.id, at)
    return passkey


def remove(user: User, passkey_id: str, at: datetime) -> None:
    """Raises NotFound; Forbidden where it is an operator's only second factor."""
    found = [passkey for passkey in store_passkeys.every(user.id) if passkey.id == passkey_id]
    if not found:
        raise NotFound()
    if not store_passkeys.remove(found[0]):
        raise Forbidden() if store_passkeys.find(user.id, found[0].credential_mark) else NotFound()
    store_factors.forget_recovery_codes(user.id)
    announcing.owner(user, "passkey_removed", at)


def answered(purpose: Purpose, credential: dict[str, Any], at: datetime, user_id: str = "") -> str:
    """Whose passkey signed our challenge, which is used up. `user_id`: whose it must be. Raises InvalidOrExpired."""
    asked = _asked(purpose, credential, at)
    owner = asked.user_id or _owner(credential)
    if user_id not in ("", owner) or not signed(owner, asked, credential, at) or not store_challenges.spend(asked):
        raise InvalidOrExpired(param="credential")
    return owner


def signed(user_id: str, asked: Asked, credential: dict[str, Any], at: datetime) -> bool:
    """Whether a passkey of this user signed that challenge, and its counter went on."""
    from webauthn import verify_authentication_response

    passkey = store_passkeys.find(user_id, _mark(_raw_id(credential)))
    if passkey is None:
        return False
    verified = _believed(
        verify_authentication_response,
        credential,
        expected_challenge=challenges.raw(asked.text),
        require_user_verification=True,
        credential_public_key=challenges.raw(passkey.key),
        credential_current_sign_count=passkey.sign_count,
    )
    return store_passkeys.used(passkey, verified.new_sign_count, at)


def _believed(verify: Any, credential: dict[str, Any], **expected: Any) -> Any:
    """What the library makes of it. Hostile bytes fail in as many ways as there are formats inside one another: each
    is InvalidOrExpired."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(settings().public_url))
    try:
        return verify(credential=credential, expected_rp_id=_here(), expected_origin=origin, **expected)
    except Exception as error:
        raise InvalidOrExpired(param="credential") from error


def _asked(purpose: Purpose, credential: dict[str, Any], at: datetime) -> Asked:
    """The challenge that the device says it signed, if it is one of ours. Raises InvalidOrExpired."""
    asked = store_challenges.count_try(purpose, challenge_in(credential), at)
    if asked is None:
        raise InvalidOrExpired(param="credential")
    return asked


def challenge_in(credential: dict[str, Any]) -> str:
    """Raises InvalidOrExpired."""
    try:
        return str(msgspec.json.decode(challenges.raw(credential["response"]["clientDataJSON"]))["challenge"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidOrExpired(param="credential") from error


def _owner(credential: dict[str, Any]) -> str:
    """Whom the device means: the user handle that we gave it. Raises InvalidOrExpired."""
    try:
        handle = challenges.raw(credential["response"]["userHandle"])
        if len(handle) == 16:
            return ids.unpacked("usr", handle)
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    raise InvalidOrExpired(param="credential")


def _raw_id(credential: dict[str, Any]) -> bytes:
    try:
        return challenges.raw(credential["rawId"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidOrExpired(param="credential") from error


def _described(passkey: Passkey) -> dict[str, str]:
    return {"type": "public-key", "id": passkey.credential_id}


def _mark(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()


def _handle(user_id: str) -> str:
    return _written(ids.packed(user_id))


def _written(raw: bytes) -> str:
    """Base64url without padding, as WebAuthn writes bytes in JSON."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _here() -> str:
    """The RP ID: the host of our public address."""
    return urlsplit(settings().public_url).hostname or ""
