"""The two kinds of what goes out, a customer's withdrawal and a merchant's payout: what is not the same of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from chalicelib.cases import sealing
from chalicelib.identity import funding
from chalicelib.ledger import allowance, chart, crediting
from chalicelib.ledger.model import Draft, Entry, Known, Leg
from chalicelib.settlement import model_payouts, store_payouts

Found = Mapping[str, Any]
"""The movement, as the ledger has it."""


class Kind(Protocol):
    gone: str
    """The reason of what came back because there is nowhere to send it any more."""
    contradicted: str
    """The alarm where a processor's word contradicts ours."""

    def destination(self, found: Found) -> str | None:
        """Where to, in the processor's own words; None if that is gone."""

    def returning(self, found: Found, at: datetime, known: Known, failed: Leg) -> Draft:
        """The money back to the account that it left, in the very transaction of `failed`."""

    def told(self, found: Found, at: datetime) -> tuple[Leg, ...]:
        """Who else learns that it succeeded, in the very transaction that says so."""


class _Withdrawal:
    gone, contradicted = "funding_method_removed", "WithdrawalContradicted"

    def destination(self, found: Found) -> str | None:
        method = funding.find(found["owner"], found["funding_method"])
        return method.destination if method else None

    def returning(self, found: Found, at: datetime, known: Known, failed: Leg) -> Draft:
        """As any credit comes: debt first, and for a closed wallet it waits in `unclaimed`."""
        change, received = crediting.credit(found["account"], found["currency"], found["amount"], known)
        entry = _entry(found, at, received, owner=found["owner"])
        return Draft(None, (change,), entry, (failed,))

    def told(self, found: Found, at: datetime) -> tuple[Leg, ...]:
        return ()


class _Payout:
    gone, contradicted = model_payouts.BANK_CHANGED, "PayoutContradicted"

    def destination(self, found: Found) -> str | None:
        """Nothing leaves for a bank account that was changed since."""
        terms = store_payouts.terms(found["account"])
        if terms is None or terms.bank != found["bank"]:
            return None
        return sealing.opened(found["account"], model_payouts.SEALED, terms.destination)

    def returning(self, found: Found, at: datetime, known: Known, failed: Leg) -> Draft:
        """Refunds may draw on it again; for a closed account it waits in `unclaimed`."""
        change, received = crediting.credit(found["account"], found["currency"], found["amount"], known)
        given = (allowance.give(found["account"], change.available),) if change.available else ()
        entry = _entry(found, at, received, payee=found["payee"])
        return Draft(None, (change,), entry, (failed, *given))

    def told(self, found: Found, at: datetime) -> tuple[Leg, ...]:
        """The merchant's server."""
        from chalicelib.merchants import events

        return (events.paid_out(found, at),)


def _entry(found: Found, at: datetime, received: dict[str, int], *, owner: str = "", payee: str = "") -> Entry:
    return Entry(
        movement=found["pk"],
        kind=found["kind"] + "-return",
        currency=found["currency"],
        at=at,
        postings=received | {chart.clearing(found["processor"], found["currency"]): -found["amount"]},
        owner=owner,
        payee=payee,
        text=found["processor"],
    )


KINDS: Mapping[str, Kind] = {"withdrawal": _Withdrawal(), "payout": _Payout()}
"""By the kind of the movement."""
