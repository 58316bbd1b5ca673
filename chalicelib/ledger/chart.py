"""The chart of accounts: the only source of account addresses.

A customer's wallet (`wal_…`) and a merchant's account (`mac_…`) have a head and a journal of their own;
`:held` and `:debt` are buckets of a wallet. So have a prepaid card (`crd_…`), whose principal is its customer's money,
and its bonus (`bon_…`), which is its merchant's promise. Points of a programme (`pts_…`) are counted in the programme
itself (`ptp_…`), which is no currency of money. What somebody was lent (`cra_…`) is below zero,
as far as their line goes. System accounts (`sys:…`) are folded from the stream.
"""

from __future__ import annotations

from chalicelib.kernel import ids, money

_SYSTEM = "sys:"
_PROMISED = _SYSTEM + "promised:"
_GROUPS = {
    "wal_": "customers",
    "crd_": "customers",
    "mac_": "merchants",
    "bon_": "bonuses",
    "pts_": "points",
    "cra_": "credit",
    "cor_": "corrections",
}


def wallet_of(user_id: str, currency: str) -> str:
    return ids.derived("wal", user_id, currency)


def merchant_account(merchant_id: str, currency: str) -> str:
    return ids.derived("mac", merchant_id, currency)


def card_of(user_id: str, merchant_id: str, currency: str) -> str:
    """The one card that somebody has with a merchant: what it holds is the principal."""
    return ids.derived("crd", user_id, merchant_id, currency)


def bonus_of(card: str) -> str:
    return ids.derived("bon", card)


def points_of(user_id: str, programme_id: str) -> str:
    return ids.derived("pts", user_id, programme_id)


def credit_of(user_id: str, currency: str) -> str:
    """What somebody was lent: minus the principal that they owe, down to minus the limit of their line."""
    return ids.derived("cra", user_id, currency)


def held(account: str) -> str:
    return account + ":held"


def debt(account: str) -> str:
    return account + ":debt"


def clearing(processor: str, currency: str) -> str:
    """What a processor holds for us: minus what it took in, until reconciled against the bank."""
    return f"{_SYSTEM}clearing:{processor}:{currency}"


def settling(currency: str) -> str:
    """Captured from customers, not yet settled with merchants."""
    return f"{_SYSTEM}settling:{currency}"


def escrow(currency: str) -> str:
    """On its way between people: a transfer that waits, a red packet that nobody has opened yet."""
    return f"{_SYSTEM}escrow:{currency}"


def fees(currency: str) -> str:
    return f"{_SYSTEM}fees:{currency}"


def unclaimed(currency: str) -> str:
    """Credits whose account was closed."""
    return f"{_SYSTEM}unclaimed:{currency}"


def promotions(currency: str) -> str:
    """Minus what the house paid of people's purchases by coupons."""
    return f"{_SYSTEM}promotions:{currency}"


def promised(merchant_id: str, currency: str) -> str:
    """Minus what a merchant's bonuses are good for: its promise, and no money of anybody's."""
    return f"{_PROMISED}{merchant_id}:{currency}"


def issued(programme_id: str) -> str:
    """Minus the points of a programme that people have."""
    return f"{_SYSTEM}issued:{programme_id}"


def credit_income(currency: str) -> str:
    """What people paid for credit: interest and fees, once they are paid."""
    return f"{_SYSTEM}credit-income:{currency}"


def credit_losses(currency: str) -> str:
    """Minus what was lent and given up."""
    return f"{_SYSTEM}credit-losses:{currency}"


def corrections(currency: str) -> str:
    """The house's own account: what it puts right at its own expense. It has a head, and may go below zero."""
    return ids.derived("cor", currency)


def is_system(address: str) -> bool:
    return address.startswith(_SYSTEM)


def is_promise(address: str) -> bool:
    return address.startswith(_PROMISED)


def is_money(currency: str) -> bool:
    """Points are none."""
    return currency in money.EXPONENTS


def processor_of(address: str) -> str:
    """Whose clearing account it is; empty for any other."""
    group = group_of(address)
    return group.removeprefix("clearing:") if group.startswith("clearing:") else ""


def group_of(address: str) -> str:
    """`customers`, `merchants`, `bonuses`, `points`, `credit`, `corrections`, or a system account's name without its
    currency (`clearing:sandbox`); what all merchants have promised is one. A card's principal is its customer's."""
    if is_promise(address):
        return "promised"
    if is_system(address):
        return address.removeprefix(_SYSTEM).rpartition(":")[0]
    return _GROUPS.get(address[:4], "merchants")
