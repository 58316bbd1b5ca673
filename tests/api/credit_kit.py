"""People with a history, their lines, quotes and plans, through the whole app."""

from __future__ import annotations

from typing import Any

from chalicelib.credit import collecting, service
from chalicelib.credit import plan as plans
from chalicelib.kernel import ids
from chalicelib.ledger import chart, store
from chalicelib.ledger import service as ledger
from chalicelib.ledger.items import HEAD
from chalicelib.ledger.model import Change, Draft, Entry, Known, Movement
from chalicelib.ledger.write import Update
from chalicelib.notices import service as notices
from chalicelib.settings import settings
from tests.api.caller import Caller, Reply
from tests.api.world import Person, World, fresh_key
from tests.people import in_office

DAY = 86_400


def known(world: World, money: int = 3_000_000, tier: int = 2) -> Person:
    """Somebody whom documents have proved, and whose wallet `money` has come to."""
    return proved(world.customer(money), tier)


def proved(person: Person, tier: int = 2) -> Person:
    """As after a look at their documents; they sign in with it."""
    head = Update(settings().ledger_table, person.wallet, HEAD).assign("tier", tier)
    user = Update(settings().identity_table, person.id, "USER").assign("tier", tier)
    assert not store.transact([head.written(), user.written()])
    person.world.clock.advance(1)
    person.sign_in()
    return person


def with_line(world: World, money: int = 3_000_000, tier: int = 2) -> Person:
    return asked(known(world, money, tier))


def asked(person: Person) -> Person:
    asked = person.phone.post("/v1/credit-line", {})
    assert (asked.status, asked.json["status"]) == (200, "open"), asked.raw
    return person


def line(person: Person) -> dict[str, Any]:
    found: dict[str, Any] = person.phone.get("/v1/credit-line").json
    return found


def account(person: Person) -> str:
    return chart.credit_of(person.id, person.currency)


def lent(person: Person) -> int:
    """What they owe of the principal, as the ledger has it."""
    return -ledger.head(account(person)).available


def quoted(person: Person, amount: int = 60_000, plan: str = "six", kind: str = "purchase") -> Reply:
    wish = {"kind": kind, "plan": plan, "amount": amount, "currency": person.currency}
    return person.phone.post("/v1/instalment-quotes", wish)


def quote(person: Person, amount: int = 60_000, plan: str = "six", kind: str = "purchase") -> dict[str, Any]:
    """What a client sends to agree to it."""
    reply = quoted(person, amount, plan, kind)
    assert reply.status == 201, reply.raw
    return {"quote_id": reply.json["quote"]["id"], "quote_hash": reply.json["hash"]}


def agree(person: Person, part: dict[str, Any], key: str = "", **more: Any) -> Reply:
    body = {"wallet_id": person.wallet, **part, **more}
    return person.phone.post("/v1/instalment-plans", body, idempotency_key=key or fresh_key())


def bought(person: Person, amount: int = 60_000, plan: str = "six", reference: str = "order-1") -> dict[str, Any]:
    """The plan of a purchase at the shop."""
    what = {"merchant_id": person.world.shop.id, "amount": amount, "currency": "CNY", "order_reference": reference}
    reply = agree(person, quote(person, amount, plan), **what)
    assert reply.status == 201, reply.raw
    found: dict[str, Any] = reply.json
    return found


def borrowed(person: Person, amount: int = 60_000, plan: str = "six") -> dict[str, Any]:
    reply = agree(person, quote(person, amount, plan, "cash"))
    assert reply.status == 201, reply.raw
    found: dict[str, Any] = reply.json
    return found


def plan(person: Person, plan_id: str) -> dict[str, Any]:
    found: dict[str, Any] = person.phone.get(f"/v1/instalment-plans/{plan_id}").json
    return found


def repay(person: Person, plan_id: str, amount: int | None = None, key: str = "") -> Reply:
    body = {} if amount is None else {"amount": amount}
    path = f"/v1/instalment-plans/{plan_id}/repayments"
    return person.phone.post(path, body, idempotency_key=key or fresh_key())


def empty(world: World, person: Person, leave: int = 0) -> None:
    """All but `leave` goes away, at once."""
    amount = ledger.head(person.wallet).available - leave
    gone = ids.new("wdr", world.clock.now())

    def build(at: Any, known: Known) -> Draft:
        postings = {person.wallet: -amount, chart.clearing("sandbox", person.currency): amount}
        change = Change(person.wallet, person.currency, available=-amount, settles=True)
        movement = Movement(gone, "withdrawal", person.wallet, amount, person.currency, "succeeded", at)
        return Draft(movement, (change,), Entry(gone, "withdrawal", person.currency, at, postings, owner=person.id))

    ledger.commit(build, world.clock.now())


def withdraw(person: Person, plan_id: str) -> Reply:
    return person.phone.post(f"/v1/instalment-plans/{plan_id}/withdrawal", {}, idempotency_key=fresh_key())


def give_up(world: World, person: Person, plan_id: str) -> Reply:
    path = f"/v1/people/{person.id}/instalment-plans/{plan_id}/write-off"
    return office(world).post(path, {"reason": "moved away"})


def cases(world: World) -> list[dict[str, Any]]:
    """Open ones, of plans that are overdue for long."""
    found = office(world).get("/v1/cases").json["data"]
    return [one for one in found if one["kind"] == collecting.CASE]


def late_fee_alone(world: World, person: Person) -> dict[str, Any]:
    """A plan of which nothing else is missing."""
    begun = bought(person, 60_000, "three")
    later(world, person, 63)
    empty(world, person)
    later(world, person, 36)
    due = plan(person, begun["id"])
    world.put_in(person, due["due"] - due["late_fees"])
    later(world, person, 1)
    found = plan(person, begun["id"])
    assert (found["owed"], found["due"], found["status"]) == (0, found["late_fees"], "overdue") and found["due"] > 0
    return found


def overdue(person: Person, plan_id: str, months: int = 3) -> None:
    """As if it had begun so long ago, and nothing had been collected since."""
    seen = service.seen(person.id, person.currency, plan_id)
    earlier = plans.pause(seen.kept.plan, -months)
    at = person.world.clock.now()
    ledger.commit(lambda at, known: Draft(None, (), None, legs=(seen.becomes(earlier, at),)), at)


def office(world: World) -> Caller:
    """An operator whose session is fresh."""
    return world.nobody.bearing(in_office(world.operator_id, world.clock.now()))


def later(world: World, person: Person, days: float) -> None:
    """So many days pass, with a sweep on each, and they sign in again."""
    for _ in range(int(days)):
        world.clock.advance(DAY)
        world.sweep()
    world.clock.advance((days - int(days)) * DAY + 1)
    person.sign_in()


def told(person: Person, kind: str) -> list[str]:
    return [one.body for one in notices.inbox(person.id, None, 100)[0] if one.kind == kind]
