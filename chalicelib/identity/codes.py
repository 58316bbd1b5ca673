"""The one way to make a code and to take it back, whatever it is for.

A try is counted before anybody compares. What a code opens is done in the transaction that uses it up
(`store_codes.spending`), or after `store_codes.spend`.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from pynamodb.transactions import TransactWrite

from chalicelib.identity import model, model_codes, secrets, store_codes
from chalicelib.identity.model_codes import Code, Purpose
from chalicelib.kernel import entropy
from chalicelib.kernel.errors import InvalidOrExpired


def made(purpose: Purpose, subject: str, at: datetime, lasts: timedelta = model_codes.LIFETIME) -> str:
    """A fresh code, to be sent at once; it takes the place of the one before."""
    digits = entropy.digits(model_codes.DIGITS)
    store_codes.put(Code(purpose, subject, marked(purpose, subject, digits), at + lasts))
    return digits


def proved(purpose: Purpose, subject: str, typed: str, at: datetime) -> Code:
    """The code that was typed, not yet used up. Raises InvalidOrExpired."""
    kept = store_codes.count_try(purpose, subject, at)
    if kept is None or not same(kept.mark, marked(purpose, subject, typed)):
        raise InvalidOrExpired(param="code")
    return kept


def marked(purpose: Purpose, subject: str, typed: str, bound: str = "") -> str:
    """The keyed hash of a code; `bound` is what else must be brought with it."""
    return secrets.mark("code", purpose, subject, bound, model.tidy_code(typed))


def same(kept: str, given: str) -> bool:
    return hmac.compare_digest(kept, given)


def spending(transaction: TransactWrite, code: Code) -> None:
    """Use it up together with what it opens elsewhere: neither happens if it is used already."""
    store_codes.spending(transaction, code)
