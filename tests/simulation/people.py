"""Weighted random people: customers on their phones and merchants at their tills, patient and impatient."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.api.caller import Reply
from tests.simulation import (
    at_tills,
    between_people,
    holding_cards,
    leaving,
    sending,
    sharing_out,
    taking_out,
    truth,
)
from tests.simulation.errands import Errand, cool_in, epoch_in, expiry_in, judge, movement_id, step_in, unasked_in
from tests.simulation.forgetful import PASSWORD, WRONG, Forgetful
from tests.simulation.leaving import Leave
from tests.simulation.model import seconds_of
from tests.simulation.truth import Wish, hold

if TYPE_CHECKING:
    from tests.simulation.world import World

_AMOUNTS = (100, 250, 999, 5_000, 5_000, 20_000, 333_333, 990_000, 1_000_001)
KEPT = 400
_DOUBLE_TAPS = 0.1
Then = Callable[["Reply | None"], None]


class Person(Forgetful):
    """A customer. What they know is what they were told: nothing is looked up behind the product's back."""

    def __init__(self, number: int, world: World) -> None:
        super().__init__()
        self.world, self.number = world, number
        self.identifier = f"person{number}@example.com"
        self.stage, self.busy = "new", False
        self.access = self.refresh = self.user = self.wallet = ""
        self.leave, self.purse, self.bag = Leave(), taking_out.Purse(), at_tills.Bag()
        self.pocket, self.circle = holding_cards.Pocket(), sending.Circle()
        self.errands, self.successors = list[Errand](), dict[str, str]()
        self.over: set[str] = set()
        """Refresh tokens whose session was ended, as we were told."""
        self.keys = 0

    def act(self, chance: random.Random) -> None:
        late = self.stage == "new" and self.world.play.late
        if self.busy or (late and chance.random() < late) or (self.stage != "in" and not self.get_in()):
            return
        if self.stage != "in":
            return
        if self._stale() and chance.random() < 0.85:
            self._refresh(chance)
            return
        acts, weights = zip(*self._acts(), strict=True)
        chance.choices(acts, weights)[0](chance)

    def _acts(self) -> tuple[tuple[Callable[[random.Random], None], float], ...]:
        play = self.world.play
        return (
            (self._pay, 26 * play.shops),
            (self._pay_checkout, 8 * play.shops),
            (self._top_up, 22),
            (self._again, 22),
            (self._same_purchase, 10 * play.shops),
            (self._look, 4),
            (self._look_back, 4 * play.ways_in),
            (self._refresh, 2),
            (self._sign_out, 0.6 * play.ways_in),
            (self._sign_in, 2 * play.ways_in),
            (partial(leaving.leave, self), 4 * play.ways_in),
            (self._forget, 0.5 * play.ways_in),
            (self._enrol, 2 * play.ways_in),
            (self._forget_it, 0.2 * play.ways_in),
            (self._prove, 5),
            (partial(taking_out.take_out, self), 20 * play.shops),
            (partial(at_tills.show_or_answer, self), 32 * play.shops),
            (partial(holding_cards.use, self), (200 if self.pocket.going else 42) * play.shops),
            (partial(between_people.act, self), play.between),
        )

    def _stale(self) -> bool:
        """The access token has run out, by the phone's clock."""
        return self.world.model.seconds + self.world.model.started >= expiry_in(self.access)

    def get_in(self) -> bool:
        """One step of signing up or in. False: something was sent."""
        if self.stage == "gone":
            leaving.come_back(self, self.world.chance)
            return False
        steps = {
            "new": self._sign_up,
            "asked": self._verify,
            "out": self._sign_in,
            "lost": self._forget,
            "reset": self._confirm,
        }
        self.busy = True
        steps[self.stage](self.world.chance)
        return False

    def forget(self) -> None:
        """As somebody who has no account."""
        self.stage, self.leave, self.errands, self.purse = "new", Leave(), [], taking_out.Purse()
        self.bag, self.pocket, self.circle = at_tills.Bag(), holding_cards.Pocket(), sending.Circle()
        self.access = self.refresh = self.user = self.wallet = self.secret = self.device_token = ""
        self.passwords, self.former, self.used, self.has_pin = [PASSWORD], [WRONG], set(), False

    def _sign_up(self, chance: random.Random) -> None:
        wish = {"identifier": self.identifier, "password": PASSWORD, "display_name": "Ana", "locale": "en"}

        def then(reply: Reply | None) -> None:
            self.busy = False
            if reply and reply.status == 202:
                self.stage = "asked"

        self.world.send("POST", "/v1/users", wish | {"jurisdiction": "CN"}, {}, then)

    def _verify(self, chance: random.Random) -> None:
        def then(reply: Reply | None) -> None:
            self.busy = False
            if reply and reply.status == 201:
                self._keep(reply.json)
            elif reply and reply.status == 400:
                self.stage = "out"

        body = {"identifier": self.identifier, "code": self.world.code_of(self.identifier)}
        self.world.send("POST", "/v1/users/verify", body, {}, then)

    def _second_half(self, challenge: str) -> None:
        self.busy = True

        def leave() -> None:
            self.busy = False

        def keep(tokens: dict[str, Any]) -> None:
            self.busy, self.leave = False, Leave()
            self._keep(tokens)

        self.second_half(self.world.chance, challenge, keep, leave)

    def _keep(self, tokens: dict[str, Any]) -> None:
        self.stage, self.access, self.refresh = "in", tokens["access_token"], tokens["refresh_token"]
        if "user" in tokens or not self.device_token:
            self.device_token = tokens.get("device_token", "")
        if "user" in tokens:
            self.user, self.wallet = tokens["user"]["id"], tokens["user"]["wallets"][0]
        elif not self.user:
            claims = self.world.claims(self.access)
            self.user, self.wallet = claims["sub"], claims["wallets"][0]
        self.world.model.transfers.known_as[self.wallet] = self.identifier

    def _refresh(self, chance: random.Random) -> None:
        presented = self.refresh

        def then(reply: Reply | None) -> None:
            if reply is None or reply.status == 503:
                return
            if reply.status == 200:
                hold(presented not in self.over, "an ended session refreshes nothing", answer=reply.raw)
                successor = self.successors.setdefault(presented, reply.json["refresh_token"])
                hold(successor == reply.json["refresh_token"], "a refresh token has one successor", answer=reply.raw)
                if self.refresh == presented:
                    self._keep(reply.json)
            elif self.refresh == presented:
                hold(reply.status == 401, "a refresh token is good or not", answer=reply.raw)
                self.stage = "out"

        self.world.send("POST", "/v1/sessions/refresh", {"refresh_token": presented}, {}, then)

    def _sign_out(self, chance: random.Random) -> None:
        access, refresh = self.access, self.refresh

        def then(reply: Reply | None) -> None:
            if reply and reply.status == 204:
                self.over.add(refresh)
                wallet = self.world.model.wallets[self.wallet]
                hold(wallet.epoch > epoch_in(access), "a sign-out stops payments at once", wallet=wallet)
                self.stage = "out" if self.access == access else self.stage

        self.world.send("DELETE", "/v1/sessions/current", None, {"Authorization": f"Bearer {access}"}, then)

    def _pay(self, chance: random.Random) -> None:
        shop = chance.choice(self.world.shops)
        amount = chance.choice(_AMOUNTS)
        self._purchase(chance, shop.id, amount, f"order-{self.number}-{len(self.errands)}")

    def _purchase(self, chance: random.Random, shop: str, amount: int, reference: str, confirmed: bool = False) -> None:
        manual = chance.random() < 0.35
        body = {
            "wallet_id": self.wallet,
            "merchant_id": shop,
            "amount": amount,
            "currency": "CNY",
            "order_reference": reference,
            "capture": "manual" if manual else "automatic",
        } | ({"confirm_duplicate": True} if confirmed else {})
        facts = {"shop": shop, "manual": manual, "confirmed": confirmed}
        self._errand("pay", "/v1/payments", body, amount, **facts)

    def _pay_checkout(self, chance: random.Random) -> None:
        known = list(self.world.model.checkouts.items())[-12:]
        if known:
            checkout_id, facts = chance.choice(known)
            body = {"wallet_id": self.wallet, "checkout_id": checkout_id}
            amount, shared = facts["amount"], "left" in facts
            if shared:
                amount = chance.choice((facts["left"], amount // 3, chance.randint(1, amount))) or 1
                body["amount"] = amount
            about = {"shop": facts["shop"], "checkout": checkout_id, "manual": shared or facts["manual"]}
            self._errand("pay", "/v1/payments", body, amount, **about)

    def _top_up(self, chance: random.Random) -> None:
        amount = chance.choice((*_AMOUNTS[3:], 600_000, 1_000_000))
        body = {"wallet_id": self.wallet, "amount": amount, "currency": "CNY"}
        self._errand("top-up", "/v1/topups", body, amount)

    def _errand(self, kind: str, path: str, body: dict[str, Any], amount: int, **facts: Any) -> None:
        self.keys += 1
        key = f"{self.number}-{self.keys}"
        wish = Wish(kind, movement_id(kind, self.user, path, key), self.wallet, amount, **facts)
        self.errands = [*self.errands[-KEPT:], Errand(self.user, path, body, key, lambda: self.access, wish)]
        send(self.world, self.errands[-1])

    def _again(self, chance: random.Random) -> None:
        """The same key once more: because no answer came, or days later, or just so."""
        waiting = [errand for errand in self.errands if not errand.answered]
        chosen = waiting if waiting and chance.random() < 0.8 else self.errands
        if chosen:
            send(self.world, chance.choice(chosen))

    def _same_purchase(self, chance: random.Random) -> None:
        """A new key for what looks like the same: refused until confirmed, if it was just paid."""
        paid = [errand for errand in self.errands[-8:] if errand.wish.kind == "pay" and "merchant_id" in errand.body]
        if paid:
            before = chance.choice(paid)
            confirmed = chance.random() < 0.4
            self._purchase(chance, before.wish.shop, before.wish.amount, before.body["order_reference"], confirmed)

    def _look(self, chance: random.Random) -> None:
        wallet, sent_at = self.wallet, self.world.clock.seconds

        def then(reply: Reply | None) -> None:
            if reply and reply.status == 200:
                seen = self.world.model.wallets[wallet].seen_since(sent_at)
                hold(reply.json["available"] in seen, "a wallet shows what it held", answer=reply.raw, seen=seen)

        self.world.send("GET", f"/v1/wallets/{wallet}", None, {"Authorization": f"Bearer {self.access}"}, then)

    def _look_back(self, chance: random.Random) -> None:
        """Before the last entry, nothing changes any more."""
        moments = self.world.model.wallets[self.wallet].moments
        if len(moments) < 2:
            return
        at, expected = chance.choice(moments[:-1])

        def then(reply: Reply | None) -> None:
            if reply and reply.status == 200:
                found = tuple(reply.json[name] for name in ("available", "held", "debt"))
                hold(found == expected, "a balance of the past stays", at=at, found=found, expected=expected)

        path = f"/v1/wallets/{self.wallet}/balance?at={at}"
        self.world.send("GET", path, None, {"Authorization": f"Bearer {self.access}"}, then)


class Till:
    """A merchant's: captures, voids, refunds, checkouts, by the payments that its customers showed it."""

    def __init__(self, shop: truth.Shop, token: str, world: World) -> None:
        self.shop, self.id, self.token, self.world = shop, shop.id, token, world
        self.errands: list[Errand] = []
        self.keys = 0

    def act(self, chance: random.Random) -> None:
        play = self.world.play
        acts = (self._capture, self._void, self._refund, self._again, self._checkout, self._cancel, self._pay_out)
        rooms = (at_tills.charge, at_tills.look_or_reverse, holding_cards.offer, holding_cards.refund)
        more = (partial(one, self) for one in (*rooms, *between_people.REFUNDS))
        weights = (20, 6, 26, 20, 10, 2, 3, 10, 10, 5, 12, *[play.between / 4] * 3, play.between / 4 * play.bonuses)
        chance.choices((*acts, *more), weights)[0](chance)

    def _any(self, chance: random.Random, *states: str) -> truth.Payment | None:
        recent = self.world.recent_payments(self.id)
        if states == ("authorized",) and chance.random() < 0.3:
            recent = self.world.held_payments(self.id) or recent
        if "authorized" in states:
            recent = [payment for payment in recent if not payment.part]
        found = [payment for payment in recent if payment.state in states] or recent
        return chance.choice(found) if found else None

    def _capture(self, chance: random.Random) -> None:
        if payment := self._any(chance, "authorized"):
            amount = None if chance.random() < 0.6 else chance.randint(1, payment.amount)
            self._errand("capture", payment, "capture", amount)

    def _void(self, chance: random.Random) -> None:
        if payment := self._any(chance, "authorized"):
            self._errand("void", payment, "void", None)

    def _refund(self, chance: random.Random) -> None:
        if payment := self._any(chance, "captured"):
            amount = None if chance.random() < 0.3 else chance.randint(1, payment.amount)
            self._errand("refund", payment, "refunds", amount)

    def _errand(self, kind: str, payment: truth.Payment, verb: str, amount: int | None) -> None:
        self.keys += 1
        path, key = f"/v1/payments/{payment.id}/{verb}", f"till-{self.keys}"
        body = {} if amount is None else {"amount": amount}
        wish = Wish(
            kind,
            movement_id(kind, self.id, path, key),
            payment.wallet,
            amount or payment.amount,
            shop=self.id,
            payment=payment.id,
            takes_all=amount is None,
        )
        self.errands = [*self.errands[-KEPT:], Errand(self.id, path, body, key, lambda: self.token, wish)]
        send(self.world, self.errands[-1])

    def _pay_out(self, chance: random.Random) -> None:
        self.keys += 1
        path, key = f"/v1/merchants/{self.id}/payouts", f"till-{self.keys}"
        wish = Wish("payout", movement_id("payout", self.id, path, key), "", 0, shop=self.id, takes_all=True)
        errand = Errand(self.id, path, {"currency": "CNY"}, key, lambda: self.token, wish)
        self.errands = [*self.errands[-KEPT:], errand]
        send(self.world, errand)

    def _again(self, chance: random.Random) -> None:
        waiting = [errand for errand in self.errands if not errand.answered]
        chosen = waiting if waiting and chance.random() < 0.8 else self.errands
        if chosen:
            send(self.world, chance.choice(chosen))

    def _checkout(self, chance: random.Random) -> None:
        amount = chance.choice(_AMOUNTS[:6])
        body = {"amount": amount, "currency": "CNY", "order_reference": f"checkout-{chance.randrange(10**6)}"}
        most = chance.choice((0, 0, 2, 3, 5))
        manual = not most and chance.random() < 0.3
        body |= {"split": {"max_payers": most}} if most else {"capture": "manual"} if manual else {}

        def then(reply: Reply | None) -> None:
            if reply and reply.status == 201:
                expires = seconds_of(reply.json["expires_at"])
                opened = {
                    "status": "open",
                    "amount": amount,
                    "shop": self.id,
                    "manual": manual,
                    "expires": expires,
                    "expires_seconds": expires - self.world.model.started,
                }
                self.world.model.checkouts[reply.json["id"]] = sharing_out.opened(opened, most) if most else opened

        self.world.send("POST", "/v1/checkouts", body, {"Authorization": f"Bearer {self.token}"}, then)

    def _cancel(self, chance: random.Random) -> None:
        mine = [one for one, facts in self.world.model.checkouts.items() if facts["shop"] == self.id][-5:]
        if mine:
            path = f"/v1/checkouts/{chance.choice(mine)}/cancel"
            self.world.send("POST", path, {}, {"Authorization": f"Bearer {self.token}"}, lambda reply: None)


def send(world: World, errand: Errand) -> None:
    """Once more; some thumbs tap twice."""
    _send(world, errand)
    if world.chance.random() < _DOUBLE_TAPS:
        world.count("request-sent-twice")
        _send(world, errand)


def _send(world: World, errand: Errand) -> None:
    """With the token of the moment; the answer is judged when it comes, if it comes."""
    token = errand.token()
    if not errand.sent:
        errand.first_sent = world.clock.seconds
    errand.facts |= {"token": token, "epoch_of_clock": world.model.started}
    errand.wish.epochs.append(epoch_in(token))
    errand.wish.steps.append(step_in(token))
    errand.wish.cools.append(cool_in(token))
    errand.wish.unasked.append(unasked_in(token))
    errand.sent += 1
    world.model.wishes[errand.wish.movement] = errand.wish

    def judged(reply: Reply | None) -> None:
        if reply is not None:
            worker = world.finishing
            (errand.judged or judge)(world.model, errand, reply, worker.faults, worker.calls)
            if reply.status == 401 and expiry_in(token) != float("inf"):
                world.turned_away(errand.caller, token)

    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": errand.key}
    world.send("POST", errand.path, errand.body, headers, judged)
