"""Payment codes and charges as people play them: shown, charged by one till or two, given up, confirmed, declined."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chalicelib.kernel import ids
from tests.api.caller import Reply
from tests.simulation import errands, people
from tests.simulation.charges import CODE_SECONDS, Shown
from tests.simulation.errands import SKEW_SECONDS, Errand, cool_in, epoch_in, judge, movement_id, unasked_in
from tests.simulation.model import Model
from tests.simulation.truth import Wish, hold

if TYPE_CHECKING:
    from tests.simulation.people import Person, Till
    from tests.simulation.world import World

AMOUNTS = (100, 250, 999, 5_000, 20_000, 60_000, 500_001, 500_001, 500_001)
_ENDED = ("declined", "expired", "reversed")
_TWO_TILLS, _LATE, _SOON, _PROVES, _SAYS_NO = 0.3, 0.15, 0.9, 0.85, 0.2
_GIVES_UP, _SHORT = 0.15, 0.15
_DAY_SECONDS = 86_400


@dataclass
class Bag:
    """What a customer knows of codes and charges."""

    codes: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Charges that want their yes."""


def show_or_answer(person: Person, chance: random.Random) -> None:
    """A PIN first, for what is large; a fresh code, mostly before a till; a look at it, a yes or a no, late or not."""
    bag = person.bag
    if bag.asked and chance.random() < 0.5:
        _answer(person, chance.choice(bag.asked[-3:]), chance)
    elif bag.codes and chance.random() < 0.3:
        _look(person, bag.codes[-1])
    elif not person.has_pin and chance.random() < 0.5:
        person._prove(chance)
    else:
        _show(person)


def _show(person: Person) -> None:
    world, wallet, token = person.world, person.wallet, person.access

    def then(reply: Reply | None) -> None:
        if reply and reply.status == 201 and person.wallet == wallet:
            told = reply.json
            person.bag.codes.append(told["id"])
            shown = Shown(told["id"], told["code"], wallet, token, world.clock.seconds)
            world.shown = [*world.shown[-30:], shown]
            if world.chance.random() >= _LATE:
                _wanted(shown, world, lambda: _look(person, shown.id))

    person._mine("POST", "/v1/payment-codes", {"wallet_id": wallet}, then)


def _look(person: Person, code: str) -> None:
    """Whoever is asked for a yes answers soon, most of the time."""

    def then(reply: Reply | None) -> None:
        found = reply.json.get("charge") if reply and reply.status == 200 else None
        if not found or found["status"] != "waiting" or found["id"] in person.bag.asked:
            return
        person.bag.asked.append(found["id"])
        if person.world.chance.random() < _SOON:
            _answer(person, found["id"], person.world.chance)

    person._mine("GET", f"/v1/payment-codes/{code}", None, then)


def _answer(person: Person, charge: str, chance: random.Random) -> None:
    """A yes takes a proof, which most give at once."""
    model = person.world.model
    if chance.random() < _SAYS_NO:
        person._mine("POST", f"/v1/charges/{charge}/decline", None, lambda reply: _declined(model, charge, reply))
    elif errands.step_in(person.access) <= model.seconds + model.started and chance.random() < _PROVES:
        person._prove(chance, lambda: _agree(person, charge))
    else:
        _agree(person, charge)


def _agree(person: Person, charge: str) -> None:
    model = person.world.model
    model.charges.yes.add(charge)
    person.keys += 1
    path, key, wish = f"/v1/charges/{charge}/confirm", f"{person.number}-{person.keys}", model.wishes[charge]
    yes = Errand(person.user, path, {}, key, lambda: person.access, wish, judged=judge_yes)
    person.errands = [*person.errands[-people.KEPT :], yes]
    people.send(person.world, yes)


def _declined(model: Model, charge: str, reply: Reply | None) -> None:
    if reply and reply.status == 200:
        model.charges.told_over(model, charge, reply.raw.decode())
        model.charges.effects["charge-no"] += 1
    elif reply and reply.status == 409:
        hold(charge in model.refused | model.done, "only what is over cannot be declined", answer=reply.raw)


def charge(till: Till, chance: random.Random) -> None:
    """A code that was on some phone, a fresh one if there is any."""
    world = till.world
    fresh = [one for one in world.shown if world.clock.seconds - one.at < CODE_SECONDS]
    if seen := world.shown if not fresh or chance.random() < _LATE else fresh:
        _charge(till, chance.choice(seen), chance)


def _wanted(shown: Shown, world: World, then: Callable[[], None]) -> None:
    """By the till that it is shown to; sometimes by another as well. `then`: its customer looks what it has done."""
    _charge(world.staff.counter(world.chance), shown, world.chance, then)
    if world.chance.random() < _TWO_TILLS:
        world.count("code-charged-twice")
        _charge(world.staff.counter(world.chance), shown, world.chance)


def _charge(till: Till, shown: Shown, chance: random.Random, then: Callable[[], None] = lambda: None) -> None:
    till.keys += 1
    there = till.world.model.wallets[shown.wallet].available
    amounts = [one for one in AMOUNTS if one <= there or chance.random() < _SHORT]
    key, amount, path = f"till-{till.keys}", chance.choice(amounts or AMOUNTS), "/v1/charges"
    manual, confirmed = chance.random() < 0.25, chance.random() < 0.5
    body: dict[str, Any] = {"code": shown.digits, "amount": amount, "currency": "CNY", "order_reference": key}
    body |= {"capture": "manual" if manual else "automatic"} | ({"confirm_duplicate": True} if confirmed else {})
    made = Wish("pay", movement_id("pay", till.id, path, key), shown.wallet, amount, shop=till.id, manual=manual)
    made.confirmed, made.code = confirmed, shown.id
    made.epochs, made.steps = [epoch_in(shown.token)], [0]
    made.unasked, made.cools = [unasked_in(shown.token)], [cool_in(shown.token)]
    asked = Errand(till.id, path, body, key, lambda: till.token, made, judged=judge_charge)
    gives_up = chance.random() < _GIVES_UP
    asked.facts |= {"shown": shown, "then": (lambda: reverse(till, asked)) if gives_up else then}
    till.errands = [*till.errands[-people.KEPT :], asked]
    people.send(till.world, asked)


def look_or_reverse(till: Till, chance: random.Random) -> None:
    """What became of a recent charge; or the end of it, by its key alone if no answer came."""
    recent = [one for one in till.errands[-40:] if one.wish.code and one.facts.get("accepted", True)]
    if not recent:
        return
    chosen = chance.choice(recent)
    if chosen.answered and chance.random() < 0.7:
        ask(till, chosen.wish)
    else:
        reverse(till, chosen)


def ask(till: Till, wish: Wish) -> None:
    model, done = till.world.model, wish.movement in till.world.model.done

    def then(reply: Reply | None) -> None:
        if reply is None or reply.status != 200:
            return
        told = reply.json
        if told["status"] == "refused":
            model.charges.told_over(model, wish.movement, reply.raw.decode())
            if told["reason"] == "expired":
                model.charges.effects["charge-expired"] += 1
        else:
            hold((told["status"] == "waiting") <= (not done), "what was paid waits no more", answer=reply.raw)
            hold(told["status"] == "waiting" or wish.movement in model.done, "told as it is", answer=reply.raw)

    headers = {"Authorization": f"Bearer {till.token}"}
    till.world.send("GET", f"/v1/charges/{wish.movement}", None, headers, then)


def reverse(till: Till, given_up: Errand) -> None:
    model, charge = till.world.model, given_up.wish.movement
    model.charges.ending[ids.derived("voi", charge)] = charge
    by_id = given_up.wish.answer and given_up.facts.get("accepted")
    till.keys += 1
    path = f"/v1/charges/{charge}/reversals" if by_id else "/v1/charge-reversals"
    headers = {"Authorization": f"Bearer {till.token}"}
    headers["Idempotency-Key"] = f"till-{till.keys}" if by_id else given_up.key

    def then(reply: Reply | None) -> None:
        if reply is not None:
            _reversed(model, charge, reply)

    till.world.send("POST", path, {}, headers, then)


def _reversed(model: Model, charge: str, reply: Reply) -> None:
    """It is over, or something that is final has happened to it."""
    payment = model.payments.get(charge)
    if reply.status == 201 and not reply.json["given_back"]:
        model.charges.told_over(model, charge, reply.raw.decode())
        model.charges.effects["charge-reversed"] += 1
    elif reply.status == 201:
        given_back = payment is not None and payment.state in ("voided", "expired")
        same = payment is not None and payment.amount == reply.json["given_back"]
        hold(given_back and same, "what is told as given back was", answer=reply.raw, payment=payment)
    elif reply.status == 409:
        line = model.lines.get(charge)
        final = payment and (payment.refunded or payment.held_once or (line and line.batch))
        hold(bool(final), "only what is final is not reversed", answer=reply.raw, payment=payment, line=line)
    else:
        hold(reply.status == 503, "a reversal says how it stands", answer=reply.raw)


def judge_charge(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    """Raises Violation unless a till may be told this of its charge now."""
    wish, told = errand.wish, f"{errand.body} → {reply.status} {reply.raw.decode()}"
    if reply.status == 503:
        judge(model, errand, reply, faults, calls)
        return
    if wish.answer:
        hold(wish.answer == reply.raw, "one key of a till, one answer", first=wish.answer, now=reply.raw, faults=faults)
        return
    hold(reply.status in (201, 202, 409), "an answer that a till expects", answer=told)
    wish.answer, errand.facts["accepted"] = reply.raw, reply.status != 409
    if reply.status == 409:
        hold(wish.movement not in model.done, "a refusal that is told took nothing", answer=told)
        hold(_CODES[reply.json["code"]](model, errand, reply.json), "a till's refusal has its reason", answer=told)
        return
    hold((reply.json["id"], reply.json["amount"]) == (wish.movement, wish.amount), "charged as asked", answer=told)
    errand.facts["then"]()
    there = model.done if reply.status == 201 else model.charges.waits
    hold(wish.movement in there, "what is told of a charge has happened", answer=told)


def judge_yes(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    """Of a customer's yes, whose charge may be over, or lack something."""
    charge, told = errand.wish.movement, f"{errand.path} → {reply.status} {reply.raw.decode()}"
    code = "" if reply.status == 201 else str(reply.json["code"])
    if reply.status == 201:
        hold(charge in model.done and reply.json["id"] == charge, "a yes that is told has paid", answer=told)
    elif code in ("insufficient-funds", "limit-reached", "wallet-frozen", "invalid-state", "probable-duplicate"):
        over = charge in model.refused or (code == "invalid-state" and _closed(model, errand))
        hold(over and charge not in model.done, "a yes is refused for good", answer=told, faults=faults)
    elif code != "not-found":
        judge(model, errand, reply, faults, calls)


def _closed(model: Model, errand: Errand) -> bool:
    wallet = model.wallets[errand.wish.wallet]
    return wallet.status == "closed" or wallet.not_active_until >= errand.first_sent


def _lacks(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    """A till learns no more: its customer's wallet lacks something, or cools off."""
    wish, wallet, now = errand.wish, model.wallets[errand.wish.wallet], model.seconds + model.started
    sent_at, cools = errand.first_sent, max(wish.cools) > now - SKEW_SECONDS
    short = min(wallet.seen_since(sent_at)) < wish.amount or errands.beyond_limits(wish, wallet, sent_at)
    return short or cools or wallet.status != "active" or _closed(model, errand)


def _over(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    """Used by another charge, replaced by another code, older than its minute, or ended with its customer's session."""
    shown, code = errand.facts["shown"], model.charges.codes[errand.wish.code]
    wallet, age = model.wallets[shown.wallet], model.seconds - shown.at
    return {
        "used": code["status"] == "used" and code.get("used_by") != errand.wish.movement,
        "replaced": code["status"] == "replaced",
        "expired": age + 2 * SKEW_SECONDS >= CODE_SECONDS,
        "ended": wallet.epoch > epoch_in(shown.token) or wallet.status == "closed",
    }[body["state"]]


def _forgotten(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    """Time deletes codes a day after they were shown."""
    return bool(model.seconds - errand.facts["shown"].at >= _DAY_SECONDS - 2 * SKEW_SECONDS)


def _alike(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    return errands.looks_alike(model, errand.wish, body)


def _ended(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    return body["state"] in _ENDED and errand.wish.movement in model.refused


_CODES = {
    "charge-declined": _lacks,
    "code-over": _over,
    "code-unknown": _forgotten,
    "probable-duplicate": _alike,
    "invalid-state": _ended,
}
