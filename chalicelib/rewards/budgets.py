"""One less of a budget that lies in sixteen shards, as a leg of the transaction that gives it to somebody."""

from __future__ import annotations

from chalicelib.kernel import ids
from chalicelib.kernel.errors import CofferError, InvalidState, NotFound
from chalicelib.ledger.model import Changed, Leg, Verdict
from chalicelib.ledger.wire import Item
from chalicelib.ledger.write import Update
from chalicelib.rewards import store
from chalicelib.rewards.model import SHARDS
from chalicelib.settings import settings


class Budget:
    """Looks for a shard with something left; begins anywhere, so that issues at once rarely meet."""

    def __init__(self, of: str, most: int, new_id: str, exhausted: type[CofferError]) -> None:
        """`most`: what one can cost, in minor units; `new_id`: of what is given."""
        self._of, self._most, self._exhausted = of, most, exhausted
        self._shard, self._empty = ids.packed(new_id)[-1] % SHARDS, False

    def leg(self) -> Leg:
        """One less in the shard. Raises `exhausted`; refuses with InvalidState (stopped), NotFound."""
        if self._empty:
            self._shard, self._empty = self._another(), False
        update = self._row().add("coupons", -1).add("reserve", -self._most)
        update.require("coupons", ">=", 1).require("reserve", ">=", self._most).require("status", "=", "open")
        return Leg(update.written(), self._explain)

    def still(self) -> Leg:
        """None less, but no more is given once it is stopped. Refuses with InvalidState (stopped), NotFound."""
        return Leg(self._row().require("status", "=", "open").checked(), self._explain)

    def _row(self) -> Update:
        return Update(settings().merchants_table, store.budget_key(self._of, self._shard), store.BUDGET)

    def _explain(self, wired: Item | None) -> Verdict:
        if not wired:
            return NotFound()
        if wired["status"]["S"] != "open":
            return InvalidState(state="stopped")
        self._empty = True
        return Changed()

    def _another(self) -> int:
        """What is left only falls, so a shard that was read empty is empty for good."""
        others = [(self._shard + step) % SHARDS for step in range(1, SHARDS)]
        found = next((shard for shard, left in store.left(self._of, others) if left.count > 0), None)
        if found is None:
            raise self._exhausted()
        return found
