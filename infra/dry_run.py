"""Whom a pack would have treated differently last month: `python -m infra.policies dry-run PACK` (`--local` for the
local cloud). A scan of `ledger` and `journal`, as the trial balance is: by a person's role, in memory.

Over the API the same is answered of as much as one request may read (chalicelib/operations/dry_runs.py).
"""

from __future__ import annotations

from datetime import datetime

from chalicelib.operations.happened import happened, month_before
from chalicelib.policy.comparing import Comparison, compared
from chalicelib.policy.judging import Refused
from chalicelib.policy.pack import Pack

__all__ = ["month_before", "run", "table"]


def run(pack: Pack, since: datetime, at: datetime, examples: int) -> Comparison:
    """`since`: the first moment of a month. Against the rules of today. Raises Refused where there are none."""
    from chalicelib.ledger import store
    from chalicelib.ledger.wire import plain_item
    from chalicelib.policy import published, service
    from chalicelib.settings import settings

    published.as_of(at)
    old = service.before(pack, at)
    if old is None:
        raise Refused(f"{pack.id}: no pack knows {', '.join(pack.jurisdictions)}: there is nothing to try it against")
    ledger = map(plain_item, store.everything(settings().ledger_table))
    journal = map(plain_item, store.everything(settings().journal_table))
    return compared(happened(ledger, journal, pack.currency, since), old, pack, since=since, examples=examples)


def table(found: Comparison, currency: str) -> str:
    """For a terminal; amounts in minor units."""
    seen = f"{found.movements} movements of {found.people} people, {currency} {found.volume}"
    of = f"{found.new} against {found.old}: {seen}"
    if not found.rows:
        return f"{of}\nNobody would be treated differently."
    heads = ("rule", "how", "people", "movements", f"volume ({currency}, minor units)", "for instance")
    lines = [
        (row.rule, row.how, str(row.people), str(row.movements), str(row.volume), " ".join(row.examples))
        for row in found.rows
    ]
    widths = [max(len(line[place]) for line in (heads, *lines)) for place in range(len(heads))]
    shown = ("  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)) for line in (heads, *lines))
    return "\n".join((of, *(line.rstrip() for line in shown)))
