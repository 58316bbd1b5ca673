"""A ring of new accounts is found, held and released with its explanation: `make demo ACT=fraud`.

Everything goes over HTTP, through the journal's stream to the function that scores. Only that the people had paid each
other a little before, and waited out the day that a first payment takes, is written down beforehand.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

from chalicelib.kernel import clock, money
from infra.local import people, seed, stack
from infra.local.client import Client, new_key
from infra.local.narration import Narrator, Wrong
from infra.local.people import Person

CURRENCY, AMOUNT, SIZE, WITHIN_SECONDS = "CNY", 6_000, 5, 90.0
RULE = "new-account-ring"


@dataclass
class Member:
    person: Person
    phone: Client
    wallet: str


@dataclass
class Chase:
    """An operator, and two rings: one is seen while the rule is on trial, the other once it is on."""

    narrator: Narrator
    local: dict[str, Any]
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    rings: list[list[Member]] = field(default_factory=list)
    score: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.began = clock.now() - timedelta(minutes=1)
        self.anybody = Client(self.local["api"], language=self.narrator.language)
        self._office = self.anybody.bearing((seed.operator(self.anybody) or {})["access_token"])

    @property
    def office(self) -> Client:
        return awake(self._office)

    def must(self, what: str, got: object, wanted: object) -> None:
        """Raises Wrong unless `got` is `wanted`; `what` names it in the catalogue."""
        if got != wanted:
            named = self.narrator.words(f"what.{what}")
            raise Wrong(self.narrator.words("wrong.value", what=named, got=got, wanted=wanted))

    def turn(self, mode: str) -> dict[str, Any]:
        wish = {"mode": mode, "note": self.narrator.words("fraud.note")}
        return dict(self.office.send("PATCH", f"/v1/risk/rules/{RULE}", wish).expect(200))

    def found(self, state: str, ring: list[Member]) -> dict[str, Any] | None:
        """The newest score of what this ring did last."""
        scores = self.office.get(f"/v1/risk/scores?state={state}&limit=100").expect(200)["data"]
        return next((one for one in scores if one.get("wallet_id") == ring[-2].wallet), None)

    @property
    def last(self) -> Member:
        """Who has the second ring's money now."""
        return self.rings[1][-1]


def awake(one: Client) -> Client:
    """On a new connection: the front door closes one that was silent for a minute."""
    one.close()
    return one


def newcomers(local: Mapping[str, Any], anybody: Client, run: str, language: str = "en") -> list[Member]:
    """A ring of people who are new today, and have paid each other a little before."""
    members = []
    for number in range(SIZE):
        person = Person(f"ring-{number}-{run}@coffer.example", f"ring number {number} of {run}", f"R{number}", language)
        phone = anybody.bearing(people.sign_up(anybody, person)["access_token"])
        members.append(Member(person, phone, str(people.wallets(phone)[0]["id"])))
    environment = stack.environment(local["aws"]["endpoint"])
    seed.inside("infra.local.introduce", *(one.wallet for one in members), environment=environment)
    return members


def pass_on(ring: list[Member]) -> None:
    """From the first to the last, all that came."""
    people.top_up(awake(ring[0].phone), {"id": ring[0].wallet, "currency": CURRENCY}, AMOUNT, new_key())
    for payer, payee in pairwise(ring):
        seen = awake(payer.phone).insist("/v1/payee-checks", {"identifier": payee.person.identifier}).expect(200)
        wish = {"payee_check": seen["payee_check"], "amount": AMOUNT, "currency": CURRENCY}
        payer.phone.insist("/v1/transfers", wish, key=new_key()).expect(201)


def come(chase: Chase) -> None:
    with chase.narrator.step("fraud.come") as facts:
        chase.turn("shadow")
        for number in (0, 1):
            run, language = f"{number}-{chase.run}", chase.narrator.language
            chase.rings.append(newcomers(chase.local, chase.anybody, run, language))
        facts.update(people=SIZE)


def watch(chase: Chase) -> None:
    """On trial, a rule says what it would have done, and does nothing."""
    with chase.narrator.step("fraud.watch") as facts:
        ring = chase.rings[0]
        pass_on(ring)
        what = chase.narrator.words("fraud.watch.now")
        score = people.wait_for(lambda: chase.found("noted", ring), what, WITHIN_SECONDS)
        chase.must("outcome", (score["outcome"], score["would"]), ("allow", "hold"))
        chase.must("balance", _wallet(ring[-1])["available"], AMOUNT)
        facts.update(why=score["reasons"][0]["text"])


def try_it(chase: Chase) -> None:
    """What would have happened, by the journal."""
    with chase.narrator.step("fraud.trial") as facts:
        until = clock.now() + timedelta(minutes=1)
        wish = {"from": clock.written(chase.began), "to": clock.written(until), "rules": [{"name": RULE}]}
        told = chase.office.insist("/v1/risk/trials", wish).expect(200)
        chase.must("aside", told["outcomes"]["hold"] >= 1, True)
        facts.update(events=told["looked_at"], people=told["people"], scores=told["rules"][0]["scores"])


def turn_on(chase: Chase) -> None:
    with chase.narrator.step("fraud.on") as facts:
        rule = chase.turn("on")
        facts.update(version=rule["version"], because=rule["because"])


def hold(chase: Chase) -> None:
    """The next ring's amount is put aside where it has arrived, within seconds."""
    with chase.narrator.step("fraud.hold") as facts:
        ring, what = chase.rings[1], chase.narrator.words("fraud.hold.now")
        pass_on(ring)
        began = clock.now()
        chase.score = people.wait_for(lambda: _held(chase, ring), what, WITHIN_SECONDS)
        seconds = (clock.read(chase.score["scored_at"]) - clock.read(chase.score["at"])).total_seconds()
        chase.must("aside", (chase.score["held_amount"], chase.score["held_in"]), (AMOUNT, chase.last.wallet))
        wallet = _wallet(chase.last)
        chase.must("balance", (wallet["available"], wallet["held"]), (0, AMOUNT))
        waited = (clock.now() - began).total_seconds()
        facts.update(amount=money.shown(AMOUNT, CURRENCY), seconds=f"{min(seconds, waited):.1f}")
    for one in chase.score["reasons"]:
        chase.narrator.line(f"      {one['points']:>4}  {one['text']}")


def explain(chase: Chase) -> None:
    """Its owner reads why, and what to do; everything else is theirs to spend."""
    with chase.narrator.step("fraud.explain") as facts:
        (held,) = awake(chase.last.phone).get(f"/v1/wallets/{chase.last.wallet}/holds").expect(200)["data"]
        what = chase.narrator.words("fraud.explain.now")
        people.wait_for(lambda: _told(chase, "risk_held"), what, WITHIN_SECONDS)
        facts.update(why=held["reason"], needed=held["needed"])


def release(chase: Chase) -> None:
    """Somebody of ours looked at it: they were moving house together. The rule learns how often it is right."""
    with chase.narrator.step("fraud.release") as facts:
        wish = {"label": "legitimate", "note": chase.narrator.words("fraud.looked")}
        done = chase.office.insist(f"/v1/risk/scores/{chase.score['id']}/decision", wish).expect(200)
        chase.must("outcome", done["state"], "decided")
        wallet = _wallet(chase.last)
        chase.must("balance", (wallet["available"], wallet["held"]), (AMOUNT, 0))
        what = chase.narrator.words("fraud.release.now")
        people.wait_for(lambda: _told(chase, "risk_released"), what, WITHIN_SECONDS)
        rules = chase.office.get("/v1/risk/rules?limit=100").expect(200)["data"]
        (rule,) = [one for one in rules if one["name"] == RULE]
        facts.update(amount=money.shown(AMOUNT, CURRENCY), percent=rule["precision_percent"])


def leave_as_found(chase: Chase) -> None:
    with chase.narrator.step("fraud.off"):
        chase.must("outcome", chase.turn("shadow")["mode"], "shadow")


def _held(chase: Chase, ring: list[Member]) -> dict[str, Any] | None:
    found = chase.found("open", ring)
    return found if found and found.get("deed") == "held" else None


def _wallet(member: Member) -> dict[str, Any]:
    return dict(awake(member.phone).get(f"/v1/wallets/{member.wallet}").expect(200))


def _told(chase: Chase, kind: str) -> bool | None:
    notices = awake(chase.last.phone).get("/v1/me/notices").expect(200)["data"]
    return any(one["kind"] == kind for one in notices) or None


STEPS = (come, watch, try_it, turn_on, hold, explain, release, leave_as_found)
