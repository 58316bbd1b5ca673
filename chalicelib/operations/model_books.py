"""What must add up in the ledger and the journal, and what can be done about a transaction of which a part is missing.

Everything that is written twice is a control: what the journal adds to it the ledger takes away, so a control that is
not zero is a transaction that is there by halves, wherever it is. Nothing here trusts a balance: a balance is compared
with the fold of its entries, and it is the entries that are right.

A transaction is a movement, its entry on every account, and what else it wrote. At an instant at which it is under way:

    movement and some of its entry         forward: the copies that are missing follow from the one that is there
    the movement without any of its entry,
      or an entry without its movement     undone: as if that instant had come before it, if nothing else names it
    anything else                          refused: a person decides
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from chalicelib.ledger import chart, items
from chalicelib.operations import model_books_disputes as disputes
from chalicelib.operations import model_books_points as points

Plain = Mapping[str, Any]
Remedy = Literal["whole", "forward", "undo", "refuse"]
_BORN = ("payment", "capture", "void", "expiry", "refund", "withdrawal", "payout", "settlement",
         "card-purchase", "card-refund", "transfer",
         "red-packet", "red-packet-claim", "red-packet-return",
         "gift-card", "gift-card-claim", "gift-card-return",
         "loan", "repayment", "write-off")  # fmt: skip
"""Kinds of movements that are put together with their entry."""
_CARRIED = {"transfer-completed": "completed", "transfer-cancelled": "cancelled", "transfer-returned": "returned"}
"""Kind of entry → the state that a transfer which waited has from then on."""
_UNDONE = ("payment", "capture", "void", "expiry", "refund", "settlement")
"""Of these everything can be taken back; money that leaves, and cards, are a person's."""
_FOLLOWING = ("capture", "void", "expiry", "refund")
_ENDS = {"capture": "captured", "void": "voided", "expiry": "expired"}
_ALONE = ("card-expiry", "points-expired")
"""Kinds of entries that no movement comes with."""
_ID_BYTES = 16
_LINES = ("payment", "capture", "refund", "card-purchase")
_ONE_EACH = {"LINES": "lines", "GIFT": "gift-codes", "DISPUTE": "disputes-said"}
"""Of a settlement, of a gift card, and of a dispute."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is of one transaction: copies of its entry, and its movement."""

    copies: tuple[Plain, ...]
    movement: Plain | None

    @property
    def entry(self) -> Plain | None:
        return self.copies[0] if self.copies else None

    @property
    def missing(self) -> tuple[str, ...]:
        """Accounts that the entry's postings name and that lack its copy."""
        there = {copy["pk"] for copy in self.copies}
        return tuple(account for account in kin(self.copies[0]["postings"]) if account not in there)

    @property
    def kind(self) -> str:
        found = self.entry or self.movement
        return str(found["kind"]) if found else ""

    @property
    def id(self) -> str:
        if self.copies:
            return str(self.copies[0]["movement"])
        return str(self.movement["pk"]) if self.movement else ""

    @property
    def entry_id(self) -> str:
        return str(self.copies[0]["id"]) if self.copies else ""


@dataclass(slots=True)
class Controls:
    """Sums by name; everything that is right comes to zero."""

    sums: Counter[str] = field(default_factory=Counter)

    def add(self, contributed: Mapping[str, int], sign: int = 1) -> None:
        for name, amount in contributed.items():
            self.sums[name] += sign * amount

    def off(self) -> dict[str, int]:
        return {name: amount for name, amount in sorted(self.sums.items()) if amount}


def remedy(seen: Seen) -> Remedy:
    """Of a young transaction; an older one is whole, or it is damage and no tear.

    The two copies of a transfer are not the same: from the one that is there the other does not follow.
    """
    entry, movement = seen.entry, seen.movement
    if entry is None or (movement is None and entry["kind"] not in _ALONE):
        return "undo" if _can_be_undone(seen) else "refuse"
    if movement is not None and not _agree(entry, movement):
        return "refuse"
    if seen.missing and entry["kind"] == "transfer":
        return "refuse"
    return "forward" if seen.missing else "whole"


def is_born(movement: Plain) -> bool:
    """Whether it came into the world together with its entry."""
    return movement["kind"] in _BORN and movement["state"] != "refused"


def kin(postings: Mapping[str, int]) -> list[str]:
    """Accounts with a head that the postings are about, in order."""
    named = {address.partition(":")[0] for address in postings if not chart.is_system(address)}
    return sorted(named)


def of_entry(entry: Plain) -> dict[str, int]:
    """What one copy adds to the controls: those of an entry that has several are told by the first of them alone."""
    about = kin(entry["postings"])
    if about and entry["pk"] != about[0]:
        return {}
    if points.is_of_points(entry):
        return points.of_entry(entry)
    if entry["kind"] == "top-up-reversal":
        return {"kind:top-up-reversal": _to_clearing(entry["postings"])} | disputes.of_topup_entry(entry)
    if entry["kind"] in disputes.OF_TOPUPS:
        return disputes.of_topup_entry(entry)
    counted = {f"kind:{_as_movement(entry['kind'])}": 1} if entry["kind"] != "card-expiry" else {}
    return counted | _of_authorisations(entry) | _of_escrow(entry)


def of_movement(movement: Plain) -> dict[str, int]:
    """What it takes away from them."""
    if movement["state"] == "refused":
        return {}
    kind, state = movement["kind"], movement["state"]
    found: dict[str, int] = {}
    if kind in _BORN:
        found[f"kind:{kind}"] = -1
    if kind in ("withdrawal", "payout") and state == "failed":
        found[f"kind:{kind}-return"] = -1
    if (kind, state) in (("top-up", "succeeded"), ("adjustment", "approved")):
        found[f"kind:{kind}"] = -1
    if reversed_total := movement.get("reversed_total", 0):
        found["kind:top-up-reversal"] = -reversed_total
    found |= _of_payments(movement) | _of_settling(movement) | _of_transfers(movement) | _of_family(movement)
    return found | points.of_movement(movement) | disputes.of_movement(movement)


def of_other(item: Plain) -> dict[str, int]:
    """What else of the ledger is written twice: a settlement's lines, a card's bonus in its lots, shares, parts."""
    if item["sk"] in _ONE_EACH:
        return {_ONE_EACH[item["sk"]]: 1}
    if item["sk"].startswith("SLOT#"):
        return {"opened": item["amount"]}
    if item["sk"] == items.CARD:
        return {f"lots:{chart.bonus_of(item['pk'])}": _left(item), "cards": -1}
    if item["sk"] == items.BONUS:
        return {"bonus-taken": _left(item)}
    if item["sk"].startswith(items.PART):
        return {"split-left": item["left"], "split-paid": item["paid"]}
    cards = {"cards": len(item["cards"]) // _ID_BYTES} if item["sk"] == items.CARDS else {}
    lent = {"lent": item["owed"]} if item["sk"].startswith("PLAN#") else {}
    return cards | lent | _of_lending(item) | _of_bonuses(item) | points.of_other(item) | disputes.of_other(item)


def of_head(account: str, available: int) -> dict[str, int]:
    if account.startswith("cra_"):
        return {"lent": available}
    return {f"lots:{account}": -available} if account.startswith(("bon_", "pts_")) else {}


def checkout_of(movement: Plain) -> str:
    """Which it paid; empty if none."""
    paid = movement["kind"] == "payment" and movement.get("answer")
    return str(json.loads(movement["answer"]).get("checkout_id", "")) if paid else ""


def drawn(movement: Plain) -> tuple[str, int]:
    """Whose allowance a refund drew before their head has it, or a dispute, and how much; ("", 0) of anything else."""
    if held := disputes.held(movement):
        return _merchant(movement), held
    if movement["kind"] != "refund" or movement["state"] == "refused" or "settled_by" in movement:
        return "", 0
    return _merchant(movement), int(movement.get("settles", movement["amount"]))


def follows(movement: Plain) -> str:
    """The payment that it changes; empty if it changes none."""
    return str(movement.get("payment", "")) if movement["kind"] in _FOLLOWING else ""


def refolded(payment: Plain, following: Iterable[Plain], disputed: int, *, held: bool) -> dict[str, Any]:
    """A payment's state and totals from what followed it. `held`: it was authorised first, and captured later if so.

    `disputed`: what of it is put aside.
    """
    made = list(following)
    ended = next((_ENDS[one["kind"]] for one in made if one["kind"] in _ENDS), None)
    captured = sum(one["amount"] for one in made if one["kind"] == "capture")
    if not held:
        captured = 0 if ended else payment["amount"]
    refunded = sum(one["amount"] for one in made if one["kind"] == "refund")
    state = ended or ("authorized" if held else "captured")
    told = {"state": state, "captured": captured, "refundable": captured - refunded - disputed}
    return told | ({"disputed": disputed} if "disputed" in payment else {})


def _can_be_undone(seen: Seen) -> bool:
    kind = _as_movement(seen.kind)
    own = [seen.movement["account"]] if seen.movement else []
    about = [*own, *(account for copy in seen.copies for account in kin(copy["postings"]))]
    if seen.movement is not None and points.helped(seen.movement):
        return False
    return kind in _UNDONE and not any(account.startswith(("crd_", "bon_", "pts_", "cra_")) for account in about)


def _agree(entry: Plain, movement: Plain) -> bool:
    kind, state = entry["kind"], movement["state"]
    wanted = {"top-up": "succeeded", "withdrawal-return": "failed", "payout-return": "failed", "adjustment": "approved"}
    wanted |= _CARRIED
    if kind == "top-up-reversal":
        return bool(movement.get("reversed_total", 0) >= _to_clearing(entry["postings"]))
    return bool(state == wanted[kind] if kind in wanted else state != "refused")


def _as_movement(kind: str) -> str:
    return {"authorisation": "payment", "transfer-scheduled": "transfer"}.get(kind, kind)


def _of_escrow(entry: Plain) -> dict[str, int]:
    """How many transfers wait: each is put aside once, and leaves once."""
    if entry["kind"] == "transfer-scheduled":
        return {"escrowed": 1}
    return {"escrowed": -1} if entry["kind"] in _CARRIED else {}


def _of_family(movement: Plain) -> dict[str, int]:
    """What family cards count, and that both sides are shown every payment."""
    if movement["kind"] == "payment" and "family" in movement:
        return {"family": -movement["amount"], "family-listed": -1}
    return {"family": movement["room"]} if "room" in movement else {}


def _of_lending(item: Plain) -> dict[str, int]:
    listed = {"family-listed": 1} if item["pk"].startswith(items.FAMILY_PAID) else {}
    return {"family": item["counted"]} if item["sk"] == items.FAMILY else listed


def _of_transfers(movement: Plain) -> dict[str, int]:
    if movement["kind"] == "bill-split":
        return {"split-left": -movement["left"]}
    if movement["kind"] == "transfer" and "split" in movement:
        return {"split-paid": -movement["amount"]}
    if movement["kind"] in ("red-packet-claim", "red-packet-return"):
        return {"opened": -movement["amount"]}
    if movement["kind"].startswith("gift-card"):
        return _of_gifts(movement)
    if movement["kind"] != "transfer" or "waited" not in movement:
        return {}
    state = movement["state"]
    return {"escrowed": -1} if state == "scheduled" else {f"kind:transfer-{state}": -1}


def _of_gifts(movement: Plain) -> dict[str, int]:
    """Each has a code, and ends once: whoever ends it has a movement of their own."""
    if movement["kind"] != "gift-card":
        return {"gifts-ended": -1}
    return {"gift-codes": -1, "gifts-ended": int(movement["state"] != "open")}


def _of_authorisations(entry: Plain) -> dict[str, int]:
    """How many are held: each is placed once, and leaves once."""
    kind, postings = entry["kind"], entry["postings"]
    if kind == "authorisation":
        return {"held": 1}
    leaves = kind in ("capture", "expiry", "void") and any(address.endswith(":held") for address in postings)
    return {"held": -1} if leaves else {}


def _of_payments(movement: Plain) -> dict[str, int]:
    kind, state = movement["kind"], movement["state"]
    if kind == "void":
        return {"voided": 1}
    if kind == "refund":
        return {"refunded": movement["amount"]}
    if kind != "payment":
        return {}
    given_back = movement.get("captured", 0) - movement.get("refundable", 0) - movement.get("disputed", 0)
    bonus = movement["amount"] - movement.get("settles", movement["amount"])
    counted = {"held": -(state == "authorized"), "voided": -(state == "voided"), "refunded": -given_back}
    return counted | {"bonus-taken": -bonus, "bonus-credit": -movement.get("bonus_used", 0)}


def _of_bonuses(item: Plain) -> dict[str, int]:
    """What payments took of the bonuses of top-ups, as the lots say, and as each payment's own list does."""
    if item["sk"] == "CREDIT":
        return {"bonus-credit": _left(item), "bonus-spent": -_left(item)}
    return {"bonus-spent": item["spent"]} if item["sk"].startswith("LOT#") else {}


def _of_settling(movement: Plain) -> dict[str, int]:
    if movement["kind"] == "settlement":
        return {f"settled:{movement['account']}": movement["gross"], "lines": -1}
    if movement["kind"] not in _LINES or "settled_by" not in movement:
        return {}
    sign = 1 if movement["kind"] == "refund" else -1
    return {f"settled:{_merchant(movement)}": sign * movement.get("settles", movement["amount"])}


def _left(item: Plain) -> int:
    return sum(amount for _, amount in item["lots"])


def _merchant(movement: Plain) -> str:
    return chart.merchant_account(movement["payee"], movement["currency"])


def _to_clearing(postings: Mapping[str, int]) -> int:
    return sum(amount for address, amount in postings.items() if chart.processor_of(address))
