"""Packs that were published, in the table `policies`. One is put once, under its digest; which ones hold is one item.

PACKS   HEAD            every publication, and how often that has changed
PACKS   PACK#<digest>   the compiled text and its signature; never changed
"""

from __future__ import annotations

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.cloud_tables import Table, absent, made, writing
from chalicelib.policy.publications import Board, Publication, Signed

_PACKS, _HEAD, _PACK = "PACKS", "HEAD", "PACK#"


class _HeadItem(Table):
    setting = "policies_table"
    number = NumberAttribute()
    publications = UnicodeAttribute()
    """JSON."""


class _PackItem(Table):
    setting = "policies_table"
    pack = UnicodeAttribute()
    signature = UnicodeAttribute()


def board() -> Board:
    item = _HeadItem.find(_PACKS, _HEAD)
    if item is None:
        return Board()
    return Board(int(item.number), msgspec.json.decode(item.publications, type=tuple[Publication, ...]))


def signed() -> dict[str, Signed]:
    """By digest, whatever became of them."""
    found = _PackItem.query(_PACKS, _PackItem.sk.startswith(_PACK), consistent_read=True)
    return {item.sk.removeprefix(_PACK): Signed(item.pack, item.signature) for item in found}


def one(digest: str) -> Signed | None:
    item = _PackItem.find(_PACKS, _PACK + digest)
    return Signed(item.pack, item.signature) if item else None


def publish(seen: Board, new: Publication, text: Signed) -> bool:
    """False, and no effect, if another publication came between."""
    item = _PackItem(_PACKS, _PACK + new.digest, pack=text.pack, signature=text.signature)
    return _changed(seen, (*seen.publications, new), item)


def change(seen: Board, one: Publication) -> bool:
    """`one` in the place of what has its digest. False, and no effect, if another publication came between."""
    return _changed(seen, tuple(one if each.digest == one.digest else each for each in seen.publications))


def _changed(seen: Board, then: tuple[Publication, ...], new: _PackItem | None = None) -> bool:
    head = _HeadItem(_PACKS, _HEAD, number=seen.number + 1, publications=msgspec.json.encode(then).decode())
    as_seen = _HeadItem.number == seen.number if seen.number else absent()

    def together() -> None:
        with writing() as transaction:
            transaction.save(head, as_seen)
            if new is not None:
                transaction.save(new, absent())

    return made(together)
