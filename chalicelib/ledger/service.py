"""Moving money: one conditional transaction, tried again only where nobody has said no.

A failed transaction says why through the old items it returns. In this order:
a conflict or throttle anywhere → the whole again, with jitter;  the movement exists → its receipt;
a rule says no → a refusal, itself stored;  something assumed was not so → the draft once more from what is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.kernel import backoff, clock, text
from chalicelib.kernel.errors import CofferError, IdempotencyKeyReused, NotFound, Refusal, Unavailable
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import chart, items, model, store
from chalicelib.ledger import refused as telling
from chalicelib.ledger.model import Behind, Draft, Head, Known, Leg, Misjudged, Movement, Taken, Verdict
from chalicelib.ledger.wire import Item, item, plain_item
from chalicelib.ledger.write import Update
from chalicelib.observability import gauge
from chalicelib.settings import settings

TRIES = 24
NO_ANSWER = Receipt(0, "")
"""Of a movement that nobody asked for over HTTP."""
_PATIENCE = 2
"""Tries at a busy account before making room for the others."""
_LONGEST_STRIDE = timedelta(milliseconds=128)

Build = Callable[[datetime, Known], Draft]


@dataclass(frozen=True, slots=True)
class _Guess:
    at: datetime
    known: Mapping[str, Head] = field(default_factory=dict)
    stride: timedelta = clock.MICROSECOND
    """How far past the last entry to go: the longer somebody waits for a busy account, the further ahead."""

    def better(self, verdicts: Sequence[Verdict]) -> _Guess:
        """What the old heads teach; the same guess where the reason is already gone."""
        behind = [clock.read(verdict.last_at) for verdict in verdicts if isinstance(verdict, Behind)]
        learned = {verdict.head.account: verdict.head for verdict in verdicts if isinstance(verdict, Misjudged)}
        at = max([clock.now(), *(last + self.stride for last in behind)]) if behind else self.at
        stride = min(self.stride * 4, _LONGEST_STRIDE) if behind else self.stride
        return replace(self, at=at, known={**self.known, **learned}, stride=stride)


def commit(build: Build, at: datetime, key: RequestKey | None = None) -> Receipt:
    """Make the movement that `build` drafts and return its receipt; of a repetition, the first one's.

    Raises the errors of `model.judge` and of the legs, after storing a Refusal under the key; Unavailable
    when conflicts do not end, with no effect.
    """
    guess = _Guess(at)
    for attempt in range(TRIES):
        draft = build(guess.at, guess.known)
        if draft.refusal:
            return refuse(draft.movement, key, draft.refusal, draft.unless)
        legs = items.legs(draft, guess.at)
        reasons = store.transact([leg.write for leg in legs])
        if not reasons:
            return (draft.movement and draft.movement.receipt) or NO_ANSWER
        if any(reason.code in store.CONFLICTS for reason in reasons):
            backoff.wait(attempt)
            continue
        verdicts = _verdicts(legs, reasons)
        if repetition := next((verdict for verdict in verdicts if isinstance(verdict, Taken)), None):
            return replay(repetition.item, key)
        if error := next((verdict for verdict in verdicts if isinstance(verdict, CofferError)), None):
            return refuse(draft.movement, key, error, draft.unless)
        guess = guess.better(verdicts)
        if attempt > _PATIENCE:
            backoff.wait(attempt - _PATIENCE)
    raise Unavailable(retry_after_seconds=1)


def refuse(
    movement: Movement | None, key: RequestKey | None, error: CofferError, unless: tuple[Leg, ...] = ()
) -> Receipt:
    """The receipt of a Refusal, stored so that a late second delivery cannot succeed; other errors are raised.

    `unless`: where the key may have been answered otherwise; then that answer.
    """
    if not isinstance(error, Refusal) or key is None or movement is None:
        raise error
    receipt = key.refuse(error)
    refused = replace(movement, state="refused", receipt=receipt, due=None, facts={"refusal": error.code})
    if unless:
        answer = commit(lambda at, known: Draft(refused, (), None, unless=unless), movement.at, key)
    else:
        found = store.put_new(items.movement_item(refused))
        answer = receipt if found is None else replay(found, key)
    if answer is receipt:
        telling.tell(movement, error)
    return answer


def forestall(movement: Movement) -> dict[str, Any]:
    """The movement is refused for good, whoever asks for it later; what stands under its id, if somebody was first."""
    refused = items.movement_item(replace(movement, state="refused", due=None))
    return plain_item(store.put_new(refused) or item(refused))


def replay(found: Item, key: RequestKey | None) -> Receipt:
    """The stored answer; IdempotencyKeyReused if another request took the key.

    What was forestalled before any request came answers every one.
    """
    plain = plain_item(found)
    if key and plain.get("fingerprint", key.fingerprint) != key.fingerprint:
        raise IdempotencyKeyReused()
    return Receipt(plain.get("answer_status", 0), plain.get("answer", ""), replayed=True)


def answered(movement_id: str, key: RequestKey) -> Receipt | None:
    """The stored answer of a request that was made before; None if it was not."""
    found = store.movement(movement_id)
    return replay(found, key) if found else None


def open_wallet(wallet_id: str, owner: str, currency: str, tier: int, at: datetime) -> None:
    """Once or many times: the first opens."""
    store.put_new(items.new_head(wallet_id, owner, currency, at, tier=tier, floor=0))


def open_merchant(account: str, owner: str, currency: str, floor: int, at: datetime) -> None:
    """`floor` ≤ 0: how far refunds may take the merchant below zero."""
    store.put_new({"pk": account, "sk": items.ALLOWANCE, "allowance": -floor})
    store.put_new(items.new_head(account, owner, currency, at, tier=0, floor=floor))


def open_house(account: str, currency: str, floor: int, at: datetime) -> None:
    """An account of the house's own; `floor` ≤ 0: how far it may go below zero. Once or many times."""
    store.put_new(items.new_head(account, "house", currency, at, tier=0, floor=floor))


def open_credit(account: str, owner: str, currency: str, floor: int, at: datetime) -> None:
    """What somebody may be lent: down to `floor` ≤ 0. Once or many times; the last `floor` holds from then on."""
    found = store.put_new(items.new_head(account, owner, currency, at, tier=0, floor=floor))
    if found is not None and plain_item(found)["floor"] != floor:
        store.update(Update(settings().ledger_table, account, items.HEAD).assign("floor", floor).written())


def head(account: str) -> Head:
    """Raises NotFound."""
    wired = store.head(account)
    if wired is None:
        raise NotFound()
    return Head.of(wired)


def corrected(currency: str) -> int:
    """What the house's own account of corrections holds; 0 before the first one."""
    try:
        return head(chart.corrections(currency)).available
    except NotFound:
        return 0


def movement(movement_id: str) -> dict[str, Any]:
    """The stored attributes, plain. Raises NotFound; a refused request left no movement behind."""
    wired = store.movement(movement_id)
    if wired is None or wired["state"]["S"] == "refused":
        raise NotFound()
    return plain_item(wired)


def beside(movement_id: str, sk: str) -> dict[str, Any] | None:
    """What a room keeps under the movement's id, beside it; plain."""
    wired = store.beside(movement_id, sk)
    return plain_item(wired) if wired else None


def all_beside(movement_id: str, prefix: str) -> list[dict[str, Any]]:
    """What a room keeps under the movement's id, of one kind; plain, in the order of its keys."""
    return [plain_item(wired) for wired in store.partition(movement_id, prefix)]


def behind(pk: str, after: str, limit: int) -> list[dict[str, Any]]:
    """Items of a list that a room keeps, whose sort keys are behind `after`; plain, in the order of their keys."""
    return [plain_item(wired) for wired in store.page_of(pk, after, limit)]


def several_beside(movement_ids: Sequence[str], sk: str) -> list[dict[str, Any]]:
    """The same of several movements, at most 100; those that exist, in no order."""
    return [plain_item(wired) for wired in store.movements(movement_ids, sk)]


def newest_of(pk: str, before: str | None, limit: int) -> list[str]:
    """Sort keys of a list that a room keeps, the last first, those before `before`."""
    return store.sort_keys(pk, before or "~", limit)


def movements(movement_ids: Sequence[str]) -> list[dict[str, Any]]:
    return [plain_item(wired) for wired in store.movements(movement_ids)]


def lines(batch_id: str) -> list[tuple[str, int, int]]:
    """(movement, amount, fee) of each line of a settled batch."""
    return lines_of([batch_id])


def lines_of(batch_ids: Sequence[str]) -> list[tuple[str, int, int]]:
    """The lines of settled batches, at most 100 of them, in no order."""
    found = store.movements(batch_ids, "LINES")
    return [tuple(line) for one in found for line in plain_item(one)["lines"]]


def count(counting: Update) -> bool:
    """What no money hangs on, by itself: made if its conditions hold, and whether it was."""
    return store.update(counting.written())[0]


def impose(account: str, reason: str, frozen_at: datetime, review_at: datetime | None = None) -> bool:
    """The house freezes it, its owner's own freeze or not; the reason is for the owner to read. Once more is as good.

    False, and no effect, if it is closed or the house froze it later than that. Raises InvalidRequest (too long).
    """
    text.capped(reason, text.TEXT_BYTES, "reason")
    when = clock.written(frozen_at)
    update = _frozen(account, model.BY_HOUSE).assign("reason", reason).assign(model.HOUSE_AT, when)
    if review_at:
        update.assign(model.REVIEW_AT, clock.written(review_at))
    return store.update(update.require_at_most(model.HOUSE_AT, when).written())[0]


def review(account: str, frozen_at: datetime, review_at: datetime) -> bool:
    """When the house looks again at what it froze then, for its owner to read. False if it is not so frozen."""
    update = Update(settings().ledger_table, account, items.HEAD).assign(model.REVIEW_AT, clock.written(review_at))
    update.require(model.BY_HOUSE, "=", "frozen").require(model.HOUSE_AT, "=", clock.written(frozen_at))
    return store.update(update.written())[0]


def lift(account: str, frozen_at: datetime) -> bool:
    """End what the house froze then, or before; its owner's own freeze goes on. False if it is not so frozen."""
    update = _thawed(account, model.BY_HOUSE, model.BY_OWNER).remove("reason", model.HOUSE_AT, model.REVIEW_AT)
    return store.update(update.require_at_most(model.HOUSE_AT, clock.written(frozen_at)).written())[0]


def freeze(account: str) -> bool:
    """The owner freezes it, the house's freeze or not. False, and no effect, if they have or it is closed."""
    update = _frozen(account, model.BY_OWNER).require_absent(model.BY_OWNER)
    return store.update(update.written())[0]


def thaw(account: str, epoch: int) -> bool:
    """End what the owner froze; the house's freeze goes on. False, and no effect, unless `epoch` is its own."""
    update = _thawed(account, model.BY_OWNER, model.BY_HOUSE).require("epoch", "=", epoch)
    return store.update(update.written())[0]


def raise_epoch(account: str) -> int:
    """Stops every movement that tokens of before could make, at once; returns the new epoch. Raises NotFound."""
    update = Update(settings().ledger_table, account, items.HEAD).add("epoch", 1)
    made, attributes = store.update(update.written(), returns="UPDATED_NEW")
    if not made:
        raise NotFound()
    return int(plain_item(attributes)["epoch"])


def due(kind: str, at: datetime, limit: int = 100) -> list[str]:
    """Ids of what is due, from all shards; candidates only, their conditions decide. Measures how late we are."""
    found = _due_between(kind, "", clock.written(at), limit)
    since = min((clock.read(due_at) for _, due_at in found), default=at)
    gauge("OldestDueSeconds", (at - since).total_seconds(), Kind=kind)
    return [one for one, _ in found]


def due_after(kind: str, after: datetime, limit: int) -> list[str]:
    """Ids of what is due from then on: of each shard so many, the soonest. For figures: it decides nothing."""
    return [one for one, _ in _due_between(kind, clock.written(after), "~", limit)]


def due_page(kind: str, shard: int, after: str, limit: int) -> tuple[list[tuple[str, str]], str | None]:
    """(id, time) of what one shard has at `after` or later; and where the next page begins, None at the end."""
    found = store.due_between(model.due_key(kind, shard), after, "~", limit)
    following = found[-1][1] if len(found) == limit and found[-1][1] > after else None
    return found, following


def _due_between(kind: str, after: str, until: str, limit: int) -> list[tuple[str, str]]:
    keys = (model.due_key(kind, shard) for shard in range(model.SHARDS))
    return [found for key in keys for found in store.due_between(key, after, until, limit)]


def of_order(order_key: str, after: str, limit: int) -> list[str]:
    """Ids after `after` of the payments that carry a merchant's order; a look-up for people, it decides nothing."""
    return store.of_order(order_key, after, limit)


def _frozen(account: str, by: str) -> Update:
    update = Update(settings().ledger_table, account, items.HEAD).assign("status", "frozen").assign(by, "frozen")
    return update.require_one_of("status", "active", "frozen")


def _thawed(account: str, by: str, other: str) -> Update:
    """Active, unless the other freeze holds: what it holds the wallet in stands in it."""
    update = Update(settings().ledger_table, account, items.HEAD).fall_back("status", other, "active").remove(by)
    return update.require("status", "=", "frozen").require(by, "=", "frozen")


def _verdicts(legs: Sequence[Leg], reasons: Sequence[store.Reason]) -> list[Verdict]:
    failed = [(leg, reason) for leg, reason in zip(legs, reasons, strict=True) if reason.code == store.CONDITION]
    return [leg.explain(reason.item) for leg, reason in failed]
