"""What a payout is made of: a fold of the account's journal since the payout before, which never changes again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from chalicelib.kernel import clock
from chalicelib.ledger import history
from chalicelib.ledger import service as ledger

_TOGETHER = 100
"""Batches whose lines are read in one call."""


@dataclass(slots=True)
class _Tally:
    carried: int
    gross: int = 0
    refunds: int = 0
    payment_fees: int = 0
    adjustments: int = 0
    returned: int = 0

    @property
    def held(self) -> int:
        """All of it together: what the account held."""
        received = self.gross - self.refunds - self.payment_fees
        return self.carried + received + self.adjustments + self.returned


def itemised(payout: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of its amount, as `model_payouts.detail` takes them."""
    account, after = payout["account"], payout["since"]
    tally, batches, oldest_at = _Tally(_held_after(account, after)), list[str](), None
    for entry in history.between(account, after or history.BEGINNING, _just_before(payout["created_at"])):
        received = entry["postings"].get(account, 0)
        if entry["kind"] == "settlement":
            batches.append(entry["movement"])
            oldest_at = oldest_at or entry["sk"]
        elif entry["kind"] == "payout-return":
            tally.returned += received
        else:
            tally.adjustments += received
    for start in range(0, len(batches), _TOGETHER):
        _add(tally, batches[start : start + _TOGETHER])
    told = asdict(tally)
    fees = {"payments": told.pop("payment_fees")}
    kept = tally.held - payout["amount"]
    return {**told, "fees": fees, "kept": kept, "settlements": len(batches), "oldest_settled_at": oldest_at}


def _add(tally: _Tally, batches: list[str]) -> None:
    for _, amount, fee in ledger.lines_of(batches):
        tally.gross += max(amount, 0)
        tally.refunds += max(-amount, 0)
        tally.payment_fees += fee


def _held_after(account: str, after: str) -> int:
    return history.balance_at(account, clock.read(after)).available if after else 0


def _just_before(written: str) -> str:
    return clock.written(clock.read(written) - clock.MICROSECOND)
