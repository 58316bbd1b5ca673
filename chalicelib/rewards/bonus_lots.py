"""What somebody has of bonuses, in the table `ledger`, as legs of the ledger's transactions.

BONUSES#<user>   LOT#<currency>#<until>#<bns_…>   what one top-up brought, and what is left of it
BONUSES#<user>   OFFER#<offer>                    the lot that they have of that offer, or were promised last
pay_…            CREDIT                           which lots a payment took from; never changes
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.kernel import clock
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Changed, Draft, Leg, Taken, Verdict
from chalicelib.ledger.wire import Item
from chalicelib.ledger.write import Update, put_once
from chalicelib.rewards.model import Words
from chalicelib.rewards.model_bonuses import Lot, LotState, Parts
from chalicelib.settings import settings

_LOTS, _LOT, _HAD, _CREDIT = "BONUSES#", "LOT#", "OFFER#", "CREDIT"
_AT_ONCE = 100


def lots(user_id: str, currency: str, at: datetime) -> list[Lot]:
    """Those of a currency that have not run out, the soonest first."""
    prefix = f"{_LOT}{currency}#"
    found = ledger.behind(_LOTS + user_id, prefix + clock.written(at), _AT_ONCE)
    return [_lot(one) for one in found if one["sk"].startswith(prefix)]


def every_lot(user_id: str) -> list[Lot]:
    return [_lot(one) for one in ledger.all_beside(_LOTS + user_id, _LOT)]


def lot(user_id: str, key: str) -> Lot | None:
    found = ledger.beside(_LOTS + user_id, key)
    return _lot(found) if found else None


def had(user_id: str, offer_id: str) -> str:
    """The key of the lot that they have of an offer, or were promised last; empty if none."""
    found = ledger.beside(_LOTS + user_id, _HAD + offer_id)
    return str(found["lot"]) if found else ""


def all_had(user_id: str) -> dict[str, str]:
    """Offer → key of the lot."""
    found = ledger.all_beside(_LOTS + user_id, _HAD)
    return {str(one["sk"]).removeprefix(_HAD): str(one["lot"]) for one in found}


def having(new: Lot, before: str, learn: Callable[[], None]) -> Leg:
    """This is the lot that they have of the offer now; `before`: the one until then, as it was seen."""
    update = Update(settings().ledger_table, _LOTS + new.owner, _HAD + new.offer).assign("lot", new.key)
    if before:
        update.require("lot", "=", before)
    else:
        update.require_absent("lot")
    return Leg(update.written(), _learning(learn))


def promising(new: Lot) -> Leg:
    kept = {
        "pk": _LOTS + new.owner,
        "sk": new.key,
        "id": new.id,
        "offer": new.offer,
        "name": msgspec.json.encode(new.name).decode(),
        "topup": new.topup,
        "amount": new.amount,
        "left": new.left,
        "spent": 0,
        "share": new.share,
        "state": new.state,
    }
    return Leg(put_once(settings().ledger_table, kept), lambda wired: Changed())


def turning(user_id: str, key: str, was: LotState, state: LotState, learn: Callable[[], None]) -> Leg:
    """From one state to the next, once; `learn` hears that it is in another."""
    update = _row(user_id, key).assign("state", state).require("state", "=", was)
    return Leg(update.written(), _learning(learn))


def spending(user_id: str, key: str, part: int, learn: Callable[[], None]) -> Leg:
    """`part` of a lot that is good still and has so much left; when it ends its key says, which never changes."""
    update = _row(user_id, key).add("left", -part).add("spent", part)
    update.require("state", "=", "good").require("left", ">=", part)
    return Leg(update.written(), _learning(learn))


def giving_back(user_id: str, key: str, part: int, learn: Callable[[], None]) -> Leg:
    """To a lot that was not taken back meanwhile."""
    update = _row(user_id, key).add("left", part).require("state", "=", "good")
    return Leg(update.written(), _learning(learn))


def give_up(user_id: str) -> None:
    """All that they have or were promised is good no more; may be repeated."""
    for one in every_lot(user_id):
        update = _row(user_id, one.key).assign("state", "given-up").require_one_of("state", "waiting", "good")
        ended = Leg(update.written(), lambda wired: Taken(wired or {}))
        ledger.commit(lambda at, known, leg=ended: Draft(None, (), None, (leg,)), clock.now())  # type: ignore[misc]


def took(payment_id: str, owner: str, parts: Parts) -> Leg:
    kept = {"pk": payment_id, "sk": _CREDIT, "owner": owner, "lots": [list(part) for part in parts]}
    return Leg(put_once(settings().ledger_table, kept), lambda wired: Changed())


def taken_by(payment_id: str) -> Parts:
    found = ledger.beside(payment_id, _CREDIT)
    return tuple((key, part) for key, part in found["lots"]) if found else ()


def _row(user_id: str, key: str) -> Update:
    return Update(settings().ledger_table, _LOTS + user_id, key)


def _learning(learn: Callable[[], None]) -> Callable[[Item | None], Verdict]:
    def explain(wired: Item | None) -> Verdict:
        learn()
        return Changed()

    return explain


def _lot(kept: dict[str, Any]) -> Lot:
    _, currency, until, _ = str(kept["sk"]).split("#")
    return Lot(
        owner=str(kept["pk"]).removeprefix(_LOTS),
        currency=currency,
        until=until,
        id=kept["id"],
        offer=kept["offer"],
        name=msgspec.json.decode(kept["name"], type=Words),
        topup=kept["topup"],
        amount=kept["amount"],
        left=kept["left"],
        share=kept["share"],
        state=kept["state"],
    )
