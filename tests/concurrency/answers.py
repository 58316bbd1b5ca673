"""What everybody must hold, from nothing but the answers they were given: each movement once, however often told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.kernel import ids
from tests.concurrency.acts import Told
from tests.concurrency.books import Books
from tests.concurrency.findings import Findings

_AT_ONCE = ("pay_", "cap_", "voi_", "ref_")


@dataclass(frozen=True, slots=True)
class Person:
    wallet: str
    token: str
    refresh_token: str


@dataclass(frozen=True, slots=True)
class Shop:
    id: str
    account: str
    key: str
    basis_points: int
    fixed: int
    floor: int

    def fee(self, amount: int) -> int:
        """Hundredths of a per cent, half up, and the fixed part; never more than the amount."""
        return min(amount, (amount * self.basis_points + 5_000) // 10_000 + self.fixed)


@dataclass
class Answers:
    made: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Movement → what its maker was told of it."""

    def hear(self, told: Iterable[Told]) -> None:
        """A top-up that was begun moves nothing yet, nor does a reversal that gave nothing back."""
        made = [_movement(one.json) for one in told if one.status == 201]
        self.made.update({view["id"]: view for view in made if view["id"].startswith(_AT_ONCE)})

    def credit(self, top_ups: Iterable[Mapping[str, Any]]) -> None:
        """The bank's word of them has come."""
        self.made.update({view["id"]: view for view in top_ups})

    def some(self, kind: str) -> list[Mapping[str, Any]]:
        return [view for movement, view in self.made.items() if movement.startswith(kind)]

    def buckets(self, person: Person) -> tuple[int, int]:
        """(available, held)."""
        available = held = 0
        for movement, view in self.made.items():
            if self.wallet_of(view) == person.wallet:
                free, aside = self._effect(movement[:3], view)
                available, held = available + free, held + aside
        return available, held

    def due(self, shop: Shop) -> tuple[int, int]:
        """(gross, fees) of everything captured and refunded at a merchant's."""
        lines = [(view["amount"], shop.fee(view["amount"])) for view in self._captures() if self._shop(view) == shop.id]
        lines += [(-view["amount"], 0) for view in self.some("ref") if self._shop(view) == shop.id]
        return sum(amount for amount, _ in lines), sum(fee for _, fee in lines)

    def lines(self, shops: Iterable[Shop]) -> set[str]:
        """Ids of what must be settled with them."""
        named = {shop.id for shop in shops}
        return {view["id"] for view in [*self._captures(), *self.some("ref")] if self._shop(view) in named}

    def _captures(self) -> list[Mapping[str, Any]]:
        """A charge that was taken back has no line."""
        gone = {view["payment_id"] for view in self.some("voi")}
        return [*(view for view in self.some("pay") if view["captured"] and view["id"] not in gone), *self.some("cap")]

    def _effect(self, kind: str, view: Mapping[str, Any]) -> tuple[int, int]:
        amount = view["amount"]
        if kind == "pay":
            return -amount, 0 if view["captured"] else amount
        if kind in ("cap", "voi"):
            payment = self.made[view["payment_id"]]
            freed = payment["amount"] - (amount if kind == "cap" else 0)
            return freed, 0 if payment["captured"] else -payment["amount"]
        return amount, 0

    def _payment(self, view: Mapping[str, Any]) -> Mapping[str, Any]:
        return self.made[view["payment_id"]] if "payment_id" in view else view

    def wallet_of(self, view: Mapping[str, Any]) -> str:
        return str(self._payment(view)["wallet_id"])

    def _shop(self, view: Mapping[str, Any]) -> str:
        return str(self._payment(view).get("merchant_id", ""))


def _movement(view: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of an answer: a reversal's is the void that gave back what the charge had taken."""
    if not view.get("given_back"):
        return view if "id" in view else {**view, "id": ""}
    return {"id": ids.derived("voi", view["charge_id"]), "payment_id": view["charge_id"], "amount": view["given_back"]}


def compare(found: Findings, books: Books, answers: Answers, people: Iterable[Person]) -> None:
    """Effects and answers say the same."""
    wallets = {person.wallet: answers.buckets(person) for person in people}
    seen = {wallet: (books.heads[wallet]["available"], books.heads[wallet]["held"]) for wallet in wallets}
    wrong = {wallet: (seen[wallet], said) for wallet, said in wallets.items() if seen[wallet] != said}
    found.hold(5, "every wallet holds what the answers say, to the unit", not wrong, wrong or f"{len(wallets)} wallets")
    entries = Counter(entry["movement"] for entry in books.journal if entry["pk"] in wallets)
    told = {movement for movement, view in answers.made.items() if answers.wallet_of(view) in wallets}
    odd = entries.keys() ^ told or {movement for movement, count in entries.items() if count != 1}
    found.hold(8, "one entry for each success, none for a refusal", not odd, odd or f"{len(entries)} entries")
