"""Transactions that are there by halves, completed or taken back, in tables that were brought back (`judging`)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from chalicelib.kernel import clock
from chalicelib.ledger import chart, items
from chalicelib.ledger.model import due_key, shard_of
from chalicelib.operations import mending_coupons, model_backups, reading
from chalicelib.operations import model_books as model
from chalicelib.operations import model_books_disputes as disputes
from chalicelib.operations.model_books import Plain, Seen
from chalicelib.operations.trial import Trial

LINES, CHECKOUT = "LINES", "CHECKOUT"
_DUE = ("due_key", "due_at")
_SETTLE_GRACE = timedelta(minutes=5)


def mend(trial: Trial, seen: Iterable[Seen]) -> None:
    """Completed first, so that what is taken back is looked for in whole books."""
    doomed = []
    for one in seen:
        _touch(trial, one)
        remedy = model.remedy(one)
        if remedy == "refuse":
            trial.found("transaction-torn", one.id, "refused", one.kind)
        elif remedy == "undo":
            doomed.append(one)
        else:
            _complete(trial, one)
    _undo(trial, doomed)
    _reopen(trial)
    mending_coupons.free(trial)
    mending_coupons.match(trial, [one.movement for one in seen if one.movement])


def _touch(trial: Trial, one: Seen) -> None:
    for entry in one.copies:
        trial.touched.update([entry["pk"], *model.kin(entry["postings"])])
    found = one.movement or one.entry or {}
    trial.touched.update([one.movement["account"]] if one.movement else [])
    if payee := found.get("payee"):
        trial.touched.add(chart.merchant_account(payee, found["currency"]))


def _complete(trial: Trial, one: Seen) -> None:
    entry, movement = one.entry, one.movement
    if entry is None:
        return
    for account in one.missing:
        _copy(trial, {**entry, "pk": account})
    for copy in one.copies:
        trial.completed[copy["pk"]].append(copy)
    if movement is None:
        return
    if payment := model.follows(movement):
        _refold(trial, payment)
    if movement["kind"] in ("payment", "refund"):
        mending_coupons.align(trial, trial.books.get("ledger", payment or movement["pk"], items.MOVEMENT))
    if checkout := model.checkout_of(movement):
        _paid(trial, checkout, movement)
    if movement["kind"] == "settlement":
        _settle(trial, movement)


def _copy(trial: Trial, copy: dict[str, Any]) -> None:
    made = trial.books.put_if_absent("journal", copy)
    trial.found("entry-copy-missing", copy["id"], "repaired" if made else "refused", copy["pk"])
    if made:
        trial.count_entry(copy)
        trial.completed[copy["pk"]].append(copy)


def _refold(trial: Trial, payment_id: str) -> None:
    """State and totals of a payment, from what follows it in its wallet's journal."""
    payment = trial.books.get("ledger", payment_id, items.MOVEMENT)
    if payment is None:
        trial.found("payment-missing", payment_id, "refused")
        return
    entries = list(trial.books.entries(payment["account"], payment["created_at"]))
    own = [one["kind"] for one in entries if one["movement"] == payment_id]
    keys = [(one["movement"], items.MOVEMENT) for one in entries]
    following = [one for one in trial.books.several("ledger", keys).values() if model.follows(one) == payment_id]
    if not own:
        return
    told = model.refolded(payment, following, _disputed(trial, payment, following), held="authorisation" in own)
    if any(payment.get(name) != value for name, value in told.items()):
        made = trial.replace_movement(payment, _with_due({**payment, **told}, held="authorisation" in own))
        trial.found("payment-behind", payment_id, "repaired" if made else "refused", told["state"])


def _disputed(trial: Trial, payment: Plain, following: list[dict[str, Any]]) -> int:
    dispute = trial.books.get("ledger", payment["dispute"], items.MOVEMENT) if "dispute" in payment else None
    return disputes.disputed(dispute, following)


def _with_due(payment: dict[str, Any], *, held: bool) -> dict[str, Any]:
    """What is held runs out when its answer says so; what was taken waits to be settled, unless it has been."""
    if payment["state"] == "authorized":
        expires_at = json.loads(payment["answer"])["expires_at"]
        return payment | {"due_key": due_key("expire", shard_of(payment["pk"])), "due_at": expires_at}
    if held or payment["state"] != "captured":
        return {name: value for name, value in payment.items() if name not in _DUE}
    return payment


def _paid(trial: Trial, checkout_id: str, payment: Plain) -> None:
    """Its checkout is paid by it, so that nobody pays it once more; of one that several people pay a person decides."""
    checkout = trial.books.get("merchants", checkout_id, CHECKOUT)
    if checkout is None or "max_payers" in checkout:
        if payment["pk"] not in (checkout or {}).get("parts", ()):
            trial.found("checkout-behind", checkout_id, "refused", payment["pk"])
        return
    if checkout.get("payment_id") == payment["pk"]:
        return
    open_still = checkout["status"] == "open"
    after = {**checkout, "status": "paid", "payment_id": payment["pk"], "paid_at": payment["created_at"]}
    made = bool(open_still and trial.books.replace("merchants", checkout, after))
    trial.found("checkout-behind", checkout_id, "repaired" if made else "refused", payment["pk"])


def _reopen(trial: Trial) -> None:
    """Checkouts that were paid just before by something that is not there: they wait to be paid."""
    paid = (one for one in trial.books.everything("merchants") if one["sk"] == CHECKOUT and _is_young(trial, one))
    for checkout in paid:
        parts = [checkout["payment_id"]] if "payment_id" in checkout else list(checkout.get("parts", ()))
        known = trial.books.several("ledger", ((part, items.MOVEMENT) for part in parts))
        if len(known) < len(set(parts)):
            _open_again(trial, checkout)


def _is_young(trial: Trial, checkout: Plain) -> bool:
    """Parts say nothing of when: of those that several people pay, all that are not over."""
    shared = "max_payers" in checkout and checkout["expires_at"] >= trial.young_from
    return bool(shared or checkout.get("paid_at", "") >= trial.young_from)


def _open_again(trial: Trial, checkout: dict[str, Any]) -> None:
    after = {name: value for name, value in checkout.items() if name not in ("payment_id", "paid_at")}
    alone = trial.undoes and "max_payers" not in checkout
    made = alone and trial.books.replace("merchants", checkout, after | {"status": "open"})
    trial.found("checkout-without-payment", checkout["pk"], "undone" if made else "refused")


def _settle(trial: Trial, settlement: Plain) -> None:
    """Each line of a settlement that stands is settled by it."""
    held = trial.books.get("ledger", settlement["pk"], LINES)
    if held is None:
        trial.found("settlement-without-lines", settlement["pk"], "refused")
        return
    named = [(movement, items.MOVEMENT) for movement, _, _ in held["lines"]]
    known = trial.books.several("ledger", named)
    for key in named:
        _settle_line(trial, key[0], known.get(key), settlement["pk"])


def _settle_line(trial: Trial, movement_id: str, line: dict[str, Any] | None, batch: str) -> None:
    if line is not None and line.get("settled_by") == batch:
        return
    if line is None or "settled_by" in line:
        trial.found("line-contradicts", movement_id, "refused", batch)
        return
    after = {name: value for name, value in line.items() if name not in _DUE} | {"settled_by": batch}
    made = trial.replace_movement(line, after)
    trial.found("line-behind", movement_id, "repaired" if made else "refused", batch)


def _undo(trial: Trial, doomed: list[Seen]) -> None:
    """Unless something else names it: then more of it happened than can be taken back."""
    named = _named(trial, doomed) if doomed and trial.undoes else set()
    for one in doomed:
        if not trial.undoes or one.id in named:
            trial.found("transaction-torn", one.id, "refused", one.kind)
        else:
            _take_back(trial, one)
            trial.found("transaction-torn", one.id, "undone", one.kind)


def _named(trial: Trial, doomed: list[Seen]) -> set[str]:
    """Which of them any other item of any table names, by the movement's id or the entry's."""
    looked_for = {one.id: [word.encode() for word in (one.id, one.entry_id) if word] for one in doomed}
    found = set()
    for table, name in trial.books.called.items():
        for item in reading.everything(name):
            text = model_backups.canonical(item)
            found |= {
                wanted
                for wanted, words in looked_for.items()
                if any(word in text for word in words) and not _is_part(table, item, wanted)
            }
    return found


def _is_part(table: str, item: Any, movement_id: str) -> bool:
    """Of the transaction itself, or a line that it settled."""
    if table == "journal":
        return bool(item.get("movement", {}).get("S") == movement_id)
    if table == "merchants":
        paid = {CHECKOUT: "payment_id", mending_coupons.COUPON: "payment"}.get(item["sk"]["S"], "")
        return bool(paid and item.get(paid, {}).get("S") == movement_id)
    own = item["pk"]["S"] == movement_id and item["sk"]["S"] in (items.MOVEMENT, LINES)
    return table == "ledger" and (own or item.get("settled_by", {}).get("S") == movement_id)


def _take_back(trial: Trial, one: Seen) -> None:
    for copy in one.copies:
        trial.books.remove("journal", copy)
        trial.count_entry(copy, -1)
    for account in _accounts(one):
        trial.undone[account].append(one.movement or one.copies[0])
    payments = _payments(trial, one)
    if one.movement:
        trial.books.remove("ledger", one.movement)
        trial.count_movement(one.movement, -1)
    if one.kind == "settlement":
        _unsettle(trial, one)
    for payment in payments:
        _refold(trial, payment)
        mending_coupons.align(trial, trial.books.get("ledger", payment, items.MOVEMENT))


def _accounts(one: Seen) -> set[str]:
    own = {one.movement["account"]} if one.movement else set()
    return own | {account for copy in one.copies for account in (copy["pk"], *model.kin(copy["postings"]))}


def _payments(trial: Trial, one: Seen) -> list[str]:
    """Which it followed. An entry alone does not say: it is one with the same order, on the same account."""
    if one.movement:
        return [payment] if (payment := model.follows(one.movement)) else []
    entry = one.copies[0]
    if entry["kind"] in ("payment", "authorisation"):
        return []
    made = (one for one in trial.books.entries(entry["pk"]) if one["kind"] in ("payment", "authorisation"))
    return [other["movement"] for other in made if other.get("text") == entry.get("text")]


def _unsettle(trial: Trial, one: Seen) -> None:
    """Its lines wait again, and the sweep settles them."""
    held = trial.books.get("ledger", one.id, LINES)
    if held is None:
        return
    trial.books.remove("ledger", held)
    trial.controls.add(model.of_other(held), -1)
    known = trial.books.several("ledger", ((movement, items.MOVEMENT) for movement, _, _ in held["lines"]))
    for line in known.values():
        if line.get("settled_by") == one.id:
            waits = clock.read(line["created_at"]) + _SETTLE_GRACE
            due = {"due_key": due_key("settle", shard_of(line["pk"])), "due_at": clock.written(waits)}
            after = {name: value for name, value in line.items() if name != "settled_by"} | due
            trial.replace_movement(line, after)
