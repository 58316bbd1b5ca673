"""The payment PIN: six digits, kept as Argon2id and sealed, since a million of them are soon tried."""

from __future__ import annotations

from datetime import datetime

from chalicelib.identity import announcing, model_factors, proofs, store_factors, tries
from chalicelib.identity.model import User
from chalicelib.identity.model_factors import PinRequest
from chalicelib.kernel.errors import InvalidOrExpired, InvalidRequest


def put(user: User, wish: PinRequest, at: datetime) -> None:
    """The first one, or another. Raises InvalidRequest for one soon guessed, InvalidOrExpired, TooManyRequests."""
    from chalicelib.identity import passwords

    if (wish.current_pin is None) == (wish.password is None):
        raise InvalidRequest(param="current_pin")
    if model_factors.weak(wish.pin):
        raise InvalidRequest(param="pin", reason="too-simple")
    if wish.current_pin is not None:
        if not right(user, wish.current_pin, at):
            raise InvalidOrExpired(param="current_pin")
    else:
        proofs.password(user, wish.password or "", at)
    store_factors.put_pin(user.id, passwords.hashed(wish.pin))
    announcing.owner(user, "pin_set", at)


def right(user: User, typed: str, at: datetime) -> bool:
    """Five wrong ones lock it for a growing time: TooManyRequests."""
    from chalicelib.identity import passwords

    return tries.right(user, "pin", at, lambda: passwords.matches(typed, store_factors.pin_hash(user.id)))
