"""A report of a regular check, where a test needs one and not what is in it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from chalicelib.kernel import clock
from chalicelib.operations import model_reviews, store_reviews
from chalicelib.operations.model_reviews import Review


def written(at: datetime) -> str:
    """The id of the week's, without findings."""
    made, moment = model_reviews.access_id(at), clock.written(at)
    review = Review(made, "access", "reading", "", moment, moment, moment, watched_since=moment)
    store_reviews.put(review)
    store_reviews.change(msgspec.structs.replace(review, state="written", ended_at=moment))
    return made
