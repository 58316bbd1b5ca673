"""People and merchants of one round, made through the API; what they ask for together, all processes ask at once."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any

from tests.concurrency import acts, answers, books
from tests.concurrency.acts import Request, Told
from tests.concurrency.answers import Answers, Person, Shop
from tests.concurrency.books import Books
from tests.concurrency.crowd import Act, Crowd
from tests.concurrency.findings import Findings

CURRENCY = "CNY"


class Town:
    def __init__(self, crowd: Crowd, operator: str, seed: str) -> None:
        """`operator`: the identifier of one who may take on merchants; `seed` decides who asks for what."""
        self.crowd, self.chance, self.answers = crowd, random.Random(seed), Answers()
        self._operator, self._seed = operator, seed
        self.people: list[Person] = []
        self.shops: list[Shop] = []
        self._numbers = 0

    @property
    def size(self) -> int:
        """How many processes there are: what is attempted grows with them."""
        return self.crowd.size

    def name(self, kind: str = "key") -> str:
        """One that nobody had before."""
        self._numbers += 1
        return f"{self._seed}.{kind}-{self._numbers}"

    def address(self, kind: str = "person") -> str:
        return f"{self.name(kind)}@example.com"

    def customers(self, count: int, funds: int) -> list[Person]:
        """With `funds` each."""
        names = [self.address() for _ in range(count)]
        for one in self.crowd.at_once([Act(acts.settle_in, (name, funds)) for name in names]):
            self.answers.credit(one["top_ups"])
            self.people.append(Person(one["wallet"], one["access_token"], one["refresh_token"]))
        return self.people[-count:]

    def shop(self, basis_points: int = 60, fixed: int = 0, floor: int = -(10**9)) -> Shop:
        fees = {"fee_basis_points": basis_points, "fee_fixed": fixed, "floor": floor}
        terms = {"name": self.name("shop"), "currencies": [CURRENCY], **fees}
        found = self.crowd.alone(acts.take_on, self._operator, terms)
        self.shops.append(Shop(found["id"], found["accounts"][CURRENCY], found["key"], basis_points, fixed, floor))
        return self.shops[-1]

    def payee(self, floor: int, reserve: int) -> Shop:
        """Paid out daily, and whenever it asks."""
        shop = self.shop(floor=floor)
        self.crowd.alone(acts.agree_on_payouts, self._operator, shop.id, reserve)
        return shop

    def pay_out(self, shop: Shop) -> Request:
        return Request("POST", f"/v1/merchants/{shop.id}/payouts", {"currency": CURRENCY}, shop.key, self.name())

    def purchase(self, payer: Person, shop: Shop, amount: int, key: str = "", **more: Any) -> Request:
        """A payment; with `confirm_duplicate` unless told otherwise."""
        order = {"wallet_id": payer.wallet, "merchant_id": shop.id, "amount": amount, "currency": CURRENCY}
        order |= {"order_reference": "order", "confirm_duplicate": True} | more
        return Request("POST", "/v1/payments", order, payer.token, key or self.name())

    def follow(self, shop: Shop, payment: str, what: str, amount: int = 0, key: str = "") -> Request:
        """`what`: capture, void or refunds."""
        body = {"amount": amount} if amount else {}
        return Request("POST", f"/v1/payments/{payment}/{what}", body, shop.key, key or self.name())

    def ask(self, requests: Iterable[Request]) -> list[Told]:
        """All at once; the answers in the order of the requests, which are spread over the processes by chance."""
        told: list[Told] = self.mixed([Act(acts.ask, (request,)) for request in requests])
        self.answers.hear(told)
        return told

    def mixed(self, wanted: Sequence[Act]) -> list[Any]:
        """The same of acts of any kind."""
        order = list(range(len(wanted)))
        self.chance.shuffle(order)
        gave = dict(zip(order, self.crowd.at_once([wanted[place] for place in order]), strict=True))
        return [gave[place] for place in range(len(wanted))]

    def books(self) -> Books:
        """Of everybody in town."""
        accounts = [*(person.wallet for person in self.people), *(shop.account for shop in self.shops)]
        found: Books = self.crowd.alone(books.of, accounts)
        return found

    def audit(self, found: Findings) -> Books:
        """What must hold at the end of every scenario."""
        seen = self.books()
        books.audit(found, seen)
        answers.compare(found, seen, self.answers, self.people)
        return seen
