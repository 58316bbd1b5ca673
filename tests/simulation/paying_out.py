"""Merchants who are paid out: their terms, and when what leaves at a cut-off may leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import app
from tests.api.caller import Caller
from tests.simulation.tables import Change
from tests.simulation.truth import DESTINATIONS, Shop, hold
from tests.simulation.values import plain
from tests.simulation.workers import Killed

if TYPE_CHECKING:
    from tests.simulation.model import Model
    from tests.simulation.world import World

TERMS: dict[str, dict[str, Any]] = {
    "Tea": {"schedule": "daily", "reserve": 5_000},
    "Noodles": {"schedule": "on_demand", "minimum": 20_000},
    "Books": {"schedule": "daily", "minimum": 10_000, "reserve": 1_000, "cut_off": "23:30"},
}
_CLEARED_AT = timedelta(hours=8)
"""Where CNY is cleared, clocks are ahead of UTC."""
_SECONDS = 300.0


def is_daily(terms: dict[str, Any]) -> bool:
    return bool(terms["schedule"] == "daily")


def agree(operator: Caller, name: str, shop: Shop) -> None:
    terms = TERMS[name]
    wish = terms | {"bank_account": DESTINATIONS["pot"], "reason": "agreed at the start"}
    reply = operator.request("PUT", f"/v1/merchants/{shop.id}/payout-terms/CNY", wish)
    assert reply.status == 200, reply.raw
    shop.reserve, shop.minimum, shop.daily = terms.get("reserve", 0), terms.get("minimum", 1), is_daily(terms)


def run(world: World, turn: int = 0) -> None:
    """The schedule's turn."""
    event = {"version": "0", "account": "1", "region": "eu-west-1", "detail": {}, "detail-type": "", "source": ""}
    event |= {"time": "", "id": "1", "resources": []}

    def done(result: Any) -> None:
        failed = isinstance(result, Exception) and not isinstance(result, Killed) and not world.finishing.faults
        hold(not failed, "the cut-offs fail only when something fails them", error=repr(result))

    world.start(f"pay_out-{turn}", lambda: app.pay_out(event, None), done, _SECONDS)


def check_day(shop: Shop, entry: dict[str, Any], changes: list[Change]) -> None:
    """A scheduled payout comes at a cut-off of a bank day that has passed, once for its day."""
    (terms,) = [plain(one.old or {}) for one in changes if one.key == (shop.account, "PAYOUTS")]
    hold(entry["sk"] >= terms["due_at"], "nothing is paid out before its cut-off", entry=entry, terms=terms)
    day = (datetime.fromisoformat(terms["due_at"]) + _CLEARED_AT).date()
    hold(day.weekday() < 5, "banks rest on Saturdays and Sundays", terms=terms)
    hold(shop.daily and day.isoformat() not in shop.paid_days, "one scheduled payout a day", shop=shop, day=day)
    shop.paid_days.add(day.isoformat())


def payout(model: Model, entry: dict[str, Any], changes: Sequence[Change]) -> dict[str, int]:
    shop, amount = model.accounts[entry["pk"]], -entry["postings"][entry["pk"]]
    (clearing,) = [one for one in entry["postings"] if one.startswith("sys:clearing:")]
    if entry["movement"] in model.wishes:
        model._wish(entry, "payout")
    else:
        check_day(shop, entry, list(changes))
    hold(amount >= shop.minimum, "nothing below the minimum is paid out", shop=shop, entry=entry)
    hold(shop.balance - amount >= shop.reserve, "the reserve stays", shop=shop, entry=entry)
    left = shop.allowance + shop.floor - amount
    hold(left >= shop.reserve, "what refunds have drawn is not paid out", shop=shop, entry=entry)
    shop.balance -= amount
    shop.allowance -= amount
    model.sent[entry["movement"]] = amount, clearing.split(":")[2]
    return {shop.account: -amount, clearing: amount}


def payout_return(model: Model, entry: dict[str, Any], changes: Sequence[Change]) -> dict[str, int]:
    shop = model.accounts[entry["pk"]]
    amount, bank = model._come_back(entry)
    shop.balance += amount
    shop.allowance += amount
    return {shop.account: amount, f"sys:clearing:{bank}:CNY": -amount}
