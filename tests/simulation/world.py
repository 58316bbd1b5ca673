"""The whole: product, people, bank, queues and clocks, moved on by one decision at a time.

Decision number n draws from its own chance, seeded by (seed, n): leaving others out does not change what it draws,
so a failing run can be shortened by leaving decisions out.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import app
from chalicelib.kernel import ids
from tests.api.caller import Caller, Reply
from tests.people import appointed, in_office
from tests.simulation import (
    faults,
    nature,
    opening_packets,
    paying_out,
    using_bonuses,
    using_coupons,
    using_points,
)
from tests.simulation.bank import Bank
from tests.simulation.charges import Shown
from tests.simulation.doors import Doors
from tests.simulation.engine import Engine
from tests.simulation.errands import event_of
from tests.simulation.forgetful import PASSWORD
from tests.simulation.house import queues, tables
from tests.simulation.model import Model
from tests.simulation.people import Person, Till
from tests.simulation.plays import EVERYTHING, Play
from tests.simulation.post import Post, Stream
from tests.simulation.staffing import FOUNDER, Staff
from tests.simulation.tables import Change
from tests.simulation.truth import Payment, Shop, hold
from tests.simulation.workers import Call, Clock, Entropy, Killed, Worker, current

if TYPE_CHECKING:
    from tests.simulation import giving_cards

MOST_WORKERS = 7
FAULTY, SECONDS_A_STEP = 0.035, 0.008
API_SECONDS = 10.0
_GRAVE = ("JournalChanged", "LedgerDrift")


class World:
    def __init__(self, seed: int, play: Play = EVERYTHING, faulty: float = FAULTY) -> None:
        self.seed, self.play, self.faulty, self.step_number = seed, play, faulty, 0
        self.started = 0
        """Workers, in this step: two that are asked the same draw apart."""
        self.clock = Clock()
        self.engine = Engine(lambda: self.clock.seconds, tables(), self._committed)
        self.post, self.stream, self.bank = Post(queues()), Stream(), Bank(self.clock)
        self.model = Model(self.bank.paid)
        self.doors = Doors(lambda: (self.clock.now().timestamp(), current()))
        self.entropy = Entropy(f"{seed}/world")
        self.chance = random.Random(f"{seed}/world")
        self.workers: list[Worker] = []
        self.finishing: Worker
        self.counts: Counter[str] = Counter()
        self.history = hashlib.sha256()
        self.alarms: list[str] = []
        self.people: list[Person] = []
        self.tills: list[Till] = []
        self.shown: list[Shown] = []
        """Payment codes, as tills see them on phones."""
        self.codes: list[giving_cards.Code] = []
        """Of gift cards, which went round."""
        self.links: list[opening_packets.Link] = []
        """Red packets that went round."""
        self.quiet, self.arrived = False, 0
        self.staff = Staff(self)
        self._phone = Caller(app.app)

    @property
    def shops(self) -> list[Shop]:
        return list(self.model.shops.values())

    def furnish(self) -> None:
        """An operator, three merchants and who owns the first, before anything can go wrong; then the people."""
        operator = self._operator()
        for name, basis_points, fixed, floor, category in (
            ("Tea", 60, 0, -10_000, "other"),
            ("Noodles", 250, 30, 0, "restaurants"),
            ("Books", 0, 0, -(10**6), "leisure"),
        ):
            terms = {
                "name": name,
                "currencies": ["CNY"],
                "fee_basis_points": basis_points,
                "fee_fixed": fixed,
                "floor": floor,
                "category": category,
            }
            merchant = operator.post("/v1/merchants", terms).json
            shop = Shop(merchant["id"], merchant["accounts"]["CNY"], basis_points, fixed, floor, allowance=-floor)
            shop.category = category
            self.model.open_shop(shop)
            paying_out.agree(operator, name, shop)
            scopes = {"scopes": ["payments", "refunds", "checkouts", "reports", "payouts", "cards"]}
            key = operator.post(f"/v1/merchants/{shop.id}/keys", scopes).json["key"]
            self.tills.append(Till(shop, key, self))
            self.staff.open(operator, shop)
        if self.play.between:
            using_coupons.offer(self, operator)
            using_points.offer(self, operator)
        if self.play.bonuses:
            using_bonuses.offer(self, operator)
        self.staff.found(operator, self._phone.bearing(self._signed_up(FOUNDER)["access_token"]))
        self.people = [self.newcomer() for _ in range(self.play.people)]
        for person in self.people[: self.play.at_home]:
            person._keep(self._signed_up(person.identifier))

    def newcomer(self) -> Person:
        self.arrived += 1
        return Person(self.arrived, self)

    def _signed_up(self, name: str) -> dict[str, Any]:
        wish = {"identifier": name, "password": PASSWORD, "display_name": "Olga", "locale": "en"}
        self._phone.post("/v1/users", wish | {"jurisdiction": "CN"})
        welcome: dict[str, Any] = self._phone.post(
            "/v1/users/verify", {"identifier": name, "code": self.code_of(name)}
        ).json
        return welcome

    def _operator(self) -> Caller:
        welcome = self._signed_up("olga@example.com")
        appointed(self._phone, welcome, "admin", PASSWORD)
        return self._phone.bearing(in_office(welcome["user"]["id"], self.clock.true))

    def step(self, number: int) -> None:
        """One decision. Raises Violation."""
        chance = self.chance = random.Random(f"{self.seed}/{number}")
        self.step_number, self.started = number, 0
        self.model.seconds = self.clock.seconds = self.clock.seconds + chance.expovariate(1 / SECONDS_A_STEP)
        ready = [worker for worker in self.workers if worker.wake_at <= self.clock.seconds]
        full = len(self.workers) >= MOST_WORKERS or self.quiet
        if ready and (full or chance.random() < 0.8):
            self._resume(chance.choice(ready), chance)
        elif self.workers and full:
            self.clock.seconds = min(worker.wake_at for worker in self.workers)
        else:
            nature.begin(self, chance)
        self._look_at_alarms()

    def _resume(self, worker: Worker, chance: random.Random) -> None:
        """The worker makes its next call, perhaps badly, and runs to the one after it."""
        made, kind = worker.waiting, ""
        assert made is not None
        if self.clock.seconds - worker.born_at > worker.limit_seconds:
            kind = "function-timed-out"
        elif chance.random() < self.faulty:
            kind = chance.choice(faults.possible(made))
        elif chance.random() < self.faulty / 3:
            self.clock.seconds += chance.uniform(0.5, 3)
            self.count("slow-call")
        if kind:
            self.count(kind)
            worker.faults.append(kind)
        if self.faulty and chance.random() < 0.002:
            worker.skew -= chance.uniform(0, 600 + worker.skew)
            self.count("clock-backwards")
        self.model.seconds = self.clock.seconds
        self.note(worker.name, made.shown, kind)
        self.finishing = worker
        act = faults.act_of(kind, self.engine, chance) if kind else _perform
        worker.go_on(act)
        if worker.finished:
            self.workers.remove(worker)

    def count(self, fault: str) -> None:
        self.counts[fault] += 1

    def note(self, *facts: object) -> None:
        """Into the history's hash."""
        self.history.update(
            " ".join(map(str, (self.step_number, f"{self.clock.seconds:.6f}", *facts))).encode() + b"\n"
        )

    def start(self, name: str, work: Callable[[], Any], done: Callable[[Any], None], limit_seconds: float) -> Worker:
        """A new worker, up to its first call."""
        skew = 0.0
        if self.faulty and self.chance.random() < 0.15:
            skew = self.chance.uniform(-600, 600)
            self.count("clock-skew")
        if self.faulty and self.chance.random() < 0.02:
            nature.go_cold(self)
        self.started += 1
        seed = f"{self.seed}/{self.step_number}/{name}/{self.started}"
        worker = Worker(name, work, done, seed, self.clock.seconds, limit_seconds, skew)
        self.finishing = worker
        self.note("start", name)
        worker.go_on()
        if not worker.finished:
            self.workers.append(worker)
        return worker

    def send(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        headers: dict[str, str],
        then: Callable[[Reply | None], None],
    ) -> None:
        """A request; `then` gets its answer, None if the worker died."""
        event = event_of(self._phone, method, path, body, {"User-Agent": "sim", **headers}, f"req-{self.step_number}")
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        worker = self._ask(f"{method} {path}", event, self.staff.watched(method, path, token, then))
        worker.bearer = token

    def send_raw(self, path: str, body: bytes, headers: dict[str, str], then: Callable[[Reply | None], None]) -> None:
        """A processor's."""
        event = self._phone.event("POST", path, body, headers)
        event["requestContext"]["requestId"] = f"req-{self.step_number}"
        self._ask(f"POST {path}", event, then)

    def _ask(self, name: str, event: dict[str, Any], then: Callable[[Reply | None], None]) -> Worker:
        def done(result: Any) -> None:
            if isinstance(result, Killed):
                then(None)
                return
            if isinstance(result, Exception):
                raise result
            self.note("answer", name, result.status)
            facts = {"answer": result.raw, "faults": self.finishing.faults, "alarms": self.alarms[-1:]}
            hold(result.status != 500, "no mistake of ours", request=name, **facts)
            then(result)

        return self.start(name, lambda: self._phone.send(event), done, API_SECONDS)

    def _committed(self, changes: Sequence[Change]) -> None:
        self.model.commit(changes)
        self.doors.commit(changes, self.clock.seconds)
        self.staff.roles.commit(changes)
        for change in changes:
            self.note(change.table, *change.key, change.new is None)
            if change.table == "test-journal":
                self.stream.add(change)

    def _look_at_alarms(self) -> None:
        for alarm in self.alarms:
            hold(not alarm.startswith(_GRAVE), "what must never happen did not", alarm=alarm)
            by_itself = alarm.startswith("SweepFailed") and not self.finishing.faults
            hold(not by_itself, "a sweep's work fails only when something fails it", alarm=alarm)
        self.counts.update("alarm " + alarm.partition(" ")[0] for alarm in self.alarms)
        self.alarms.clear()

    def has_case(self, kind: str, subject: str, key: str = "") -> bool:
        """Whether a person was called."""
        case = ids.derived("cas", kind, subject, key)
        return any(item["pk"]["S"] == case for item in self.engine.tables["test-cases"].everything())

    def code_of(self, contact: str) -> str:
        """The code in the newest message to `contact`."""
        found = self.engine.tables["test-notices"].found(f"OUTBOX#{contact}", ())
        codes = [re.findall(r"\b\d{6}\b", item["body"]["S"]) for item in found]
        return next((code[0] for code in reversed(codes) if code), "000000")

    def claims(self, token: str) -> dict[str, Any]:
        part = token.split(".")[1]
        read: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return read

    def recent_payments(self, shop: str) -> list[Payment]:
        recent = list(self.model.payments.values())[-60:]
        return [payment for payment in recent if payment.shop == shop]

    def held_payments(self, shop: str) -> list[Payment]:
        """However old."""
        return [one for one in self.model.payments.values() if one.shop == shop and one.state == "authorized"]

    def turned_away(self, user: str, token: str) -> None:
        """A person whose token is not believed gets a new one."""
        for person in self.people:
            if person.user == user and person.access == token and not person.busy and person.stage == "in":
                if self.chance.random() < 0.5:
                    person.stage = "out"
                else:
                    person._refresh(self.chance)


def _perform(call: Call) -> Any:
    return call.perform()
