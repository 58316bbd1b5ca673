"""A bank that goes down in the middle of a hundred top-ups, a step at a time: `make demo ACT=failover`."""

from __future__ import annotations

import json
import statistics
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from chalicelib.kernel import money
from infra.local import people
from infra.local.client import Answer, Client
from infra.local.narration import Narrator, Wrong
from infra.local.people import Person

FIRST, SECOND = "sandbox", "harbour"
COUNT, BEFORE, PHONES = 100, 30, 3
DOWN_SECONDS = 45
LEAST, STEP = 1_010, 10
"""Amounts that are none of the bank's magic ones, every one different."""
KNOWN_WITHIN_SECONDS = 240.0
"""Who was unknown is asked about by the schedule, a minute later."""
MOST_AFTERWARDS = 60


@dataclass
class Outage:
    """One person, new in each run, and what they asked for."""

    narrator: Narrator
    local: dict[str, Any]
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:10])
    wallet: dict[str, Any] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    down_at: float = 0.0

    def __post_init__(self) -> None:
        self.anybody = self.customer = Client(self.local["api"], language=self.narrator.language)
        self.banks = {FIRST: Client(self.local["bank"]), SECOND: Client(self.local["harbour"])}
        self.lock = threading.Lock()

    def must(self, what: str, got: object, wanted: object) -> None:
        """Raises Wrong unless `got` is `wanted`; `what` names it in the catalogue."""
        if got != wanted:
            named = self.narrator.words(f"what.{what}")
            raise Wrong(self.narrator.words("wrong.value", what=named, got=got, wanted=wanted))

    def wish(self, number: int) -> dict[str, Any]:
        """Which bank takes it is not said."""
        amount = LEAST + STEP * number + (STEP if (LEAST + STEP * number) % 100 < STEP else 0)
        return {"wallet_id": self.wallet["id"], "amount": amount, "currency": self.wallet["currency"]}

    def available(self) -> int:
        found: int = self.customer.get(f"/v1/wallets/{self.wallet['id']}").expect(200)["available"]
        return found

    @property
    def asked_for(self) -> list[dict[str, Any]]:
        return [answer.json for answer in self.answers]


def join(outage: Outage) -> None:
    name, language = outage.narrator.words("name"), outage.narrator.language
    newcomer = Person(f"failover-{outage.run}@coffer.example", f"two harbours {outage.run}", name, language)
    with outage.narrator.step("failover.join") as facts:
        outage.customer = outage.anybody.bearing(people.sign_up(outage.anybody, newcomer)["access_token"])
        outage.wallet = people.wallets(outage.customer)[0]
        facts.update(name=name, first=FIRST, second=SECOND)


def top_up_through_the_storm(outage: Outage) -> None:
    """The bank leaves while it is being asked."""
    with outage.narrator.step("failover.storm") as facts, ThreadPoolExecutor(PHONES) as phones:
        local = threading.local()

        def one(number: int) -> Answer:
            phone = local.__dict__.setdefault("phone", outage.customer.twin())
            answer: Answer = phone.insist("/v1/topups", outage.wish(number), key=f"{outage.run}-{number}")
            answer.expect(201)
            with outage.lock:
                outage.answers.append(answer)
                _go_on(outage)
            return answer

        list(phones.map(one, range(COUNT)))
        outage.must("answers", len({answer.json["id"] for answer in outage.answers}), COUNT)
        took = sorted(answer.seconds * 1_000 for answer in outage.answers)
        times = {"median": round(statistics.median(took)), "slowest": round(took[-1])}
        facts.update(count=COUNT, bank=FIRST, seconds=DOWN_SECONDS, before=BEFORE, **times)


def _go_on(outage: Outage) -> None:
    done = len(outage.answers)
    outage.narrator.progress(outage.narrator.words("failover.storm.progress", done=done, of=COUNT))
    if done == BEFORE:
        outage.banks[FIRST].post("/_down", {"seconds": DOWN_SECONDS}).expect(200)
        outage.banks[FIRST].close()
        outage.down_at = time.monotonic()


def count_the_answers(outage: Outage) -> None:
    with outage.narrator.step("failover.answers") as facts:
        by = [one["processor"] for one in outage.asked_for]
        outage.must("failed", [one["reason"] for one in outage.asked_for if one["status"] == "failed"], [])
        unknown = sum(one["status"] == "unknown" for one in outage.asked_for)
        facts.update(first=by.count(FIRST), first_bank=FIRST, second=by.count(SECOND), second_bank=SECOND)
        facts.update(unknown=unknown)
        outage.must("moved", by.count(SECOND) > 0, True)


def wait_for_every_one(outage: Outage) -> None:
    """Webhooks that waited in the bank, or the schedule's question, say what became of the unknown ones."""
    wanted, missing = sum(outage.wish(number)["amount"] for number in range(COUNT)), {*_ids(outage)}

    def look() -> bool | None:
        for topup_id in sorted(missing):
            if outage.customer.get(f"/v1/topups/{topup_id}").expect(200)["status"] == "succeeded":
                missing.discard(topup_id)
        done = COUNT - len(missing)
        outage.narrator.progress(outage.narrator.words("failover.arrived.progress", done=done, of=COUNT))
        return None if missing else True

    with outage.narrator.step("failover.arrived") as facts:
        what = outage.narrator.words("failover.arrived.now")
        people.wait_for(look, what, KNOWN_WITHIN_SECONDS, pause_seconds=2.0)
        outage.must("balance", outage.available(), wanted)
        facts.update(count=COUNT, sum=money.shown(wanted, outage.wallet["currency"]))


def compare_with_the_banks(outage: Outage) -> None:
    """What each bank has in its own book, asked for by our id."""
    with outage.narrator.step("failover.banks") as facts:
        found = {name: paid(bank, _ids(outage)) for name, bank in outage.banks.items()}
        outage.must("twice", sorted(found[FIRST].keys() & found[SECOND].keys()), [])
        outage.must("paid", len(found[FIRST]) + len(found[SECOND]), COUNT)
        sums = {name: money.shown(sum(its.values()), outage.wallet["currency"]) for name, its in found.items()}
        facts.update(first_bank=FIRST, first_sum=sums[FIRST], second_bank=SECOND, second_sum=sums[SECOND])
        books = outage.anybody.get("/_local/books").expect(200)
        outage.must("balanced", books["balanced"], True)


def top_up_until_the_first_is_asked_again(outage: Outage) -> None:
    with outage.narrator.step("failover.back") as facts:
        for number in range(MOST_AFTERWARDS):
            wish = outage.wish(0)
            made = outage.customer.insist("/v1/topups", wish, key=f"{outage.run}-after-{number}").expect(201)
            if made["processor"] == FIRST:
                break
            time.sleep(2)
        outage.must("again", made["processor"], FIRST)
        facts.update(bank=FIRST, probes=number)


def _ids(outage: Outage) -> list[str]:
    return [one["id"] for one in outage.asked_for]


def paid(bank: Client, topup_ids: list[str]) -> dict[str, int]:
    found = {}
    for topup_id in topup_ids:
        answer = bank.get(f"/intents/{topup_id}")
        bank.close()
        if answer.status == 200 and (payment := json.loads(answer.raw))["status"] == "succeeded":
            found[topup_id] = payment["amount"]
    return found


STEPS = (
    join,
    top_up_through_the_storm,
    count_the_answers,
    wait_for_every_one,
    compare_with_the_banks,
    top_up_until_the_first_is_asked_again,
)
