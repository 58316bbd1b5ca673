"""What people and schedules ask for, as the invocations it takes: each made afresh, with all that it presupposes."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec

from chalicelib.identity import vault
from chalicelib.kernel import clock, ids
from infra.local.bank_post import letter, signed
from tests.api.bodies_of_reports import REPORTS
from tests.api.caller import Caller
from tests.api.topup_kit import ANA, KEYS, WALLET, token
from tests.api.world import PASSWORD, Person, fresh_key
from tests.bench.measure.town import Event, Invocation, Town

AMOUNT, FUNDS = 1250, 1_000_000
PAGE = 20
FULL_BATCH, FULL_STREAM_BATCH = 90, 100
_references = itertools.count(1)
_QUESTION = {name: value for name, value in REPORTS["POST /v1/reports/query"].items() if name != "funnel"}
Operation = Callable[[Town], Invocation]


HALF_A_MINUTE = 30


def warm(town: Town) -> None:
    """The merchant's terms and the keys of personal fields have just been read, and stay good for half a minute."""
    town.clock.advance(HALF_A_MINUTE - town.clock.now().timestamp() % HALF_A_MINUTE)
    town.invoke(payment(town))
    vault.forget()
    vault.ready()


def customer(town: Town) -> Person:
    """With money, and no entry in this very instant."""
    person = town.world.customer(FUNDS)
    town.clock.advance(1)
    return person


def sign_in(town: Town) -> Invocation:
    with town.true_passwords():
        person = town.world.customer()
    known = {"device_token": person.tokens["device_token"]}
    claim = {"identifier": person.identifier, "password": PASSWORD} | known
    return asked("access", town.world.nobody, "POST", "/v1/sessions", claim)


def top_up(town: Town) -> Invocation:
    body = {"wallet_id": WALLET, "amount": AMOUNT, "currency": "CNY", "method": "manual"}
    return asked("money", _signed_in(town), "POST", "/v1/topups", body, fresh_key())


def webhook(town: Town) -> Invocation:
    town.till.customer = _signed_in(town)
    message = town.till.message(town.till.top_up(AMOUNT, fresh_key()).json["id"], "succeeded")
    town.clock.advance(1)
    sent = letter(message)
    caller, headers = town.till.caller, signed(sent, KEYS, int(town.clock.now().timestamp()))
    return Invocation("webhooks", caller.event("POST", "/v1/webhooks/sandbox", sent.body, headers), 200)


def payment(town: Town, person: Person | None = None, amount: int = AMOUNT, **more: Any) -> Invocation:
    payer = person or customer(town)
    order = payer.order(amount, f"order-{next(_references)}", **more)
    return asked("money", payer.phone, "POST", "/v1/payments", order, fresh_key())


def payment_of_a_checkout(town: Town) -> Invocation:
    payer, checkout = customer(town), town.world.shop.checkout(AMOUNT, f"order-{next(_references)}")
    body = {"wallet_id": payer.wallet, "checkout_id": checkout["id"]}
    return asked("money", payer.phone, "POST", "/v1/payments", body, fresh_key())


def duplicate(town: Town) -> Invocation:
    first = payment(town)
    town.invoke(first)
    return first


def refusal(town: Town) -> Invocation:
    """Not enough money."""
    return replace(payment(town, town.world.customer(1)), expects=409)


def capture(town: Town) -> Invocation:
    held = customer(town).pay(AMOUNT, capture="manual").json["id"]
    town.clock.advance(1)
    return asked("money", town.world.shop.till, "POST", f"/v1/payments/{held}/capture", {}, fresh_key())


def refund(town: Town) -> Invocation:
    """Of a payment that the merchant has already got."""
    town.records(10**9)
    made = customer(town).pay(AMOUNT).json["id"]
    town.invoke(Invocation("fan_out", {"Records": town.records(10**9)}))
    while lines := town.messages("SETTLEMENT_QUEUE_URL"):
        town.clock.advance(1)
        town.invoke(Invocation("settle", lines))
    town.clock.advance(1)
    return asked("money", town.world.shop.till, "POST", f"/v1/payments/{made}/refunds", {}, fresh_key())


def statement_page(town: Town) -> Invocation:
    """The first of two."""
    person = customer(town)
    for amount in range(1, PAGE + 2):
        town.clock.advance(1)
        assert person.pay(amount).status == 201
    return asked("money", person.phone, "GET", f"/v1/wallets/{person.wallet}/entries?limit={PAGE}")


def cases_page(town: Town) -> Invocation:
    return asked("office", town.world.operator, "GET", "/v1/cases")


def report(town: Town) -> Invocation:
    """Over a lake in which nothing is."""
    return replace(asked("analysis", town.world.operator, "POST", "/v1/reports/query", _QUESTION), expects=200)


def fan_out(town: Town, entries: int = 1) -> Invocation:
    """Of as many payments, and of nothing else."""
    town.records(10**9)
    paid(town, entries)
    return Invocation("fan_out", {"Records": town.records(entries)})


def settle(town: Town, lines: int = 1) -> Invocation:
    return _consumed(town, "settle", "SETTLEMENT_QUEUE_URL", lines)


def fold(town: Town, entries: int = 1) -> Invocation:
    return _consumed(town, "fold", "FOLD_QUEUE_URL", entries)


def tell(town: Town, entries: int = 1) -> Invocation:
    return _consumed(town, "tell", "NOTICES_QUEUE_URL", entries)


def record(town: Town, entries: int = 1) -> Invocation:
    return _consumed(town, "record", "EVENTS_QUEUE_URL", entries)


def earn(town: Town, entries: int = 1) -> Invocation:
    return _consumed(town, "earn", "POINTS_QUEUE_URL", entries)


def score(town: Town) -> Invocation:
    """A happening: it is remembered, and leads to nothing."""
    told = {"id": ids.derived("evt", "signed in"), "kind": "sign-in", "at": clock.written(town.world.clock.now())}
    body = {"happened": [told | {"outcome": "succeeded", "person": "anybody", "region": "CN"}]}
    return Invocation("score", town.world.event_of("risk", [json.dumps(body)]))


def gather(town: Town) -> Invocation:
    """What happened beside the journal: it lands."""
    told = {"id": ids.derived("evt", "signed in"), "kind": "sign-in", "at": clock.written(town.world.clock.now())}
    body = {"happened": [told | {"outcome": "succeeded"}]}
    return Invocation("gather", town.world.event_of("happened", [json.dumps(body)]))


def deliver(town: Town) -> Invocation:
    """Nothing that is on its way: whatever is asked of a server takes as long as the server."""
    body = {"endpoint": ids.derived("whe", "nobody's"), "event": ids.derived("evt", "nobody's")}
    return Invocation("deliver", town.world.event_of("deliveries.fifo", [json.dumps(body)]))


def journal_changed(town: Town) -> Invocation:
    (record,) = fan_out(town).event["Records"]
    return Invocation("journal_changed", {"Records": [{**record, "eventName": "MODIFY"}]})


def sweep(town: Town) -> Invocation:
    """Of a minute in which nothing is due."""
    event = {"version": "0", "account": "1", "region": "eu-west-1", "detail": {}, "detail-type": "", "source": ""}
    return Invocation("sweep", event | {"time": "", "id": "1", "resources": []})


def alarmed(town: Town) -> Invocation:
    """By an alarm without data, which says nothing of how it is."""
    told = {"AlarmName": "coffer-Quiet", "NewStateValue": "INSUFFICIENT_DATA"}
    body = json.dumps({**told, "StateChangeTime": "2026-11-22T08:00:00.000+0000"})
    return Invocation("alarmed", town.world.event_of("alarms", [body]))


def reconcile(town: Town) -> Invocation:
    """Of a turn in which no day is due."""
    return Invocation("reconcile", sweep(town).event)


def compact(town: Town) -> Invocation:
    """Of a turn before which nothing has landed."""
    return Invocation("compact", sweep(town).event)


def pay_out(town: Town) -> Invocation:
    """Of a turn in which no merchant's cut-off has passed."""
    return Invocation("pay_out", sweep(town).event)


def back_up(town: Town) -> Invocation:
    """Of a turn in which no backup is due."""
    from chalicelib.kernel import clock
    from chalicelib.operations import backups, store_backups

    begun = backups.begun("", "daily", clock.now())
    store_backups.change(msgspec.structs.replace(begun, state="whole", as_of=begun.begun_at))
    return Invocation("back_up", sweep(town).event)


def restore_drill(town: Town) -> Invocation:
    """Of a turn in which no drill is due."""
    from chalicelib.kernel import clock
    from chalicelib.operations import backups, drills, store_backups

    begun = drills.begin(backups.begun("", "daily", clock.now()), "", clock.now())
    store_backups.change(msgspec.structs.replace(begun, state="passed", cleared=True))
    return Invocation("restore_drill", sweep(town).event)


def probe(town: Town) -> Invocation:
    """Where nobody has opened accounts for it: there is no HTTP to call here."""
    return Invocation("probe", {})


def review(town: Town) -> Invocation:
    """Of a turn in which the week's report is written."""
    from chalicelib.kernel import clock
    from tests.api import review_kit

    review_kit.written(clock.now())
    return Invocation("review", sweep(town).event)


def rehearsal(town: Town) -> Invocation:
    """Of a turn on a stage that is no probe stage."""
    return Invocation("rehearsal", sweep(town).event)


def fetch(town: Town) -> Invocation:
    """Of a turn in which every statement is there, or may still be uploaded."""
    from chalicelib.processors import service as processors
    from chalicelib.settlement import model_reports
    from chalicelib.settlement import store_reconciliation as store
    from chalicelib.settlement.model_reports import Statement

    at = town.clock.now()
    for day in model_reports.days_fetched(at):
        for name in processors.known():
            store.keep_statement(Statement("0" * 64, "processor", name, "csv", day.isoformat(), 1, at, ""), at)
    return Invocation("fetch", sweep(town).event)


def paid(town: Town, payments: int) -> None:
    """Each by somebody, of amounts that do not look alike; nothing of what they leave behind is delivered."""
    people = [customer(town) for _ in range(1 + payments // 50)]
    town.records(10**9)
    for number in range(payments):
        town.clock.advance(1)
        assert town.invoke(payment(town, people[number // 50], 100 + number))["statusCode"] == 201


def _consumed(town: Town, function: str, setting: str, payments: int) -> Invocation:
    while town.messages(setting):
        """What went before is of no interest."""
    town.invoke(fan_out(town, payments))
    event = town.messages(setting)
    assert event
    return Invocation(function, event)


def asked(
    function: str, caller: Caller, method: str, path: str, body: Any = None, idempotency_key: str = ""
) -> Invocation:
    asked = caller.with_headers(idempotency_key=idempotency_key) if idempotency_key else caller
    raw = None if body is None else json.dumps(body).encode()
    sent = {**asked._headers, **({} if raw is None else {"Content-Type": "application/json"})}
    event: Event = asked.event(method, path, raw, sent)
    return Invocation(function, event, 200 if method == "GET" else 201)


def _signed_in(town: Town) -> Caller:
    """Who tops up; tokens last ten minutes."""
    town.clock.advance(1)
    return town.till.caller.bearing(token(ANA, town.clock.now()))
