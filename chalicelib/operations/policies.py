"""Publishing packs of rules: they take effect at their date, in every process, without a deployment."""

from __future__ import annotations

from datetime import datetime

import msgspec

from chalicelib.cases import service as cases
from chalicelib.kernel import clock
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidRequest, InvalidState, NotFound, Unavailable
from chalicelib.operations import model_policies as model
from chalicelib.operations.model_policies import Known, PolicyLineView, PolicyView, SignedPack
from chalicelib.policy import judging, publications, published
from chalicelib.policy import service as policy
from chalicelib.policy.judging import Refused
from chalicelib.policy.pack import Pack
from chalicelib.policy.publications import Board, Publication, Signed


def publish(by: Operator, wish: SignedPack, at: datetime) -> PolicyView:
    """It is kept as it was signed, and never changes. Raises InvalidRequest, InvalidState (there is one of its name, or
    it was withdrawn), Unavailable (somebody else published meanwhile)."""
    pack, signer = judged(wish)
    digest, board = judging.digest(wish.pack), publications.board()
    if pack.effective_at < at + model.AHEAD:
        raise InvalidRequest(param="pack", reason="effective-too-soon")
    if any(one.digest == digest and one.withdrawn_at for one in board.publications):
        raise InvalidState(state="pack-withdrawn")
    standing = [one.pack for one in _known(board) if not one.is_withdrawn]
    if any(one.id == pack.id for one in standing):
        raise InvalidState(state="pack-published")
    fits(pack, standing)
    new = Publication(pack.id, digest, signer, by.user_id, clock.written(at), clock.written(pack.effective_at))
    _audit(by, "policy.publish", new, at)
    if not publications.publish(board, new, Signed(wish.pack, wish.signature)):
        raise Unavailable(retry_after_seconds=1)
    return model.whole(Known(pack, signer, digest, new), (*standing, pack), at)


def judged(wish: SignedPack) -> tuple[Pack, str]:
    """The pack, and who signed it. Raises InvalidRequest."""
    try:
        signer = judging.verify(wish.pack.encode(), wish.signature, published.known_signers())
    except Refused as why:
        raise InvalidRequest(param="signature", reason="not-signed") from why
    try:
        return judging.opened(wish.pack), signer
    except Refused as why:
        raise InvalidRequest(param="pack", reason="no-pack") from why


def fits(pack: Pack, standing: list[Pack]) -> None:
    """Raises InvalidRequest where it does not go with the others."""
    try:
        judging.together([*standing, pack])
    except Refused as why:
        raise InvalidRequest(param="pack", reason="pack-misfit") from why


def withdraw(by: Operator, pack_id: str, at: datetime) -> PolicyView:
    """Raises NotFound, InvalidState (in force, or nearly; withdrawn), Unavailable (somebody else published
    meanwhile)."""
    board = publications.board()
    seen = _of_name(board, pack_id)
    if seen.publication is not None and seen.is_withdrawn:
        raise InvalidState(state="pack-withdrawn")
    if seen.publication is None or seen.pack.effective_at < at + model.WITHDRAWN_UNTIL:
        raise InvalidState(state="pack-in-force")
    now = msgspec.structs.replace(seen.publication, withdrawn_at=clock.written(at), withdrawn_by=by.user_id)
    _audit(by, "policy.withdraw", now, at)
    if not publications.change(board, now):
        raise Unavailable(retry_after_seconds=1)
    return one(pack_id, at)


def one(pack_id: str, at: datetime) -> PolicyView:
    """The one of this name that holds, or that was withdrawn last. Raises NotFound."""
    board = publications.board()
    return model.whole(_of_name(board, pack_id), _standing(board), at)


def listed(position: str | None, limit: int, at: datetime) -> tuple[list[PolicyLineView], str | None]:
    """The latest date first; and the position of the next page."""
    board = publications.board()
    standing = _standing(board)
    ordered = sorted(_known(board), key=lambda one: one.order, reverse=True)
    left = [one for one in ordered if position is None or "#".join(one.order) < position]
    page = left[:limit]
    return [model.line(one, standing, at) for one in page], "#".join(page[-1].order) if len(left) > limit else None


def _known(board: Board) -> list[Known]:
    """Every pack of the release that none published takes the place of, and every one published."""
    texts = publications.texts(board)
    later = [_published(one, texts[one.digest]) for one in board.publications if one.digest in texts]
    stands = {one.pack.id for one in later if not one.is_withdrawn}
    shipped = [Known(pack, signer, digest) for pack, signer, digest in policy.shipped() if pack.id not in stands]
    return [*shipped, *later]


def _published(one: Publication, text: Signed) -> Known:
    return Known(judging.opened(text.pack), one.signer, one.digest, one)


def _standing(board: Board) -> tuple[Pack, ...]:
    return tuple(one.pack for one in _known(board) if not one.is_withdrawn)


def _of_name(board: Board, pack_id: str) -> Known:
    found = [one for one in _known(board) if one.pack.id == pack_id]
    if not found:
        raise NotFound()
    return min(reversed(found), key=lambda one: one.is_withdrawn)


def _audit(by: Operator, deed: str, one: Publication, at: datetime) -> None:
    cases.audit(
        by.user_id,
        deed,
        one.id,
        "",
        at,
        source_address=by.source_address,
        digest=one.digest,
        signer=one.signer,
        effective_at=one.effective_at,
    )
