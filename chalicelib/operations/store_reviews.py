"""Reports of regular checks in the table `cases`: under their kind, the newest last.

REVIEWS#<kind>   <report>   how far it is, or what it says; once written it never changes
REVIEWS#use      <report>   of a review of access: when each operator last did what
"""

from __future__ import annotations

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.cloud_tables import Table, absent, made, writing
from chalicelib.operations.model_reviews import PREFIXES, Kind, Review, Use, kind_of

_REVIEWS, _USE = "REVIEWS#", "REVIEWS#use"
Uses = dict[str, Use]


class _ReviewItem(Table):
    setting = "cases_table"
    report = UnicodeAttribute()
    """JSON."""
    number = NumberAttribute()
    written = NumberAttribute(null=True)


class _UseItem(Table):
    setting = "cases_table"
    report = UnicodeAttribute()


def put(review: Review) -> bool:
    """False, and no effect, if it is there."""
    return made(lambda: _item(review).save(absent()))


def change(review: Review, uses: Uses | None = None) -> Review | None:
    """With its next number, and what each operator did, if that changed too.

    None, and no effect, if somebody else has changed it meanwhile, or it is written.
    """
    then = msgspec.structs.replace(review, number=review.number + 1)
    as_seen = (_ReviewItem.number == review.number) & _ReviewItem.written.does_not_exist()

    def together() -> None:
        with writing() as transaction:
            transaction.save(_item(then), as_seen)
            if uses is not None:
                transaction.save(_UseItem(_USE, review.id, report=msgspec.json.encode(uses).decode()))

    return then if made(together) else None


def one(review_id: str) -> Review | None:
    kind = kind_of(review_id)
    item = _ReviewItem.find(_REVIEWS + kind, review_id) if kind else None
    return msgspec.json.decode(item.report, type=Review) if item else None


def uses(review_id: str) -> Uses:
    item = _UseItem.find(_USE, review_id) if review_id else None
    return msgspec.json.decode(item.report, type=Uses) if item else {}


def newest(kind: Kind, position: str | None, limit: int) -> tuple[list[Review], str | None]:
    """Newest first; and the position of the next page."""
    found, following = _ReviewItem.newest(_REVIEWS + kind, PREFIXES[kind] + "_", position, limit)
    return [msgspec.json.decode(item.report, type=Review) for item in found], following


def _item(review: Review) -> _ReviewItem:
    report, written = msgspec.json.encode(review).decode(), review.state == "written"
    return _ReviewItem(
        _REVIEWS + review.kind, review.id, report=report, number=review.number, written=int(written) or None
    )
