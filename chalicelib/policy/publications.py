"""What is published: which packs stand, who signed and published each; how that is kept and changed."""

from __future__ import annotations

import msgspec


class Publication(msgspec.Struct, frozen=True):
    """`withdrawn_at` and `withdrawn_by`: empty while it stands."""

    id: str
    digest: str
    signer: str
    by: str
    published_at: str
    effective_at: str
    withdrawn_at: str = ""
    withdrawn_by: str = ""


class Signed(msgspec.Struct, frozen=True):
    """A pack's compiled text, and the signature over exactly that."""

    pack: str
    signature: str


class Board(msgspec.Struct, frozen=True):
    """`number`: how often it has changed."""

    number: int = 0
    publications: tuple[Publication, ...] = ()

    @property
    def standing(self) -> tuple[Publication, ...]:
        return tuple(one for one in self.publications if not one.withdrawn_at)


def board() -> Board:
    """As of now, from the table."""
    from chalicelib.policy import store

    return store.board()


def texts(board: Board) -> dict[str, Signed]:
    """Of all its publications, by digest."""
    from chalicelib.policy import store

    return store.signed() if board.publications else {}


def publish(seen: Board, new: Publication, text: Signed) -> bool:
    """False, and no effect, if another publication came between."""
    from chalicelib.policy import store

    return store.publish(seen, new, text)


def change(seen: Board, one: Publication) -> bool:
    """`one` in the place of what has its digest. False, and no effect, if another publication came between."""
    from chalicelib.policy import store

    return store.change(seen, one)
