"""What is a fold of something else, put right: heads, what refunds may draw, totals of system accounts (`judging`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chalicelib.kernel import clock, ids
from chalicelib.ledger import items
from chalicelib.ledger import model as ledger
from chalicelib.ledger.history import Balance
from chalicelib.operations.model_books import Plain
from chalicelib.operations.trial import Trial, system_postings

FIRST_TOTAL = "TOTAL#00"
_COUNTED = ("payment", "authorisation", "withdrawal", "card-purchase", "transfer", "transfer-scheduled", "red-packet",
            "gift-card")  # fmt: skip
_AT_ONCE = 100


def head(trial: Trial, head: dict[str, Any], balance: Balance, last_at: str) -> None:
    """To the fold of its entries, where something young explains that it is another."""
    account = head["pk"]
    off = f"available {head['available'] - balance.available}, held {head['held'] - balance.held}"
    if account not in trial.touched:
        trial.found("head-off", account, "refused", off)
        return
    after = {**head, "available": balance.available, "held": balance.held, "debt": balance.debt}
    after["last_at"] = max(head["last_at"], last_at)
    _forget(after, trial.undone[account])
    _learn(after, [one for one in trial.completed[account] if one["sk"] > head["last_at"]])
    made = trial.books.replace("ledger", head, after)
    trial.found("head-off", account, "repaired" if made else "refused", off)


def allowance(trial: Trial, account: str) -> None:
    """What refunds may draw is what the head holds above its floor, less what they drew that it has not seen."""
    held = trial.books.get("ledger", account, items.HEAD)
    kept = trial.books.get("ledger", account, items.ALLOWANCE)
    if held is None or kept is None:
        return
    wanted = held["available"] - held["floor"] - trial.refunds[account]
    if kept["allowance"] == wanted:
        return
    sound = account in trial.touched and wanted >= 0
    made = sound and trial.books.replace("ledger", kept, {**kept, "allowance": wanted})
    trial.found("allowance-off", account, "repaired" if made else "refused", str(kept["allowance"] - wanted))


def unfolded(trial: Trial) -> Iterator[dict[str, Any]]:
    """Entries that the stream had not brought to the system accounts: it will, and they count then."""
    waiting: list[dict[str, Any]] = []
    for entry in trial.books.everything("journal"):
        if system_postings(entry):
            waiting.append(entry)
        if len(waiting) == _AT_ONCE:
            yield from _without_receipt(trial, waiting)
            waiting = []
    yield from _without_receipt(trial, waiting)


def total(trial: Trial, address: str, missing: int) -> None:
    """The first of its parts takes the difference."""
    part = trial.books.get("ledger", address, FIRST_TOTAL)
    after = {"pk": address, "sk": FIRST_TOTAL, "amount": (part or {}).get("amount", 0) + missing}
    made = trial.books.replace("ledger", part, after) if part else trial.books.put_if_absent("ledger", after)
    trial.found("total-off", address, "repaired" if made else "refused", str(-missing))


def _without_receipt(trial: Trial, entries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    receipts = trial.books.several("ledger", ((f"FOLD#{one['id']}", "FOLD") for one in entries))
    return (one for one in entries if (f"FOLD#{one['id']}", "FOLD") not in receipts)


def _forget(head: dict[str, Any], undone: list[Plain]) -> None:
    """What a payment that was taken back left on the head: its amount in the sums, its place among duplicates."""
    for one in undone:
        movement, kind = one.get("movement", one["pk"]), one["kind"]
        at, amount = one.get("created_at", one["sk"]), _spent(one, head["pk"])
        for name in [name for name, slot in head.items() if _is_slot(name) and slot[11:] == ids.packed(movement)]:
            del head[name]
        if kind in _COUNTED:
            _count(head, at, -amount)


def _learn(head: dict[str, Any], completed: list[Plain]) -> None:
    for entry in completed:
        if entry["kind"] in _COUNTED:
            _count(head, entry["sk"], _spent(entry, head["pk"]))


def _count(head: dict[str, Any], at: str, amount: int) -> None:
    for name in (of(clock.read(at)) for of in (ledger.day_sum, ledger.month_sum, ledger.year_sum)):
        head[name] = max(0, head.get(name, 0) + amount)


def _spent(one: Plain, account: str) -> int:
    return max(0, -one["postings"].get(account, 0)) if "postings" in one else int(one["amount"])


def _is_slot(name: str) -> bool:
    return name[0] == "p" and name[1:].isdigit()
