"""What every draft of a transfer promises, whatever the wallets are like: its postings say what it does to heads."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.identity.model_payees import Check, Reason
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidOrExpired, InvalidState
from chalicelib.ledger import chart, wire
from chalicelib.ledger.model import Head, Known, Misjudged, judge
from chalicelib.transfers import moving
from chalicelib.transfers.model import Delay
from chalicelib.transfers.moving import Stranger, Wish
from tests.ledger_kit import AT, OWNER, WALLET, key
from tests.unit.test_drafts import AMOUNTS, CHANGES, EMPTY, says_what_it_does

BEN = ids.derived("usr", "ben")
HIS = chart.wallet_of(BEN, "CNY")
ANA = Customer(OWNER, "ses_1", (WALLET,), tier=0, epoch=0, jurisdiction="CN")
ESCROW = chart.escrow("CNY")
KNOWN = some.fixed_dictionaries(
    {}, optional={wallet: some.fixed_dictionaries(CHANGES) for wallet in (WALLET, HIS)}
).map(lambda found: {wallet: head(wallet, **facts) for wallet, facts in found.items()})
FOUND: dict[str, Any] = {
    "pk": ids.derived("trf", "one"),
    "account": WALLET,
    "currency": "CNY",
    "owner": OWNER,
    "to": HIS,
    "to_owner": BEN,
    "from_name": "A***",
    "to_name": "B*** G.",
    "answer": '{"note":"tea"}',
}


def head(wallet: str, **facts: Any) -> Head:
    return Head.of(wire.item(EMPTY | {"pk": wallet} | facts))


def wish(amount: int, reason: Reason = "", delay: Delay = 0, payee: str = HIS, life: int = 60) -> Wish:
    check = Check(OWNER, "A***", "B*** G.", "CNY", int(AT.timestamp()) + life, reason, payee, BEN)
    return Wish(check, WALLET, amount, "CNY", "tea", delay, key("k"))


@given(AMOUNTS, some.sampled_from(["", "new-payee", "easy-mode"]), some.sampled_from([0, 2, 24]), KNOWN)
def test_a_draft_says_what_it_does_and_only_what_must_wait_goes_into_escrow(
    amount: int, reason: Reason, delay: Delay, known: Known
) -> None:
    draft = moving.draft(ANA, wish(amount, reason, delay), Stranger(), AT, known)
    assert draft.entry and draft.movement
    assert says_what_it_does(draft)
    waits = bool(reason or delay)
    assert draft.entry.postings.get(ESCROW, 0) == (amount if waits else 0)
    assert (draft.movement.due is not None) == waits
    assert {change.account for change in draft.changes} == ({WALLET} if waits else {WALLET, HIS})
    assert set(draft.entry.parties) == {change.account for change in draft.changes}
    assert len(draft.legs) == (0 if waits else 1)


@given(AMOUNTS, KNOWN)
def test_whatever_was_put_aside_leaves_escrow_whole_onwards_or_back(amount: int, known: Known) -> None:
    found = FOUND | {"amount": amount}
    drafts = [moving.complete(found, AT, known), *(moving.back(found, by, AT, known) for by in BACK)]
    for draft in drafts:
        assert draft.entry
        assert says_what_it_does(draft)
        assert draft.entry.postings[ESCROW] == -amount
    closed = HIS in known and known[HIS].status == "closed"
    assert drafts[0].changes[0].account == (WALLET if closed else HIS)


BACK: tuple[moving.BackBy, ...] = ("cancelled", "unclaimed", "payee-closed")
STATUSES = ("active", "frozen", "closed")


@pytest.mark.parametrize("theirs", STATUSES)
@pytest.mark.parametrize("mine", STATUSES)
def test_every_move_of_a_transfer_times_every_status_of_both_wallets(mine: str, theirs: str) -> None:
    """sending: refused unless mine is active and theirs is not closed; what waits ends whatever they are."""
    known = {WALLET: head(WALLET, status=mine, available=5_000), HIS: head(HIS, status=theirs)}
    for delay in (0, 2):
        drafted = moving.draft(ANA, wish(100, delay=delay), Stranger(), AT, known)  # type: ignore[arg-type]
        said = judge(drafted.changes[0], AT, wire.item(EMPTY | {"status": mine, "available": 5_000, "reason": "x"}))
        assert (getattr(said, "code", "") != "") == (mine != "active")
        assert isinstance(drafted.refusal, InvalidState) == (theirs == "closed")
    onwards = moving.complete(FOUND | {"amount": 100}, AT, known)
    assert onwards.entry
    where = WALLET if theirs == "closed" else HIS
    if where == WALLET and mine == "closed":
        where = chart.unclaimed("CNY")
    assert onwards.entry.postings == {where: 100, ESCROW: -100}
    back = moving.back(FOUND | {"amount": 100}, "cancelled", AT, known)
    assert back.entry
    assert back.entry.postings == {chart.unclaimed("CNY") if mine == "closed" else WALLET: 100, ESCROW: -100}
    for draft in (onwards, back):
        change = draft.changes[0]
        status = theirs if change.account == HIS else mine
        assert not isinstance(judge(change, AT, wire.item(EMPTY | {"pk": change.account, "status": status})), Misjudged)


def test_whom_the_ledger_does_not_know_is_new_whatever_the_check_says() -> None:
    stranger = Stranger()
    at_once = moving.draft(ANA, wish(100), stranger, AT, {})
    at_once.legs[0].explain(None)
    again = moving.draft(ANA, wish(100), stranger, AT, {})
    assert again.movement
    assert (again.movement.state, again.movement.due is not None) == ("scheduled", True)


def test_a_check_that_has_run_out_sends_nothing_unless_a_guardian_has_to_agree() -> None:
    late = AT + timedelta(seconds=61)
    assert isinstance(moving.draft(ANA, wish(200_000), Stranger(), late, {}).refusal, InvalidOrExpired)
    guarded = replace(ANA, guarded=True)
    assert isinstance(moving.draft(guarded, wish(100), Stranger(), late, {}).refusal, InvalidOrExpired)
    drafted = moving.draft(guarded, wish(200_000), Stranger(), late, {})
    assert drafted.refusal is None
    assert len(drafted.last_legs) == 1
