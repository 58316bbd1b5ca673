"""Recovery codes: ten, shown once, each good once in the place of an authenticator.

A code begins with its place, `3-ABCDE-FGHJK`; fifty bits of chance follow. The table holds keyed hashes.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from chalicelib.identity import announcing, secrets, store_factors
from chalicelib.identity.model import User
from chalicelib.identity.model_factors import RECOVERY_CODES
from chalicelib.kernel import entropy
from chalicelib.kernel.errors import InvalidState

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Nothing that is read as something else."""
_LENGTH = 10
_CODE = re.compile(rf"([0-9])([{_LETTERS}]{{{_LENGTH}}})")


def renew(user: User, at: datetime) -> tuple[str, ...]:
    """Ten new ones; those before are no good any more. Raises InvalidState without a second factor."""
    if not user.second_factors:
        raise InvalidState(state="without_second_factor")
    codes = [f"{place}{_chance()}" for place in range(RECOVERY_CODES)]
    store_factors.put_recovery_codes(user.id, [_mark(user.id, code) for code in codes])
    announcing.owner(user, "recovery_codes", at)
    return tuple(f"{code[0]}-{code[1:6]}-{code[6:]}" for code in codes)


def used(user_id: str, typed: str) -> bool:
    """Whether it is one of theirs, not used yet; now it is."""
    tidied = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed)).upper()
    if not (parts := _CODE.fullmatch(tidied)):
        return False
    return store_factors.use_recovery_code(user_id, int(parts[1]), _mark(user_id, tidied))


def _chance() -> str:
    return "".join(_LETTERS[entropy.below(len(_LETTERS))] for _ in range(_LENGTH))


def _mark(user_id: str, code: str) -> str:
    return secrets.mark("recovery-code", user_id, code)
