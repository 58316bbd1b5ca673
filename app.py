"""The switchboard: registers the blueprints and declares every consumer, stream and schedule. Nothing else.

Each function imports what it uses when it is called (`tests/tidy` holds it to that). ARNs are placeholders; the merged
template puts `!GetAtt` in their place (`infra/template.yaml`).
"""

from __future__ import annotations

from typing import Any

from chalice.app import DynamoDBEvent, SQSEvent

from chalicelib import settings
from chalicelib.api.application import Coffer
from chalicelib.api.blueprint import Room
from chalicelib.kernel import clock

_JOURNAL = "arn:aws:dynamodb:eu-west-1:123456789012:table/journal/stream/placeholder"
_QUEUE = "arn:aws:sqs:eu-west-1:123456789012:placeholder"

app = Coffer(app_name="coffer")


def _money() -> list[Room]:
    from chalicelib.disputes import routes as disputes
    from chalicelib.ledger import routes as ledger
    from chalicelib.merchants import routes as merchants
    from chalicelib.merchants import routes_shops as shops
    from chalicelib.processors import routes as processors
    from chalicelib.settlement import routes_withdrawals as withdrawals
    from chalicelib.topups import routes as topups

    first = [routes.room for routes in (ledger, merchants, shops, topups)]
    return [*first, *_paying(), withdrawals.room, *_between_people(), processors.room, *_rewards(), disputes.room]


def _paying() -> list[Room]:
    from chalicelib.credit import routes as credit
    from chalicelib.payments import routes as payments
    from chalicelib.payments import routes_cards as cards
    from chalicelib.payments import routes_charges as charges
    from chalicelib.payments import routes_family as family
    from chalicelib.payments import routes_instalments as instalments

    return [routes.room for routes in (payments, charges, cards, family, credit, instalments)]


def _between_people() -> list[Room]:
    from chalicelib.transfers import routes as transfers
    from chalicelib.transfers import routes_gifts as gifts
    from chalicelib.transfers import routes_packets as packets
    from chalicelib.transfers import routes_splits as splits

    return [routes.room for routes in (transfers, packets, gifts, splits)]


def _rewards() -> list[Room]:
    from chalicelib.merchants import categorising
    from chalicelib.rewards import liking
    from chalicelib.rewards import routes as coupons
    from chalicelib.rewards import routes_bonuses as bonuses
    from chalicelib.rewards import routes_points as points

    liking.lend(categorising.category, categorising.is_open)
    return [routes.room for routes in (coupons, points, bonuses)]


def _webhooks() -> list[Room]:
    from chalicelib.processors import hearing
    from chalicelib.settlement import hearing as settlement
    from chalicelib.topups import routes_webhooks as topups

    hearing.lend(settlement.hear)
    return [topups.room]


def _other_office() -> list[Room]:
    from chalicelib.credit import routes_office as credit
    from chalicelib.kyc import routes_office as screenings
    from chalicelib.kyc import screening
    from chalicelib.processors import routes_office as processors
    from chalicelib.rewards import routes_bonuses_office as bonuses
    from chalicelib.rewards import routes_office as rewards
    from chalicelib.rewards import routes_points_office as points
    from chalicelib.risk import service as risk

    screening.lend(risk.stopped)
    return [routes.room for routes in (processors, rewards, points, bonuses, credit, screenings)]


def _office() -> list[Room]:
    from chalicelib.cases import routes as cases
    from chalicelib.cases import routes_audit as audit
    from chalicelib.disputes import routes_office as disputes
    from chalicelib.insight import routes_effort_office as effort
    from chalicelib.insight import routes_live as live
    from chalicelib.insight import routes_records as records
    from chalicelib.merchants import routes_cards as cards
    from chalicelib.merchants import routes_events as events
    from chalicelib.merchants import routes_office as merchants
    from chalicelib.merchants import routes_onboarding as onboarding
    from chalicelib.merchants import routes_returns as returns
    from chalicelib.merchants import routes_sales as sales
    from chalicelib.merchants import routes_stores as stores
    from chalicelib.merchants import routes_webhooks as webhooks
    from chalicelib.operations import routes_affected as affected
    from chalicelib.operations import routes_backups as backups
    from chalicelib.operations import routes_compensation as compensation
    from chalicelib.operations import routes_office as operations
    from chalicelib.operations import routes_on_call as on_call
    from chalicelib.operations import routes_policies as policies
    from chalicelib.operations import routes_probes as probes
    from chalicelib.operations import routes_reviews as reviews
    from chalicelib.risk import routes as risk
    from chalicelib.settlement import routes_adjustments as adjustments
    from chalicelib.settlement import routes_payouts as payouts
    from chalicelib.settlement import routes_reconciliation as reconciliation

    of_merchants = (merchants, sales, stores, cards, onboarding, webhooks, returns, events, payouts)
    of_the_house = (
        *(cases, audit, risk, disputes, reconciliation, adjustments),
        *(operations, on_call, affected, compensation, backups, policies, probes, reviews, live, records, effort),
    )
    return [routes.room for routes in (*of_merchants, *of_the_house)] + _other_office()


# Unknown paths and the description are its own, so it knows every room.
def _access() -> list[Room]:
    from chalicelib.api import routes as api
    from chalicelib.identity import routes as identity
    from chalicelib.identity import routes_consents as consents
    from chalicelib.identity import routes_deletion as deletion
    from chalicelib.identity import routes_entering as entering
    from chalicelib.identity import routes_exports as exports
    from chalicelib.identity import routes_factors as factors
    from chalicelib.identity import routes_guardians as guardians
    from chalicelib.identity import routes_identifiers as identifiers
    from chalicelib.identity import routes_passwords as passwords
    from chalicelib.identity import routes_people as people
    from chalicelib.identity import routes_preferences as preferences
    from chalicelib.identity import routes_sessions as sessions
    from chalicelib.identity import routes_trash as trash
    from chalicelib.insight import routes_effort as effort
    from chalicelib.kyc import routes as kyc
    from chalicelib.merchants import routes_reveals as reveals
    from chalicelib.merchants import routes_staff as staff
    from chalicelib.merchants import routes_tills as tills
    from chalicelib.notices import routes as notices
    from chalicelib.operations import routes as operations
    from chalicelib.operations import routes_status as status
    from chalicelib.settlement import routes_funding as funding
    from chalicelib.transfers import routes_checks as payees

    ways_in = (identity, sessions, entering, factors, passwords, trash, deletion)
    own = (
        exports,
        consents,
        identifiers,
        preferences,
        guardians,
        people,
        kyc,
        notices,
        operations,
        status,
        effort,
        funding,
        reveals,
        staff,
        tills,
        payees,
    )
    return [*(routes.room for routes in (api, *ways_in, *own)), *_money(), *_webhooks(), *_office(), *_analysis()]


def _analysis() -> list[Room]:
    from chalicelib.insight import routes_imports as imports
    from chalicelib.insight import routes_reports as reports
    from chalicelib.insight import routes_saved as saved

    return [reports.room, saved.room, imports.room]


_ROOMS = {"money": _money, "webhooks": _webhooks, "office": _office, "analysis": _analysis}


def _open(door: str) -> None:
    for room in _ROOMS.get(door, _access)():
        app.register_blueprint(room.blueprint)


def _stand_guard() -> None:
    from chalicelib.api import guard
    from chalicelib.identity import service as people
    from chalicelib.merchants import service as shops
    from chalicelib.operations import misses, pauses

    guard.authenticate_with(
        customer=people.customer_of,
        operator=people.operator_of,
        merchant=shops.merchant_of,
        going_on=people.going_on,
    )
    pauses.stand_guard()
    misses.listen()


if (door := settings.door()) is not None:
    _open(door)
    _stand_guard()


@app.on_dynamodb_record(stream_arn=_JOURNAL, batch_size=100)
def fan_out(event: DynamoDBEvent) -> int:
    from chalicelib.ledger import tasks

    return tasks.fan_out(event.to_dict())


@app.on_dynamodb_record(stream_arn=_JOURNAL, batch_size=10)
def journal_changed(event: DynamoDBEvent) -> int:
    from chalicelib.ledger import tasks

    return tasks.journal_changed(event.to_dict())


@app.on_sqs_message(queue_arn=_QUEUE + ".fifo", batch_size=10)
def settle(event: SQSEvent) -> Any:
    from chalicelib.settlement import tasks

    return tasks.settle(event.to_dict(), clock.now())


@app.on_sqs_message(queue_arn=_QUEUE, batch_size=10)
def fold(event: SQSEvent) -> Any:
    from chalicelib.ledger import tasks

    return tasks.fold(event.to_dict())


@app.on_sqs_message(queue_arn=_QUEUE, batch_size=10)
def tell(event: SQSEvent) -> Any:
    from chalicelib.identity import approvals, telling
    from chalicelib.notices import tasks
    from chalicelib.operations import apologising, misses, updating
    from chalicelib.topups import speed
    from chalicelib.transfers import telling as transfers

    told: dict[str, list[tasks.Listener]] = {
        "entry": [telling.tell_of_entry, speed.measure, transfers.invite, transfers.offer, transfers.say_claimed],
        "approval": [approvals.tell],
        "status": [updating.tell],
        "miss": [misses.keep],
        "compensation": [apologising.tell],
    }
    return tasks.tell(event.to_dict(), told)


@app.on_sqs_message(queue_arn=_QUEUE, batch_size=10)
def record(event: SQSEvent) -> Any:
    from chalicelib.merchants import tasks

    return tasks.record(event.to_dict(), clock.now())


@app.on_sqs_message(queue_arn=_QUEUE, batch_size=10)
def earn(event: SQSEvent) -> Any:
    from chalicelib.merchants import categorising
    from chalicelib.rewards import tasks_points as tasks

    return tasks.earn(event.to_dict(), categorising.category)


@app.on_sqs_message(queue_arn=_QUEUE, batch_size=10)
def gather(event: SQSEvent) -> Any:
    from chalicelib.insight import tasks

    return tasks.gather(event.to_dict())


@app.on_sqs_message(queue_arn=_QUEUE, batch_size=10)
def score(event: SQSEvent) -> Any:
    from chalicelib.risk import tasks

    return tasks.score(event.to_dict(), clock.now())


@app.on_sqs_message(queue_arn=_QUEUE + ".fifo", batch_size=1)
def deliver(event: SQSEvent) -> Any:
    from chalicelib.merchants import tasks

    return tasks.deliver(event.to_dict(), clock.now())


@app.on_sqs_message(queue_arn=_QUEUE, batch_size=1)
def alarmed(event: SQSEvent) -> Any:
    from chalicelib.operations import tasks

    return tasks.alarmed(event.to_dict(), clock.now())


@app.schedule("rate(1 minute)")
def sweep(event: Any) -> int:
    from chalicelib import queues
    from chalicelib.credit import tasks as credit
    from chalicelib.disputes import tasks as disputes
    from chalicelib.identity import tasks as identity
    from chalicelib.kyc import tasks as kyc
    from chalicelib.ledger import tasks as ledger
    from chalicelib.merchants import categorising
    from chalicelib.merchants import tasks as merchants
    from chalicelib.operations import tasks as operations
    from chalicelib.payments import tasks as payments
    from chalicelib.policy import published
    from chalicelib.rewards import tasks as rewards
    from chalicelib.risk import tasks as risk
    from chalicelib.settlement import tasks as settlement
    from chalicelib.topups import tasks as topups
    from chalicelib.transfers import tasks as transfers

    at = published.as_of(clock.now())
    money = (settlement.sweep, payments.sweep, transfers.sweep, *topups.SWEEP, *settlement.GOING_OUT, ledger.close_due)
    return queues.sweep(
        "minute",
        (
            *(*money, merchants.sweep, rewards.sweeping(categorising.category)),
            *(one.sweep for one in (credit, disputes, kyc, risk, identity, operations)),
        ),
        lambda task: task(at),
    )


@app.schedule("rate(5 minutes)")
def reconcile(event: Any) -> int:
    from chalicelib.settlement import tasks

    return tasks.reconcile(clock.now())


@app.schedule("rate(5 minutes)")
def compact(event: Any) -> int:
    from chalicelib.insight import tasks

    return tasks.compact(clock.now())


@app.schedule("rate(15 minutes)")
def pay_out(event: Any) -> int:
    from chalicelib.operations import pauses
    from chalicelib.settlement import tasks

    at = clock.now()
    return 0 if pauses.resting("payouts", None, at) else tasks.pay_out(at)


@app.schedule("rate(1 hour)")
def fetch(event: Any) -> int:
    from chalicelib.settlement import tasks

    return tasks.fetch(clock.now())


@app.schedule("rate(5 minutes)")
def back_up(event: Any) -> int:
    from chalicelib.operations import tasks_backups as tasks

    return tasks.back_up(clock.now())


@app.schedule("rate(5 minutes)")
def restore_drill(event: Any) -> int:
    from chalicelib.operations import tasks_backups as tasks

    return tasks.restore_drill(clock.now())


@app.schedule("rate(5 minutes)")
def review(event: Any) -> int:
    from chalicelib.operations import tasks_reviews as tasks

    return tasks.review(clock.now())


@app.schedule("rate(1 hour)")
def rehearsal(event: Any) -> int:
    from chalicelib.operations import tasks_reviews as tasks

    return tasks.rehearsal(clock.now(), event.to_dict())


# Whoever deploys invokes it with {}, which no event of a schedule is: so its schedule stands in `infra/template.yaml`.
@app.lambda_function(name="probe")
def probe(event: Any, context: Any) -> Any:
    from chalicelib.operations import tasks_probes as tasks

    return tasks.probe(clock.now())
