"""Charges of payment codes, by many tills at once: one code is one charge, and each charge ends in one way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tests.concurrency import acts, chores, settling
from tests.concurrency.acts import Request, Told
from tests.concurrency.answers import Person, Shop
from tests.concurrency.crowd import Act
from tests.concurrency.findings import Findings
from tests.concurrency.town import CURRENCY, Town

FUNDS, LARGE = 40_000, 600_000
"""`LARGE` waits for its customer."""
Charge = Mapping[str, Any]


def charges(town: Town, found: Findings) -> None:
    shops = [town.shop(), town.shop(250, 30)]
    for _ in range(2):
        _one_code(town, found, shops)
    _reversed_by_key(town, found, shops[0])
    _reversed_by_id(town, found, shops[0])
    _reversed_or_settled(town, found, shops[1])
    _yes_or_no(town, found, shops[0])
    settling.drain(town, town.books())
    town.audit(found)
    by_the_books = [(town.books().heads[shop.account]["available"], _owed(town, shop)) for shop in shops]
    found.hold(
        14, "a shop gets what was charged and not given back", all(a == b for a, b in by_the_books), by_the_books
    )


def _one_code(town: Town, found: Findings, shops: Sequence[Shop]) -> None:
    """Charged by every till of two shops, under keys of their own and one that is delivered by all."""
    (code,) = _codes(town, town.customers(1, FUNDS))
    twice = _charge(shops[0], code, 700, town.name())
    asked = [_charge(shop, code, 700, town.name()) for shop in shops for _ in range(town.size)]
    told = town.ask([*asked, *[twice] * town.size])
    found.hear(told, "code-over")
    made = {one.json["id"] for one in told if one.made}
    found.hold(20, "N tills with one code make one charge", len(made) == 1, f"{len(made)} of {len(told)}")
    answers = {one.raw for one in told[len(asked) :]}
    found.hold(5, "one key of a till has one answer", len(answers) == 1, f"{len(answers)} of {town.size} deliveries")


def _reversed_by_key(town: Town, found: Findings, shop: Shop) -> None:
    """While the charge is under way: whether it came first or last, nothing is left of it."""
    people = town.customers(4, FUNDS)
    wanted = [_charge(shop, code, 900, town.name()) for code in _codes(town, people)]
    ends = [Request("POST", "/v1/charge-reversals", {}, shop.key, one.key) for one in wanted for _ in range(3)]
    told = town.ask([*wanted, *ends])
    found.hear(told, "invalid-state")
    left = [town.answers.buckets(one) for one in people]
    found.hold(8, "a charge that is reversed by its key takes nothing", left == [(FUNDS, 0)] * len(left), left)
    over = all(one.made for one in told[len(wanted) :])
    found.hold(8, "and every reversal says that it is over", over, f"{len(ends)} of {len(wanted)} charges")


def _reversed_by_id(town: Town, found: Findings, shop: Shop) -> None:
    """Against a refund of what was captured, and the capture of what is held."""
    people = town.customers(4, FUNDS)
    ways = ("automatic", "manual") * 2
    codes = zip(_codes(town, people), ways, strict=True)
    made = town.ask([_charge(shop, code, 800, town.name(), capture=way) for code, way in codes])
    found.hear(made)
    rivals = {"automatic": "refunds", "manual": "capture"}
    asked = [town.follow(shop, one.json["id"], rivals[way], 800) for one, way in zip(made, ways, strict=True)]
    ends = [_reversal(town, shop, one.json["id"]) for one in made for _ in range(3)]
    told = town.ask([*asked, *ends])
    found.hear(told, "invalid-state")
    won = Counter(_charge_of(one.json) for one in [*told[: len(asked)], *_firsts(told[len(asked) :])] if one.made)
    once = won == Counter(one.json["id"] for one in made)
    found.hold(13, "a charge is reversed, or refunded or captured, never both", once, f"{len(won)} of {len(made)}")


def _reversed_or_settled(town: Town, found: Findings, shop: Shop) -> None:
    """The stream, the queue's consumers, the sweep and the till all want the same lines."""
    told = town.ask([_charge(shop, code, 600, town.name()) for code in _codes(town, town.customers(6, FUNDS))])
    found.hear(told)
    made, entries = [one.json["id"] for one in told], town.books().entries
    ends = [Act(acts.ask, (_reversal(town, shop, one),)) for one in made for _ in range(2)]
    turns = [Act(chores.deliver, (entries, town.name("seed"), 0.8)) for _ in range(town.size)]
    turns += [Act(chores.consume, (town.name("seed"),)) for _ in range(2 * town.size)]
    told = town.mixed([*ends, *turns, *[Act(chores.sweep)] * town.size])[: len(ends)]
    town.answers.hear(told)
    found.hear(told, "invalid-state")
    settling.drain(town, town.books())
    seen = town.books().movements
    given_back = {one.json["charge_id"] for one in told if one.made}
    settled = {one for one in made if "settled_by" in seen[one]}
    once = given_back ^ settled == set(made) and not given_back & settled
    found.hold(14, "a charge is reversed or settled, never both", once, f"{len(given_back)} of {len(made)} reversed")


def _yes_or_no(town: Town, found: Findings, shop: Shop) -> None:
    """What waits for its customer: their yes, their no, the end of its time, and the till that gives up."""
    people = [_proved(town, one) for one in town.customers(4, LARGE)]
    told = town.ask([_charge(shop, code, LARGE, town.name()) for code in _codes(town, [one for one, _ in people])])
    waits = [one.json["id"] for one in told if one.status == 202]
    found.hold(20, "what is large waits, and takes nothing", len(waits) == len(people), f"{len(waits)} wait")
    acts_of = [_ends(town, shop, person, waits[place], place) for place, (_, person) in enumerate(people)]
    told = town.mixed([one for ends in acts_of for one in ends])
    town.answers.hear(told)
    found.hear(told, "invalid-state")
    seen = town.ask(Request("GET", f"/v1/charges/{one}", None, shop.key) for one in waits)
    heard = [each.json for each in told if each.made]
    odd = [(said, one.json) for one in seen for said in heard if not _agree(said, one.json)]
    ways = ", ".join(one.json.get("reason") or one.json["status"] for one in seen)
    found.hold(8, "what waited ends in one way, and nobody was told another", not odd, odd[:1] or ways)


def _ends(town: Town, shop: Shop, person: Person, charge: str, place: int) -> list[Act]:
    """Of each charge its own mixture; one of them nobody reverses, so that yes and no are not always undone."""
    yes = [Request("POST", f"/v1/charges/{charge}/confirm", {}, person.token, town.name()) for _ in range(town.size)]
    no = [Request("POST", f"/v1/charges/{charge}/decline", None, person.token) for _ in range(town.size)]
    late = Act(chores.ask_late, (Request("GET", f"/v1/charges/{charge}", None, shop.key),))
    over = [Act(acts.ask, (_reversal(town, shop, charge),)) for _ in range(2)]
    ends = [Act(acts.ask, (one,)) for one in [*yes, *(no if place != 1 else [])]]
    return [*ends, *([late] if place < 2 else []), *(over if place == 3 else [])]


def _agree(said: Charge, now: Charge) -> bool:
    """A payment that was told has its money, unless the till has given it back since."""
    if _charge_of(said) != now["id"]:
        return True
    if "captured" in said:
        return now["status"] in ("captured", "voided")
    if said["status"] == "reversed":
        return now["status"] == "voided" or now.get("reason") == "reversed" or not said["given_back"]
    return said["status"] in ("waiting", "captured", "voided") or (said.get("reason") == now.get("reason"))


def _proved(town: Town, person: Person) -> tuple[Person, Person]:
    """With a token that goes on, and with one that has just stepped up."""
    going_on, proved = town.crowd.alone(acts.step_up, person.token, person.refresh_token)
    return replace(person, token=going_on), replace(person, token=proved)


def _codes(town: Town, people: Sequence[Person]) -> list[str]:
    """One of each wallet."""
    shown = [Request("POST", "/v1/payment-codes", {"wallet_id": one.wallet}, one.token) for one in people]
    return [one.json["code"] for one in town.ask(shown)]


def _charge(shop: Shop, code: str, amount: int, key: str, **more: Any) -> Request:
    body = {"code": code, "amount": amount, "currency": CURRENCY, "order_reference": "till", "confirm_duplicate": True}
    return Request("POST", "/v1/charges", body | more, shop.key, key)


def _reversal(town: Town, shop: Shop, charge: str) -> Request:
    return Request("POST", f"/v1/charges/{charge}/reversals", {}, shop.key, town.name())


def _charge_of(view: Charge) -> str:
    return str(view.get("charge_id") or view.get("payment_id") or view["id"])


def _firsts(told: Sequence[Told]) -> list[Told]:
    """One answer of each charge's reversals, which were asked for three at a time."""
    return list({_charge_of(one.json): one for one in told if one.made}.values())


def _owed(town: Town, shop: Shop) -> int:
    gross, fees = town.answers.due(shop)
    return gross - fees
