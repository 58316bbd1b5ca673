"""Whether what was brought back can be believed: the journal is folded anew, and everything else compared with it.

1 journal and ledger are read through: controls (`model_books`), and what happened just before the instant
2 of that, transactions that are there by halves are completed or taken back (`mending`)
3 every head is compared with the fold of its entries, and put right where something of 2 explains the difference
4 controls that are not zero then are refused: what does not add up is somebody's to look at
5 what refunds may draw, and the totals of system accounts, follow from the rest (`refolding`)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from chalicelib.ledger import items
from chalicelib.ledger.history import Balance
from chalicelib.operations import mending, refolding
from chalicelib.operations import model_books as model
from chalicelib.operations.model_books import Plain, Seen
from chalicelib.operations.model_drills import MOST_FINDINGS, Finding, Judgement
from chalicelib.operations.store_books import Books
from chalicelib.operations.trial import Trial, system_postings

_TOTAL = "TOTAL#"


def judge(books: Books, as_of: datetime, *, undoes: bool) -> Judgement:
    """Reads both tables through. Needs memory for what happened in five minutes, not for the rest."""
    trial, unfolded = Trial(books, as_of, undoes), 0
    entries, movements = _read_journal(trial), _read_ledger(trial)
    mending.mend(trial, _seen(trial, entries, movements))
    _fold_heads(trial)
    for name, amount in trial.controls.off().items():
        trial.found("control-off", name, "refused", str(amount))
    unfolded = _compare_totals(trial)
    told, counts = _told(trial.findings), trial.counts
    numbers = counts["accounts"], counts["entries"], counts["movements"], unfolded
    return Judgement(*numbers, told, len(trial.findings) - len(told))


def _told(findings: list[Finding]) -> tuple[Finding, ...]:
    """The first hundred; what was refused before what was put right."""
    return tuple(sorted(findings, key=lambda one: one.remedy != "refused")[:MOST_FINDINGS])


def _read_journal(trial: Trial) -> list[dict[str, Any]]:
    """What is young of it."""
    young = []
    for entry in trial.books.everything("journal"):
        trial.count_entry(entry)
        if sum(entry["postings"].values()):
            trial.found("entry-crooked", entry["id"], "refused")
        if entry["sk"] >= trial.young_from:
            young.append(entry)
    return young


def _read_ledger(trial: Trial) -> list[dict[str, Any]]:
    """Movements that are young."""
    young = []
    for one in trial.books.everything("ledger"):
        if one["sk"].startswith(_TOTAL):
            trial.totals[one["pk"]] += one["amount"]
        if one["sk"] != items.MOVEMENT:
            trial.controls.add(model.of_other(one))
            continue
        trial.count_movement(one)
        if one["created_at"] >= trial.young_from:
            young.append(one)
    return young


def _seen(trial: Trial, entries: Iterable[Plain], movements: Iterable[Plain]) -> list[Seen]:
    """Every young transaction: what there is of it."""
    copies: dict[str, list[Plain]] = defaultdict(list)
    for entry in entries:
        copies[entry["id"]].append(entry)
    known = trial.books.several("ledger", ((one[0]["movement"], items.MOVEMENT) for one in copies.values()))
    made = [Seen(tuple(found), known.get((found[0]["movement"], items.MOVEMENT))) for found in copies.values()]
    with_entry = {one.id for one in made}
    alone = (one for one in movements if model.is_born(one) and one["pk"] not in with_entry)
    return [*made, *(Seen((), one) for one in alone)]


def _fold_heads(trial: Trial) -> None:
    """On the way all entries are counted once more: one without a head would be in nobody's fold."""
    seen, merchants = 0, []
    for head in trial.books.everything("ledger"):
        if head["sk"] == items.HEAD:
            seen += _fold_head(trial, head)
            merchants += [head["pk"]] if head["pk"].startswith("mac_") else []
    trial.counts["accounts"] = trial.counts.pop("heads", 0)
    if trial.counts["entries"] != seen:
        trial.found("entries-without-head", "journal", "refused", str(trial.counts["entries"] - seen))
    for account in merchants:
        refolding.allowance(trial, account)


def _fold_head(trial: Trial, head: dict[str, Any]) -> int:
    """How many entries it has."""
    balance, last_at, count = Balance(), "", 0
    for entry in trial.books.entries(head["pk"]):
        balance, last_at, count = balance.after(head["pk"], entry["postings"]), entry["sk"], count + 1
    trial.counts["heads"] += 1
    trial.controls.add(model.of_head(head["pk"], balance.available))
    if balance != Balance(head["available"], head["held"], head["debt"]) or last_at > head["last_at"]:
        refolding.head(trial, head, balance, last_at)
    return count


def _compare_totals(trial: Trial) -> int:
    """Only where they are not all that was posted is each entry asked for its receipt; how many had none."""
    unfolded = 0
    if any(trial.totals.values()):
        for entry in refolding.unfolded(trial):
            trial.totals.update(system_postings(entry))
            unfolded += 1
    for address, amount in sorted(trial.totals.items()):
        if amount:
            refolding.total(trial, address, -amount)
    return unfolded
