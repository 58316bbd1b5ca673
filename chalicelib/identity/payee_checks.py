"""What a payee check found, signed: whoever is sent money, or may pay with mine, need not be looked up again.

*access* signs it (`transfers/checking.py`); whoever made it hands it on, and rooms that move money read it here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

import msgspec

from chalicelib.identity import tokens
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidOrExpired, InvalidToken

Reason = Literal["", "invitation", "new-payee", "easy-mode", "unusual-sign-in", "chosen"]
"""Why it waits; nothing of what arrives at once."""
TYPE = "payee-check+jwt"
GOOD_FOR = timedelta(minutes=15)
Checked = Annotated[str, msgspec.Meta(min_length=1, max_length=4096, description="As a payee check gave it")]


class Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a payee check says to the transfer, signed: so the transfer reads nothing. Times in seconds since 1970."""

    payer: str
    payer_name: str
    name: str
    currency: str
    exp: int
    reason: Reason
    payee: str = ""
    """Their wallet; nothing of somebody who has no account."""
    payee_owner: str = ""
    mark: str = ""
    """Of an invitation: the keyed hash of the name, and the name, sealed."""
    sealed: str = ""

    @property
    def invites(self) -> bool:
        return not self.payee


_read = msgspec.json.Decoder(Check)


def read(person: Customer, written: str, param: str = "payee_check") -> Check:
    """What a check of theirs found, expired or not. Raises InvalidOrExpired."""
    try:
        found = _read.decode(tokens.payload_of(written, TYPE))
    except (InvalidToken, msgspec.MsgspecError) as unreadable:
        raise InvalidOrExpired(param=param) from unreadable
    if found.payer != person.user_id:
        raise InvalidOrExpired(param=param)
    return found
