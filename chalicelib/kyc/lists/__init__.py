"""The list that people are screened against: a file of ours, or none. Read at most every five minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from chalicelib import cloud
from chalicelib.kernel import clock
from chalicelib.kyc import model_screening
from chalicelib.kyc.model_screening import WatchList
from chalicelib.settings import settings

KEPT = timedelta(minutes=5)
_SANDBOX = Path(__file__).parent / "sandbox.csv"
_read: tuple[WatchList, str, datetime] | None = None


class NoList(Exception):
    """Nobody can be screened, so nobody's tier is raised."""


def current() -> WatchList:
    """Raises NoList, ValueError."""
    global _read
    named, now = settings().screening_list, clock.now()
    if _read is None or _read[1] != named or abs(now - _read[2]) >= KEPT:
        _read = model_screening.read(_content(named)), named, now
    return _read[0]


def forget() -> None:
    """As a process that starts cold."""
    global _read
    _read = None


def _content(named: str) -> bytes:
    """`named`: a key in the bucket of documents, under `lists/`."""
    if named:
        content: bytes = cloud.client("s3").get_object(Bucket=settings().documents_bucket, Key=named)["Body"].read()
        return content
    if settings().stage == "prod":
        raise NoList()
    return _SANDBOX.read_bytes()
