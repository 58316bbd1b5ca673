"""How long money took, once it is spendable: measured behind the journal's stream, where nobody waits for it.

And what becomes of top-ups, as it is heard of: the objective is that money can be spent five minutes after it was paid.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from chalicelib.kernel import clock
from chalicelib.ledger import service as ledger
from chalicelib.observability import count, page
from chalicelib.processors import health

LATE = timedelta(minutes=5)
"""Money that a processor has, and that cannot be spent for so long, is somebody's to look at."""
_WHOSE = "topups"
DECLINED = "declined-by-processor"
"""Why a top-up failed, among our own reasons: processors have too many words for it."""


def measure(entry: Mapping[str, Any]) -> None:
    """Of a top-up's entry that names its processor, from asking to spendable. What is not measured is not missed."""
    processor = entry.get("text", "")

    def arrived() -> None:
        found = ledger.movement(entry["movement"])
        seconds = (clock.read(entry["sk"]) - clock.read(found["created_at"])).total_seconds()
        health.arrived(processor, found.get("method", ""), seconds, clock.read(entry["sk"]))

    if entry["kind"] == "top-up" and processor:
        health.quietly(arrived)


def heard(topup_id: str, processor: str, since: datetime, at: datetime) -> None:
    """Credited at `at`; `since`: when it was paid there, as far as anybody knows."""
    late = at - since >= LATE
    count("Succeeded", Capability=_WHOSE)
    count("Good", int(not late), Capability=_WHOSE)
    count("Bad", int(late), Capability=_WHOSE)
    if late:
        page("TopUpLate", movement=topup_id, processor=processor, seconds=int((at - since).total_seconds()))


def failed() -> None:
    """A processor said no, at once or later."""
    count("Refused", Capability=_WHOSE)
    count("Refused", Capability=_WHOSE, Reason=DECLINED)
