"""Lines and plans in the table `ledger`, as legs of its transactions; quotes in the table `merchants`.

cra_…           LINE           whether it is open, its limit, and the score that it follows from
cra_…           PLAN#<pln_…>   the quote that was agreed to, the plan as it is, and a version that every change requires
QUOTES#<user>   <quo_…>        for as long as it may be agreed to
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.cloud_tables import Table
from chalicelib.credit.model import InstalmentQuote
from chalicelib.credit.plan import Plan
from chalicelib.credit.score import Score
from chalicelib.kernel import clock, money
from chalicelib.kernel.errors import InvalidState
from chalicelib.ledger import chart
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Changed, Due, Leg, Verdict
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update, put_once
from chalicelib.settings import settings

DUE = "instalments"
PLAN = "PLAN#"
_LINE, _QUOTES = "LINE", "QUOTES#"


@dataclass(frozen=True, slots=True)
class Line:
    """`limit`: what may be owed of principal at once; 0 once it is closed."""

    account: str
    owner: str
    currency: str
    limit: int
    score: Score
    assessed_at: str
    open: bool = True


@dataclass(frozen=True, slots=True)
class Kept:
    """A plan as it was seen: every change requires its `version`.

    `reminded`: of which due day its owner was told. `asked`: since when that is missing of which there is a case.
    """

    id: str
    account: str
    owner: str
    wallet: str
    quote: InstalmentQuote
    plan: Plan
    created_at: str
    payment: str = ""
    """That it paid; of a loan none."""
    version: int = 1
    reminded: str = ""
    asked: str = ""

    @property
    def currency(self) -> str:
        return self.quote.currency


class _QuoteItem(Table):
    setting = "merchants_table"
    quote = UnicodeAttribute()
    expires_at_seconds = NumberAttribute()


def put_quote(owner: str, quote: InstalmentQuote) -> None:
    until = int(clock.read(quote.expires_at).timestamp())
    told = msgspec.json.encode(quote).decode()
    _QuoteItem(_QUOTES + owner, quote.id, quote=told, expires_at_seconds=until).keep_new()


def quote(owner: str, quote_id: str) -> InstalmentQuote | None:
    item = _QuoteItem.find(_QUOTES + owner, quote_id)
    return msgspec.json.decode(item.quote, type=InstalmentQuote) if item else None


def put_line(line: Line) -> None:
    """The latest holds."""
    update = Update(settings().ledger_table, line.account, _LINE).assign("owner", line.owner)
    update.assign("currency", line.currency).assign("limit", line.limit).assign("assessed_at", line.assessed_at)
    update.assign("score", msgspec.json.encode(line.score).decode()).assign("state", "open" if line.open else "closed")
    ledger.count(update.require_at_most("assessed_at", line.assessed_at))


def line(account: str) -> Line | None:
    found = ledger.beside(account, _LINE)
    if found is None:
        return None
    told = msgspec.json.decode(found["score"], type=Score)
    facts = found["owner"], found["currency"], found["limit"], told, found["assessed_at"]
    return Line(account, *facts, open=found["state"] == "open")


def lines_of(owner: str) -> list[Line]:
    """In every currency."""
    found = (line(chart.credit_of(owner, currency)) for currency in money.EXPONENTS)
    return [one for one in found if one]


def plan(account: str, plan_id: str) -> Kept | None:
    found = ledger.beside(account, PLAN + plan_id)
    return _kept(found) if found else None


def plans(account: str) -> list[Kept]:
    """The newest first; of one account they stay few."""
    found = [_kept(one) for one in ledger.all_beside(account, PLAN)]
    return sorted(found, key=lambda one: one.created_at, reverse=True)


def due(at: datetime) -> list[str]:
    """Accounts with a plan of which something is due; candidates only."""
    return sorted(set(ledger.due(DUE, at)))


def beginning(new: Kept, looked_at: datetime | None) -> Leg:
    """Refuses with InvalidState (used) where its quote was agreed to before."""
    put = put_once(settings().ledger_table, _wired(new, looked_at))
    return Leg(put, lambda wired: InvalidState(state="used"))


def changing(seen: Kept, after: Kept, looked_at: datetime | None, learn: Callable[[Kept], None]) -> Leg:
    """From what was seen to `after`; where another came first, `learn` hears of it."""
    plan = after.plan
    update = Update(settings().ledger_table, seen.account, PLAN + seen.id).require("version", "=", seen.version)
    update.assign("version", seen.version + 1).assign("plan", _json(plan)).assign("owed", _owed(plan))
    update.assign("state", plan.state).assign("reminded", after.reminded).assign("asked", after.asked)
    if looked_at is None:
        update.remove("due_key", "due_at")
    else:
        for name, text in Due(DUE, looked_at).attributes(seen.account).items():
            update.assign(name, text)

    def explain(wired: Item | None) -> Verdict:
        learn(_kept(plain_item(wired or {})))
        return Changed()

    return Leg(update.written(), explain)


def _wired(new: Kept, looked_at: datetime | None) -> dict[str, Any]:
    return {
        "pk": new.account,
        "sk": PLAN + new.id,
        "owner": new.owner,
        "wallet": new.wallet,
        "quote": _json(new.quote),
        "quote_hash": new.quote.hash,
        "plan": _json(new.plan),
        "owed": _owed(new.plan),
        "state": new.plan.state,
        "payment": new.payment,
        "version": new.version,
        "reminded": new.reminded,
        "asked": new.asked,
        "created_at": new.created_at,
        **(Due(DUE, looked_at).attributes(new.account) if looked_at else {}),
    }


def _kept(plain: Mapping[str, Any]) -> Kept:
    return Kept(
        id=str(plain["sk"]).removeprefix(PLAN),
        account=plain["pk"],
        owner=plain["owner"],
        wallet=plain["wallet"],
        quote=msgspec.json.decode(plain["quote"], type=InstalmentQuote),
        plan=msgspec.json.decode(plain["plan"], type=Plan),
        created_at=plain["created_at"],
        payment=plain["payment"],
        version=plain["version"],
        reminded=plain["reminded"],
        asked=plain.get("asked", ""),
    )


def _owed(plan: Plan) -> int:
    """As the account has it: nothing of what was written off or undone."""
    return plan.principal_owed if plan.state == "active" else 0


def _json(struct: msgspec.Struct) -> str:
    return msgspec.json.encode(struct).decode()
