"""What is due of a dispute: its customer is told how it is, a case follows it, and its clocks end by themselves.

Each step may be taken again: what is told is told once, and the clock is wound only after it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.cases import service as cases
from chalicelib.cases.model import Facts
from chalicelib.disputes import deciding, model, store
from chalicelib.disputes.store import Dispute
from chalicelib.identity import telling
from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidState, MerchantFundsInsufficient, NotFound
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft, Leg

AGAIN = timedelta(days=1)
"""When a merchant is asked again that has not enough for the refund."""
_RISEN_DUE = timedelta(days=1)
_NO_FUNDS = "no-funds"


def go_on(dispute_id: str, at: datetime) -> bool:
    """Whether anything was due."""
    found = store.found(dispute_id)
    if found.get("due_at", "~") > clock.written(at):
        return False
    if "untold" in found:
        _tell(found, at)
        return True
    try:
        return _silent(found, at) if found["state"] == "open" else _rise(found, at)
    except InvalidState:
        return False


def _tell(found: Dispute, at: datetime) -> None:
    """By what it is now; `untold` names what happened last."""
    told = {
        "amount": found["amount"],
        "currency": found["currency"],
        "payee": store.said(found["pk"]).get("payee_name", ""),
    }
    by = model.next_at(found)
    told |= {"until": clock.written(by)} if by else {}
    kind, since = found["untold"], clock.read(found["due_at"])
    if kind != "withdrawn":
        telling.tell_id(found["owner"], f"dispute_{kind}", told, since, once=f"{found['pk']} {kind}")
    _follow(found, at)
    _made(store.told(found), at)


def _follow(found: Dispute, at: datetime) -> None:
    """The case: open while we decide, a second one each time that we are late."""
    facts = {"payment": found["payment"], "merchant": found["payee"], "amount": found["amount"]}
    facts |= {"currency": found["currency"], "reason": found["reason"]}
    risen = int(found.get("risen", 0))
    if found["state"] == "answered":
        due_at = clock.read(found["decide_by"])
        _open(deciding.CASE, found, facts, due_at, clock.read(found["answered_at"]))
        if risen:
            _open(deciding.RISEN, found, {**facts, "risen": risen}, at + _RISEN_DUE, at, str(risen))
    elif found["state"] != "open":
        cases.close(deciding.CASE, found["pk"], found["state"])
        cases.close(deciding.CASE, found["pk"], found["state"], key=_NO_FUNDS)
        for one in range(1, risen + 1):
            cases.close(deciding.RISEN, found["pk"], found["state"], key=str(one))


def _open(kind: str, found: Dispute, facts: Facts, due_at: datetime, at: datetime, key: str = "") -> None:
    cases.open_case(kind, found["pk"], facts, due_at, at, key=key, about=found["owner"])


def _silent(found: Dispute, at: datetime) -> bool:
    """No answer in time is decided for the customer; what the merchant cannot pay is tried again every day."""
    try:
        deciding.refund(found, deciding.SILENCE, at)
    except (MerchantFundsInsufficient, NotFound):
        facts = {"payment": found["payment"], "merchant": found["payee"], "amount": found["amount"]}
        facts |= {"currency": found["currency"], "why": _NO_FUNDS}
        _open(deciding.CASE, found, facts, at + AGAIN, at, _NO_FUNDS)
        _made(store.later(found, at + AGAIN), at)
        return False
    return True


def _rise(found: Dispute, at: datetime) -> bool:
    if found["state"] != "answered":
        return False
    _made(store.rising(found, at), at)
    return True


def _made(leg: Leg, at: datetime) -> None:
    ledger.commit(lambda at, known: Draft(None, (), None, (leg,)), at)
