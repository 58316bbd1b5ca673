"""What begins besides what is under way: people act, messages and records arrive, schedules fire, time passes."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import app
from chalicelib.ledger import service as ledger
from tests import heads
from tests.simulation import forgetful, house, outgoing, paying_out, staffing, truth
from tests.simulation.bank import BANKS
from tests.simulation.post import MOST_RECORDS, Queue, Shard, event_of
from tests.simulation.truth import hold
from tests.simulation.workers import Killed

if TYPE_CHECKING:
    from tests.simulation.world import World

SWEEP_SECONDS, QUEUE_SECONDS, STREAM_SECONDS = 50.0, 30.0, 60.0
_JUMPS = ((1, 60), (60, 400), (60, 1_800), (3_600, 43_200), (43_200, 4 * 86_400))
_EDGES, _YEARS = 0.05, 0.02
_TURNS_AROUND = 0.25
"""Of what banks do about payouts: one that had ended ends otherwise."""
Begin = Callable[["World", random.Random], None]


def begin(world: World, chance: random.Random) -> None:
    """One of the things that may happen, by weight; nothing if there is nothing to it."""
    kinds, weights = zip(*_KINDS, strict=True)
    factors = (getattr(world.play, _FACTORS.get(kind, ""), 1) for kind in kinds)
    often = [weight * factor for weight, factor in zip(weights, factors, strict=True)]
    chance.choices(kinds, often)[0](world, chance)


def person(world: World, chance: random.Random) -> None:
    chance.choice(world.people).act(chance)


def till(world: World, chance: random.Random) -> None:
    chance.choice(world.tills).act(chance)


def stream(world: World, chance: random.Random) -> None:
    waiting = [shard for shard in world.stream.shards if not shard.busy and (shard.records or shard.batches)]
    if not waiting:
        return
    if world.faulty and chance.random() < 0.2:
        world.count("stream-delayed")
        return
    deliver_records(world, chance.choice(waiting), chance)


def deliver_records(world: World, shard: Shard, chance: random.Random) -> None:
    most = MOST_RECORDS if chance.random() < 0.5 else chance.randint(1, 10)
    tries, batch = shard.take(most)

    def done(result: Any) -> None:
        if isinstance(result, Exception | Killed):
            hold(bool(world.finishing.faults), "the fan-out fails only when something fails it", error=repr(result))
            if len(batch) > 1:
                world.count("stream-bisected")
            if shard.give_back(tries, batch):
                world.count("stream-given-up")
            return
        shard.busy = False
        if world.faulty and chance.random() < 0.05:
            world.count("stream-duplicated")
            shard.batches.insert(0, (0, batch))

    world.start("fan_out", lambda: app.fan_out({"Records": batch}, None), done, STREAM_SECONDS)


def queue(world: World, chance: random.Random) -> None:
    ready = [one for one in _consumed(world) if one.ready(world.clock.seconds)]
    if not ready:
        return
    chosen = chance.choice(ready)
    if world.faulty and chance.random() < 0.1:
        _delay(world, chosen, chance)
        return
    deliver_messages(world, chosen, chance)


def _consumed(world: World) -> list[Queue]:
    return [one for one in world.post.queues.values() if one.name != "parked"]


def _delay(world: World, chosen: Queue, chance: random.Random) -> None:
    message = chance.choice(chosen.ready(world.clock.seconds))
    message.visible_at = world.clock.seconds + chance.uniform(1, 900)
    world.count("message-delayed")


def deliver_messages(world: World, chosen: Queue, chance: random.Random) -> None:
    ready = chosen.ready(world.clock.seconds)
    if not chosen.fifo and len(ready) > 1 and world.faulty:
        chance.shuffle(ready)
        world.count("messages-reordered")
    most = chance.randint(1, 10)
    if len(ready) > most:
        world.count("batch-split")
    batch = chosen.receive(ready[:most], world.clock.seconds)
    if any(message.receives > 1 for message in batch):
        world.count("message-redelivered")
    if not batch:
        return
    if world.faulty and not chosen.fifo and chance.random() < 0.08:
        world.count("message-duplicated")
        batch[0].visible_at = world.clock.seconds
    event = event_of(chosen, batch)

    def done(result: Any) -> None:
        if isinstance(result, Exception | Killed):
            hold(isinstance(result, Killed), "a consumer does not fail as a whole", error=repr(result))
            return
        failed = {one["itemIdentifier"] for one in result["batchItemFailures"]}
        hold(not failed or bool(world.finishing.faults), "no message fails by itself", failed=failed, event=event)
        for message in batch:
            if message.id not in failed:
                chosen.delete(message.id)

    handlers = {
        "settlement.fifo": app.settle,
        "fold": app.fold,
        "notices": app.tell,
        "events": app.record,
        "points": app.earn,
    }
    handler = handlers[chosen.name]
    world.start(chosen.name, lambda: handler(event, None), done, QUEUE_SECONDS)


def sweep(world: World, chance: random.Random) -> None:
    times = 1
    if world.faulty and chance.random() < 0.2:
        world.count("schedule-fired-twice")
        times = 2
    for turn in range(times):
        run_sweep(world, turn)


def run_sweep(world: World, turn: int = 0) -> None:
    event = {"version": "0", "account": "1", "region": "eu-west-1", "detail": {}, "detail-type": "", "source": ""}
    event |= {"time": "", "id": "1", "resources": []}

    def done(result: Any) -> None:
        failed = isinstance(result, Exception) and not world.finishing.faults
        hold(not failed, "a sweep fails only when something fails it", error=repr(result))

    world.start(f"sweep-{turn}", lambda: app.sweep(event, None), done, SWEEP_SECONDS)


def cut_offs(world: World, chance: random.Random) -> None:
    for turn in range(2 if world.faulty and chance.random() < 0.2 else 1):
        paying_out.run(world, turn)


def bank_pays(world: World, chance: random.Random) -> None:
    if world.faulty and chance.random() < _TURNS_AROUND and outgoing.turn_around(world.bank, chance):
        world.count("bank-turned-around")
        return
    outgoing.decide(world.bank, chance)


def bank(world: World, chance: random.Random) -> None:
    """The bank decides about a payment, or takes one back."""
    book = world.bank.paid
    pending = [name for name, paid in book.items() if paid.status == "pending"]
    settled = [name for name, paid in list(book.items())[-40:] if paid.status in ("succeeded", "reversed")]
    left = [name for name in settled if book[name].reversed_total < book[name].amount]
    refused = [name for name, paid in list(book.items())[-40:] if paid.status == "failed"]
    if world.faulty and refused and chance.random() < 0.03:
        world.bank.say_yes_after_all(chance.choice(refused), chance)
        world.count("bank-lied-late")
        return
    if pending and chance.random() < 0.93:
        world.bank.decide(chance.choice(pending), chance)
    elif left and chance.random() < 0.3:
        world.bank.take_back(chance.choice(left), chance)
        world.count("top-up-reversed")


def webhook(world: World, chance: random.Random) -> None:
    up = [letter for letter in world.bank.letters if not world.bank.is_down(letter.bank)]
    due = [letter for letter in up if letter.due <= world.clock.seconds]
    if world.faulty and world.bank.paid and chance.random() < 0.04:
        kind = chance.choice(("forged", "lying"))
        world.count(f"webhook-{kind}")
        due = [world.bank.forge(chance.choice(list(world.bank.paid)[-20:]), kind)]
    if world.faulty and world.bank.outgoing and chance.random() < 0.02:
        world.count("webhook-lying-of-payouts")
        due = [outgoing.lie(world.bank, chance)]
    if not due:
        return
    letter = chance.choice(due)
    if len(due) > 1 and letter is not due[0]:
        world.count("webhook-out-of-order")
    if world.faulty and chance.random() < 0.1:
        letter.due = world.clock.seconds + chance.choice((30, 600, 90_000))
        world.count("webhook-delayed")
        return
    copies = 1
    if world.faulty and chance.random() < 0.1:
        world.count("webhook-duplicated")
        copies = 2
    for _ in range(copies):
        deliver_letter(world, letter)


def deliver_letter(world: World, letter: Any) -> None:
    letter.due = world.clock.seconds + 30
    body, headers = letter.body, letter.signed(int(world.clock.true.timestamp()))

    def then(reply: Any) -> None:
        status = reply.status if reply else 0
        hold(letter.kind != "forged" or status in (0, 401, 503), "a forged webhook is refused", status=status)
        world.bank.answered(letter, status)

    world.send_raw(f"/v1/webhooks/{letter.bank}", body, headers, then)


def bank_leaves(world: World, chance: random.Random) -> None:
    """For up to an hour nobody can reach it, and it tells nobody anything."""
    if world.faulty:
        world.bank.down_until[chance.choice(BANKS)] = world.clock.seconds + chance.uniform(10, 3_600)
        world.count("bank-down")


UNDER_REVIEW = "under review"


def freeze(world: World, chance: random.Random) -> None:
    """A person in the office freezes a wallet, or lets it go again."""
    wallets = [one.wallet for one in world.people if one.wallet in world.model.wallets]
    if not wallets:
        return
    wallet = chance.choice(wallets)
    frozen = world.model.wallets[wallet].status == "frozen"
    at = world.clock.true

    def act() -> bool:
        return ledger.lift(wallet, at) if frozen else ledger.impose(wallet, UNDER_REVIEW, at)

    world.start("freeze", act, lambda result: None, 10.0)


def thaw(world: World, chance: random.Random) -> None:
    """Freezes do not last: most of the time wallets should work."""
    frozen = [one.wallet for one in world.people if one.wallet in world.model.wallets]
    frozen = [one for one in frozen if world.model.wallets[one].status == "frozen"]
    if frozen:
        chosen, at = chance.choice(frozen), world.clock.true
        world.start("thaw", lambda: ledger.lift(chosen, at), lambda result: None, 10.0)


def close(world: World, chance: random.Random) -> None:
    """A wallet is closed for good, whatever is under way; somebody new comes in the owner's place."""
    place = chance.randrange(len(world.people))
    wallet = world.people[place].wallet
    if wallet not in world.model.wallets or world.model.wallets[wallet].status != "active":
        return
    world.people[place] = world.newcomer()
    world.count("wallet-closed")
    world.start("close", lambda: heads.close(wallet), lambda result: None, 10.0)


def time_passes(world: World, chance: random.Random) -> None:
    """Far jumps only when nobody is in the middle of something: first everybody finishes."""
    if world.workers:
        world.quiet = True
        return
    world.quiet = False
    if chance.random() < _EDGES and to_an_edge(world, chance):
        return
    if (waiting := world.model.gifts.waiting) and chance.random() < _YEARS:
        end = chance.choice(waiting).ends - world.model.started
        world.clock.seconds = max(world.clock.seconds, end + chance.uniform(-120, 300))
        return
    least, most = chance.choices(_JUMPS, (45, 25, 12, 12, 6))[0]
    if most > 1_800:
        world.count("schedule-late")
    world.clock.seconds += chance.uniform(least, most)


def to_an_edge(world: World, chance: random.Random) -> bool:
    """To the minutes in which an authorisation runs out; False if none is held."""
    held = [one for one in world.model.payments.values() if one.state == "authorized"]
    if not held:
        return False
    due = chance.choice(held).at - world.model.started + truth.AUTHORISATION_DAYS * 86_400
    world.clock.seconds = max(world.clock.seconds, due + chance.uniform(-120, 300))
    return True


def stale_index(world: World, chance: random.Random) -> None:
    if world.faulty:
        world.engine.lag = 0.0 if world.engine.lag else chance.uniform(1, 300)
        world.count("stale-index")


def expire(world: World, chance: random.Random) -> None:
    """TTL deletes late, some of what it may."""
    for name, table in world.engine.tables.items():
        if table.expires_by:
            late = table.expired(world.clock.true.timestamp())
            chosen = [key for key in late if chance.random() < 0.3]
            if chosen:
                world.count("deleted-late-by-ttl")
                world.engine.expire(name, chosen)


def go_cold(world: World) -> None:
    world.count("cold-start")
    house.forget()


_KINDS: tuple[tuple[Begin, float], ...] = (
    (person, 46),
    (till, 14),
    (staffing.act, 16),
    (stream, 12),
    (queue, 14),
    (bank, 9),
    (webhook, 9),
    (bank_leaves, 0.4),
    (sweep, 0.8),
    (cut_offs, 0.8),
    (bank_pays, 3),
    (freeze, 0.15),
    (thaw, 0.5),
    (close, 0.04),
    (forgetful.guess, 0.8),
    (time_passes, 5),
    (stale_index, 0.5),
    (expire, 0.05),
)
_FACTORS: dict[Begin, str] = {till: "tills", staffing.act: "staff", close: "closes", forgetful.guess: "ways_in"}
"""By what the play makes more or less of it."""
