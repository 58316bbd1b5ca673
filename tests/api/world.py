"""A small world for tests of the whole: a customer, a merchant with a till, and what carries messages between them.

Everything goes through the app: the people by its API, stream and queues by its handlers. Only money comes by the
ledger's own door, as a top-up would bring it.
"""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

import app
from chalicelib import cloud
from chalicelib.credit import leaving as credit
from chalicelib.disputes import leaving as disputes
from chalicelib.identity import above, passwords
from chalicelib.kernel import ids
from chalicelib.kyc import leaving as documents
from chalicelib.ledger import chart, crediting, service, store
from chalicelib.ledger.model import Draft, Entry, Known, Movement
from chalicelib.merchants import leaving
from chalicelib.payments import leaving as family
from chalicelib.rewards import leaving as coupons
from chalicelib.risk import leaving as risk
from chalicelib.settings import settings
from tests.api.caller import Caller, Reply
from tests.conftest import FrozenClock
from tests.people import appointed, in_office, refresh

PASSWORD = "correct horse battery staple"
_numbers = itertools.count(1)
_STREAM_BATCH = 100
"""As `app.fan_out` is declared."""


class World:
    def __init__(self, clock: FrozenClock) -> None:
        self.clock, self.nobody = clock, Caller()
        self._seen: set[tuple[str, str]] = set()
        above.lend("kyc", documents.forget, documents.told)
        above.lend("disputes", disputes.forget, disputes.told)
        above.lend("merchants", leaving.forget, leaving.told)
        above.lend("payments", family.forget, family.told)
        above.lend("rewards", coupons.forget, coupons.told)
        above.lend("credit", credit.forget, credit.told)
        above.lend("risk", risk.forget, risk.told)
        self.operator = self._operator()
        self.shop = self._shop("Tea House")

    def customer(self, amount: int = 0, jurisdiction: str = "CN") -> Person:
        person = Person(self, self._sign_up(jurisdiction))
        if amount:
            self.put_in(person, amount)
        return person

    def put_in(self, person: Person, amount: int, processor: str = "sandbox") -> None:
        top_up = ids.derived("top", str(next(_numbers)))

        def build(at: Any, known: Known) -> Draft:
            change, credited = crediting.credit(person.wallet, person.currency, amount, known)
            postings = credited | {chart.clearing(processor, person.currency): -amount}
            movement = Movement(top_up, "top-up", person.wallet, amount, person.currency, "succeeded", at)
            return Draft(movement, (change,), Entry(top_up, "top-up", person.currency, at, postings, owner=person.id))

        service.commit(build, self.clock.now())

    def deliver(self) -> None:
        """All that the journal's stream and the queues hold, until nothing moves any more."""
        while records := self.new_records():
            for start in range(0, len(records), _STREAM_BATCH):
                self.give(records[start : start + _STREAM_BATCH])

    def give(self, records: list[dict[str, Any]]) -> None:
        """These of the stream, and what the queues hold then."""
        app.fan_out({"Records": records}, None)
        self._consume()

    def take_in(self) -> None:
        """What a sweep has put into the queues."""
        self._consume()

    def gather(self) -> int:
        """What happened, into the lake's landing; how many messages."""
        return self._drain(settings().happened_queue_url, app.gather)

    def score(self) -> int:
        """What may be fraud, scored; how many messages."""
        return self._drain(settings().risk_queue_url, app.score)

    def forget_what_was_told(self) -> None:
        """The stream tells all of it again."""
        self._seen.clear()

    def _consume(self) -> None:
        for queue_url, handler in self._queues().items():
            self._drain(queue_url, handler)

    def _drain(self, queue_url: str, handler: Any) -> int:
        done, queues = 0, cloud.client("sqs")
        while messages := queues.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
            answer = handler(_sqs_event(queue_url, messages), None)
            assert answer == {"batchItemFailures": []}
            for message in messages:
                queues.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
            done += len(messages)
        return done

    def messages_of_settlement(self) -> dict[str, Any]:
        """The event that `settle` is given for what the journal holds anew."""
        app.fan_out({"Records": self.new_records()}, None)
        queue_url, queues = settings().settlement_queue_url, cloud.client("sqs")
        messages = queues.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)["Messages"]
        for message in messages:
            queues.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return _sqs_event(queue_url, messages)

    def event_of(self, queue: str, bodies: list[str]) -> dict[str, Any]:
        messages = [{"MessageId": str(n), "ReceiptHandle": "", "Body": body} for n, body in enumerate(bodies)]
        return _sqs_event(queue, messages)

    def sweep(self) -> int:
        """One minute's turn of the schedule; how many of its tasks did something."""
        event = {"version": "0", "account": "1", "region": "eu-west-1", "detail": {}, "detail-type": "", "source": ""}
        return int(app.sweep(event | {"time": "", "id": "1", "resources": []}, None))

    def _queues(self) -> dict[str, Any]:
        named = settings()
        return {
            named.settlement_queue_url: app.settle,
            named.fold_queue_url: app.fold,
            named.notices_queue_url: app.tell,
            named.events_queue_url: app.record,
            named.points_queue_url: app.earn,
        }

    def new_records(self) -> list[dict[str, Any]]:
        """Of the journal's stream: one for each entry since the last time."""
        records = []
        for found in store.everything(settings().journal_table):
            place = (found["pk"]["S"], found["sk"]["S"])
            if place not in self._seen:
                self._seen.add(place)
                keys = {name: found[name] for name in ("pk", "sk")}
                records.append({"eventName": "INSERT", "eventID": "1", "dynamodb": {"Keys": keys, "NewImage": found}})
        return records

    def _sign_up(self, jurisdiction: str) -> dict[str, Any]:
        identifier = f"person{next(_numbers)}@example.com"
        wish = {
            "identifier": identifier,
            "password": PASSWORD,
            "display_name": "Ana",
            "locale": "en",
            "jurisdiction": jurisdiction,
        }
        assert self.nobody.post("/v1/users", wish).status == 202
        reply = self.nobody.post("/v1/users/verify", {"identifier": identifier, "code": self.code_of(identifier)})
        assert reply.status == 201, reply.raw
        welcome: dict[str, Any] = reply.json
        return welcome | {"identifier": identifier}

    def code_of(self, contact: str) -> str:
        """The code in the newest message to `contact`; of two at one instant nobody knows which that is."""
        found = cloud.client("dynamodb").query(
            TableName=settings().notices_table,
            KeyConditionExpression="pk = :to",
            ExpressionAttributeValues={":to": {"S": f"OUTBOX#{contact}"}},
            ScanIndexForward=False,
        )["Items"]
        sent_at = [item["sk"]["S"].partition("#")[0] for item in found[:2]]
        assert len(set(sent_at)) == len(sent_at), "two messages at one instant: advance the clock between them"
        code = re.search(r"\b\d{6}\b", found[0]["body"]["S"])
        assert code, "the newest message holds no code"
        return code.group()

    def _operator(self) -> Caller:
        welcome = self._sign_up("CN")
        self.operator_id, self.operator_contact = welcome["user"]["id"], welcome["identifier"]
        appointed(self.nobody, welcome, "admin", PASSWORD)
        return self.nobody.bearing(in_office(welcome["user"]["id"], self.clock.now()))

    def _shop(self, name: str) -> Shop:
        terms = {"name": name, "currencies": ["CNY"], "fee_basis_points": 60, "fee_fixed": 0, "floor": -10_000}
        merchant = self.operator.post("/v1/merchants", terms).json
        scopes = {"scopes": ["payments", "refunds", "checkouts", "reports"]}
        key = self.operator.post(f"/v1/merchants/{merchant['id']}/keys", scopes).json["key"]
        return Shop(merchant["id"], merchant["accounts"]["CNY"], self.nobody.bearing(key))

    def another_shop(self, name: str = "Noodle Bar") -> Shop:
        return self._shop(name)


class Shop:
    def __init__(self, merchant_id: str, account: str, till: Caller) -> None:
        self.id, self.account, self.till = merchant_id, account, till

    def checkout(self, amount: int, reference: str = "order-1", **more: Any) -> dict[str, Any]:
        order = {"amount": amount, "currency": "CNY", "order_reference": reference} | more
        reply = self.till.post("/v1/checkouts", order)
        assert reply.status == 201, reply.raw
        found: dict[str, Any] = reply.json
        return found

    def act(self, payment_id: str, what: str, body: dict[str, Any] | None = None, key: str = "") -> Reply:
        """`what`: capture, void or refunds."""
        return self.till.post(f"/v1/payments/{payment_id}/{what}", body or {}, idempotency_key=key or fresh_key())


class Person:
    def __init__(self, world: World, welcome: dict[str, Any]) -> None:
        self.world, self.id, self.identifier = world, welcome["user"]["id"], welcome["identifier"]
        self.tokens = welcome
        self.phone = world.nobody.bearing(welcome["access_token"])
        first = self.phone.get("/v1/wallets").json["data"][0]
        self.wallet, self.currency = first["id"], first["currency"]

    def sign_in(self) -> None:
        """Tokens last ten minutes; the phone is the one they signed up with."""
        claim = {"identifier": self.identifier, "password": PASSWORD, "device_token": self.tokens["device_token"]}
        self._bear(self.world.nobody.post("/v1/sessions", claim).json)

    def refresh(self) -> None:
        """Whoever has turned on their first second factor does so before they pay again."""
        self._bear(refresh(self.world.nobody, self.tokens["refresh_token"]).json)

    def at_work(self, role: str = "admin") -> Caller:
        """Them in the console: an operator too from now on."""
        appointed(self.world.nobody, self.tokens, role, PASSWORD)
        return self.world.nobody.bearing(in_office(self.id, self.world.clock.now()))

    def _bear(self, tokens: dict[str, Any]) -> None:
        self.tokens = {**self.tokens, **tokens}
        self.phone = self.world.nobody.bearing(tokens["access_token"])

    @property
    def available(self) -> int:
        return int(self.phone.get(f"/v1/wallets/{self.wallet}").json["available"])

    @property
    def held(self) -> int:
        return int(self.phone.get(f"/v1/wallets/{self.wallet}").json["held"])

    def order(self, amount: int, reference: str = "order-1", **more: Any) -> dict[str, Any]:
        """The body of a direct payment."""
        return {
            "wallet_id": self.wallet,
            "merchant_id": self.world.shop.id,
            "amount": amount,
            "currency": self.currency,
            "order_reference": reference,
        } | more

    def pay(self, amount: int, key: str = "", **more: Any) -> Reply:
        return self.phone.post("/v1/payments", self.order(amount, **more), idempotency_key=key or fresh_key())

    def pay_checkout(self, checkout_id: str, key: str = "", **more: Any) -> Reply:
        body = {"wallet_id": self.wallet, "checkout_id": checkout_id} | more
        return self.phone.post("/v1/payments", body, idempotency_key=key or fresh_key())


def fresh_key() -> str:
    return f"key-{next(_numbers)}"


def cheap_passwords(monkeypatch: Any) -> None:
    """Argon2 at its least cost: its parameters are proved elsewhere."""
    from argon2 import PasswordHasher

    monkeypatch.setattr(passwords, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def _sqs_event(queue_url: str, messages: list[dict[str, Any]]) -> dict[str, Any]:
    name = queue_url.rsplit("/", 1)[-1]
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": {"MessageGroupId": json.loads(message["Body"]).get("account", "")},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:eu-west-1:123456789012:{name}",
                "awsRegion": "eu-west-1",
                "md5OfBody": "",
            }
            for message in messages
        ]
    }
