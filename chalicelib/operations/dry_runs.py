"""Whom a pack would have treated differently in a month, answered at once, of as much as one request may read."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.ledger import replaying
from chalicelib.operations import policies
from chalicelib.operations.happened import Item, happened, month_before, of_a_person
from chalicelib.operations.model_policies import COMMAND, DryRunView, SignedPack, TriedPack
from chalicelib.policy import service as policy
from chalicelib.policy.comparing import compared
from chalicelib.policy.pack import Pack

MOST, MOST_ACCOUNTS = 10_000, 1_000
"""So many items of each table are looked at, and entries of so many accounts: a few seconds."""
EXAMPLES = 5


def dry_run(wish: TriedPack, at: datetime) -> DryRunView:
    """Raises InvalidRequest: `param` is pack or signature; of an area that no pack knows, the pack does not fit."""
    pack, signer = _opened(wish)
    policies.fits_others(pack)
    since = _month(wish, at)
    old = policy.before(pack, at)
    if old is None:
        raise InvalidRequest(param="pack", reason="pack-misfit")
    ledger, journal, complete = _looked_at(since, at)
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


def _looked_at(since: datetime, at: datetime) -> tuple[list[Item], list[Item], bool]:
    """Heads and refused movements, entries since January; whether these are all. An account counts with all that it
    did or not at all: sums of half of it would be wrong."""
    ledger, all_items = replaying.of_ledger(MOST)
    refused = [one for one in ledger if one.get("state") == "refused" and of_a_person(one)]
    found = {str(one["pk"]) for one in ledger if one["sk"] == "HEAD" and of_a_person(one)}
    found |= {str(one["account"]) for one in refused}
    accounts = sorted(found)[:MOST_ACCOUNTS]
    january = clock.written(since.replace(month=1) - timedelta(microseconds=1))
    journal, all_entries = replaying.entries(accounts, january, clock.written(at + timedelta(days=1)), MOST)
    if not all_entries:
        accounts = accounts[: accounts.index(str(journal[-1]["pk"]))]
    heads, kept = replaying.heads(accounts), set(accounts)
    complete = all_items and all_entries and len(accounts) == len(found)
    return [*heads, *(one for one in refused if one["account"] in kept)], list(journal), complete
