"""One tap freezes all my wallets, from whatever phone I am signed in on; taking it back needs a step-up."""

from __future__ import annotations

from datetime import datetime

from chalicelib.identity import announcing, service, step_up
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidToken
from chalicelib.ledger import service as ledger

BY_OWNER = "by-owner"
"""The reason on the head; its sentences are in the catalogue of errors."""


def freeze(customer: Customer, at: datetime) -> None:
    """Nothing is spent from now on. What froze for another reason keeps it."""
    user = service.profile(customer.user_id)
    frozen = [ledger.freeze(wallet, BY_OWNER) for wallet in user.wallets]
    if any(frozen):
        announcing.owner(user, "frozen", at)


def thaw(customer: Customer, at: datetime) -> None:
    """Only what the owner froze. Raises StepUpRequired, and InvalidToken if a session was ended since."""
    step_up.require(customer, at)
    user = service.profile(customer.user_id)
    thawed = [_thawed(wallet, customer.epoch) for wallet in user.wallets]
    if any(thawed):
        announcing.owner(user, "thawed", at)


def _thawed(wallet: str, epoch: int) -> bool:
    made = ledger.thaw(wallet, BY_OWNER, epoch)
    if not made and ledger.head(wallet).epoch != epoch:
        raise InvalidToken()
    return made
