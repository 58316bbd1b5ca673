"""Looking things up for an operator: a movement with its timeline, an account with its entries, an order's payments.

Whatever is a person's is in the audit log before it is answered: no log, no look.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from chalicelib.cases import service as cases
from chalicelib.insight import model_records
from chalicelib.insight.model_records import FOLLOWS, HOUSE, AccountView, HistoryView, MovementView, StepView
from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import NotFound
from chalicelib.ledger import history, views
from chalicelib.ledger import service as ledger
from chalicelib.ledger.views import EntryView
from chalicelib.merchants import service as merchants
from chalicelib.payments import model as payments_model
from chalicelib.payments import service as payments

_CUSTOMERS = ("payment", "top-up", "transfer", "red-packet", "red-packet-claim", "gift-card", "gift-card-claim")
MOVEMENTS = (
    "pay",
    "cap",
    "voi",
    "exp",
    "ref",
    "top",
    "wdr",
    "stl",
    "pot",
    "trf",
    "rpk",
    "rpc",
    "rpr",
    "gft",
    "gfc",
    "gfr",
)
ACCOUNTS = ("wal", "mac")
_LOOKED_AT = 1_000
"""The most entries that a timeline goes through."""
_MERCHANTS_AT_ONCE = 25
"""How many merchants are asked for an order at most before the page goes out."""
Found = Mapping[str, Any]


def movement(by: Operator, movement_id: str, at: datetime) -> HistoryView:
    """Refused ones too. Raises NotFound."""
    _known_kind(movement_id, MOVEMENTS)
    found = _found(movement_id)
    cases.audit(by.user_id, "movement.see", movement_id, "", at, source_address=by.source_address)
    timeline, complete = _settlement(found) if found["kind"] == "settlement" else _timeline(found)
    return HistoryView(_view(found), sorted(timeline, key=_when), complete)


def _when(step: StepView) -> tuple[str, bool]:
    """A bank may refuse what is sent to it in that very moment."""
    return step.at, step.what in ("payout-return", "withdrawal-return")


def of_order(
    by: Operator, merchant_id: str | None, reference: str, after: str, limit: int, at: datetime
) -> tuple[list[MovementView], str | None]:
    """The payments that carry an order's reference, by id; and the position of the next page.

    A reference is its merchant's own: without `merchant_id` merchants are asked one by one, newest first, so many at
    a time that a page may be empty though another follows.
    """
    cases.audit(by.user_id, "order.find", merchant_id or "merchants", "", at, source_address=by.source_address)
    if merchant_id is None:
        found, following = _of_any_merchant(reference, after, limit)
    else:
        found, following = payments.of_order(merchant_id, reference, after, limit)
    return [_view(one) for one in found], following


def _of_any_merchant(reference: str, position: str, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """A position is a merchant that is done with, or one to go on with and the last payment that was told of it."""
    found: list[dict[str, Any]] = []
    before, _, after = position.partition("#")
    asked, more = merchants.listed(before or None, _MERCHANTS_AT_ONCE)
    for merchant in [before] * bool(after) + [one.merchant_id for one in asked]:
        told, last = payments.of_order(merchant, reference, after, limit - len(found))
        found, after = [*found, *told], ""
        if last:
            return found, f"{merchant}#{last}"
        if len(found) == limit:
            return found, merchant
    return found, more


def account(by: Operator, account_id: str, at: datetime) -> AccountView:
    """Raises NotFound."""
    _known_kind(account_id, ACCOUNTS)
    head = ledger.head(account_id)
    cases.audit(by.user_id, "account.see", account_id, "", at, source_address=by.source_address)
    return model_records.account(head)


def entries(
    by: Operator, account_id: str, before: str | None, limit: int, at: datetime
) -> tuple[list[EntryView], str | None]:
    """Newest first, and the position of the next page. Raises NotFound."""
    _known_kind(account_id, ACCOUNTS)
    ledger.head(account_id)
    cases.audit(by.user_id, "account.see-entries", account_id, "", at, source_address=by.source_address)
    found = history.entries(account_id, before, limit + 1)
    shown = found[:limit]
    return [views.entry(one) for one in shown], shown[-1]["sk"] if len(found) > limit else None


def _timeline(found: Found) -> tuple[list[StepView], bool]:
    """From the journal of the account, from the movement's own time on."""
    since = clock.written(clock.read(found["created_at"]) - clock.MICROSECOND)
    looked = list(islice(history.between(found["account"], since, "9"), _LOOKED_AT))
    expiry, near = ids.derived("exp", found["pk"]), [one for one in looked if _may_follow(one, found)]
    known = {one["pk"]: one for one in _together({one["movement"] for one in near} | {found["pk"]})}
    ours = [one for one in near if _is_about(known.get(one["movement"]), found["pk"], expiry)]
    steps = [*_began(found), *(_step(one, found) for one in ours)]
    acts = [known[one] for one in dict.fromkeys([found["pk"], *(one["movement"] for one in ours)])]
    return [*steps, *_settled(acts), *_at_the_bank(found), *_with_its_payee(found)], len(looked) < _LOOKED_AT


def _settlement(found: Found) -> tuple[list[StepView], bool]:
    """The lines of a batch, all at the moment when it was settled."""
    at, lines = found["created_at"], ledger.lines(found["pk"])
    return [StepView(at, "line", movement, amount, HOUSE) for movement, amount, _ in lines], True


def _may_follow(entry: Found, found: Found) -> bool:
    if entry["movement"] == found["pk"]:
        return True
    return found["kind"] == "payment" and entry["kind"] in FOLLOWS and entry.get("payee") == found.get("payee")


def _is_about(movement: Found | None, payment_id: str, expiry: str) -> bool:
    return movement is not None and (movement["pk"] in (payment_id, expiry) or movement.get("payment") == payment_id)


def _began(found: Found) -> list[StepView]:
    """What is in no journal: a top-up before its money came, a refusal."""
    if found["kind"] != "top-up" and found["state"] != "refused":
        return []
    what = "refused" if found["state"] == "refused" else "asked"
    return [StepView(found["created_at"], what, found["pk"], found["amount"], _asker(found))]


def _at_the_bank(found: Found) -> list[StepView]:
    """That a withdrawal or a payout was sent and arrived moves nothing here."""
    if found["kind"] not in ("withdrawal", "payout"):
        return []
    sent = [("sent", found["asked_at"])] if "asked_at" in found else []
    arrived = [("arrived", found["ended_at"])] if found["state"] == "succeeded" else []
    return [StepView(at, what, found["pk"], found["amount"], found["processor"]) for what, at in sent + arrived]


def _with_its_payee(found: Found) -> list[StepView]:
    """That a transfer which waited has arrived stands in its payee's journal, not in its payer's."""
    if (found["kind"], found["state"]) != ("transfer", "completed") or "ended_at" not in found:
        return []
    return [StepView(found["ended_at"], "transfer-completed", found["pk"], found["amount"], HOUSE)]


def _asker(found: Found) -> str:
    """A refusal is kept without whose it was: a customer's is of a wallet of their own."""
    of_a_customer = found["kind"] in _CUSTOMERS
    return str(found.get("owner") or (ledger.head(found["account"]).owner if of_a_customer else ""))


def _step(entry: Found, found: Found) -> StepView:
    by = model_records.done_by(entry, found.get("processor", ""))
    return StepView(entry["sk"], entry["kind"], entry["movement"], model_records.amount_of(entry), by)


def _settled(acts: Iterable[Found]) -> list[StepView]:
    """When the batches were made that hold these payments, captures and refunds."""
    batch_of = {act["pk"]: act for act in acts if "settled_by" in act}
    made = {one["pk"]: one["created_at"] for one in _together({act["settled_by"] for act in batch_of.values()})}
    return [
        StepView(made[act["settled_by"]], "settled", act["settled_by"], act["amount"], HOUSE)
        for act in batch_of.values()
        if act["settled_by"] in made
    ]


def _together(movement_ids: set[str]) -> list[dict[str, Any]]:
    ordered = sorted(movement_ids)
    return [one for start in range(0, len(ordered), 100) for one in ledger.movements(ordered[start : start + 100])]


def _view(found: Found) -> MovementView:
    is_payment = found["kind"] == "payment" and found["state"] != "refused"
    return model_records.movement(found, payments_model.status(found) if is_payment else found["state"])


def _found(movement_id: str) -> dict[str, Any]:
    found = ledger.movements([movement_id])
    if not found:
        raise NotFound()
    return found[0]


def _known_kind(text: str, prefixes: Iterable[str]) -> None:
    if not any(ids.is_id(text, prefix) for prefix in prefixes):
        raise NotFound()
