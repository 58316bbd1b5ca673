"""What a payee check found, signed: whoever is sent money, or may pay with mine, need not be looked up again.

*access* signs it (`transfers/checking.py`); whoever made it hands it on, and rooms that move money read it here.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from chalicelib.identity import tokens
from chalicelib.identity.model_payees import Check
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidOrExpired, InvalidToken

TYPE = "payee-check+jwt"
GOOD_FOR = timedelta(minutes=15)


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
