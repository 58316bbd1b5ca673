"""From payments to a picture of them, and back to the entry: `make demo ACT=insight`.

Everything goes over HTTP; what each figure must be is counted here, beside the books. Only the schedule that compacts
the lake is called early: it would come within five minutes.
"""

from __future__ import annotations

import csv
import io
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from chalicelib.kernel import clock, money
from infra.local import demo_backup, people, seed
from infra.local.client import Client, new_key
from infra.local.narration import Narrator, Wrong, bar, padded
from infra.local.people import Person

CURRENCY, WITHIN_SECONDS = "CNY", 120.0
TOPUP = 50_000
PAID = {"ann": (1_800, 3_600, 950), "ben": (4_250,), "cam": (2_000, 700)}
"""Who pays how much, in order; then Cam wants what nobody has."""
TOO_MUCH = 200_000
COUNT, SUM, PEOPLE = {"measure": "count"}, {"measure": "sum", "of": "amount"}, {"measure": "people"}
_WIDTH = 30


@dataclass
class Desk:
    """An analyst's desk, and a shop with some customers."""

    narrator: Narrator
    local: dict[str, Any]
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    merchant: str = ""
    answer: dict[str, Any] = field(default_factory=dict)
    payment: str = ""

    def __post_init__(self) -> None:
        self.began = clock.now() - timedelta(minutes=1)
        self.anybody = Client(self.local["api"], language=self.narrator.language)
        tokens = seed.operator(self.anybody) or {}
        self.office = self.anybody.bearing(tokens["access_token"])

    def must(self, what: str, got: object, wanted: object) -> None:
        """Raises Wrong unless `got` is `wanted`; `what` names it in the catalogue."""
        if got != wanted:
            named = self.narrator.words(f"what.{what}")
            raise Wrong(self.narrator.words("wrong.value", what=named, got=got, wanted=wanted))

    def ask(self, **more: Any) -> dict[str, Any]:
        """About this shop, from the beginning of the play."""
        times = {"from": clock.written(self.began), "to": clock.written(clock.now() + timedelta(hours=1))}
        mine = {"dimension": "merchant", "words": [self.merchant]}
        done = {"dimension": "outcome", "words": ["succeeded"]}
        wish = times | {"measures": [COUNT, SUM], "filters": [mine, done, *more.pop("filters", [])]} | more
        found: dict[str, Any] = self.office.insist("/v1/reports/query", wish).expect(200)
        return found

    def compact(self) -> None:
        demo_backup.turn(self.local, "compact")


def buy_something(desk: Desk) -> None:
    with desk.narrator.step("insight.buying") as facts:
        terms = {"name": f"Tea House {desk.run}", "currencies": [CURRENCY], "fee_basis_points": 60, "fee_fixed": 0}
        made = desk.office.insist("/v1/merchants", terms | {"floor": -50_000}).expect(201)
        desk.merchant = made["id"]
        for who, amounts in PAID.items():
            _customer(desk, who, amounts)
        facts |= {"payments": _count(), "people": len(PAID), "amount": money.shown(_total(), CURRENCY)}


def _customer(desk: Desk, who: str, amounts: tuple[int, ...]) -> None:
    named = Person(f"{who}-{desk.run}@coffer.example", f"{who} drinks tea {desk.run}", who.title(), "en")
    me = desk.anybody.bearing(people.sign_up(desk.anybody, named)["access_token"])
    wallet = people.wallets(me)[0]
    people.top_up(me, wallet, TOPUP, new_key())
    for number, amount in enumerate(amounts):
        desk.payment = _pay(desk, me, wallet, amount, f"{who}-{number}").expect(201)["id"]
    if who == "cam":
        _pay(desk, me, wallet, TOO_MUCH, "too-much").expect(409, "insufficient-funds")


def _pay(desk: Desk, me: Client, wallet: dict[str, Any], amount: int, order: str) -> Any:
    wish = {"wallet_id": wallet["id"], "merchant_id": desk.merchant, "amount": amount, "currency": CURRENCY}
    return me.insist("/v1/payments", wish | {"order_reference": f"{order}-{desk.run}"}, key=new_key())


def gather(desk: Desk) -> None:
    """The stream brings every entry to the lake; nobody's payment waited for it."""
    with desk.narrator.step("insight.gathering") as facts:
        payments = {"dimension": "kind", "words": ["payment"]}

        def all_there() -> bool | None:
            desk.compact()
            found = desk.ask(filters=[payments, _IN_CURRENCY])["rows"]
            return True if found and found[0]["count"] == _count() else None

        people.wait_for(all_there, "every payment in the lake", WITHIN_SECONDS)
        facts |= {"count": _count()}


_IN_CURRENCY = {"dimension": "currency", "words": [CURRENCY]}


def ask(desk: Desk) -> None:
    with desk.narrator.step("insight.asking") as facts:
        desk.answer = desk.ask(dimensions=["kind", "category"], measures=[COUNT, SUM, PEOPLE], filters=[_IN_CURRENCY])
        (row,) = (one for one in desk.answer["rows"] if one["kind"] == "payment")
        desk.must("payments", (row["count"], row["sum_amount"], row["people"]), (_count(), _total(), len(PAID)))
        facts |= {"count": row["count"], "amount": money.shown(row["sum_amount"], CURRENCY), "people": row["people"]}
    most = max(one["sum_amount"] for one in desk.answer["rows"])
    for one in desk.answer["rows"]:
        shown = padded(one["kind"], 12) + bar(one["sum_amount"], most, _WIDTH)
        desk.narrator.line(f"      {shown}  {money.shown(one['sum_amount'], CURRENCY)}")


def drill(desk: Desk) -> None:
    """From the bar to the entries that it counts, and to the journal of one of the accounts."""
    with desk.narrator.step("insight.drilling") as facts:
        place = [one["kind"] for one in desk.answer["rows"]].index("payment")
        path = f"/v1/reports/answers/{desk.answer['id']}/rows/{place}/entries"
        found = desk.office.get(path).expect(200)["data"]
        desk.must("entries", sorted(one["amount"] for one in found), sorted(_all()))
        one = next(event for event in found if event["movement"] == desk.payment)
        entries = desk.office.get(f"/v1/accounts/{one['account']}/entries").expect(200)["data"]
        (entry,) = (entry for entry in entries if entry["id"] == one["id"])
        facts |= {"entry": entry["id"], "amount": money.shown(one["amount"], CURRENCY), "at": one["happened_at"][:19]}


def take_away(desk: Desk) -> None:
    with desk.narrator.step("insight.file") as facts:
        told = desk.office.get(f"/v1/reports/answers/{desk.answer['id']}/file?format=csv")
        table = list(csv.DictReader(io.StringIO(told.raw.decode())))
        desk.must("rows", len(table), desk.answer["total"])
        facts |= {"rows": len(table), "columns": ", ".join(table[0])}


STEPS = (buy_something, gather, ask, drill, take_away)


def _all() -> list[int]:
    return [amount for amounts in PAID.values() for amount in amounts]


def _count() -> int:
    return len(_all())


def _total() -> int:
    return sum(_all())
