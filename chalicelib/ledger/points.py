"""Points as the ledger sees them: whose they are, in which lots they run out, and what brought or took them.

pts_…           POINTS            whose, of which programme, and the lots; due before one runs out, and when it has
pay_…, top_…    EARNED#<ptp_…>    what somebody earned by it, and how much of it was undone since
pay_…           SPENT             which lots a payment took; never changes
UNDONE#<ent_…>  <ptp_…>           this entry was reckoned with

What somebody has is on the head. The lots are guessed: each write requires them to be as they were seen, and where
they are not, the old item is what is `known` then. They add up to what is available, always.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.kernel import clock
from chalicelib.ledger import chart, lots, model, store
from chalicelib.ledger.items import EARNED, POINTS, SPENT, UNDONE
from chalicelib.ledger.lots import Lot, Lots
from chalicelib.ledger.model import Changed, Due, Leg, Taken, Verdict
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update, put_once
from chalicelib.settings import settings

EXPIRES = "points"
REMINDERS = (timedelta(days=30), timedelta(days=7))
"""So long before points run out their owner is told."""


@dataclass(frozen=True, slots=True)
class Account:
    """`lots` as they were last seen; None of an account that has not begun. `reminded`: up to which moment all
    reminders were said."""

    id: str
    owner: str
    programme: str
    lots: Lots | None = None
    reminded: str = ""
    ended: bool = False
    """Its owner was erased."""

    @property
    def seen(self) -> Lots:
        return self.lots or ()

    def good(self, at: datetime) -> int:
        return lots.total(lots.good(self.seen, at))


@dataclass(frozen=True, slots=True)
class Earned:
    """What `movement` brought: `points` for `basis` minor units of its owner's money, of which `undone` went back since
    and took `reversed` points with it. Where it was undone before anybody heard of it, `basis` is 0."""

    movement: str
    programme: str
    undone: int = 0
    owner: str = ""
    basis: int = 0
    points: int = 0
    reversed: int = 0
    until: str = ""

    @property
    def is_known(self) -> bool:
        return self.basis > 0

    def due_back(self, undone: int) -> int:
        """How many of its points are gone once so much of it is undone: all of them with all of it."""
        return self.points * undone // self.basis


See = Callable[[Account], None]
Learn = Callable[[Earned], None]


def found(owner: str, programme: str) -> Account:
    return several(owner, [programme])[0]


def several(owner: str, programmes: Sequence[str]) -> list[Account]:
    """One for each, at most 100, in their order."""
    accounts = [Account(chart.points_of(owner, one), owner, one) for one in programmes]
    seen = {wired["pk"]["S"]: wired for wired in store.movements([one.id for one in accounts], POINTS)}
    return [_account(plain_item(seen[one.id])) if one.id in seen else one for one in accounts]


def by_id(account_id: str) -> Account | None:
    wired = store.beside(account_id, POINTS)
    return _account(plain_item(wired)) if wired else None


def changing(account: Account, now: Lots, see: See) -> Leg:
    """The lots are `now`, if all is still as it was seen; also where they stay the same."""
    update = Update(settings().ledger_table, account.id, POINTS).assign("lots", _wired(now))
    if account.lots is None:
        update.assign("owner", account.owner).assign("programme", account.programme).require_absent("lots")
    else:
        _as_seen(update, account)
    _make_due(update, account.id, now, account.reminded)
    return Leg(update.written(), _seeing(account, see))


def reminding(account: Account, moment: str, see: See) -> Leg:
    """All reminders up to that moment were said, if the lots are still as they were."""
    update = Update(settings().ledger_table, account.id, POINTS).assign("reminded", moment)
    _as_seen(update, account)
    _make_due(update, account.id, account.seen, moment)
    return Leg(update.written(), _seeing(account, see))


def ending(account: Account, see: See) -> Leg:
    """All its points are gone, and none ever come again."""
    update = Update(settings().ledger_table, account.id, POINTS).assign("lots", []).assign("ended", "ended")
    _as_seen(update, account)
    return Leg(update.remove("due_key", "due_at").written(), _seeing(account, see))


def unreminded(account: Account, at: datetime) -> list[tuple[str, Lot]]:
    """(moment, lot) of which it is time to tell, the earliest first."""
    good = lots.good(account.seen, at)
    moments = ((moment, lot) for lot in good for moment in _moments(lot.until))
    return sorted((one for one in moments if account.reminded < one[0] <= clock.written(at)), key=lambda one: one[0])


def ends_at(until: str) -> str:
    """The instant from which a lot is good no more."""
    return f"{until}T00:00:00.000000Z"


def due(at: datetime) -> list[str]:
    """Accounts of which something may be over, or soon is; candidates only."""
    until = clock.written(at)
    shards = range(model.SHARDS)
    return [one for shard in shards for one in store.due(model.due_key(EXPIRES, shard), until, 100)]


def earned(movement: str, programme: str) -> Earned:
    """To guess by; nothing of what brought nothing yet."""
    wired = store.beside(movement, EARNED + programme)
    return _earned(plain_item(wired)) if wired else Earned(movement, programme)


def booking(before: Earned, now: Earned, learn: Learn) -> Leg:
    """What a movement brought becomes known, once; `before` is what was undone of it earlier, as it was seen."""
    update = _record(before).assign("owner", now.owner).assign("basis", now.basis).assign("points", now.points)
    update.assign("reversed", now.reversed).assign("until", now.until).keep("undone", 0).require_absent("basis")
    _require(update, "undone", before.undone or None)

    def explain(wired: Item | None) -> Verdict:
        old = _earned(plain_item(wired)) if wired else Earned(before.movement, before.programme)
        if old.is_known:
            return Taken({})
        learn(old)
        return Changed()

    return Leg(update.written(), explain)


def undoing(before: Earned, now: Earned, learn: Learn) -> Leg:
    """More of it is undone, if all is still as it was seen."""
    update = _record(before).assign("undone", now.undone)
    _require(update, "undone", before.undone if before.is_known else before.undone or None)
    if before.is_known:
        update.assign("reversed", now.reversed).require("reversed", "=", before.reversed)
    else:
        update.require_absent("basis")

    def explain(wired: Item | None) -> Verdict:
        learn(_earned(plain_item(wired)) if wired else Earned(before.movement, before.programme))
        return Changed()

    return Leg(update.written(), explain)


def once(entry_id: str, programme: str) -> Leg:
    """This entry undid what it undid: once."""
    put = put_once(settings().ledger_table, {"pk": UNDONE + entry_id, "sk": programme})
    return Leg(put, lambda wired: Taken({}))


def took(payment_id: str, programme: str, taken: Lots) -> Leg:
    item = {"pk": payment_id, "sk": SPENT, "programme": programme, "lots": _wired(taken)}
    return Leg(put_once(settings().ledger_table, item), lambda wired: Changed())


def taken_by(payment_id: str) -> tuple[str, Lots]:
    """The programme, and the lots that a payment took of it."""
    plain = plain_item(store.beside(payment_id, SPENT) or {})
    return plain["programme"], _lots(plain["lots"])


def _record(of: Earned) -> Update:
    return Update(settings().ledger_table, of.movement, EARNED + of.programme)


def _as_seen(update: Update, account: Account) -> None:
    update.require("lots", "=", _wired(account.seen)).require_absent("ended")
    _require(update, "reminded", account.reminded or None)


def _moments(until: str) -> list[str]:
    end = clock.read(ends_at(until))
    return [clock.written(end - ahead) for ahead in REMINDERS]


def _make_due(update: Update, account_id: str, now: Lots, reminded: str) -> None:
    """When the first lot is over, or one of which nobody was told soon is."""
    if not now:
        update.remove("due_key", "due_at")
        return
    moments = (moment for lot in now for moment in _moments(lot.until) if moment > reminded)
    first = min((ends_at(now[0].until), *moments))
    for name, text in Due(EXPIRES, clock.read(first)).attributes(account_id).items():
        update.assign(name, text)


def _seeing(account: Account, see: See) -> Callable[[Item | None], Verdict]:
    def explain(wired: Item | None) -> Verdict:
        see(_account(plain_item(wired)) if wired else replace(account, lots=None, reminded=""))
        return Changed()

    return explain


def _require(update: Update, name: str, seen: Any) -> None:
    if seen is None:
        update.require_absent(name)
    else:
        update.require(name, "=", seen)


def _account(plain: Mapping[str, Any]) -> Account:
    facts = (plain["pk"], plain["owner"], plain["programme"])
    return Account(*facts, _lots(plain["lots"]), plain.get("reminded", ""), "ended" in plain)


def _earned(plain: Mapping[str, Any]) -> Earned:
    names = ("owner", "basis", "points", "reversed", "until")
    facts = {name: plain[name] for name in names if name in plain}
    return Earned(plain["pk"], plain["sk"].removeprefix(EARNED), plain["undone"], **facts)


def _wired(some: Lots) -> list[list[str | int]]:
    return [[lot.until, lot.left] for lot in some]


def _lots(wired: Sequence[Sequence[Any]]) -> Lots:
    return tuple(Lot(until, left) for until, left in wired)
