"""Whom a pack would have treated differently in a month, answered at once, of as much as one request may read."""

from __future__ import annotations

from datetime import datetime

import msgspec

from chalicelib.ledger import replaying
from chalicelib.operations import policies
from chalicelib.operations.happened import Item, happened, month_before, of_a_person
from chalicelib.operations.model_policies import COMMAND, DryRunView, SignedPack, TriedPack
from chalicelib.policy import service as policy
from chalicelib.policy.comparing import compared
from chalicelib.policy.pack import Pack

MOST = 10_000
"""So many items of each table are looked at: a few seconds."""
EXAMPLES = 5


def dry_run(wish: TriedPack, at: datetime) -> DryRunView:
    """Raises InvalidRequest: `param` is pack or signature."""
    pack, signer = _opened(wish)
    policies.fits_others(pack)
    since = _month(wish, at)
    old = policy.rules(pack.jurisdictions[0], at)
    ledger, journal, complete = _looked_at()
    replayed = happened(ledger, journal, pack.currency, since)
    found = compared(replayed, old, pack, since=since, examples=EXAMPLES)
    return DryRunView(
        **msgspec.structs.asdict(found),
        currency=pack.currency,
        month=f"{since:%Y-%m}",
        signer=signer,
        complete=complete,
        command=None if complete else COMMAND,
    )


def _opened(wish: TriedPack) -> tuple[Pack, str | None]:
    if wish.signature is None:
        return policies.opened(wish.pack), None
    return policies.judged(SignedPack(wish.pack, wish.signature))


def _month(wish: TriedPack, at: datetime) -> datetime:
    """Its first moment; of the last month unless told otherwise."""
    return month_before(at) if wish.month is None else datetime.strptime(wish.month + "+0000", "%Y-%m%z")


def _looked_at() -> tuple[list[Item], list[Item], bool]:
    """Heads and refused movements, entries; whether these are all. The sums of an account whose entries are here are
    right; where not all are here, a refusal counts only beside its account's entries."""
    journal, all_entries = replaying.of_journal(MOST)
    ledger, all_movements = replaying.of_ledger(MOST)
    entries: list[Item] = [one for one in journal if of_a_person(one)]
    refused = [one for one in ledger if one.get("state") == "refused" and of_a_person(one)]
    accounts = {str(one["pk"]) for one in entries}
    if all_entries:
        accounts |= {str(one["account"]) for one in refused}
    heads = replaying.heads(sorted(accounts))
    return [*heads, *(one for one in refused if one["account"] in accounts)], entries, all_entries and all_movements
