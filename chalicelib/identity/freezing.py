"""One tap freezes all my wallets, from whatever phone I am signed in on; taking it back needs a step-up."""

from __future__ import annotations

from datetime import datetime

from chalicelib.identity import announcing, service, step_up
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidToken
from chalicelib.ledger import service as ledger


def freeze(customer: Customer, at: datetime) -> None:
    """Nothing is spent from now on, whoever froze it before and lifts that."""
    user = service.profile(customer.user_id)
    frozen = [ledger.freeze(wallet) for wallet in user.wallets]
    if any(frozen):
        announcing.owner(user, "frozen", at)


def thaw(customer: Customer, at: datetime) -> None:
    """Only what the owner froze. Raises StepUpRequired, and InvalidToken if a session was ended since."""
    step_up.require(customer, at)
    user = service.profile(customer.user_id)
    thawed = [_thawed(wallet, customer.epoch) for wallet in user.wallets]
    if any(thawed):
        still = any(ledger.head(wallet).status == "frozen" for wallet in user.wallets)
        announcing.owner(user, "thawed_but_ours" if still else "thawed", at)


def _thawed(wallet: str, epoch: int) -> bool:
    made = ledger.thaw(wallet, epoch)
    if not made and ledger.head(wallet).epoch != epoch:
        raise InvalidToken()
    return made
