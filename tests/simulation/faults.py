"""What can go wrong around one call, each kind by its name: before the effect, after it, or in its place."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from typing import Any

from botocore import exceptions

from tests.simulation.engine import Engine, cancelled, cancelled_by, refused
from tests.simulation.workers import Call, Killed

Act = Callable[[Call], Any]
_TRANSACTION = "TransactWriteItems"
_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", _TRANSACTION})


def possible(call: Call) -> tuple[str, ...]:
    """Names of the faults that may befall this call."""
    if call.service == "clock":
        return ("kill-while-waiting",)
    if call.service == "bank":
        return _BANK
    found = [*_ANY]
    if call.operation in _WRITES and call.operation != _TRANSACTION:
        found.append("sdk-retried")  # a transaction carries a token of the SDK's own: its repetition changes nothing
    if call.service == "dynamodb":
        found.append("key-away")
    if call.operation == _TRANSACTION:
        found += ["conflict", "conflict", "conflict-and-conditions", "throttled-inside", "in-progress"]
    elif call.operation in _WRITES:
        found.append("item-conflict")
    elif call.operation == "BatchGetItem":
        found.append("unprocessed-keys")
    elif call.operation == "SendMessageBatch":
        found.append("entries-failed")
    return tuple(found)


def act_of(kind: str, engine: Engine, chance: random.Random) -> Act:
    """How to make a call with this fault."""
    return lambda call: _ACTS[kind](call, engine, chance)


def _raise(error: BaseException) -> Any:
    raise error


def _read_timeout() -> BaseException:
    return exceptions.ReadTimeoutError(endpoint_url="https://aws.test")


def _after(call: Call, error: Callable[[], BaseException]) -> Any:
    call.perform()
    raise error()


def _throttle(call: Call) -> BaseException:
    code = "ProvisionedThroughputExceededException" if call.service == "dynamodb" else "ThrottlingException"
    return refused(call.operation, code, "Rate exceeded")


def _broken(call: Call) -> BaseException:
    return refused(call.operation, "InternalServerError", "Internal server error", status=500)


def _key_away(call: Call) -> BaseException:
    """The table's KMS key cannot be reached: DynamoDB fails closed."""
    return refused(call.operation, "ServiceUnavailable", "KMS is unavailable", status=503)


def _conflict(call: Call, chance: random.Random, code: str) -> Any:
    writes = call.parameters["TransactItems"]
    codes = ["None"] * len(writes)
    codes[chance.randrange(len(writes))] = code
    raise cancelled_by(codes)


def _mixed(call: Call, engine: Engine, chance: random.Random) -> Any:
    """A conflict on one item, and what the conditions say of the others."""
    reasons = engine.reasons(call.parameters)
    reasons[chance.randrange(len(reasons))] = {"Code": "TransactionConflict", "Message": "Transaction is ongoing"}
    raise cancelled(reasons)


def _unprocessed(call: Call, chance: random.Random) -> Any:
    answer = call.perform()
    for table, request in call.parameters["RequestItems"].items():
        keys = request["Keys"]
        if len(keys) > 1:
            left = keys[chance.randrange(1, len(keys)) :]
            gone = [(key["pk"]["S"], key["sk"]["S"]) for key in left]
            found = answer["Responses"][table]
            answer["Responses"][table] = [item for item in found if (item["pk"]["S"], item["sk"]["S"]) not in gone]
            answer["UnprocessedKeys"] = {table: {**request, "Keys": left}}
    return answer


def _entries_failed(call: Call) -> Any:
    """The queue takes all but the last."""
    entries = call.parameters["Entries"]
    if len(entries) > 1:
        call.perform()
    return {"Successful": [], "Failed": [{"Id": entries[-1]["Id"], "Code": "InternalError", "SenderFault": False}]}


def _retried(call: Call) -> Any:
    """The first answer was lost on its way, and the SDK asked again by itself."""
    with contextlib.suppress(exceptions.ClientError):
        call.perform()
    return call.perform()


_ANY = (
    "throttle",
    "time-out-before",
    "time-out-after",
    "kill-before",
    "kill-after",
    "connection-refused",
    "connection-closed-after",
    "internal-error",
    "internal-error-after",
)
_BANK = (
    "bank-silent-before", "bank-silent-after", "bank-asked-twice", "bank-unreachable", "bank-broken",
    "kill-before", "kill-after",
)  # fmt: skip


def _bank_fault(name: str) -> Callable[[], BaseException]:
    from chalicelib.processors import wire

    return {"silent": wire.NoAnswer, "unreachable": wire.NotReached}[name]


def _bank_broken(call: Call) -> Any:
    from chalicelib.processors.wire import Reply

    return Reply(503, b"{}")


def _asked_twice(call: Call) -> Any:
    """Something between us and the bank repeats what we say."""
    call.perform()
    return call.perform()


_ACTS: dict[str, Callable[[Call, Engine, random.Random], Any]] = {
    "throttle": lambda call, engine, chance: _raise(_throttle(call)),
    "time-out-before": lambda call, engine, chance: _raise(_read_timeout()),
    "time-out-after": lambda call, engine, chance: _after(call, _read_timeout),
    "kill-before": lambda call, engine, chance: _raise(Killed()),
    "kill-after": lambda call, engine, chance: _after(call, Killed),
    "kill-while-waiting": lambda call, engine, chance: _raise(Killed()),
    "function-timed-out": lambda call, engine, chance: _raise(Killed()),
    "connection-refused": lambda call, engine, chance: _raise(
        exceptions.EndpointConnectionError(endpoint_url="https://aws.test")
    ),
    "connection-closed-after": lambda call, engine, chance: _after(
        call, lambda: exceptions.ConnectionClosedError(endpoint_url="https://aws.test")
    ),
    "internal-error": lambda call, engine, chance: _raise(_broken(call)),
    "internal-error-after": lambda call, engine, chance: _after(call, lambda: _broken(call)),
    "key-away": lambda call, engine, chance: _raise(_key_away(call)),
    "sdk-retried": lambda call, engine, chance: _retried(call),
    "conflict": lambda call, engine, chance: _conflict(call, chance, "TransactionConflict"),
    "throttled-inside": lambda call, engine, chance: _conflict(call, chance, "ThrottlingError"),
    "conflict-and-conditions": _mixed,
    "in-progress": lambda call, engine, chance: _raise(
        refused(call.operation, "TransactionInProgressException", "The transaction is in progress")
    ),
    "item-conflict": lambda call, engine, chance: _raise(
        refused(call.operation, "TransactionConflictException", "Transaction is ongoing for the item")
    ),
    "unprocessed-keys": lambda call, engine, chance: _unprocessed(call, chance),
    "entries-failed": lambda call, engine, chance: _entries_failed(call),
    "bank-silent-before": lambda call, engine, chance: _raise(_bank_fault("silent")()),
    "bank-silent-after": lambda call, engine, chance: _after(call, _bank_fault("silent")),
    "bank-unreachable": lambda call, engine, chance: _raise(_bank_fault("unreachable")()),
    "bank-asked-twice": lambda call, engine, chance: _asked_twice(call),
    "bank-broken": lambda call, engine, chance: _bank_broken(call),
}
