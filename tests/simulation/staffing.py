"""People who work at merchants: hired, signed in at a till, charging, and let go in the middle of what they do."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.ledger import chart
from chalicelib.ledger import service as ledger
from chalicelib.merchants.model_staff import SCOPES
from tests.api.caller import Caller, Reply
from tests.simulation import at_tills, people
from tests.simulation.charges import WAITS_SECONDS
from tests.simulation.errands import Errand
from tests.simulation.people import Till
from tests.simulation.roles import Role, Roles, door_of, key_of
from tests.simulation.shifts import Hand, Shift, Then
from tests.simulation.truth import Shop, hold, since
from tests.simulation.workers import current

if TYPE_CHECKING:
    from tests.simulation.people import Person
    from tests.simulation.world import World

FOUNDER, HANDS = "founder@example.com", 6
_KINDS = (("cashier", 5), ("manager", 4), ("owner", 5))
_SHOPS = (3, 2, 1)
_AT_A_COUNTER, _BY_COLLEAGUES, _TRIES_ON = 0.7, 0.5, 0.9
_IN_THE_MIDDLE = {
    "capture": 0.4,
    "charge-reversals": 0.2,
    "charges": 0.3,
    "payouts": 0.9,
    "refunds": 0.4,
    "reversals": 0.2,
    "void": 0.4,
}
"""How often somebody is let go while what they ask for is on its way, by the last word of its path."""
_REASON = "under review"
Act = Callable[["Hand", random.Random], None]


class Staff:
    """Of every merchant, the judge of all they do, and a key of each merchant that may hire."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.roles = Roles(self._now, _bearer)
        self.keys: dict[str, str] = {}
        self.hands: list[Hand] = []
        self.shifts: list[Shift] = []
        """All that were ever begun."""
        self.left: list[Errand] = []
        """What nobody had answered when its session was over."""

    def _now(self) -> float:
        return self.world.clock.true.timestamp()

    def open(self, operator: Caller, shop: Shop) -> None:
        scopes = {"scopes": list(SCOPES["owner"])}
        self.keys[shop.id] = operator.post(f"/v1/merchants/{shop.id}/keys", scopes).json["key"]

    def found(self, operator: Caller, founder: Caller) -> None:
        """Of the first merchant, so that whoever else owns it may be let go."""
        self.world.clock.seconds += 1
        path = f"/v1/merchants/{self.world.shops[0].id}/staff"
        asked = operator.post(path, {"identifier": FOUNDER, "role": "owner", "name": "Olga"}).json["id"]
        code = {"code": self.world.code_of(FOUNDER)}
        assert founder.post(f"/v1/me/staff-roles/{asked}/accept", code).status == 200

    def watched(self, method: str, path: str, token: str, then: Then) -> Then:
        """What is answered to a till is judged first. Whoever is turned away has no answer to what they asked."""
        session = self.roles.sessions.get(key_of(token))
        if session is None:
            return then
        sent = self.roles.sent(session)
        door = door_of(path)
        if method == "POST" and self.world.chance.random() < _IN_THE_MIDDLE.get(door, 0):
            self._meanwhile(session.id, (6, 0 if door == "payouts" else 3, 1))

        def judged(reply: Reply | None) -> None:
            told = self.roles.answered(session, sent, method, path, reply)
            then(reply if told else None)

        return judged

    def counter(self, chance: random.Random) -> Till:
        """Where a customer goes with a code."""
        there = [one for hand in self.hands for one in hand.shifts]
        return chance.choice(there if there and chance.random() < _AT_A_COUNTER else self.world.tills)

    def _meanwhile(self, session: str, weights: tuple[int, int, int]) -> None:
        """While what they have asked for is on its way, somebody else ends it all."""
        shift = next((one for one in self.shifts if one.session == session), None)
        if shift and not shift.over and not shift.hand.busy and shift in shift.hand.shifts:
            (end,) = self.world.chance.choices((self._let_go, self.change, self._end_by_another), weights)
            end(shift.hand, self.world.chance, self.keys[shift.id])

    def _keeper(self, hand: Hand, chance: random.Random) -> str:
        """Of a merchant's key, or of somebody there who may or may not keep staff."""
        there = [one.token for other in self.hands if other.shop is hand.shop for one in other.shifts]
        return chance.choice(there) if there and chance.random() < _BY_COLLEAGUES else self.keys[hand.shop.id]

    def _keep(self, hand: Hand, by: str, method: str, path: str, body: Any, then: Then) -> None:
        hand.busy, sent_at, sent_seconds = True, self._now(), self.world.clock.seconds

        def told(reply: Reply | None) -> None:
            hand.busy = False
            if hand.id and reply and reply.status == 409 and reply.json.get("state") == "last-owner":
                owners = since(self.roles.counted[hand.shop.id], sent_at, 0)
                last = 1 in owners or self._no_heir(hand, sent_seconds)
                hold(last, "only the last owner stays one", answer=reply.raw, hand=hand.id, owners=owners)
            then(reply)

        self.world.send(method, path, body, {"Authorization": f"Bearer {by}"}, told)

    def _no_heir(self, hand: Hand, sent_seconds: float) -> bool:
        """Whether every other owner there is one whose account was away since then."""
        wallets = self.world.model.wallets
        others = [one for one in self.roles.roles.values() if one.merchant == hand.shop.id and one.id != hand.id]
        heirs = [wallets[chart.wallet_of(one.person, "CNY")] for one in others if _owns(one)]
        return all(one.status == "closed" or one.not_active_until >= sent_seconds for one in heirs)

    def hire(self, chance: random.Random) -> None:
        kinds, weights = zip(*_KINDS, strict=True)
        ready = [one for one in self.world.people if _is_there(one)]
        if not ready:
            return
        (shop,) = chance.choices(self.world.shops, _SHOPS)
        hand = Hand(shop, chance.choice(ready), chance.choices(kinds, weights)[0])
        wish = {"identifier": hand.person.identifier, "role": hand.kind, "name": "Bo"}

        def then(reply: Reply | None) -> None:
            if reply and reply.status == 201 and all(reply.json["id"] != one.id for one in self.hands):
                hand.id = reply.json["id"]
                self.hands.append(hand)

        self._keep(hand, self._keeper(hand, chance), "POST", f"/v1/merchants/{hand.shop.id}/staff", wish, then)

    def act(self, hand: Hand, chance: random.Random) -> None:
        """The next step of a working life, or its end."""
        if hand.person not in self.world.people or hand.user not in ("", hand.person.user):
            self._let_go(hand, chance)
        elif not hand.shifts and not _is_there(hand.person):
            hand.person.act(chance)
        elif not hand.user:
            self._accept(hand)
        elif not hand.shifts:
            self._begin(hand, chance)
        else:
            acts, weights = zip(*self._acts(), strict=True)
            chance.choices(acts, weights)[0](hand, chance)

    def _acts(self) -> tuple[tuple[Act, float], ...]:
        return (
            (self._serve, 40),
            (self._work, 40),
            (self._begin, 2),
            (self.change, 2),
            (self._sign_out, 4),
            (self._end_by_another, 2),
            (self._let_go, 4),
            (self._freeze, 1.5),
            (self._ask_who_sold, 4),
        )

    def _accept(self, hand: Hand) -> None:
        person, user = hand.person, hand.person.user
        hand.busy = True

        def then(reply: Reply | None) -> None:
            hand.busy = False
            if reply and reply.status == 200:
                hold(self.roles.roles[hand.id].person == user, "a role that is told as theirs is", hand=hand.id)
                hand.user = user
            elif reply and reply.status in (400, 404) and self.world.chance.random() < 0.5:
                self._let_go(hand, self.world.chance)

        code = {"code": self.world.code_of(person.identifier)}
        person._mine("POST", f"/v1/me/staff-roles/{hand.id}/accept", code, then)

    def _begin(self, hand: Hand, chance: random.Random) -> None:
        if not _is_there(hand.person):
            return
        hand.busy = True
        by_role = chance.random() < 0.7
        wish = {"staff_id": hand.id} if by_role else {"merchant_id": hand.shop.id}

        def then(reply: Reply | None) -> None:
            hand.busy = False
            if reply and reply.status == 201:
                self._begun(hand, reply.json)
            elif reply and reply.status == 404 and self.world.chance.random() < 0.5:
                self._let_go(hand, self.world.chance)

        hand.person._mine("POST", "/v1/staff-sessions", wish, then)

    def _begun(self, hand: Hand, told: dict[str, Any]) -> None:
        """Who names the merchant alone is at its till in the role that they have there by then."""
        kept = self.roles.sessions.get(told["id"])
        mine = [one for one in self.hands if one.person is hand.person and one.shop is hand.shop]
        hand = next((one for one in mine if kept and one.id == kept.role), hand)
        same = kept and (kept.role, kept.kind) == (hand.id, told["role"])
        hold(bool(same), "a session that is told has begun", told=told["id"], kept=kept, hand=hand.id)
        shift = Shift(hand, told, len(self.shifts) + 1, self.world)
        self.shifts.append(shift)
        hand.shifts.append(shift)
        for act in (self._serve, self._work, self._work):
            act(hand, self.world.chance)

    def _serve(self, hand: Hand, chance: random.Random) -> None:
        """Somebody comes with a code."""
        there = [one for one in self.world.people if _is_there(one)]
        if there := [one for one in there if one.has_pin] or there:
            at_tills.show_or_answer(chance.choice(there), chance)

    def _work(self, hand: Hand, chance: random.Random) -> None:
        if hand.shifts:
            chance.choice(hand.shifts).act(chance)

    def _let_go(self, hand: Hand, chance: random.Random, by: str = "") -> None:
        def then(reply: Reply | None) -> None:
            if reply and reply.status == 204:
                hold(self.roles.roles[hand.id].status == "revoked", "who is told as let go is", hand=hand.id)
                hand.gone = True
                self.hands = [one for one in self.hands if one is not hand]
                self._over(list(hand.shifts))

        self._keep(hand, by or self._keeper(hand, chance), "DELETE", hand.path, None, then)

    def change(self, hand: Hand, chance: random.Random, by: str = "") -> None:
        kind, before = chance.choice([one for one, _ in _KINDS if one != hand.kind]), list(hand.shifts)

        def then(reply: Reply | None) -> None:
            if reply and reply.status == 200:
                hand.kind = reply.json["role"]
                self._over([one for one in before if one.kind != hand.kind])

        self._keep(hand, by or self._keeper(hand, chance), "PATCH", hand.path, {"role": kind}, then)

    def _sign_out(self, hand: Hand, chance: random.Random) -> None:
        shift = chance.choice(hand.shifts)

        def then(reply: Reply | None) -> None:
            if reply and reply.status == 204:
                self._over([shift])

        shift.ask("DELETE", "/v1/staff-sessions/current", then)

    def _end_by_another(self, hand: Hand, chance: random.Random, by: str = "") -> None:
        shift = chance.choice(hand.shifts)
        path = f"/v1/merchants/{hand.shop.id}/staff-sessions/{shift.session}"

        def then(reply: Reply | None) -> None:
            if reply and reply.status == 204:
                self._over([shift])

        self._keep(hand, by or self._keeper(hand, chance), "DELETE", path, None, then)

    def _freeze(self, hand: Hand, chance: random.Random) -> None:
        """The office freezes their wallet: until it is let go again, they are at no till either."""
        wallet, at = hand.person.wallet, self.world.clock.true

        def done(result: Any) -> None:
            for shift in hand.shifts if result is True else ():
                shift.try_on(self.world.chance)

        self.world.start("freeze", lambda: ledger.impose(wallet, _REASON, at), done, 10.0)

    def _over(self, shifts: list[Shift]) -> None:
        """As they were told. They try it all the same, and somebody else ends what they left."""
        for shift in shifts:
            over = self.roles.over(self.roles.sessions[shift.session], 0)
            hold(bool(over), "a session that is told as over is", session=shift.session)
            self.leave(shift)
            if self.world.chance.random() < _TRIES_ON:
                shift.try_on(self.world.chance)

    def leave(self, shift: Shift) -> None:
        """What has no answer yet is the merchant's own till's from now on, under the same keys."""
        shift.over = True
        shift.hand.shifts = [one for one in shift.hand.shifts if one is not shift]
        till = self.till(shift.id)
        left = [errand for errand in shift.errands if not errand.answered]
        for errand in left:
            errand.token = lambda: till.token
        shift.errands = [errand for errand in shift.errands if errand.answered]
        till.errands = [*till.errands[-people.KEPT :], *left]
        self.left += left

    def till(self, shop: str) -> Till:
        """The merchant's own."""
        return next(one for one in self.world.tills if one.id == shop)

    def _ask_who_sold(self, hand: Hand, chance: random.Random) -> None:
        """The merchant is told; the customer is not."""
        sold = [one for one in list(self.roles.sold)[-20:] if one.startswith("pay_")]
        if not sold:
            return
        movement = chance.choice(sold)
        shop, wallet = self.world.model.payments[movement].shop, self.world.model.payments[movement].wallet
        customers = [one.access for one in self.world.people if one.wallet == wallet]
        self._asked(movement, self.till(shop).token, self.roles.sold[movement])
        for token in customers:
            self._asked(movement, token, None)

    def _asked(self, movement: str, token: str, expected: str | None) -> None:
        def then(reply: Reply | None) -> None:
            if reply and reply.status == 200:
                found = reply.json.get("staff_id")
                hold(found == expected, "who sold it is told to the merchant alone", answer=reply.raw, sold=expected)

        self.world.send("GET", f"/v1/payments/{movement}", None, {"Authorization": f"Bearer {token}"}, then)


def act(world: World, chance: random.Random) -> None:
    staff = world.staff
    _forget_what_is_over(staff)
    hands = [one for one in staff.hands if not one.busy]
    if len(staff.hands) < HANDS and (not hands or chance.random() < 0.3):
        staff.hire(chance)
    elif hands:
        staff.act(chance.choice(hands), chance)


def _forget_what_is_over(staff: Staff) -> None:
    """After their shift, or when their account is another: nobody tells, the till does not work any more."""
    for shift in [one for hand in staff.hands for one in hand.shifts]:
        if staff.roles.over(staff.roles.sessions[shift.session], 0) and staff.world.chance.random() < 0.3:
            staff.leave(shift)


def _is_there(person: Person) -> bool:
    return person.stage == "in" and not person.busy and not person._stale()


def _bearer() -> str:
    worker = current()
    return worker.bearer if worker else ""


def settle(world: World, finish: Callable[[], None]) -> None:
    """Whoever is at a till goes home, and what they left is ended: nothing stays unknown. Raises Violation."""
    staff = world.staff
    world.clock.seconds += WAITS_SECONDS
    for shift in staff.shifts:
        staff.leave(shift)
    for errand in [*staff.left, *(one for shift in staff.shifts for one in shift.errands)]:
        if not _is_over(world, errand):
            _end(world, errand)
            finish()
        hold(_is_over(world, errand), "what was begun at a till ends", errand=errand)


def _end(world: World, errand: Errand) -> None:
    """What waits by now has waited too long; of what nobody has answered, a charge is taken back by its key."""
    till, wish = world.staff.till(errand.wish.shop), errand.wish
    if not wish.code:
        people.send(world, errand)
    elif errand.answered:
        at_tills.ask(till, wish)
    else:
        at_tills.reverse(till, errand)


def _is_over(world: World, errand: Errand) -> bool:
    """A charge that was made, or cannot be any more; anything else that was answered."""
    movement = errand.wish.movement
    return movement in world.model.done | world.model.refused if errand.wish.code else errand.answered


def finished(world: World) -> None:
    """Once everything is calm: whoever sold it is still named."""
    for movement, role in world.staff.roles.sold.items():
        kept = world.engine.tables["test-ledger"].get((movement, "MOVEMENT")) or {}
        hold(kept.get("staff_id") == {"S": role} or movement.startswith("pot_"), "whoever sold it stays", kept=kept)


def _owns(role: Role) -> bool:
    return (role.kind, role.status) == ("owner", "active")
