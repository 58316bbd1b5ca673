"""Who a name is, for whoever wants to send money to it: what the sender must see, and nothing else.

Whether a name is known shows, because money cannot be sent otherwise; therefore looks are counted. Known and unknown
take the same AWS calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.identity import model, names, secrets, service, store, throttle, vault
from chalicelib.identity.model import CUSTOMER, User
from chalicelib.identity.throttle import Limit
from chalicelib.kernel.callers import Customer

LOOKS = (Limit("payee-checks-hour", 30, timedelta(hours=1)), Limit("payee-checks-day", 100, timedelta(days=1)))
"""Of one person: enough for a feast, too few to try names out."""


@dataclass(frozen=True, slots=True)
class Payee:
    """Somebody with a wallet. `name` as they write it themselves: nobody but they sees it so."""

    user_id: str
    name: str
    jurisdiction: str
    wallets: tuple[str, ...]
    easy: bool
    """Whether they use the easy mode."""

    @classmethod
    def of(cls, user: User) -> Payee:
        easy = user.ui_mode == "easy"
        return cls(user.id, model.shown_name(user.display_name), user.jurisdiction, user.wallets, easy)


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody who asks is told: about themselves, the name they gave, and whose it is, if anybody's."""

    asker: Payee
    mark: str
    """The keyed hash that the name is known by."""
    shown: str
    """The name, masked."""
    sealed: str
    """The name, for whoever sends a message to it; it opens under `mark`."""
    payee: Payee | None


def look(asker: Customer, typed: str, at: datetime) -> Look:
    """Counts one more look. Raises InvalidRequest, NotFound (the asker is gone), TooManyRequests."""
    contact = names.canonical(typed)
    vault.ready()
    throttle.check(LOOKS, asker.user_id, at)
    mark, own = secrets.login(contact), service.profile(asker.user_id)
    return Look(Payee.of(own), mark, names.masked(contact), vault.seal(mark, _SEALED, contact), named(mark))


def named(mark: str) -> Payee | None:
    """Whose name it is now, if it is a customer's."""
    found = store.user_named(mark)
    return Payee.of(found) if found and found.role == CUSTOMER else None


def opened(mark: str, sealed: str) -> str:
    """The name in clear, for a message to it."""
    return vault.opened(mark, _SEALED, sealed)


_SEALED = "invited"
