"""The ground of a run: tables with names of its own, on what `DYNAMODB_ENDPOINT` names or on a ministack of its own.

Queues and secrets are on what `AWS_ENDPOINT_URL` names, or on that ministack too.
"""

from __future__ import annotations

import os
import secrets
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from chalicelib import cloud
from chalicelib.identity import passwords
from chalicelib.kernel import clock
from chalicelib.processors import wire
from chalicelib.settings import settings
from infra.local import places
from tests import conftest as harness
from tests import ministack
from tests.concurrency import processor
from tests.concurrency.crowd import Crowd
from tests.people import CHEAP

EIGHT = datetime(2026, 11, 22, 8, 0, 0, tzinfo=UTC)
"""When every run begins: no day and no month ends in it."""
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION")


class Since(clock.SystemClock):
    """Time as it passes here, as if it had been `moment` when this machine's clock said `began`."""

    def __init__(self, moment: datetime, began: float) -> None:
        self._moment, self._began = moment, began

    def now(self) -> datetime:
        return self._moment + timedelta(seconds=time.time() - self._began)


@contextmanager
def crowded(processes: int, given: Mapping[str, str]) -> Iterator[Crowd]:
    """So many processes on ground made for them and cleared after them. `given`: the environment as it came to us."""
    with _engine(given) as own:
        os.environ.update(_names(f"concurrency-{secrets.token_hex(4)}", own, given))
        wake = partial(_wake, time.time())
        crowd = Crowd(processes, wake)
        try:
            crowd.alone(_furnish)
            yield crowd
        finally:
            crowd.close()
            with closing(Crowd(1, wake)) as last:
                last.alone(_clear)


@contextmanager
def _engine(given: Mapping[str, str]) -> Iterator[str]:
    """The address of a ministack of our own, if anything is left to it."""
    if given.get("DYNAMODB_ENDPOINT") and given.get("AWS_ENDPOINT_URL"):
        yield ""
        return
    with tempfile.TemporaryDirectory() as home, ministack.started(Path(home)) as address:
        yield address


def _names(run: str, own: str, given: Mapping[str, str]) -> dict[str, str]:
    elsewhere = given.get("AWS_ENDPOINT_URL") or own
    names = {name: name for name in ("fold", "notices", "parked", "events", "points", "happened", "risk", "alarms")}
    names |= {name: f"{name}.fifo" for name in ("settlement", "deliveries")}
    queues = {name: f"{elsewhere}/{places.ACCOUNT}/{run}-{ending}" for name, ending in names.items()}
    kept = {name: given[name] for name in _CREDENTIALS if name in given} if given.get("DYNAMODB_ENDPOINT") else {}
    return {
        **kept,
        "DYNAMODB_ENDPOINT": given.get("DYNAMODB_ENDPOINT") or own,
        "AWS_ENDPOINT_URL": elsewhere,
        **{f"{name.upper()}_TABLE": f"{run}-{name}" for name in harness.TABLES},
        **{f"{name.upper()}_QUEUE_URL": url for name, url in queues.items()},
        "ACCESS_SECRET_ID": f"{run}/access",
        "FIELDS_KEY_ID": f"alias/{run}",
        "ARCHIVE_KEY_ID": f"alias/{run}-archive",
        "BACKUPS_KEY_ID": f"alias/{run}-backups",
        "PROCESSORS_SECRET_ID": f"{run}/processors",
        "REHEARSAL_SECRET_ID": f"{run}/rehearsal",
        "PROBE_SECRET_ID": f"{run}/probe",
    }


def _wake(began: float) -> None:
    """In each process: what the run puts in the place of the hour, of Argon2's cost and of the bank."""
    settings.cache_clear()
    clock.use(Since(EIGHT, began))
    wire.use(processor.transport)
    passwords.hasher = CHEAP


def _furnish() -> None:
    tables = cloud.client("dynamodb")
    for name in harness.TABLES:
        harness._create_table(name)
    for name in harness.TABLES:
        table = getattr(settings(), f"{name}_table")
        tables.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
    harness._create_queues()
    harness._create_secrets()
    harness._create_keys()


def _clear() -> None:
    chosen = settings()
    for name in harness.TABLES:
        cloud.client("dynamodb").delete_table(TableName=getattr(chosen, f"{name}_table"))
    for url in harness.urls_of_queues():
        cloud.client("sqs").delete_queue(QueueUrl=url)
    for name in (chosen.access_secret_id, chosen.processors_secret_id):
        cloud.client("secretsmanager").delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    for alias in (chosen.fields_key_id, chosen.archive_key_id, chosen.backups_key_id):
        cloud.client("kms").delete_alias(AliasName=alias)
