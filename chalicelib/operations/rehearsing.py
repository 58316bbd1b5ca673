"""The weekly rehearsal on a probe stage: a minute of load over HTTP, and a report beside those of access."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from botocore.exceptions import ClientError

from chalicelib import cloud
from chalicelib.kernel import clock, ids
from chalicelib.observability import logger
from chalicelib.operations import finding, loading, model_rehearsals, reviews
from chalicelib.operations import model_reviews as model
from chalicelib.operations import store_reviews as store
from chalicelib.operations.calling import Transport, over_the_network
from chalicelib.operations.loading import Stage
from chalicelib.operations.model_rehearsals import Cast
from chalicelib.operations.model_reviews import Review
from chalicelib.settings import settings

_MOST_SECONDS = 120
"""The function may run for five minutes, and checks the books afterwards."""


def run(at: datetime, asked: bool = False, transport: Transport = over_the_network) -> int:
    """Once a week, or asked by whoever may call the function; and only on a probe stage whose cast is set up.

    Returns how many reports were written.
    """
    if settings().probe_stage != "on" or (cast := _cast()) is None:
        return 0
    review = _begun(ids.new(model.PREFIXES["load"], at) if asked else model.load_id(at), at)
    if review is None or review.state == "written":
        return 0
    return int(_played(review, cast, transport) is not None)


def _cast() -> Cast | None:
    """None until somebody has opened its accounts: a secret without a value is not there, or empty."""
    try:
        kept = cloud.client("secretsmanager").get_secret_value(SecretId=settings().rehearsal_secret_id)
    except ClientError as refused:
        if refused.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return None
    return msgspec.json.decode(kept["SecretString"], type=Cast) if kept.get("SecretString") else None


def _begun(review_id: str, at: datetime) -> Review | None:
    """Whoever died in the middle of one is followed by another, whose number nobody had before."""
    found = store.one(review_id)
    if found and found.state == "written":
        return found
    former, moment = reviews.last("load"), clock.written(at)
    new = Review(
        id=review_id, kind="load", state="reading", by="", since=moment, until=moment, begun_at=moment,
        stage="cases", former=former.id if former else "", before=former.figures if former else {},
    )  # fmt: skip
    if found is None:
        store.put(new)
    return store.change(found or new)


def _played(review: Review, cast: Cast, transport: Transport) -> Review | None:
    stage = Stage(settings().public_url, cast, review.id, transport)
    lasts = timedelta(seconds=min(int(settings().rehearsal_seconds), _MOST_SECONDS))
    try:
        played, books = loading.played(stage, f"{review.id}-{review.number}", lambda began: began + lasts)
    except loading.DidNotBegin as problem:
        logger().error("RehearsalDidNotBegin", extra={"review": review.id, "reason": str(problem)})
        raise
    figures = model_rehearsals.figures(played.shots, played.milliseconds)
    former = store.one(review.former) if review.former else None
    found = model_rehearsals.findings(figures, books, former.figures if former else {})
    told = finding.added(msgspec.structs.replace(review, figures=figures, until=clock.written(clock.now())), found)
    cased = tuple(finding.with_case(one, former, review.id, clock.now()) for one in told.findings)
    return finding.written(msgspec.structs.replace(told, findings=cased), former, clock.now())
