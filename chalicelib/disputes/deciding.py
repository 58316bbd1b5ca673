"""How a dispute ends: the disputed amount goes back by a refund, or is the merchant's again; each one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.cases import service as cases
from chalicelib.cases.model import Case
from chalicelib.disputes import model, store
from chalicelib.disputes.model import DecideRequest, Status
from chalicelib.kernel import clock
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import CofferError, InvalidState
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import allowance, chart, items
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Changed, Draft, Known, Leg, Movement
from chalicelib.ledger.write import put_once
from chalicelib.merchants import events, working
from chalicelib.merchants import service as merchants
from chalicelib.payments import following, refunding
from chalicelib.payments.paying import receipt
from chalicelib.settings import settings

CASE = "dispute"
"""The kind of the case by which a person decides."""
RISEN = "dispute-risen"
"""That by which a second one hears that nobody has in time."""
SILENCE = "silence"
"""Who decides where the merchant does not answer in time."""


@dataclass(frozen=True, slots=True)
class _Ending:
    """Who ends it, and how it is from then on."""

    dispute: store.Dispute
    status: Status
    by: str
    at: datetime
    refund: str = ""

    @property
    def facts(self) -> dict[str, str]:
        told = {"ended_at": clock.written(self.at), "decided_by": self.by}
        return told | ({"refund": self.refund} if self.refund else {})

    @property
    def after(self) -> dict[str, Any]:
        return {**self.dispute, **self.facts, "state": self.status}

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Silence ends what is open; people end what is undecided."""
        since = ("open",) if self.by == SILENCE else model.UNDECIDED
        turned = store.ending(self.dispute["pk"], self.status, since, self.at, self.facts)
        return turned, events.disputed(self.after, clock.written(self.at), self.at)

    def decision(self, key: RequestKey | None) -> Movement | None:
        """What the request is answered, again and again; nothing where nobody asked under a key."""
        if key is None:
            return None
        found = self.dispute
        return Movement(
            id=key.movement_id("dcn"),
            kind="decision",
            account=found["account"],
            amount=found["amount"],
            currency=found["currency"],
            state=self.status,
            at=self.at,
            fingerprint=key.fingerprint,
            receipt=receipt(model.view(self.after, store.named(found["pk"]))),
            facts={"dispute": found["pk"]},
        )


def decide(by: Operator, dispute_id: str, wish: DecideRequest, key: RequestKey, at: datetime) -> Receipt:
    """Not by either side. Raises NotFound, SecondPersonRequired; raises or stores InvalidState and
    MerchantFundsInsufficient."""
    found = store.found(dispute_id)
    by.require_other(found["owner"])
    working.check_stranger(by, found["payee"])
    cases.audit(
        by.user_id, "dispute.decide", dispute_id, wish.note, at, source_address=by.source_address,
        side=wish.side, amount=found["amount"], currency=found["currency"],
    )  # fmt: skip
    if wish.side == "customer":
        return refund(found, "house", at, key)
    return release(found, "released", "house", at, key)


def refund(
    dispute: store.Dispute, by: str, at: datetime, key: RequestKey | None = None, also: tuple[Leg, ...] = ()
) -> Receipt:
    """What was put aside pays it, and what was not, the merchant's allowance. Whoever decides it, it is one refund.

    Raises (with a key: or stores) InvalidState, MerchantFundsInsufficient.
    """
    aside = following.Aside(dispute["amount"], dispute["held"])
    payment = {**ledger.movement(dispute["payment"]), following.ASIDE: aside}
    terms = merchants.terms(dispute["payee"], at)
    back = refunding.draft_of(payment, terms, dispute["amount"], "", _own_key(dispute["pk"]))

    def build(at: datetime, known: Known) -> Draft:
        plain = back(at, known)
        ended = _Ending(dispute, "refunded", by, at, plain.movement.id if plain.movement else "")
        legs = (*ended.legs, *also, *plain.legs, *_kept(plain.movement, dispute["pk"]))
        return replace(plain, movement=ended.decision(key), legs=legs, refusal=_over(dispute))

    return ledger.commit(build, at, key)


def release(dispute: store.Dispute, status: Status, by: str, at: datetime, key: RequestKey | None = None) -> Receipt:
    """It is the merchant's again. Raises (with a key: or stores) InvalidState."""
    account = chart.merchant_account(dispute["payee"], dispute["currency"])
    given = (allowance.give(account, dispute["held"]),) if dispute["held"] else ()
    free = following.undisputed(dispute["payment"], dispute["amount"], forgotten=status == "withdrawn")

    def build(at: datetime, known: Known) -> Draft:
        ended = _Ending(dispute, status, by, at)
        return Draft(ended.decision(key), (), None, (*ended.legs, free, *given), _over(dispute))

    return ledger.commit(build, at, key)


def _over(dispute: store.Dispute) -> CofferError | None:
    return None if dispute["state"] in model.UNDECIDED else store.ended(dispute)


def _own_key(dispute_id: str) -> RequestKey:
    """Under which its refund is made, whoever decides it: nobody's request has it."""

    def refuse(error: CofferError) -> Receipt:
        raise error

    return RequestKey(dispute_id, "", "refund", b"", refuse)


def _kept(refund: Movement | None, dispute_id: str) -> tuple[Leg, ...]:
    """The refund, beside the decision whose transaction it is."""
    if refund is None:
        return ()
    put = put_once(settings().ledger_table, {**items.movement_item(refund), "dispute": dispute_id})
    return (Leg(put, lambda wired: Changed()),)


def _check_done(case: Case) -> None:
    """Raises InvalidState while the dispute waits that the case is about."""
    if store.found(case.subject)["state"] in model.UNDECIDED:
        raise InvalidState(state="undecided")


for _kind in (CASE, RISEN):
    cases.guard_with(_kind, _check_done)
