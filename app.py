"""The switchboard: registers the blueprints and declares every consumer, stream and schedule. Nothing else.

ARNs are placeholders; the merged template puts `!GetAtt` in their place (`infra/template.yaml`).
"""

from __future__ import annotations

from typing import Any

from chalice.app import DynamoDBEvent, SQSEvent

from chalicelib import queues
from chalicelib.api import guard
from chalicelib.api import routes as api
from chalicelib.api.application import Coffer
from chalicelib.cases import routes as cases
from chalicelib.identity import routes as identity
from chalicelib.identity import routes_sessions as sessions
from chalicelib.identity import service as people
from chalicelib.identity import tasks as identity_tasks
from chalicelib.kernel import clock
from chalicelib.ledger import routes as ledger
from chalicelib.ledger import tasks as ledger_tasks
from chalicelib.merchants import routes as merchants
from chalicelib.merchants import service as shops
from chalicelib.notices import routes as notices
from chalicelib.notices import tasks as notices_tasks
from chalicelib.payments import routes as payments
from chalicelib.payments import tasks as payments_tasks
from chalicelib.settlement import tasks as settlement_tasks
from chalicelib.topups import routes as topups
from chalicelib.topups import tasks as topups_tasks

_JOURNAL = "arn:aws:dynamodb:eu-west-1:123456789012:table/journal/stream/placeholder"
_QUEUE = "arn:aws:sqs:eu-west-1:123456789012:placeholder"

app = Coffer(app_name="coffer")
for _rooms in (api, identity, sessions, ledger, notices, cases, merchants, topups, payments):
    app.register_blueprint(_rooms.room.blueprint)
app.register_blueprint(merchants.office.blueprint)
guard.authenticate_with(customer=people.customer_of, operator=people.operator_of, merchant=shops.merchant_of)


@app.on_dynamodb_record(stream_arn=_JOURNAL, batch_size=100)
def fan_out(event: DynamoDBEvent) -> int:
    return ledger_tasks.fan_out(event.to_dict())


@app.on_dynamodb_record(stream_arn=_JOURNAL, batch_size=10)
def journal_changed(event: DynamoDBEvent) -> int:
    return ledger_tasks.journal_changed(event.to_dict())


@app.on_sqs_message(queue_arn=_QUEUE + ".fifo", batch_size=10)
def settle(event: SQSEvent) -> Any:
    return settlement_tasks.settle(event.to_dict(), clock.now())


@app.on_sqs_message(queue_arn=_QUEUE, batch_size=10)
def fold(event: SQSEvent) -> Any:
    return ledger_tasks.fold(event.to_dict())


@app.on_sqs_message(queue_arn=_QUEUE, batch_size=10)
def tell(event: SQSEvent) -> Any:
    return notices_tasks.tell(event.to_dict())


@app.schedule("rate(1 minute)")
def sweep(event: Any) -> int:
    at = clock.now()
    money = (settlement_tasks.sweep, payments_tasks.expire_due, topups_tasks.ask_again, ledger_tasks.close_due)
    return queues.sweep("minute", (*money, identity_tasks.sweep), lambda task: task(at))
