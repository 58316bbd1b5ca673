"""Making a check of the whole: one at a time, measured, remembered; `probing` is the check itself."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from botocore.exceptions import ClientError

from chalicelib import cloud, observability
from chalicelib.kernel import clock, ids
from chalicelib.operations import model_probes as model
from chalicelib.operations import store_probes as store
from chalicelib.operations.model_probes import ProbeCheck, ProbeReport, Probes, ProbeStep
from chalicelib.operations.probing import Credentials, Journey
from chalicelib.settings import settings

WAITS, LOOK_EVERY_SECONDS = timedelta(seconds=10), 2.0
"""For another check to end: somebody deploys while the schedule's own is under way."""


def run(at: datetime) -> ProbeReport:
    """Whatever goes wrong is in the report. Nothing is asked for or written where there are no accounts for it."""
    who = _credentials()
    if who is None:
        return ProbeReport((), "off")
    check_id = ids.new("prb", at)
    begun = _begun(check_id, at)
    if begun is None:
        return ProbeReport((), "busy")
    started = clock.now()
    journey = Journey(who, check_id, settings().probe_processor, settings().public_url, begun.unfinished[:-1], started)
    journey.go()
    took = round((clock.now() - started).total_seconds() * 1000)
    steps = tuple(journey.steps)
    check = ProbeCheck(check_id, clock.written(started), model.verdict(steps), took, steps)
    store.keep(begun, model.ended(begun, check, tuple(journey.unfinished)))
    _measure(check)
    return ProbeReport(steps, check.outcome)


def _begun(check_id: str, at: datetime) -> Probes | None:
    """Ours from now on; None if another check does not end."""
    until = at + WAITS
    while (now := clock.now()) <= until:
        seen = store.probes()
        if not seen.is_busy(now) and (ours := store.keep(seen, model.begun(seen, check_id, now))):
            return ours
        clock.pause(LOOK_EVERY_SECONDS)
    return None


def _credentials() -> Credentials | None:
    """None before somebody has set them up. Read every time: a key that was exchanged counts from the next check on."""
    try:
        answer = cloud.client("secretsmanager").get_secret_value(SecretId=settings().probe_secret_id)
    except ClientError as refused:
        if refused.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return None
    told = answer.get("SecretString")
    return msgspec.json.decode(told, type=Credentials) if told else None


def _measure(check: ProbeCheck) -> None:
    for one in check.steps:
        _measure_step(one)
    observability.gauge("ProbeBad", int(check.outcome == "bad"), "Count")


def _measure_step(one: ProbeStep) -> None:
    if one.outcome == "skipped":
        return
    observability.count("ProbeStep", Step=one.step, Outcome=one.outcome)
    observability.gauge("ProbeMilliseconds", one.milliseconds, "Milliseconds", Step=one.step, Outcome=one.outcome)
    if one.outcome == "bad":
        observability.logger().warning("ProbeStepFailed", extra={"step": one.step, "reason": one.reason})
