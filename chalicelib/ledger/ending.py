"""Wallets and cards that close with their owner's account and open again with it: legs of the transaction that does it.

Only an empty wallet closes, which is a condition on its head. One that was closed before stays closed for good; what
somebody in the office did to it meanwhile (froze it, say) stays done.
"""

from __future__ import annotations

from chalicelib.kernel import ids
from chalicelib.kernel.errors import BalanceLeft, CofferError, NotFound, WalletFrozen
from chalicelib.ledger import items
from chalicelib.ledger.model import Changed, Head, Known, Leg, Misjudged, Verdict
from chalicelib.ledger.wire import Item
from chalicelib.ledger.write import Update
from chalicelib.settings import settings

REASON = "account-deleted"


def refusal(wallets: tuple[str, ...], known: Known) -> CofferError | None:
    """What forbids closing them, as far as they are known."""
    frozen = [known[wallet] for wallet in wallets if _status(wallet, known) == "frozen"]
    return WalletFrozen(reason=frozen[0].reason) if frozen else None


def closing(wallets: tuple[str, ...], known: Known) -> tuple[Leg, ...]:
    """No token of before moves money afterwards, should the wallet ever open again: its epoch says so for its cards."""
    return tuple(_closing(wallet, is_open=_status(wallet, known) != "closed") for wallet in wallets)


def unlent(credit: str, known: Known) -> Leg:
    """What they were lent is repaid, or they never had a line."""
    if credit in known:
        return _closing(credit, is_open=known[credit].status != "closed")
    update = _head(credit).require_absent("pk")
    return Leg(update.checked(), lambda wired: Misjudged(Head.of(wired)) if wired else Changed())


def reopening(wallets: tuple[str, ...], known: Known) -> tuple[Leg, ...]:
    return tuple(_reopening(wallet) for wallet in wallets if wallet not in known or _closed_so(known[wallet]))


def _closing(wallet: str, is_open: bool) -> Leg:
    expected = "active" if is_open else "closed"
    update = _head(wallet).require("status", "=", expected)
    update.require("available", "=", 0).require("held", "=", 0).require("debt", "=", 0)
    if is_open:
        update.assign("status", "closed").assign("reason", REASON)
    if is_open and ids.is_id(wallet, "wal"):
        update.add("epoch", 1)

    def explain(wired: Item | None) -> Verdict:
        if wired is None:
            return NotFound()
        head = Head.of(wired)
        return Misjudged(head) if head.status != expected else _left(head) or Changed()

    return Leg(update.written() if is_open else update.checked(), explain)


def _status(wallet: str, known: Known) -> str:
    return known[wallet].status if wallet in known else "active"


def _left(head: Head) -> BalanceLeft | None:
    left = {name: getattr(head, name) for name in ("available", "held", "debt") if getattr(head, name)}
    if not left:
        return None
    if ids.is_id(head.account, "cra"):
        return BalanceLeft(owed=-head.available, currency=head.currency)
    if ids.is_id(head.account, "crd"):
        return BalanceLeft(card_id=head.account, currency=head.currency, **left)
    return BalanceLeft(wallet_id=head.account, currency=head.currency, **left)


def _reopening(wallet: str) -> Leg:
    update = _head(wallet).assign("status", "active").remove("reason")
    update.require("status", "=", "closed").require("reason", "=", REASON)

    def explain(wired: Item | None) -> Verdict:
        if wired is None:
            return NotFound()
        head = Head.of(wired)
        return Changed() if _closed_so(head) else Misjudged(head)

    return Leg(update.written(), explain)


def _closed_so(head: Head) -> bool:
    return (head.status, head.reason) == ("closed", REASON)


def _head(wallet: str) -> Update:
    return Update(settings().ledger_table, wallet, items.HEAD)
