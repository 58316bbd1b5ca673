"""The product, unmodified, put under the simulation: its clients, clock, chance, processor and log."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

from argon2 import PasswordHasher
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib import cloud, observability
from chalicelib.api import shield
from chalicelib.identity import passwords, vault
from chalicelib.kernel import clock as kernel_clock
from chalicelib.kernel import entropy as kernel_entropy
from chalicelib.merchants import service as merchants
from chalicelib.operations import board, misses
from chalicelib.operations import service as operations
from chalicelib.processors import health, missing, wire
from chalicelib.settings import settings
from tests.environment import (
    ENVIRONMENT,
    HARBOUR_WEBHOOK_SECRET,
    PEPPER,
    SANDBOX_WEBHOOK_SECRET,
    SIGNING_KEY,
)
from tests.simulation.engine import Engine, refused
from tests.simulation.post import ASIDE, Post, Queue
from tests.simulation.seam import Client
from tests.simulation.tables import Table
from tests.simulation.workers import Call, current
from tests.tables import empty

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_SECRETS = {
    ENVIRONMENT["ACCESS_SECRET_ID"]: {"signing_key": SIGNING_KEY.as_dict(private=True), "pepper": PEPPER},
    ENVIRONMENT["PROCESSORS_SECRET_ID"]: {
        "sandbox": {"webhook_secret": SANDBOX_WEBHOOK_SECRET},
        "harbour": {"webhook_secret": HARBOUR_WEBHOOK_SECRET},
    },
}
_SECOND_BANK = ("HARBOUR_URL", "https://harbour.test")
_KEY = AESGCM(bytes(range(32)))
_UNINTERRUPTED = 0.9
"""Of a sweep's 80 looks at the index, most find nothing: not each of them is worth a decision."""


def tables() -> dict[str, Table]:
    found = empty()
    for name in ("cases", "identity", "notices", "topups", "merchants"):
        found[f"test-{name}"].expires_by = "expires_at_seconds"
    return found


def queues() -> dict[str, Queue]:
    names = [name for name in ENVIRONMENT if name.endswith("_QUEUE_URL") and ENVIRONMENT[name] not in ASIDE]
    return {ENVIRONMENT[name]: Queue(ENVIRONMENT[name]) for name in names}


def call(service: str, operation: str, parameters: Mapping[str, Any], engine: Engine, post: Post) -> dict[str, Any]:
    """One AWS call, made for real: what every client of the product ends in."""
    if service == "dynamodb":
        return engine.call(operation, parameters)
    if service == "sqs":
        return post.call(operation, parameters, engine.now())
    if service == "s3" and operation == "PutObject":
        post.lake[parameters["Key"]] = parameters["Body"]
        return {}
    if service == "secretsmanager":
        return {"SecretString": json.dumps(_SECRETS[parameters["SecretId"]])}
    if service == "kms":
        return kms(operation, parameters)
    raise refused(operation, "NotSimulated", f"{service}.{operation}")


def kms(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """One key, which never leaves; what it wrapped opens under the same encryption context only."""
    if parameters["KeyId"] != ENVIRONMENT["FIELDS_KEY_ID"]:
        raise refused(operation, "NotFoundException", "no such key")
    context = json.dumps(parameters["EncryptionContext"], sort_keys=True).encode()
    if operation == "GenerateDataKey":
        plain, nonce = kernel_entropy.token(32), kernel_entropy.token(12)
        return {"Plaintext": plain, "CiphertextBlob": nonce + _KEY.encrypt(nonce, plain, context)}
    if operation != "Decrypt":
        raise refused(operation, "NotSimulated", f"kms.{operation}")
    wrapped = parameters["CiphertextBlob"]
    try:
        return {"Plaintext": _KEY.decrypt(wrapped[:12], wrapped[12:], context)}
    except InvalidTag:
        raise refused(operation, "InvalidCiphertextException", "") from None


def forget() -> None:
    """What a worker that starts cold does not know: secrets, keys, and merchants' terms."""
    cloud.secret.cache_clear()
    vault.forget()
    merchants._terms.cache_clear()
    merchants.checkout.cache_clear()
    operations._announced.cache_clear()
    board._board.cache_clear()
    health.forget()
    missing.forget()
    shield.forget()
    misses.forget()


@contextlib.contextmanager
def inhabited(engine: Engine, post: Post, clock: Any, entropy: Any, bank: Any) -> Iterator[list[str]]:
    """The product lives in the simulation inside; gives the list of alarms it raises."""
    alarms: list[str] = []

    def through(service: str) -> Client:
        return clients.setdefault(service, Client(service, lambda *given: _seam(service, engine, post, *given)))

    clients: dict[str, Client] = {}
    before = cloud.client, kernel_clock.use(clock), kernel_entropy.use(entropy), wire.use(bank.transport)
    hasher, passwords.hasher = passwords.hasher, CHEAP
    named = os.environ.get(_SECOND_BANK[0])
    _settled_on(_SECOND_BANK[1])
    cloud.client = through  # type: ignore[assignment]
    forget()
    try:
        with _listening(alarms):
            yield alarms
    finally:
        cloud.client, passwords.hasher = before[0], hasher
        _settled_on(named)
        kernel_clock.use(before[1])
        kernel_entropy.use(before[2])
        wire.use(before[3])
        forget()


def _settled_on(url: str | None) -> None:
    """The product reads its settings anew, with the second bank at `url` or without one."""
    os.environ.pop(_SECOND_BANK[0], None)
    if url is not None:
        os.environ[_SECOND_BANK[0]] = url
    settings.cache_clear()


def _seam(service: str, engine: Engine, post: Post, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    worker = current()
    if parameters.get("QueueUrl") in ASIDE:
        return call(service, operation, parameters, engine, post)
    if worker is None or (parameters.get("IndexName") == "due" and worker.random.random() < _UNINTERRUPTED):
        return call(service, operation, parameters, engine, post)
    made = Call(service, operation, parameters, lambda: call(service, operation, parameters, engine, post))
    answer: dict[str, Any] = worker.ask(made)
    return answer


class _Mute:
    """In the place of the product's logger: keeps the names of errors and the facts beside them."""

    def __init__(self, alarms: list[str]) -> None:
        self._alarms = alarms

    def info(self, message: str, **more: Any) -> None: ...

    def warning(self, message: str, **more: Any) -> None: ...

    def error(self, message: str, extra: Mapping[str, Any] | None = None, **more: Any) -> None:
        self._alarms.append(message + " " + json.dumps(extra or {}, default=str))


@contextlib.contextmanager
def _listening(alarms: list[str]) -> Iterator[None]:
    from chalicelib.api import view

    mute, say = _Mute(alarms), observability.say
    loggers = observability.logger, view.logger
    observability.logger = view.logger = lambda: mute  # type: ignore[assignment,return-value]
    observability.say = lambda line: None
    try:
        yield
    finally:
        observability.logger, view.logger = loggers
        observability.say = say
