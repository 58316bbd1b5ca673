"""Packs that were published beside those of the release, as every process knows them: at most a minute old.

Where the table does not answer, what was known before holds; nobody waits for it twice in a minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.kernel.errors import Unavailable
from chalicelib.observability import logger
from chalicelib.policy import judging
from chalicelib.policy.judging import Refused
from chalicelib.policy.pack import Pack
from chalicelib.settings import settings

if TYPE_CHECKING:
    from chalicelib.policy.publications import Signed

KEPT_SECONDS = 60
_SANDBOXES = ("local", "test")
_kept: dict[str, Any] = {}


@dataclass(frozen=True, eq=False, slots=True)
class Shelf:
    """`number`: how often what is published has changed."""

    number: int = 0
    packs: tuple[Pack, ...] = ()


_EMPTY = Shelf()


def as_of(at: datetime) -> datetime:
    """A request or a run begins, `at`: whoever asks from now on is told what is published by then. Reads nothing."""
    _kept["at"] = at
    return at


def shelf() -> Shelf:
    """Looked up at most once a minute, whether an answer comes or not; empty where no request or run has begun."""
    at = _kept.get("at")
    if at is not None and (period := int(at.timestamp()) // KEPT_SECONDS) != _kept.get("period"):
        _kept["period"] = period
        _look()
    known: Shelf = _kept.get("shelf", _EMPTY)
    return known


def known_signers() -> Mapping[str, str]:
    """Those that this release brings along; in the sandbox also one whose key everybody may have."""
    known = judging.signers()
    return known | judging.signers(name="signers.sandbox.json") if settings().stage in _SANDBOXES else known


def forget() -> None:
    """What this process keeps for a while."""
    _kept.clear()


def _look() -> None:
    from pynamodb.exceptions import PynamoDBException

    try:
        _kept["shelf"] = _read(_kept.get("shelf", _EMPTY))
    except (BotoCoreError, ClientError, PynamoDBException, Unavailable, KeyError) as trouble:
        said = getattr(trouble, "cause_response_code", None) or type(trouble).__name__
        logger().info("what is published is not known", extra={"trouble": said})


def _read(known: Shelf) -> Shelf:
    """KeyError where a pack is not to be seen yet."""
    from chalicelib.policy import publications

    board = publications.board()
    if board.number == known.number:
        return known
    texts = publications.texts(board)
    packs = (_opened(texts[one.digest], one.digest) for one in board.standing)
    return Shelf(board.number, tuple(pack for pack in packs if pack))


def _opened(text: Signed, digest: str) -> Pack | None:
    """None, and an error line, for what nobody known has signed: whoever wrote that into the table changes no rule."""
    try:
        judging.verify(text.pack.encode(), text.signature, known_signers())
        return judging.opened(text.pack)
    except Refused:
        logger().error("a published pack is not what a signer signed", extra={"digest": digest})
        return None
