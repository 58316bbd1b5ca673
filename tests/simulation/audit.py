"""Everything at once: the books against the model, the journal against the heads, the totals against both."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tests import counted
from tests.simulation import (
    doors,
    judging_cards,
    judging_family,
    judging_points,
    judging_transfers,
    outgoing,
    sharing_out,
    staffing,
)
from tests.simulation.bank import booked
from tests.simulation.truth import hold
from tests.simulation.values import plain

if TYPE_CHECKING:
    from tests.simulation.world import World

_TOLD = ("pay", "top", "ref", "wdr", "cdp", "cdr", "trf", "rpk", "rpc", "rpr", "gft", "gfc", "gfr")
"""Movements that people hear of."""


def everything(world: World) -> None:
    """Raises Violation."""
    sums: dict[str, int] = defaultdict(int)
    seen: set[str] = set()
    for item in world.engine.tables["test-journal"].everything():
        account, postings, entry_id = item["pk"]["S"], item["postings"]["M"], item["id"]["S"]
        for address, amount in postings.items():
            owner = address if address.startswith("sys:") else address.partition(":")[0]
            if owner == account or (owner.startswith("sys:") and entry_id not in seen):
                sums[address] += int(amount["N"])
        seen.add(entry_id)
    hold(sum(sums.values()) == 0, "all postings ever made sum to zero", sums=dict(sums))
    for wallet in world.model.wallets.values():
        found = (sums[wallet.account], sums[wallet.account + ":held"], -sums[wallet.account + ":debt"])
        hold(found == wallet.buckets, "a balance is the fold of its postings", wallet=wallet.account, found=found)
        head = _head(world, wallet.account)
        hold((head["available"], head["held"], head["debt"]) == wallet.buckets, "a head is its journal", head=head)
    for shop in world.model.shops.values():
        hold(sums[shop.account] == shop.balance, "a merchant's balance is the fold of its postings", shop=shop)
        allowance = plain(world.engine.tables["test-ledger"].get((shop.account, "ALLOWANCE")) or {})["allowance"]
        hold(allowance == shop.allowance, "an allowance is as it should be", shop=shop, found=allowance)
    for address, amount in world.model.system.items():
        hold(sums[address] == amount, "a system account is the fold of its postings", address=address)
    judging_cards.everything(world, sums)
    waits = world.model.transfers.held + world.model.packets.held + world.model.gifts.held
    hold(sums[judging_transfers.ESCROW] == waits, "escrow holds what waits, to the cent", waits=waits)
    _movements(world)


def _movements(world: World) -> None:
    ledger = world.engine.tables["test-ledger"]
    for payment in world.model.payments.values():
        kept = plain(ledger.get((payment.id, "MOVEMENT")) or {})
        found = (kept["state"], kept["captured"], kept["captured"] - kept["refundable"])
        expected = (payment.state, payment.captured, payment.refunded)
        hold(found == expected, "a payment's state and totals are as they should be", payment=payment, found=found)


def _head(world: World, account: str) -> dict[str, Any]:
    return plain(world.engine.tables["test-ledger"].get((account, "HEAD")) or {})


def finished(world: World) -> None:
    """Once everything is calm: nothing is due, all is settled, folded, told, and the product's own audit agrees."""
    from chalicelib.ledger import audit as trial
    from chalicelib.ledger import folding

    for movement, line in world.model.lines.items():
        hold(bool(line.batch), "a line is settled eventually", movement=movement, line=line)
    for address, amount in world.model.system.items():
        hold(folding.total(address) == amount, "folds are complete", address=address, found=folding.total(address))
    for item in world.engine.tables["test-ledger"].everything():
        due = item.get("due_key", {"S": "close"})["S"]
        hold(due.startswith(("close", "pay-out", "failed", "points")), "nothing is left to be done", item=plain(item))
    _banks(world)
    outgoing.finished(world)
    found = trial.trial_balance()
    hold(found.balanced, "the product's own trial balance agrees", books=found)
    _counts(world)
    _notices(world)
    for item in world.engine.tables["test-identity"].everything():
        due = item.get("due_key", {"S": ""})["S"]
        hold(not due.startswith(("account-", "trash")), "what was deleted is erased", item=plain(item))
    _between(world)
    sharing_out.finished(world)
    judging_cards.finished(world)
    judging_points.finished(world)
    judging_family.finished(world)
    doors.finished(world)
    staffing.finished(world)


def _between(world: World) -> None:
    """What people sent one another has arrived or come back, every share is somebody's, and no bill is open."""
    for transfer in world.model.transfers.waiting.values():
        hold(transfer.state != "scheduled", "what waits ends", transfer=transfer)
    for packet in world.model.packets.sent.values():
        hold(packet.left == 0 and packet.ended, "what nobody opens goes back", packet=packet)
    hold(not world.model.gifts.waiting, "what nobody claims goes back", gifts=world.model.gifts.waiting)
    for bill in world.model.bills.made.values():
        hold(bill.state != "open", "a bill ends", bill=bill)


def _banks(world: World) -> None:
    """What came is credited, from one bank for each top-up; what a second one took is kept as it came and goes back."""
    for top_up, amount in world.model.credited.items():
        paid = world.bank.paid[booked(world.model.credited_by[top_up], top_up)]
        hold(paid.amount == amount, "what the bank took is credited", top_up=top_up)
    kept = [item["pk"]["S"] for item in world.engine.tables["test-topups"].everything()]
    everything = map(plain, world.engine.tables["test-ledger"].everything())
    returns = {one["topup"]: one for one in everything if one["pk"].startswith("rtn_")}
    for name, paid in world.bank.paid.items():
        hold(len(paid.refunds) <= 1, "what came twice is asked back once", paid=paid)
        top_up = name.rpartition("/")[2]
        if world.model.credited_by.get(top_up) == paid.bank:
            hold(world.model.reversed[top_up] == paid.reversed_total, "what was taken back is taken back", paid=paid)
        elif paid.status != "failed":
            hold(top_up in world.model.credited, "money that came is credited", paid=paid)
            known = any(key.startswith(f"QUA#{paid.bank}#msg_{paid.id}_succeeded") for key in kept)
            hold(known, "money that came twice is kept as it came", paid=paid)
            gone = paid.reversed_total == paid.amount or _is_a_persons(world, returns.get(top_up))
            hold(gone, "money that came twice goes back, or is a person's", paid=paid)


def _is_a_persons(world: World, returned: dict[str, Any] | None) -> bool:
    """The bank said no to a return, or nobody knows."""
    return returned is not None and any(
        world.has_case(kind, returned["pk"]) for kind in ("return-failed", "return-unknown")
    )


def _counts(world: World) -> None:
    """Every entry of money is counted in its minute, hour and day, once, with what it moved."""
    by_journal = counted.by_the_journal(map(plain, world.engine.tables["test-journal"].everything()))
    by_counters = counted.by_the_counters(map(plain, world.engine.tables["test-ledger"].everything()))
    off = {
        place: (by_counters.get(place), found) for place, found in by_journal.items() if by_counters.get(place) != found
    }
    hold(
        by_counters == by_journal, "each entry is counted once", off=off, beyond=by_counters.keys() - by_journal.keys()
    )


def _notices(world: World) -> None:
    """One for each movement of a customer's money, however often its entry was delivered."""
    told: set[tuple[str, str]] = set()
    for item in world.engine.tables["test-notices"].everything():
        if item["sk"]["S"].startswith("INBOX#"):
            notice = item["pk"]["S"], item["id"]["S"]
            hold(notice not in told, "a notice is given once", notice=plain(item))
            told.add(notice)
    for item in world.engine.tables["test-journal"].everything():
        entry = plain(item)
        if "owner" in entry and world.engine.tables["test-identity"].get((entry["owner"], "USER")) is None:
            continue  # erased, and the inbox with it
        mine = sum(amount for address, amount in entry["postings"].items() if address.partition(":")[0] == entry["pk"])
        if entry["movement"][:3] in _TOLD and mine and "owner" in entry:
            hold((entry["owner"], entry["id"]) in told, "what moved is told", entry=entry)


def books(world: World) -> str:
    """SHA-256 of ledger and journal, in one canonical form; without the fingerprints of requests, of which those differ
    that carry a signature of ours: no two of ECDSA are alike."""
    digest = hashlib.sha256()
    for name in ("test-ledger", "test-journal"):
        items = sorted(world.engine.tables[name].everything(), key=lambda item: (item["pk"]["S"], item["sk"]["S"]))
        for item in items:
            kept = {name: value for name, value in item.items() if name != "fingerprint"}
            digest.update(json.dumps(kept, sort_keys=True, default=bytes.hex).encode() + b"\n")
    return digest.hexdigest()
